//! Histories that the tests of both engines have.

use onward::Migrations;

/// Tables with rows.
pub(crate) const SEED: &str = "CREATE TABLE role(id INTEGER PRIMARY KEY, name TEXT UNIQUE);
    CREATE TABLE perm(role_id INTEGER NOT NULL REFERENCES role(id), p TEXT);
    CREATE TABLE onward_guard(is_so CHECK (is_so));
    CREATE TRIGGER perm BEFORE INSERT ON perm WHEN NOT EXISTS (SELECT 1 FROM role)
    BEGIN SELECT RAISE(ABORT, 'no role'); END;
    INSERT INTO role(name) VALUES ('admin');";

/// Migrations that need the rows of those before them, one behind the other.
pub(crate) const LATER: [&str; 5] = [
    "INSERT INTO perm VALUES (1, 'write');",
    "INSERT INTO perm(role_id) VALUES ((SELECT id FROM role WHERE name = 'admin'));",
    "INSERT INTO onward_guard SELECT count(*) = 1 FROM role;",
    "WITH one AS (SELECT max(id) AS id FROM role) INSERT INTO perm SELECT id, 'read' FROM one;",
    "DELETE FROM perm; DROP TABLE perm; DROP TABLE onward_guard;",
];

/// A program with these migrations.
pub(crate) fn program(texts: &[&str]) -> Migrations {
    let folder = tempfile::tempdir().unwrap();
    for (number, text) in (1..).zip(texts) {
        std::fs::write(folder.path().join(format!("{number:04}_m.sql")), text).unwrap();
    }
    let analysis = onward_analysis::analyze(folder.path(), onward_analysis::Proof::Whole);
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    analysis.history.packed(analysis.replay.as_ref(), "").into()
}
