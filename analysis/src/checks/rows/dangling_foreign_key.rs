//! A history that leaves dangling foreign keys.
//!
//! Foreign keys are off while migrations run, and the runtime refuses to commit such rows if they were not there
//! before: the start fails. On a fresh database that is every start; with rows it is a migration that relies on a
//! cascade, which does not fire.

use onward_core::name::Ident;

use crate::diagnostic::rule::Rule;
use crate::diagnostic::{Diagnostic, Severity};
use crate::folder::history::History;
use crate::replay::{Finding, Orphans, Part, Replay, What};

/// `dangling_foreign_key`
pub static RULE: Rule = Rule::error("dangling_foreign_key", "a migration leaves no dangling foreign keys")
    .allowable()
    .effect("The runtime refuses to commit dangling foreign keys, so the database does not start.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE queues(id INTEGER PRIMARY KEY);
CREATE TABLE jobs(id INTEGER PRIMARY KEY, queue INTEGER REFERENCES queues(id) ON DELETE CASCADE);
-- 0002_next.sql
DELETE FROM queues;",
        "-- 0001_jobs.sql
CREATE TABLE queues(id INTEGER PRIMARY KEY);
CREATE TABLE jobs(id INTEGER PRIMARY KEY, queue INTEGER REFERENCES queues(id) ON DELETE CASCADE);
-- 0002_next.sql
DELETE FROM jobs;
DELETE FROM queues;",
    );

pub(crate) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    // A reference that has moved with its table leads nowhere for every row, and is told as that.
    let has_moved = |parent: &str| {
        replay
            .losses
            .iter()
            .any(|loss| matches!(&loss.what, Part::Parent { key, .. } if Ident(&key.parent) == parent))
    };
    let is_new = move |finding: &&Finding| match &finding.what {
        What::Orphans { parent, .. } => replay.orphans.is_none() && !has_moved(parent),
        _ => false,
    };
    let with_rows = replay.findings.iter().filter(is_new).filter_map(|finding| with_rows(history, finding));
    fresh(history, replay).into_iter().chain(with_rows)
}

/// What the rows have shown.
fn with_rows(history: &History, finding: &Finding) -> Option<Diagnostic> {
    let What::Orphans { violations, parent, acts } = &finding.what else { return None };
    let (child, parent) = (history.written(&violations.first()?.table), history.written(parent));
    let message = match finding.certain {
        true => format!("the rows of `{child}` that refer to `{parent}` are left without it"),
        false => format!("rows of `{child}` may be left referring to rows of `{parent}` that are not there"),
    };
    let (label, help) = match history.enforces(finding.at.migration) {
        true => ("no cascade takes them along", ""),
        false => (
            "foreign keys are off while migrations run: nothing cascades",
            match acts {
                true => ", or put `-- onward: foreign_keys(on)` into the file if a cascade is meant to",
                false => "",
            },
        ),
    };
    Some(
        Diagnostic::new(&RULE, history.place(finding.at), message)
            .severity(if finding.certain { Severity::Error } else { Severity::Warning })
            .label(label)
            .note("the runtime refuses to commit such rows, so a database that has them does not start")
            .help(format!("delete or change the rows of `{child}` as well{help}")),
    )
}

