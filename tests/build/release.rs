//! `cargo onward release` on a real workspace, and what the builds after it say.

use std::fs;
use std::process::Command;

use onward_tests::cargo_onward;
use onward_tests::scratch::{Scratch, failed, passed};

const MAIN: &str = r#"
mod more;

use onward::prelude::*;
use onward::{migrations, query, query_as, query_scalar, sql};

#[derive(Row)]
#[onward(table = "jobs")]
struct Job {
    id: i64,
    state: String,
}

#[derive(Debug, Row)]
struct Few {
    note: Option<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = migrations!().open("app.db")?;
    Job { id: 1, state: "new".into() }.insert(&conn)?;
    let newest = std::env::args().count() > 1;
    for job in query!("SELECT id FROM jobs WHERE state = ?" + if newest { " ORDER BY id DESC" } else { "" }, "new").all(&conn)? {
        println!("{}", job.id);
    }
    println!("{:?}", query_as!(Few, "SELECT * FROM jobs WHERE id IN (:ids...)", ids = [1, 2]).all(&conn)?);
    println!("{}", query_scalar!("SELECT count(*) FROM jobs").one(&conn)?);
    conn.execute_batch(sql!("DELETE FROM jobs WHERE note = 'x'; UPDATE jobs SET note = ''"))?;
    Ok(())
}
"#;

/// One that is built for a feature, one that is built nowhere, one that is a test.
const MORE: &str = r#"
use onward::rusqlite::{Connection, Result};

#[cfg(feature = "extra")]
pub fn extra(conn: &Connection) -> Result<usize> {
    onward::query!("UPDATE jobs SET state = 'done' WHERE id = ?", 1).execute(conn)
}

pub fn earlier() -> [&'static str; 2] {
    [onward::sql!(at = 1, "SELECT id FROM jobs"), onward::sql!("CREATE TEMP TABLE batch(job INTEGER)")]
}

#[cfg(target_os = "none")]
pub fn nowhere(conn: &Connection) -> Result<usize> {
    onward::query!("DELETE FROM jobs").execute(conn)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_test() {
        let _ = onward::sql!("SELECT 1");
    }
}

#[onward::at(1)]
pub mod frozen {
    #[derive(onward::Row)]
    #[onward(table = "jobs")]
    pub struct Old {
        note: Option<String>,
    }

    pub fn statements(conn: &onward::rusqlite::Connection) -> onward::rusqlite::Result<usize> {
        onward::query!("UPDATE jobs SET note = 'x'").execute(conn)
    }
}
"#;

fn workspace(name: &str) -> Scratch {
    let workspace = Scratch::new(name, &[], "\n[features]\nextra = []\n");
    workspace.write(&format!("{name}/src/main.rs"), MAIN);
    workspace.write(&format!("{name}/src/more.rs"), MORE);
    workspace.write(
        &format!("{name}/migrations/0001_jobs.sql"),
        "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT);\n",
    );
    workspace
}

fn onward(workspace: &Scratch, arguments: &[&str]) -> Command {
    let mut onward = cargo_onward();
    onward.args(arguments).env("CARGO_TARGET_DIR", workspace.target()).env("CARGO_NET_OFFLINE", "true");
    onward.current_dir(workspace.path(""));
    onward
}

