//! A foreign key that a table has no longer after a rebuild which keeps its columns.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Loss, Part};

/// `foreign_key_lost`
pub static RULE: Rule = Rule::warning("foreign_key_lost", "a rebuild keeps the foreign keys of its table")
    .allowable()
    .effect("Rows that refer to nothing are no longer refused, and ON DELETE does nothing.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE queues(id INTEGER PRIMARY KEY);
CREATE TABLE jobs(id INTEGER PRIMARY KEY, queue INTEGER REFERENCES queues(id) ON DELETE CASCADE);
-- 0002_next.sql
CREATE TABLE new(id INTEGER PRIMARY KEY, queue INTEGER, due TEXT);
INSERT INTO new(id, queue) SELECT id, queue FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
        "-- 0001_jobs.sql
CREATE TABLE queues(id INTEGER PRIMARY KEY);
CREATE TABLE jobs(id INTEGER PRIMARY KEY, queue INTEGER REFERENCES queues(id) ON DELETE CASCADE);
-- 0002_next.sql
CREATE TABLE new(id INTEGER PRIMARY KEY, queue INTEGER REFERENCES queues(id) ON DELETE CASCADE, due TEXT);
INSERT INTO new(id, queue) SELECT id, queue FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
    );

pub(crate) fn check(history: &History, loss: &Loss) -> Option<Diagnostic> {
    let Part::ForeignKey(key) = &loss.what else { return None };
    let columns = key.columns.join(", ");
    let message = format!("the foreign key on `{}` ({columns}) is lost in the rebuild", loss.table);
    Some(
        Diagnostic::new(&RULE, history.place(loss.at), message)
            .label("makes the table without it")
            .note(format!("rows that refer to nothing in `{}` are no longer refused", key.parent))
            .help(format!("add to the new table, or rebuild it once more if this is released: `FOREIGN KEY ({columns}) {key}`")),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    const TABLES: &str = "CREATE TABLE p(id INTEGER PRIMARY KEY);
        CREATE TABLE c(id INTEGER PRIMARY KEY, p INTEGER REFERENCES p(id) ON DELETE CASCADE);";

    fn rebuild(key: &str) -> String {
        format!(
            "CREATE TABLE n(id INTEGER PRIMARY KEY, p INTEGER{key}, a TEXT);\n\
             INSERT INTO n(id, p) SELECT id, p FROM c; DROP TABLE c; ALTER TABLE n RENAME TO c;"
        )
    }

    #[test]
    fn the_clause_to_add_is_printed() {
        let found = folder(&[("1_a.sql", TABLES), ("2_b.sql", &rebuild(""))]);
        assert_eq!(found.diagnostics.len(), 1, "{:?}", found.diagnostics);
        assert_eq!(found.diagnostics[0].message, "the foreign key on `c` (p) is lost in the rebuild");
        assert!(found.diagnostics[0].help.ends_with("`FOREIGN KEY (p) REFERENCES p(id) ON DELETE CASCADE`"));
    }

    #[test]
    fn one_of_two_keys() {
        let both = TABLES.replace("p INTEGER", "q INTEGER REFERENCES p(id), p INTEGER");
        let one = rebuild("")
            .replace("p INTEGER", "q INTEGER REFERENCES p(id), p INTEGER")
            .replace("id, p", "id, q, p");
        let found = folder(&[("1_a.sql", &both), ("2_b.sql", &one)]);
        assert_eq!(found.diagnostics.len(), 1, "{:?}", found.diagnostics);
        assert_eq!(found.diagnostics[0].message, "the foreign key on `c` (p) is lost in the rebuild");
    }

    #[test]
    fn a_key_that_has_become_part_of_a_greater_one_is_kept() {
        let parent = "CREATE TABLE q(a INTEGER, b INTEGER, PRIMARY KEY (a, b));
            CREATE TABLE c(id INTEGER PRIMARY KEY, a INTEGER REFERENCES q(a), b INTEGER, kind TEXT);";
        let rebuild = |key: &str| {
            format!(
                "CREATE TABLE n(id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, kind TEXT, more TEXT, {key});\n\
                 INSERT INTO n(id, a, b, kind) SELECT id, a, b, kind FROM c; DROP TABLE c; ALTER TABLE n RENAME TO c;"
            )
        };
        let lost = |key: &str| {
            history(&[parent, &rebuild(key)])
                .iter()
                .filter(|found| found.starts_with("foreign_key_lost"))
                .count()
        };
        assert_eq!(lost("FOREIGN KEY (b, a) REFERENCES q(b, a)"), 0);
        assert_eq!(lost("FOREIGN KEY (a, b) REFERENCES Q"), 0);
        assert_eq!(lost("CHECK (a > 0)"), 1);
        assert_eq!(lost("FOREIGN KEY (b) REFERENCES q(b)"), 1);
        assert_eq!(lost("FOREIGN KEY (a, b) REFERENCES c(id, b)"), 1);
    }

    #[test]
    fn lost_beside_another_key_or_a_constraint() {
        let tables = "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE q(id INTEGER PRIMARY KEY);
            CREATE TABLE c(id INTEGER PRIMARY KEY, p INTEGER REFERENCES p(id), q INTEGER REFERENCES q(id));";
        let rebuild = |columns: &str| {
            format!(
                "CREATE TABLE n(id INTEGER PRIMARY KEY, {columns});\nINSERT INTO n(id, p, q) SELECT id, p, q FROM c;
                 DROP TABLE c; ALTER TABLE n RENAME TO c;"
            )
        };
        let changed = rebuild("p INTEGER REFERENCES p(id) ON DELETE CASCADE, q INTEGER");
        assert_eq!(history(&[tables, &changed]), ["foreign_key_lost 0002_m.sql:1:1"]);
        let checked = rebuild("p INTEGER REFERENCES p(id), q INTEGER, UNIQUE (p, q, id)");
        assert_eq!(history(&[tables, &checked]), ["foreign_key_lost 0002_m.sql:1:1"]);
        // Whoever lifts all of them, or says so, means it.
        assert_eq!(history(&[tables, &rebuild("p INTEGER, q INTEGER")]), [""; 0]);
        let said = format!("-- drop the foreign keys\n{changed}");
        assert_eq!(history(&[tables, &said]), [""; 0]);
    }

    #[test]
    fn the_place_is_the_new_table() {
        let more = format!("{}\nCREATE TABLE other(a);", rebuild(""));
        assert_eq!(history(&[TABLES, &more]), ["foreign_key_lost 0002_m.sql:1:1"]);
        let renamed = "ALTER TABLE c RENAME TO old;\nCREATE TABLE c(id INTEGER PRIMARY KEY, p INTEGER, a);\n\
                       INSERT INTO c(id, p) SELECT id, p FROM old;\nDROP TABLE old;";
        assert_eq!(history(&[TABLES, renamed]), ["foreign_key_lost 0002_m.sql:2:1"]);
    }

    #[test]
    fn silent_where_it_is_kept_or_changed_or_the_parent_goes_or_it_is_all_the_rebuild_is_for() {
        assert_eq!(history(&[TABLES, &rebuild("").replace(", a TEXT", "")]), [""; 0]);
        let indexed = format!("{TABLES} CREATE INDEX by_p ON c(p);");
        let found = history(&[&indexed, &rebuild("").replace(", a TEXT", "")]);
        assert_eq!(found, ["index_lost 0002_m.sql:2:43"]);
        for key in [" REFERENCES p(id) ON DELETE CASCADE", " REFERENCES p(id) ON DELETE SET NULL"] {
            assert_eq!(history(&[TABLES, &rebuild(key)]), [""; 0], "{key}");
        }
        // Its action has a code of its own.
        assert_eq!(history(&[TABLES, &rebuild(" REFERENCES p")]), ["constraint_lost 0002_m.sql:1:1"]);
        assert_eq!(history(&[TABLES, &format!("{} DROP TABLE p;", rebuild(""))]), [""; 0]);
        for later in ["DROP TABLE p;", "ALTER TABLE c DROP COLUMN p;"] {
            assert_eq!(history(&[TABLES, &rebuild(""), later]), [""; 0], "{later}");
        }
        // While it was gone, an application may have written what it would have refused.
        let back = rebuild(" REFERENCES p(id)").replace("id, p", "id, p, a");
        assert_eq!(history(&[TABLES, &rebuild(""), &back]), ["dangling_foreign_key 0003_m.sql:2:1"]);
    }
}
