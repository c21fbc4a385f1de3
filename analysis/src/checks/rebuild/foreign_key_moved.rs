//! Foreign keys that follow the old table when it is renamed out of the way, and are left behind when it is dropped.
//!
//! `ALTER TABLE … RENAME TO` [changes the foreign keys](https://www.sqlite.org/lang_altertable.html#altertabrename) of
//! other tables that refer to it. A rebuild makes the new table under another name and renames that.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Loss, Part};

/// `foreign_key_moved`
pub static RULE: Rule =
    Rule::error("foreign_key_moved", "foreign keys refer to the new table after a rebuild")
        .allowable()
        .effect("Where foreign keys are enforced, every write to the table that refers fails.")
        .examples(
            "-- 0001_jobs.sql
CREATE TABLE queues(id INTEGER PRIMARY KEY);
CREATE TABLE jobs(id INTEGER PRIMARY KEY, queue INTEGER REFERENCES queues(id) ON DELETE CASCADE);
-- 0002_next.sql
ALTER TABLE queues RENAME TO old;
CREATE TABLE queues(id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO queues(id) SELECT id FROM old;
DROP TABLE old;",
            "-- 0001_jobs.sql
CREATE TABLE queues(id INTEGER PRIMARY KEY);
CREATE TABLE jobs(id INTEGER PRIMARY KEY, queue INTEGER REFERENCES queues(id) ON DELETE CASCADE);
-- 0002_next.sql
CREATE TABLE new(id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO new(id) SELECT id FROM queues;
DROP TABLE queues;
ALTER TABLE new RENAME TO queues;",
        );

pub(crate) fn check(history: &History, loss: &Loss) -> Option<Diagnostic> {
    let Part::Parent { key, was } = &loss.what else { return None };
    let message = format!(
        "the foreign keys of `{}` follow `{was}` to `{}`, which is gone at the end",
        loss.table, key.parent
    );
    Some(
        Diagnostic::new(&RULE, history.place(loss.at), message)
            .label("renames the table in the foreign keys that refer to it as well")
            .note(format!("where foreign keys are enforced, every write to `{}` fails: no such table `{}`", loss.table, key.parent))
            .help(format!(
                "make the new table under another name, copy, `DROP TABLE {was};`, and rename the new one to `{was}`; if \
                 this is released, rebuild `{}` in a new migration",
                loss.table
            )),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    const TABLES: &str =
        "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p(id));";

    #[test]
    fn the_old_table_is_renamed_first() {
        let rebuild = "ALTER TABLE p RENAME TO old;\nCREATE TABLE p(id INTEGER PRIMARY KEY, a);\n\
                       INSERT INTO p(id) SELECT id FROM old;\nDROP TABLE old;";
        let found = folder(&[("1_a.sql", TABLES), ("2_b.sql", rebuild)]);
        let messages: Vec<_> = found.diagnostics.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(messages, ["the foreign keys of `c` follow `p` to `old`, which is gone at the end"]);
        assert!(found.has_errors());
        let twice = folder(&[("1_a.sql", TABLES), ("2_b.sql", rebuild), ("3_c.sql", rebuild)]);
        assert!(twice.diagnostics.iter().any(|found| messages.contains(&found.message.as_str())));
    }

    #[test]
    fn silent_where_the_new_table_is_renamed_or_the_old_way_is_asked_for() {
        let rebuild =
            "CREATE TABLE n(id INTEGER PRIMARY KEY, a); INSERT INTO n(id) SELECT id FROM p; DROP TABLE p;
            ALTER TABLE n RENAME TO p;";
        assert_eq!(history(&[TABLES, rebuild]), [""; 0]);
        let legacy = "PRAGMA legacy_alter_table = ON; ALTER TABLE p RENAME TO old; CREATE TABLE p(id INTEGER PRIMARY KEY, a);
            INSERT INTO p(id) SELECT id FROM old; DROP TABLE old;";
        assert_eq!(history(&[TABLES, legacy]), [""; 0]);
        assert_eq!(history(&[TABLES, "ALTER TABLE p RENAME TO q;"]), [""; 0]);
        let moved = "ALTER TABLE p RENAME TO old; CREATE TABLE p(id INTEGER PRIMARY KEY, a);
            INSERT INTO p(id) SELECT id FROM old; DROP TABLE old;";
        let mended = "CREATE TABLE n(id INTEGER PRIMARY KEY, p REFERENCES p(id)); INSERT INTO n(id, p) SELECT id, p FROM c;
            DROP TABLE c; ALTER TABLE n RENAME TO c;";
        assert_eq!(history(&[TABLES, moved, mended]), [""; 0]);
    }
}
