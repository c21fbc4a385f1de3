//! What is gone: tables, views, columns.

use super::super::By::{Name, Query};
use super::{REBUILD, hold, unlike};

#[test]
fn what_is_gone_is_told() {
    hold(&[
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
        // Views.
        (
            "DROP VIEW open; CREATE VIEW open AS SELECT id, state FROM jobs WHERE state = 'new';",
            "SELECT id FROM few",
            Query,
            "warning 1: may get other rows: the view `open` reads them otherwise now",
        ),
    ]);
}
