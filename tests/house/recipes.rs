//! What `docs/releases.md` says of each of its recipes is what the check says.

use std::fs;
use std::path::Path;

use onward::rusqlite::Connection;
use onward_analysis::folder::recorded::{self, By, Release, Statement};
use onward_analysis::{Proof, analyze};

struct Page {
    schema: String,
    statements: Vec<String>,
    /// Heading, the words before it, and the SQL.
    recipes: Vec<(String, String, String)>,
}

impl Page {
    fn read() -> Page {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/releases.md");
        let text = fs::read_to_string(path).unwrap();
        let mut page = Page { schema: String::new(), statements: Vec::new(), recipes: Vec::new() };
        let (mut heading, mut before) = (String::new(), String::new());
        let mut blocks = text.split("```");
        while let Some(words) = blocks.next() {
            for line in words.lines().filter(|line| !line.is_empty()) {
                match line.strip_prefix("### ") {
                    Some(name) => heading = name.to_owned(),
                    None => before = line.to_owned(),
                }
            }
            let Some(sql) = blocks.next().and_then(|block| block.strip_prefix("sql\n")) else { continue };
            if let Some(schema) = sql.strip_prefix("-- 0001_jobs.sql\n") {
                page.schema = schema.to_owned();
            } else if let Some(statements) = sql.strip_prefix("-- onward.release\n") {
                page.statements =
                    statements.lines().map(|line| line.trim_end_matches(';').to_owned()).collect();
            } else if !heading.is_empty() {
                page.recipes.push((heading.clone(), before.clone(), sql.to_owned()));
            }
        }
        page
    }

    /// What is said of a migration, as severities.
    fn said(&self, migration: &str) -> Vec<&'static str> {
        let statement = |(sql, line): (&String, usize)| Statement {
            sql: sql.clone(),
            at: format!("src/main.rs:{line}"),
            gives: Vec::new(),
            takes: Vec::new(),
            by: By::Query,
            range: 0..0,
        };
        let statements = self.statements.iter().zip(1..).map(statement).collect();
        let release = Release { name: "1.4".to_owned(), after: 1, statements, range: 0..0 };
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("0001_jobs.sql", &self.schema);
        write("0002_new.sql", migration);
        write(recorded::FILE_NAME, &recorded::write(&[release]));
        let analysis = analyze(folder.path(), Proof::Whole);
        let (ours, others): (Vec<_>, Vec<_>) =
            analysis.diagnostics.iter().partition(|found| found.rule.code == "release_broken");
        assert!(others.iter().all(|found| !found.is_error()), "{others:?}");
        ours.iter().map(|found| found.severity.as_str()).collect()
    }
}

#[test]
fn each_recipe_does_what_the_page_says() {
    let page = Page::read();
    assert_eq!((page.statements.len(), page.recipes.len()), (5, 9));
    for (heading, before, sql) in &page.recipes {
        let said = page.said(sql);
        match before.as_str() {
            "Breaks the release:" => assert!(said.contains(&"error"), "{heading}: {said:?}"),
            "Changes the release:" => assert_eq!(said, ["warning"], "{heading}"),
            _ => assert_eq!(said, [""; 0], "{heading}: {before}"),
        }
    }
}

/// Whoever writes which of the two columns, both have it.
#[test]
fn a_renamed_column_is_the_same_for_old_and_new_programs() {
    let page = Page::read();
    let (.., rename) =
        page.recipes.iter().find(|(_, before, _)| before.contains("triggers keep alike")).unwrap();
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(&format!(
        "{}\nINSERT INTO jobs(queue, state) VALUES (1, 'old');\n{rename}",
        page.schema
    ))
    .unwrap();
    for (sql, state) in [
        ("UPDATE jobs SET note = 'x' WHERE id = 1", "old"),
        ("UPDATE jobs SET state = 'a' WHERE id = 1", "a"),
        ("UPDATE jobs SET status = 'b' WHERE id = 1", "b"),
        ("DELETE FROM jobs; INSERT INTO jobs(id, queue, state) VALUES (1, 1, 'c')", "c"),
        ("DELETE FROM jobs; INSERT INTO jobs(id, queue, status) VALUES (1, 1, 'd')", "d"),
        ("DELETE FROM jobs; INSERT INTO jobs(id, queue) VALUES (1, 1)", "new"),
    ] {
        for recursive in [false, true] {
            conn.pragma_update(None, "recursive_triggers", recursive).unwrap();
            conn.execute_batch(sql).unwrap();
            let found: (String, String) = conn
                .query_row("SELECT state, status FROM jobs WHERE id = 1", [], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .unwrap();
            assert_eq!(found, (state.to_owned(), state.to_owned()), "{sql}");
        }
    }
}
