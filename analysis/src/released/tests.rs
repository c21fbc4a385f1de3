mod meaning;
mod refused;
mod releases;
mod schema;

use super::*;
use crate::checks::testing::{folder, text};
use crate::folder::recorded;

const SCHEMA: &str =
    "CREATE TABLE queues(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <> ''));
CREATE TABLE jobs(
  id INTEGER PRIMARY KEY,
  queue INTEGER NOT NULL REFERENCES queues(id),
  state TEXT NOT NULL DEFAULT 'new',
  note TEXT,
  tries INTEGER
);
CREATE VIEW open AS SELECT id, state FROM jobs WHERE state <> 'done';
CREATE VIEW few AS SELECT id FROM open LIMIT 10;";

fn recorded(statements: &[(&str, By)]) -> String {
    let statements = statements.iter().zip(1..).map(|((sql, by), line)| Statement {
        sql: (*sql).to_owned(),
        at: format!("src/jobs.rs:{line}"),
        gives: Vec::new(),
        takes: Vec::new(),
        by: *by,
        range: 0..0,
    });
    recorded::write(&[Release {
        name: "1.0".to_owned(),
        after: 1,
        statements: statements.collect(),
        range: 0..0,
    }])
}

/// Every finding: severity, line of the migration, and what becomes of the statement.
fn broken(migration: &str, statements: &[(&str, By)]) -> Vec<String> {
    let files = [("1_a.sql", SCHEMA), ("2_b.sql", migration), ("onward.release", &recorded(statements))];
    let analysis = folder(&files);
    let of = |found: &Diagnostic| found.rule.code == release_broken::RULE.code;
    let others: Vec<_> = analysis.diagnostics.iter().filter(|found| !of(found) && found.is_error()).collect();
    assert!(others.is_empty(), "{migration}: {others:?}");
    let found = analysis.diagnostics.iter().filter(|found| of(found));
    let line = |found: &Diagnostic| {
        let line = analysis.history.files.position(&found.place).line;
        format!("{} {line}: {}", found.severity.as_str(), release_broken::cause(&found.message))
    };
    found.map(line).collect()
}

const REBUILD: &str = "CREATE TABLE n(id INTEGER PRIMARY KEY, queue INTEGER NOT NULL REFERENCES queues(id), state TEXT NOT NULL DEFAULT 'new', note TEXT, tries INTEGER);
INSERT INTO n SELECT * FROM jobs;
DROP VIEW open; DROP VIEW few;
DROP TABLE jobs;
ALTER TABLE n RENAME TO jobs;
CREATE VIEW open AS SELECT id, state FROM jobs WHERE state <> 'done';
CREATE VIEW few AS SELECT id FROM open LIMIT 10;";

/// The sample migration, with this in its new table instead of that.
fn rebuilt(from: &str, to: &str) -> String {
    let (head, rest) = REBUILD.split_once('\n').unwrap();
    assert!(head.contains(from), "{from}");
    format!("{}\n{rest}", head.replace(from, to))
}

/// As [`rebuilt`], with this copy of the rows.
fn unlike(from: &str, to: &str, copy: &str) -> String {
    rebuilt(from, to).replace("INSERT INTO n SELECT * FROM jobs;", copy)
}

const INSERT: &str = "INSERT INTO jobs(queue, note) VALUES (?, ?)";

/// Each way to break a released statement beside one that looks like it and does not: a migration, the statement, who runs it,
/// and what is found.
#[track_caller]
fn hold(cases: &[(&str, &str, By, &str)]) {
    let mut wrong = Vec::new();
    for (migration, statement, by, expected) in cases {
        let found = broken(migration, &[(statement, *by)]).join("\n");
        if found != *expected {
            wrong.push(format!("{migration}\n{statement}\n  found    {found}\n  expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
