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

/// Each way to break a released statement beside one that looks like it and does not.
#[test]
fn what_breaks_a_released_statement_and_what_looks_like_it() {
    use By::{Name, Query, Struct};
    let rebuilt = |from: &str, to: &str| {
        let (head, rest) = REBUILD.split_once('\n').unwrap();
        assert!(head.contains(from), "{from}");
        format!("{}\n{rest}", head.replace(from, to))
    };
    let unlike = |from: &str, to: &str, copy: &str| {
        rebuilt(from, to).replace("INSERT INTO n SELECT * FROM jobs;", copy)
    };
    let insert = "INSERT INTO jobs(queue, note) VALUES (?, ?)";
    let mut wrong = Vec::new();
    for (migration, statement, by, expected) in [
        // Tables.
        (
            "ALTER TABLE jobs RENAME TO tasks;",
            "SELECT id FROM jobs",
            Query,
            "error 1: fails: there is no table or view `jobs`",
        ),
        (
            "ALTER TABLE jobs RENAME TO tasks; CREATE VIEW jobs AS SELECT * FROM tasks;",
            "SELECT id FROM jobs",
            Query,
            "",
        ),
        (
            "ALTER TABLE jobs RENAME TO tasks; CREATE VIEW jobs AS SELECT * FROM tasks;",
            "DELETE FROM jobs",
            Query,
            "error 1: fails: SQLite refuses this: cannot modify jobs because it is a view",
        ),
        (
            "ALTER TABLE jobs RENAME TO tasks; CREATE VIEW jobs AS SELECT * FROM tasks;
             CREATE TRIGGER gone INSTEAD OF DELETE ON jobs BEGIN DELETE FROM tasks WHERE id = old.id; END;",
            "DELETE FROM jobs",
            Query,
            "",
        ),
        (
            "SELECT 1;\nDROP VIEW few;",
            "SELECT id FROM few",
            Query,
            "error 2: fails: there is no table or view `few`",
        ),
        ("DROP VIEW few;", "SELECT id FROM open", Query, ""),
        // Columns.
        (
            "ALTER TABLE jobs RENAME COLUMN note TO remark;",
            "SELECT note FROM jobs",
            Query,
            "error 1: fails: `jobs` has no column `note`",
        ),
        ("ALTER TABLE jobs ADD COLUMN remark TEXT;", "SELECT note FROM jobs", Query, ""),
        (
            "ALTER TABLE jobs DROP COLUMN note;",
            "SELECT id, note FROM jobs",
            Name,
            "error 1: fails: `jobs` has no column `note`",
        ),
        ("ALTER TABLE jobs DROP COLUMN note;", "SELECT id, tries FROM jobs", Name, ""),
        (
            "ALTER TABLE jobs DROP COLUMN note;",
            "SELECT * FROM jobs",
            Name,
            "error 1: fails: `jobs` has no column `note`",
        ),
        (
            &unlike(", tries INTEGER", "", "INSERT INTO n SELECT id, queue, state, note FROM jobs;"),
            "SELECT tries FROM jobs",
            Query,
            "error 5: fails: `jobs` has no column `tries`",
        ),
        (REBUILD, "SELECT tries FROM jobs", Query, ""),
        (
            "ALTER TABLE queues ADD COLUMN state TEXT;",
            "SELECT state FROM jobs JOIN queues ON queues.id = queue",
            Query,
            "error 1: fails: SQLite refuses this: ambiguous column name: state",
        ),
        (
            "ALTER TABLE queues ADD COLUMN state TEXT;",
            "SELECT jobs.state FROM jobs JOIN queues ON queues.id = queue",
            Query,
            "",
        ),
        // `*`.
        ("ALTER TABLE jobs ADD COLUMN due TEXT;", "SELECT * FROM jobs", Query, ""),
        (
            "ALTER TABLE queues ADD COLUMN size INTEGER;",
            "SELECT queues.*, jobs.id FROM queues JOIN jobs ON queue = queues.id",
            Query,
            "warning 1: reads `size` where it read `id`: its columns come in another order",
        ),
        (
            "ALTER TABLE queues ADD COLUMN size INTEGER;",
            "SELECT jobs.id, queues.* FROM queues JOIN jobs ON queue = queues.id",
            Query,
            "",
        ),
        (
            "ALTER TABLE queues ADD COLUMN size INTEGER;",
            "SELECT queues.*, note FROM queues JOIN jobs ON queue = queues.id",
            Name,
            "",
        ),
        (
            "CREATE TABLE archive(id INTEGER PRIMARY KEY, name TEXT); ALTER TABLE queues ADD COLUMN size INTEGER;",
            "INSERT INTO queues SELECT id + 100, name || '2' FROM queues",
            Query,
            "error 1: fails: SQLite refuses this: table queues has 3 columns but 2 values were supplied",
        ),
        (
            "ALTER TABLE queues ADD COLUMN state TEXT;",
            "SELECT queues.*, jobs.state FROM queues JOIN jobs ON queue = queues.id",
            Name,
            "warning 1: reads `state` by name, and two columns of its rows are called so now",
        ),
        // What is not given.
        (
            &rebuilt("note TEXT", "note TEXT NOT NULL"),
            "INSERT INTO jobs(queue) VALUES (1)",
            Query,
            "error 5: fails: this INSERT leaves out `jobs.note`, which is NOT NULL and has no default, so it always fails",
        ),
        (
            &rebuilt("note TEXT", "note TEXT NOT NULL DEFAULT ''"),
            "INSERT INTO jobs(queue) VALUES (1)",
            Query,
            "",
        ),
        (
            &rebuilt("note TEXT", "note TEXT NOT NULL"),
            "INSERT INTO jobs(queue) VALUES (1)",
            Struct,
            "warning 5: fails: this INSERT leaves out `jobs.note`, which is NOT NULL and has no default, so it always fails",
        ),
        // What is refused now.
        (
            &rebuilt("note TEXT", "note TEXT NOT NULL"),
            insert,
            Query,
            "warning 5: fails for NULL in `jobs.note`, which took it",
        ),
        (
            &rebuilt("note TEXT", "note TEXT NOT NULL"),
            "INSERT INTO jobs(queue, note) VALUES (?, 'x')",
            Query,
            "",
        ),
        (
            "CREATE UNIQUE INDEX one ON jobs(queue, note);",
            insert,
            Query,
            "warning 1: fails for a second row with the same `queue`, `note` in `jobs`, which took it",
        ),
        ("CREATE INDEX one ON jobs(queue, note);", insert, Query, ""),
        ("CREATE UNIQUE INDEX one ON jobs(tries);", insert, Query, ""),
        (
            "CREATE UNIQUE INDEX one ON queues(name) WHERE name <> '';",
            "INSERT INTO queues(name) VALUES (?)",
            Query,
            "",
        ),
        (
            &rebuilt("tries INTEGER", "tries INTEGER CHECK (tries < 10)"),
            "UPDATE jobs SET tries = tries + 1",
            Query,
            "warning 5: fails for rows of `jobs` that CHECK (tries < 10) refuses, which is new",
        ),
        (
            &rebuilt("tries INTEGER", "tries INTEGER CHECK (tries < 10)"),
            "UPDATE jobs SET note = ?",
            Query,
            "",
        ),
        (
            &rebuilt("tries INTEGER", "tries INTEGER REFERENCES queues(id)"),
            "UPDATE jobs SET tries = ?",
            Query,
            "warning 5: fails for `tries` in `jobs` without a row in `queues`, where foreign keys are enforced: the key is new",
        ),
        // A table that is made anew has the parents that it had.
        (
            "ALTER TABLE queues RENAME TO old;
             CREATE TABLE queues(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <> ''));
             INSERT INTO queues SELECT * FROM old; DROP VIEW few; DROP VIEW open; ALTER TABLE jobs RENAME TO old_jobs;
             CREATE TABLE jobs(id INTEGER PRIMARY KEY, queue INTEGER NOT NULL REFERENCES queues(id), state TEXT NOT NULL DEFAULT 'new', note TEXT, tries INTEGER);
             INSERT INTO jobs SELECT * FROM old_jobs; DROP TABLE old_jobs; DROP TABLE old;",
            insert,
            Query,
            "",
        ),
        // What the table does by itself.
        (
            &rebuilt("REFERENCES queues(id)", "REFERENCES queues(id) ON DELETE CASCADE"),
            "DELETE FROM queues WHERE id = ?",
            Query,
            "warning 5: meets ON DELETE CASCADE of `jobs` where foreign keys are enforced, where it met ON DELETE NO ACTION",
        ),
        (
            &rebuilt("REFERENCES queues(id)", "REFERENCES queues(id) ON UPDATE CASCADE"),
            "DELETE FROM queues WHERE id = ?",
            Query,
            "",
        ),
        (
            &rebuilt("REFERENCES queues(id)", "REFERENCES queues(id) ON DELETE CASCADE"),
            "DELETE FROM jobs WHERE id = ?",
            Query,
            "",
        ),
        (
            &rebuilt("id INTEGER PRIMARY KEY", "id INTEGER PRIMARY KEY ON CONFLICT REPLACE"),
            "INSERT INTO jobs(id, queue) VALUES (?, ?)",
            Query,
            "warning 5: writes into `jobs`, whose constraints say ON CONFLICT REPLACE now",
        ),
        (
            &rebuilt("id INTEGER PRIMARY KEY", "id INTEGER PRIMARY KEY ON CONFLICT REPLACE"),
            "INSERT OR ABORT INTO jobs(id, queue) VALUES (?, ?)",
            Query,
            "",
        ),
        (
            &rebuilt("DEFAULT 'new'", "DEFAULT 'ready'"),
            "INSERT INTO jobs(queue) VALUES (?)",
            Query,
            "warning 5: leaves out `jobs.state`, whose default was 'new' and is 'ready' now",
        ),
        (&rebuilt("DEFAULT 'new'", "DEFAULT 'ready'"), "INSERT INTO jobs(queue, state) VALUES (?, ?)", Query, ""),
        (&rebuilt("DEFAULT 'new'", "DEFAULT ('new')"), "INSERT INTO jobs(queue) VALUES (?)", Query, ""),
        // Of another parent.
        (
            &format!("CREATE TABLE lanes(id INTEGER PRIMARY KEY); {}", rebuilt("REFERENCES queues(id)", "REFERENCES lanes(id)")),
            insert,
            Query,
            "warning 5: fails for `queue` in `jobs` without a row in `lanes`, where foreign keys are enforced: the key is new",
        ),
        ("ALTER TABLE queues RENAME TO lanes;", insert, Query, ""),
        // What rows hold.
        (
            "ALTER TABLE jobs ADD COLUMN kind TEXT; CREATE UNIQUE INDEX one ON jobs(note, kind);",
            insert,
            Query,
            "",
        ),
        ("ALTER TABLE jobs ADD COLUMN size INTEGER CHECK (size > 0);", insert, Query, ""),
        ("CREATE UNIQUE INDEX one ON queues(name, id);", "INSERT INTO queues(name) VALUES (?)", Query, ""),
        ("CREATE UNIQUE INDEX one ON jobs(note, id);", insert, Query, ""),
        (
            "ALTER TABLE jobs RENAME COLUMN note TO remark;\nALTER TABLE jobs ADD COLUMN kind TEXT;",
            "SELECT * FROM jobs",
            Query,
            "error 1: fails: `jobs` has no column `note`",
        ),
        (
            "CREATE TABLE n(id INTEGER PRIMARY KEY, \"name\" TEXT NOT NULL UNIQUE CHECK(\"name\"<>''));
             INSERT INTO n SELECT * FROM queues; DROP TABLE queues; ALTER TABLE n RENAME TO queues;",
            "INSERT INTO queues(name) VALUES (?)",
            Query,
            "",
        ),
        // What is renamed, SQLite renames wherever it stands.
        ("ALTER TABLE queues RENAME COLUMN name TO title;", "UPDATE queues SET id = id + 1", Query, ""),
        ("ALTER TABLE jobs RENAME COLUMN state TO status;", "SELECT id FROM few", Query, ""),
        ("ALTER TABLE jobs RENAME TO tasks;", "SELECT id FROM few", Query, ""),
        (
            "CREATE TABLE n(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name IN ('a', 'b')));
             INSERT INTO n SELECT * FROM queues; DROP TABLE queues; ALTER TABLE n RENAME TO queues;",
            "UPDATE queues SET name = 'c' WHERE id = 1",
            Query,
            "",
        ),
        // What comes under an old name.
        (
            "ALTER TABLE jobs RENAME TO tasks;\nCREATE VIEW jobs AS SELECT * FROM tasks WHERE state <> 'done';",
            "SELECT id FROM jobs",
            Query,
            "warning 2: may get other rows: `jobs` is a view now that does not have all of the table's",
        ),
        (
            "ALTER TABLE queues RENAME TO lanes;\nCREATE VIEW queues AS SELECT * FROM lanes;
             CREATE TRIGGER one INSTEAD OF INSERT ON queues BEGIN INSERT INTO lanes(name) VALUES (new.name); END;",
            "INSERT INTO queues(name) VALUES (?) RETURNING id",
            Name,
            "warning 2: may get other rows: `queues` is a view now, whose trigger knows nothing of RETURNING and OR",
        ),
        (
            "DROP VIEW open; CREATE VIEW open AS SELECT id, state FROM jobs WHERE state = 'new';",
            "WITH open AS (SELECT id FROM jobs) SELECT id FROM open",
            Query,
            "",
        ),
        // What takes a name that was another's.
        (
            "ALTER TABLE queues ADD COLUMN note TEXT;",
            "SELECT jobs.id FROM jobs NATURAL JOIN queues",
            Query,
            "warning 1: reads `queues.note` where `note` was something else: the column is new",
        ),
        (
            "ALTER TABLE queues ADD COLUMN note TEXT;",
            "UPDATE jobs SET note = (SELECT note FROM queues WHERE queues.id = queue)",
            Query,
            "warning 1: reads `queues.note` where `note` was something else: the column is new",
        ),
        (
            "ALTER TABLE queues ADD COLUMN note TEXT;",
            "UPDATE jobs SET note = (SELECT name FROM queues WHERE queues.id = jobs.queue)",
            Query,
            "",
        ),
        ("ALTER TABLE queues ADD COLUMN note TEXT;", "INSERT INTO jobs(queue, note) SELECT id, name FROM queues", Query, ""),
        (
            "ALTER TABLE jobs ADD COLUMN k TEXT;",
            "SELECT lower(state) AS k FROM jobs WHERE k = 'new'",
            Query,
            "warning 1: reads `jobs.k` where `k` was something else: the column is new",
        ),
        ("ALTER TABLE jobs ADD COLUMN k TEXT;", "SELECT lower(state) AS k FROM jobs", Query, ""),
        (
            "ALTER TABLE jobs ADD COLUMN name TEXT;",
            "WITH waiting AS (SELECT queue FROM jobs WHERE state = 'new') SELECT name FROM queues JOIN waiting ON queue = id",
            Query,
            "",
        ),
        (
            "ALTER TABLE queues ADD COLUMN note TEXT;",
            "SELECT id FROM queues WHERE id IN (SELECT queue FROM jobs WHERE note = 'x')",
            Query,
            "",
        ),
        // Where what is written goes.
        (
            &unlike("note TEXT, tries INTEGER", "tries INTEGER, note TEXT", "INSERT INTO n SELECT id, queue, state, tries, note FROM jobs;"),
            "INSERT INTO jobs VALUES (?, ?, ?, ?, ?)",
            Query,
            "warning 5: writes into `tries` what it wrote into `note`: the columns of `jobs` come in another order",
        ),
        (
            &unlike("note TEXT, tries INTEGER", "tries INTEGER, note TEXT", "INSERT INTO n SELECT id, queue, state, tries, note FROM jobs;"),
            insert,
            Query,
            "",
        ),
        // What is refused, or is not any more.
        (
            "ALTER TABLE queues ADD COLUMN code TEXT NOT NULL DEFAULT '';\nUPDATE queues SET code = id;\nCREATE UNIQUE INDEX one ON queues(code);",
            "INSERT INTO queues(name) VALUES (?)",
            Query,
            "error 3: fails for every row but one: it leaves out `code`, and one row of `queues` alone may have the default",
        ),
        (
            "ALTER TABLE queues ADD COLUMN code TEXT NOT NULL DEFAULT '';\nCREATE UNIQUE INDEX one ON queues(code) WHERE code <> '';",
            "INSERT INTO queues(name) VALUES (?)",
            Query,
            "warning 2: fails for a second row with the same `code` in `queues`, which took it",
        ),
        (
            "CREATE UNIQUE INDEX one ON jobs(queue) WHERE state = 'run';",
            "UPDATE jobs SET state = ? WHERE id = ?",
            Query,
            "warning 1: fails for a second row with the same `queue` in `jobs`, which took it",
        ),
        (
            "CREATE UNIQUE INDEX one ON jobs(queue);",
            "INSERT OR IGNORE INTO jobs(queue) VALUES (?)",
            Query,
            "warning 1: writes nothing for a second row with the same `queue` in `jobs`, which took it",
        ),
        (
            "CREATE TABLE n(id INTEGER PRIMARY KEY, name TEXT NOT NULL); INSERT INTO n SELECT * FROM queues;
             DROP TABLE queues;\nALTER TABLE n RENAME TO queues;",
            "INSERT OR REPLACE INTO queues(name) VALUES (?)",
            Query,
            "warning 3: writes a second row with the same `name` into `queues`: nothing refuses it any more",
        ),
        (
            "CREATE TABLE kids(queue INTEGER NOT NULL REFERENCES queues(id));",
            "DELETE FROM queues WHERE id = ?",
            Query,
            "warning 1: fails for rows of `queues` that rows of `kids` refer to, where foreign keys are enforced: the key is new",
        ),
        // Where it begins, not where an index or another column is made.
        (
            "CREATE TABLE kids(queue INTEGER REFERENCES queues(id));\nCREATE INDEX kid ON kids(queue);\nALTER TABLE kids ADD COLUMN age INTEGER;",
            "DELETE FROM queues WHERE id = ?",
            Query,
            "warning 1: fails for rows of `queues` that rows of `kids` refer to, where foreign keys are enforced: the key is new",
        ),
        (
            &format!("{}\nCREATE INDEX i ON jobs(state);\nALTER TABLE jobs ADD COLUMN age INTEGER;", rebuilt("note TEXT", "note TEXT NOT NULL")),
            insert,
            Query,
            "warning 5: fails for NULL in `jobs.note`, which took it",
        ),
        (
            &format!("{}\nCREATE INDEX i ON jobs(state);\nALTER TABLE jobs ADD COLUMN age INTEGER;", rebuilt("state TEXT NOT NULL DEFAULT 'new'", "state TEXT")),
            "SELECT state FROM jobs",
            Query,
            "warning 5: may read NULL in `state`, which it never did",
        ),
        (
            "CREATE UNIQUE INDEX one ON jobs(queue, note);\nDROP INDEX one;\nALTER TABLE jobs ADD COLUMN age INTEGER;",
            insert,
            Query,
            "",
        ),
        (
            "CREATE TABLE kids(queue INTEGER REFERENCES queues(id) ON DELETE CASCADE);",
            "DELETE FROM queues WHERE id = ?",
            Query,
            "",
        ),
        (&rebuilt("note TEXT", "note TEXT NOT NULL"), "UPDATE jobs SET note = coalesce(note, '')", Query, ""),
        (
            &rebuilt("tries INTEGER", "tries INTEGER CHECK (tries < 10)"),
            "UPDATE jobs SET tries = 0 WHERE id = ?",
            Query,
            "",
        ),
        // What is compared.
        (
            &rebuilt("tries INTEGER", "tries TEXT"),
            "SELECT id FROM jobs WHERE tries > 9",
            Query,
            "warning 5: may find other rows by `jobs.tries`, which was INTEGER and is TEXT",
        ),
        (
            &rebuilt("state TEXT NOT NULL", "state TEXT NOT NULL COLLATE NOCASE"),
            "SELECT id FROM jobs WHERE state = ?",
            Query,
            "warning 5: may find other rows by `jobs.state`, which compared by BINARY and compares by NOCASE",
        ),
        (&rebuilt("tries INTEGER", "tries INT"), "SELECT id FROM jobs WHERE tries > 9", Query, ""),
        // What rows hold.
        (
            &rebuilt("state TEXT NOT NULL DEFAULT 'new'", "state TEXT"),
            "SELECT state FROM jobs",
            Query,
            "warning 5: may read NULL in `state`, which it never did",
        ),
        (
            &rebuilt("state TEXT NOT NULL DEFAULT 'new'", "state TEXT"),
            "SELECT state FROM jobs WHERE state = ?",
            Query,
            "",
        ),
        (
            &rebuilt("state TEXT NOT NULL DEFAULT 'new'", "state TEXT"),
            "SELECT state AS \"state!\" FROM jobs",
            Query,
            "",
        ),
        (
            &rebuilt("tries INTEGER", "tries TEXT"),
            "SELECT tries FROM jobs",
            Query,
            "warning 5: may read TEXT in `tries`, which was INTEGER",
        ),
        (&rebuilt("tries INTEGER", "tries INT"), "SELECT tries FROM jobs", Query, ""),
        // Views.
        (
            "DROP VIEW open; CREATE VIEW open AS SELECT id, state FROM jobs WHERE state = 'new';",
            "SELECT id FROM few",
            Query,
            "warning 1: may get other rows: the view `open` reads them otherwise now",
        ),
        // Once, however often it is named.
        (
            "DROP VIEW open; DROP VIEW few; CREATE VIEW open AS SELECT id, state FROM jobs WHERE state = 'new';
             CREATE VIEW few AS SELECT id FROM open LIMIT 10;",
            "SELECT few.id FROM few WHERE few.id IN (SELECT few.id FROM few JOIN open ON open.id = few.id)",
            Query,
            "warning 1: may get other rows: the view `open` reads them otherwise now",
        ),
        (
            "DROP VIEW open; CREATE VIEW open AS SELECT id, state, note FROM jobs WHERE state <> 'done';",
            "SELECT id FROM few",
            Query,
            "",
        ),
        // Whatever is beside it.
        ("CREATE TABLE others(a); CREATE INDEX i ON jobs(state);", "SELECT id, state FROM open", Query, ""),
    ] {
        let found = broken(migration, &[(statement, by)]).join("\n");
        if found != expected {
            wrong.push(format!("{migration}\n{statement}\n  found    {found}\n  expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

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