#[test]
fn a_release_is_recorded_and_held_against_what_comes_after() {
    let name = "released";
    let workspace = workspace(name);
    let said = passed(&mut onward(&workspace, &["release", "1.0", "-p", name]));
    assert!(
        said.contains("not recorded; `--features` and `--target` build more: released/src/more.rs:15\n"),
        "{said}"
    );
    let path = workspace.path(&format!("{name}/migrations/onward.release"));
    let file = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = file.lines().filter_map(|line| line.trim().strip_prefix("{ sql = ")).collect();
    assert_eq!(
        lines,
        [
            r#""DELETE FROM jobs WHERE note = 'x'", at = "released/src/main.rs:28" },"#,
            r#""INSERT INTO \"jobs\"(\"id\", \"state\") VALUES (?, ?)", takes = ["?", "?"], by = "struct", at = "released/src/main.rs:9" },"#,
            r#""INSERT INTO \"jobs\"(\"id\", \"state\") VALUES (?, ?) ON CONFLICT (\"id\") DO UPDATE SET \"state\" = excluded.\"state\"", takes = ["?", "?"], by = "struct", at = "released/src/main.rs:9" },"#,
            r#""SELECT * FROM jobs WHERE id IN (SELECT +value FROM json_each(:ids))", gives = ["id INTEGER", "state TEXT", "note TEXT?"], takes = [":ids"], by = "name", at = "released/src/main.rs:26" },"#,
            r#""SELECT `id`, `state` FROM \"jobs\"", gives = ["id INTEGER", "state TEXT"], by = "struct", at = "released/src/main.rs:9" },"#,
            r#""SELECT count(*) FROM jobs", gives = ["count(*) INTEGER"], at = "released/src/main.rs:27" },"#,
            r#""SELECT id FROM jobs WHERE state = ?", gives = ["id INTEGER"], takes = ["?"], at = "released/src/main.rs:23" },"#,
            r#""SELECT id FROM jobs WHERE state = ? ORDER BY id DESC", gives = ["id INTEGER"], takes = ["?"], at = "released/src/main.rs:23" },"#,
            r#""UPDATE \"jobs\" SET \"id\" = ?, \"state\" = ?", takes = ["?", "?"], by = "struct", at = "released/src/main.rs:9" },"#,
            r#""UPDATE jobs SET note = ''", at = "released/src/main.rs:28" },"#,
            r#""UPDATE jobs SET state = 'done' WHERE id = ?", takes = ["?"], at = "released/src/more.rs:6" },"#,
        ]
    );
    let lock = fs::read_to_string(workspace.path(&format!("{name}/migrations/onward.lock"))).unwrap();
    assert!(lock.contains("release = \"1.0\""), "{lock}");
    // A folder in the place of a name is the folder; a name is nothing to look at.
    passed(&mut onward(&workspace, &["release", "--check", &format!("{name}/migrations")]));
    let said = failed(&mut onward(&workspace, &["release", "--check", "1.0", "-p", name]));
    assert!(said.contains("takes no name, and `1.0` is no folder"), "{said}");
    // From elsewhere it is the folder's own workspace that is built.
    let mut elsewhere = onward(&workspace, &["release", "--check"]);
    passed(elsewhere.arg(workspace.path(&format!("{name}/migrations"))).current_dir("/"));
    // The build that records leaves nothing behind, and neither does one that only looks.
    passed(&mut onward(&workspace, &["release", "--check", "-p", name]));
    passed(&mut workspace.cargo("check"));
    assert_eq!(fs::read_to_string(&path).unwrap(), file);

    // What a later migration does to it stops the build of whoever makes it.
    let migration = format!("{name}/migrations/0002_remark.sql");
    let rename = "ALTER TABLE jobs RENAME COLUMN note TO remark;\n";
    workspace.write(&migration, rename);
    let main = MAIN.replace("note", "remark");
    workspace.write(&format!("{name}/src/main.rs"), &main);
    let said = failed(&mut workspace.cargo("check"));
    assert!(
        said.contains("this breaks release `1.0`: a statement fails: `jobs` has no column `note`"),
        "{said}"
    );
    assert!(
        said.contains("from released/src/main.rs:28") && said.contains("drop `note` in the release after"),
        "{said}"
    );
    // Nothing is recorded of what does not go.
    failed(&mut onward(&workspace, &["release", "1.1", "-p", name]));
    assert_eq!(fs::read_to_string(&path).unwrap(), file);
    let allow = format!("-- onward: allow(release_broken) the old program is stopped before\n{rename}");
    workspace.write(&migration, &allow);
    passed(&mut workspace.cargo("check"));

    // The other way round: a program that starts before anybody has migrated.
    let said = onward(&workspace, &["check", "--against-release", "-p", name]).output().unwrap();
    let (out, why) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert_eq!(said.status.code(), Some(1), "{out}{why}");
    assert!(
        out.contains(
            "released/src/main.rs:28: `jobs` has no column `remark`\n  UPDATE jobs SET remark = ''\n"
        ),
        "{out}"
    );
    assert!(
        why.contains("2 of 11 statements cannot run on the schema of release `1.0`, after migration 1"),
        "{why}"
    );

    // What is no longer what was recorded is listed, until it is released.
    let mut check = onward(&workspace, &["release", "--check", "-p", name]);
    let output = check.output().unwrap();
    let (said, why) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("  + released/src/main.rs:28  UPDATE jobs SET remark = ''\n"), "{said}");
    assert!(said.contains("  - released/src/main.rs:28  UPDATE jobs SET note = ''\n"), "{said}");
    assert!(why.contains("does not hold what the program runs"), "{why}");
    passed(&mut onward(&workspace, &["release", "1.1", "-p", name]));
    passed(&mut check);
    // With another migration it is no release any more.
    let more = format!("{name}/migrations/0003_due.sql");
    workspace.write(&more, "ALTER TABLE jobs ADD COLUMN due TEXT;\n");
    let why = failed(&mut check);
    assert!(
        why.contains("records no release with migration 0003: if this is one, run `cargo onward release`"),
        "{why}"
    );
    workspace.remove(&more);
    // What it allowed is over, and no news.
    let said = onward(&workspace, &["check", "--verbose", "-p", name]).output().unwrap();
    assert!(String::from_utf8_lossy(&said.stdout).contains("2 migrations: 0 errors, 0 warnings"), "{said:?}");
    let file = fs::read_to_string(&path).unwrap();
    assert!(
        file.contains("name = \"1.0\"\nafter = 1\n") && file.contains("name = \"1.1\"\nafter = 2\n"),
        "{file}"
    );
    // The one before stays the one that this is held against.
    let said = failed(&mut onward(&workspace, &["check", "--against-release", "-p", name]));
    assert!(said.contains("on the schema of release `1.0`"), "{said}");

    // A release without a migration is one as well; of two, both are kept if somebody wants it.
    let said = passed(&mut onward(&workspace, &["release", "1.2", "-p", name]));
    assert!(said.contains("this takes the place of release `1.1`, which has the same migrations"), "{said}");
    let names = |file: &str| {
        file.lines().filter(|line| line.starts_with("name = ")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names(&fs::read_to_string(&path).unwrap()), ["name = \"1.0\"", "name = \"1.2\""]);
    workspace.write(&format!("{name}/migrations/onward.toml"), "[releases]\nkeep = 2\n");
    passed(&mut onward(&workspace, &["release", "1.3", "-p", name]));
    // Without the feature, what is behind it is not reached.
    let said = passed(&mut onward(&workspace, &["release", "1.3", "-p", name, "--no-default-features"]));
    assert!(said.contains("released/src/more.rs:6, released/src/more.rs:15\n"), "{said}");
    let lost = "1 statement of what was recorded under this name before is no longer there: released/src/more.rs:6\n";
    assert!(said.contains(lost), "{said}");
    let file = fs::read_to_string(&path).unwrap();
    assert_eq!(names(&file), ["name = \"1.0\"", "name = \"1.2\"", "name = \"1.3\""]);
    assert_eq!(file.matches("more.rs").count(), 2, "{file}");
}