/// What no row is needed for.
fn fresh(history: &History, replay: &Replay) -> Option<Diagnostic> {
    let Orphans { migration, violations } = replay.orphans.as_ref()?;
    let enforces = history.enforces(*migration);
    let migration = &history.migrations[*migration];
    // The statement that mentions the table last is the one to look at first.
    let table = violations.first().map(|violation| violation.table.to_lowercase()).unwrap_or_default();
    let text =
        |range: &std::ops::Range<usize>| history.files.get(migration.file).text[range.clone()].to_lowercase();
    let ranges = || migration.statements.iter().map(|statement| &statement.range);
    let range = ranges().rfind(|range| text(range).contains(&table)).or_else(|| ranges().next_back());
    let message = "the history leaves dangling foreign keys";
    let place = migration.file.at(range.cloned().unwrap_or(0..0));
    let mut diagnostic = Diagnostic::new(&RULE, place, message).label("after this migration");
    for violation in violations.iter().take(3) {
        diagnostic = diagnostic.note(violation.to_string());
    }
    let off = match enforces {
        true => "",
        false => "foreign keys are off while migrations run, so ON DELETE actions do not fire: ",
    };
    Some(
        diagnostic.note("the runtime refuses to commit them, so no fresh database would start").help(
            format!("{off}insert the rows that are referred to, or delete the rows that refer to them"),
        ),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history, rendered};

    const TABLES: &str =
        "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p ON DELETE CASCADE);";

    #[test]
    fn seeds_without_parents_and_cascades_that_do_not_fire() {
        assert_eq!(
            history(&[TABLES, "INSERT INTO c VALUES (1);", "SELECT 1;"]),
            ["dangling_foreign_key 0002_m.sql:1:1"]
        );
        let texts = [TABLES, "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);", "DELETE FROM p;"];
        assert_eq!(history(&texts), ["dangling_foreign_key 0003_m.sql:1:1"]);
    }

    #[test]
    fn with_keys_on_nothing_is_said_of_keys_that_are_off() {
        let insert = "INSERT INTO c VALUES (1);";
        for (sql, off) in
            [(insert.to_owned(), true), (format!("-- onward: foreign_keys(on)\n\n{insert}"), false)]
        {
            let text = rendered(&[("1_a.sql", TABLES), ("2_b.sql", &sql)]);
            assert!(text.contains("insert the rows that are referred to"), "{text}");
            assert_eq!(text.contains("foreign keys are off"), off, "{text}");
        }
    }

    #[test]
    fn rows_that_rely_on_a_cascade() {
        let delete = "DELETE FROM p;";
        assert_eq!(history(&[TABLES, delete]), ["dangling_foreign_key 0002_m.sql:1:1"]);
        assert_eq!(history(&[TABLES, "DROP TABLE p;"])[0], "dangling_foreign_key 0002_m.sql:1:1");
        let drops = "DROP TABLE other;\nDROP TABLE p;\nCREATE TABLE last(a);";
        assert_eq!(
            history(&[TABLES, "CREATE TABLE other(a);", drops])[0],
            "dangling_foreign_key 0003_m.sql:2:1"
        );
        assert_eq!(history(&[TABLES, "-- onward: foreign_keys(on)\nDELETE FROM p;"]), [""; 0]);
        assert_eq!(history(&[TABLES, "DELETE FROM c; DELETE FROM p;"]), [""; 0]);
    }

    /// What deletes from another table has nothing to do with it.
    #[test]
    fn rows_that_are_written_without_their_parents() {
        let update = "DELETE FROM other;\nUPDATE c SET p = 9;";
        let texts = [TABLES, "CREATE TABLE other(a);", update];
        assert_eq!(history(&texts), ["dangling_foreign_key 0003_m.sql:2:1"]);
    }

    #[test]
    fn a_cascade_that_fires_is_not_to_blame() {
        let seed = "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);";
        let texts =
            [TABLES, seed, "-- onward: foreign_keys(on)\nDELETE FROM p;", "INSERT INTO c VALUES (9);"];
        assert_eq!(history(&texts), ["dangling_foreign_key 0004_m.sql:1:1"]);
    }

    #[test]
    fn each_parent_is_a_fault_of_its_own() {
        let tables = "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE q(id INTEGER PRIMARY KEY);
            CREATE TABLE c(p REFERENCES p, q REFERENCES q); CREATE TABLE d(q REFERENCES q);";
        let found = history(&[tables, "DELETE FROM q;\nDELETE FROM p;"]);
        let places = ["1:1", "1:1", "2:1"].map(|place| format!("dangling_foreign_key 0002_m.sql:{place}"));
        assert_eq!(found, places);
    }

    #[test]
    fn the_migration_is_the_one_that_is_not_mended() {
        let tables = "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE q(id INTEGER PRIMARY KEY);
            CREATE TABLE c(p REFERENCES p, q REFERENCES q);";
        let texts = [
            tables,
            "INSERT INTO c(q) VALUES (5);",
            "INSERT INTO c(p) VALUES (6);",
            "INSERT INTO q VALUES (5);",
        ];
        assert_eq!(history(&texts), ["dangling_foreign_key 0003_m.sql:1:1"]);
    }

    #[test]
    fn one_of_two_parents_is_mended() {
        let tables = "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE q(id INTEGER PRIMARY KEY);
            CREATE TABLE c(p REFERENCES p, q REFERENCES q); CREATE TABLE d(p REFERENCES p);";
        let texts =
            [tables, "DELETE FROM p;\nDELETE FROM q;", "UPDATE c SET q = NULL; UPDATE d SET p = NULL;"];
        assert_eq!(history(&texts), ["dangling_foreign_key 0002_m.sql:1:1"]);
    }

    #[test]
    fn keys_that_are_changed() {
        let texts =
            [TABLES, "CREATE TABLE other(a);", "UPDATE p SET id = id + 1000;\nUPDATE other SET a = 1;"];
        assert_eq!(history(&texts), ["dangling_foreign_key 0003_m.sql:1:1"]);
        let found = folder(&[("1_a.sql", TABLES), ("2_b.sql", "UPDATE p SET id = id + 1000;")]);
        assert!(found.diagnostics.len() == 1 && !found.has_errors(), "{:?}", found.diagnostics);
        // The table that is dropped is there again.
        let rebuild = "CREATE TABLE n(id INTEGER PRIMARY KEY);\nINSERT INTO n SELECT id + 1000 FROM p;\nDROP TABLE p;\n\
                       ALTER TABLE n RENAME TO p;";
        assert_eq!(history(&[TABLES, rebuild]), ["dangling_foreign_key 0002_m.sql:2:1"]);
    }

    /// What foreign keys count before COMMIT is forgotten: the rows are looked at in the end.
    #[test]
    fn foreign_keys_that_are_on_are_judged_in_the_end() {
        let on = |sql: &str| format!("-- onward: foreign_keys(on)\n{sql}");
        let rebuild = on("CREATE TABLE n(id INTEGER PRIMARY KEY, a);\nINSERT INTO n(id) SELECT id FROM p;
            DROP TABLE p; ALTER TABLE n RENAME TO p;");
        for key in ["NOT NULL REFERENCES p(id)", "NOT NULL REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED"] {
            let tables = format!("CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p INTEGER {key});");
            assert_eq!(history(&[&tables, &rebuild]), [""; 0], "{key}");
            assert_eq!(history(&[&tables, &on("DELETE FROM p;"), "DELETE FROM c;"]), [""; 0], "{key}");
            assert_eq!(
                history(&[&tables, &on("DELETE FROM p;")]),
                ["dangling_foreign_key 0002_m.sql:2:1"],
                "{key}"
            );
            let lost = rebuild.replace("SELECT id FROM p", "SELECT id + 1000 FROM p");
            assert_eq!(history(&[&tables, &lost]), ["dangling_foreign_key 0002_m.sql:3:1"], "{key}");
            let empty = on("DROP TABLE p; CREATE TABLE p(id INTEGER PRIMARY KEY, a);");
            assert_eq!(history(&[&tables, &empty]), ["dangling_foreign_key 0002_m.sql:2:1"], "{key}");
            let seeded = "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);";
            assert_eq!(history(&[&tables, seeded, &rebuild]), [""; 0], "{key}");
        }
    }

    #[test]
    fn a_new_column_that_refers_to_nothing() {
        let tables = "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(a);";
        let add = "ALTER TABLE c ADD COLUMN p INTEGER DEFAULT 7 REFERENCES p(id);";
        assert_eq!(history(&[tables, add]), ["dangling_foreign_key 0002_m.sql:1:1"]);
        assert_eq!(history(&[tables, &add.replace("DEFAULT 7 ", "")]), [""; 0]);
    }

    /// A key that a rebuild has made has the rows of others behind it.
    #[test]
    fn a_key_that_came_with_a_rebuild_stays_as_it_is() {
        let tables = "CREATE TABLE keys(address TEXT NOT NULL PRIMARY KEY);";
        let numbered =
            "CREATE TABLE n(id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL UNIQUE);
            INSERT INTO n(address) SELECT address FROM keys; DROP TABLE keys; ALTER TABLE n RENAME TO keys;
            CREATE TABLE tickets(id INTEGER PRIMARY KEY, client INTEGER NOT NULL REFERENCES keys(id));
            INSERT INTO tickets(client) SELECT id FROM keys;";
        let clients = "CREATE TABLE clients(id INTEGER PRIMARY KEY); INSERT INTO clients SELECT id FROM keys;
            CREATE TABLE n(id INTEGER PRIMARY KEY, client INTEGER NOT NULL REFERENCES clients(id));
            INSERT INTO n SELECT * FROM tickets; DROP TABLE tickets; ALTER TABLE n RENAME TO tickets;";
        assert_eq!(history(&[tables, numbered, clients]), [""; 0]);
    }

    #[test]
    fn the_place_is_what_leaves_the_rows_and_the_help_what_would_work() {
        let help = |tables: &str| {
            let found = folder(&[("1_a.sql", tables), ("2_b.sql", "DELETE FROM p;")]);
            format!("{:?}", found.diagnostics[0].help)
        };
        assert!(help(TABLES).contains("foreign_keys(on)"));
        assert!(!help(&TABLES.replace(" ON DELETE CASCADE", "")).contains("foreign_keys(on)"));
        // A key that comes with a rebuild of the child.
        let child = "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p INTEGER);";
        let rebuild = "CREATE TABLE n(p INTEGER REFERENCES p);\nINSERT INTO n SELECT p FROM c;\nDROP TABLE c;\n\
                       ALTER TABLE n RENAME TO c;\nCREATE INDEX i ON c(p);";
        assert_eq!(history(&[child, rebuild]), ["dangling_foreign_key 0002_m.sql:2:1"]);
    }

    #[test]
    fn silent_when_it_is_mended_in_the_end() {
        assert_eq!(
            history(&[TABLES, "INSERT INTO c VALUES (1), (NULL);", "INSERT INTO p VALUES (1);"]),
            [""; 0]
        );
    }
}
