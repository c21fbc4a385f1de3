//! What a table newly asks for, or does by itself.

use super::super::By::{Query, Struct};
use super::{INSERT, hold, rebuilt};

#[test]
fn what_is_refused_is_told() {
    hold(&[
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
            INSERT,
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
            INSERT,
            Query,
            "warning 1: fails for a second row with the same `queue`, `note` in `jobs`, which took it",
        ),
        ("CREATE INDEX one ON jobs(queue, note);", INSERT, Query, ""),
        ("CREATE UNIQUE INDEX one ON jobs(tries);", INSERT, Query, ""),
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
            INSERT,
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
            INSERT,
            Query,
            "warning 5: fails for `queue` in `jobs` without a row in `lanes`, where foreign keys are enforced: the key is new",
        ),
        ("ALTER TABLE queues RENAME TO lanes;", INSERT, Query, ""),
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
    ]);
}
