//! Several releases and statements, each cause once.

use super::*;

#[test]
fn one_cause_is_said_once_with_both_places_and_the_way_in_two_releases() {
    let statements = [
        "SELECT note FROM jobs",
        "SELECT id, note FROM jobs",
        "UPDATE jobs SET note = ?",
        "SELECT max(note) FROM jobs",
    ];
    let statements = recorded(&statements.map(|sql| (sql, By::Query)));
    let migration = "-- the new word\nALTER TABLE jobs RENAME COLUMN note TO remark;";
    let analysis = folder(&[("1_a.sql", SCHEMA), ("2_b.sql", migration), ("onward.release", &statements)]);
    assert_eq!(analysis.diagnostics.len(), 1);
    let shown = text(&analysis, &analysis.diagnostics[0]);
    for part in [
        "this breaks release `1.0`: a statement fails: `jobs` has no column `note`",
        "migrations/2_b.sql:2:1",
        "migrations/onward.release:9:11",
        "from src/jobs.rs:1",
        "the same of 1 more: src/jobs.rs:4",
        "add `remark` to `jobs` beside it, with triggers that keep the two alike, and drop `note` in the release after",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    // What stops the old program first may do so.
    let allowed = format!("-- onward: allow(release_broken) the old program is stopped before\n{migration}");
    let analysis = folder(&[("1_a.sql", SCHEMA), ("2_b.sql", &allowed), ("onward.release", &statements)]);
    assert_eq!(analysis.diagnostics, []);
}

#[test]
fn each_recorded_release_is_held_and_the_newest_tells() {
    let release = |name: &str, after: i64, sql: &str| Release {
        name: name.to_owned(),
        after,
        statements: recorded::parse(&recorded(&[(sql, By::Query)])).unwrap().remove(0).statements,
        range: 0..0,
    };
    let releases = [
        release("1.0", 1, "SELECT note FROM jobs"),
        release("1.1", 2, "SELECT note FROM jobs"),
        release("1.2", 4, "SELECT remark FROM jobs"),
    ];
    let found = |releases: &[Release]| {
        let analysis = folder(&[
            ("1_a.sql", SCHEMA),
            ("2_b.sql", "ALTER TABLE jobs ADD COLUMN due TEXT;"),
            ("3_c.sql", "ALTER TABLE jobs RENAME COLUMN note TO remark;"),
            ("4_d.sql", "ALTER TABLE jobs ADD COLUMN size INTEGER;"),
            ("onward.release", &recorded::write(releases)),
        ]);
        let found = analysis.diagnostics.into_iter().map(|found| found.message);
        found.map(|message| message.split(':').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found(&releases), ["this breaks release `1.1`"]);
    assert_eq!(found(&releases[..1]), ["this breaks release `1.0`"]);
    assert_eq!(found(&releases[2..]), [""; 0]);
}

/// To accept one cause is not to accept another.
#[test]
fn each_cause_of_a_statement_is_told_and_accepted_by_itself() {
    const ALLOW: &str = "-- onward: allow(release_broken) the old program is stopped before\n";
    let renamed = "ALTER TABLE jobs RENAME COLUMN note TO remark;";
    let dropped = "ALTER TABLE jobs DROP COLUMN tries;";
    let gone = "ALTER TABLE queues RENAME TO lanes;";
    let (note, tries) = ("fails: `jobs` has no column `note`", "fails: `jobs` has no column `tries`");
    let lanes = "fails: there is no table or view `queues`";
    for (statement, first, second, expected) in [
        ("UPDATE jobs SET note = ?, tries = ?", renamed, dropped, [note, tries]),
        ("UPDATE jobs SET tries = ?, note = ?", renamed, dropped, [note, tries]),
        ("SELECT * FROM jobs", renamed, dropped, [note, tries]),
        (
            "DELETE FROM jobs WHERE note = ? AND queue IN (SELECT id FROM queues)",
            renamed,
            gone,
            [note, lanes],
        ),
    ] {
        let told = |migration: &str| {
            let mut found = broken(migration, &[(statement, By::Query)]);
            found.sort();
            found.iter().map(|found| found.split_once(' ').unwrap().1.to_owned()).collect::<Vec<_>>()
        };
        let [one, other] = expected;
        assert_eq!(
            told(&format!("{first}\n{second}")),
            [format!("1: {one}"), format!("2: {other}")],
            "{statement}"
        );
        assert_eq!(told(&format!("{ALLOW}{first}\n{second}")), [format!("3: {other}")], "{statement}");
        assert_eq!(told(&format!("{first}\n{ALLOW}{second}")), [format!("1: {one}")], "{statement}");
    }
    // One statement of a migration is one cause, whatever it takes.
    let rebuilt = "CREATE TABLE n(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO n SELECT id, state FROM jobs; DROP VIEW few; DROP VIEW open;
        DROP TABLE jobs;\nALTER TABLE n RENAME TO jobs;";
    for (statement, found) in [
        ("SELECT * FROM jobs", "error 3: fails: `jobs` has no column `queue`"),
        ("SELECT note, tries FROM jobs", "error 3: fails: `jobs` has no column `note`"),
    ] {
        assert_eq!(broken(rebuilt, &[(statement, By::Query)]), [found]);
    }
    // A name that another table has lost as well is not the statement's.
    let both = "ALTER TABLE jobs DROP COLUMN tries;\nALTER TABLE queues RENAME COLUMN name TO title;";
    let found = broken(both, &[("SELECT tries AS name FROM jobs, queues", By::Query)]);
    assert_eq!(found, ["error 1: fails: there is no column `tries` here"]);
}

/// A statement that was wrong by then is no fault of the new schema.
#[test]
fn what_did_not_work_before_is_not_broken() {
    for sql in ["SELECT nothing FROM jobs", "SELECT", "", "INSERT INTO jobs(id) VALUES (1)"] {
        assert_eq!(broken("ALTER TABLE jobs RENAME TO tasks;", &[(sql, By::Query)]), [""; 0], "{sql}");
    }
}