#[test]
fn what_does_not_build_is_not_recorded() {
    let name = "unbuilt";
    let workspace = workspace(name);
    workspace.write(&format!("{name}/src/more.rs"), "compile_error!(\"not today\");");
    let said = failed(&mut onward(&workspace, &["release", "-p", name]));
    assert!(said.contains("nobody knows what it runs; nothing was written"), "{said}");
    assert!(!workspace.path(&format!("{name}/migrations/onward.release")).exists());
    assert!(!workspace.path(&format!("{name}/migrations/onward.lock")).exists());
}

#[test]
fn indexes_that_no_statement_uses_are_listed() {
    let name = "indexed";
    let workspace = workspace(name);
    workspace.write(
        &format!("{name}/migrations/0002_indexes.sql"),
        "CREATE INDEX by_state ON jobs(state);\nCREATE INDEX by_length ON jobs(note) WHERE length(note) > 5;\n",
    );
    let said = onward(&workspace, &["check", "--unused-indexes", "-p", name]).output().unwrap();
    let out = String::from_utf8_lossy(&said.stdout);
    assert!(said.status.success(), "{said:?}");
    assert!(out.contains("migrations/0002_indexes.sql:2: no statement uses `by_length`\n"), "{out}");
    assert!(out.contains("11 statements use none of these") && !out.contains("by_state"), "{out}");
}
