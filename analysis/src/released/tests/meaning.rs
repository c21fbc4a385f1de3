//! What is read or written otherwise than before.

use super::super::By::{Name, Query};
use super::{INSERT, hold, rebuilt, unlike};

#[test]
fn what_means_something_else_is_told() {
    hold(&[
        // What rows hold.
        (
            "ALTER TABLE jobs ADD COLUMN kind TEXT; CREATE UNIQUE INDEX one ON jobs(note, kind);",
            INSERT,
            Query,
            "",
        ),
        ("ALTER TABLE jobs ADD COLUMN size INTEGER CHECK (size > 0);", INSERT, Query, ""),
        ("CREATE UNIQUE INDEX one ON queues(name, id);", "INSERT INTO queues(name) VALUES (?)", Query, ""),
        ("CREATE UNIQUE INDEX one ON jobs(note, id);", INSERT, Query, ""),
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
            INSERT,
            Query,
            "",
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
            INSERT,
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
            INSERT,
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
    ]);
}
