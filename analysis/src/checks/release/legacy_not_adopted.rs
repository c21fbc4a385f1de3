//! A database of an old release, in the folder `legacy`, that cannot be adopted or does not arrive at the schema.
//!
//! It is adopted as the runtime does it with `Adopt::Reconcile`, which tries `Adopt::Exact` first. What hooks
//! do is not known here.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Legacy, Problem, Replay};

/// `legacy_not_adopted`
pub static RULE: Rule = Rule::error(
    "legacy_not_adopted",
    "a database of an old release can be adopted, and arrives at the schema of a new one",
)
.effect("Programs refuse to adopt such a database, and do not start on it.")
.examples(
    "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL);
-- legacy/v1.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state INTEGER);",
    "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL);
-- legacy/v1.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL);",
);

pub(crate) fn check(history: &History, replay: &Replay) -> Vec<Diagnostic> {
    replay.legacy.iter().map(|legacy| diagnose(history, legacy)).collect()
}

fn diagnose(history: &History, Legacy { file, problem }: &Legacy) -> Diagnostic {
    let path = &history.files.get(*file).path;
    let start = history.files.get(*file).text.find(|c: char| !c.is_whitespace()).unwrap_or(0);
    let new = |message: String| Diagnostic::new(&RULE, file.at(start..start), message);
    match problem {
        Problem::Own(place, message) => {
            Diagnostic::new(&RULE, place.clone(), format!("`{path}` is no database: {message}"))
                .label("SQLite refuses this")
                .note("what lies in `legacy` is the schema of a database as an old release left it, and may have rows")
                .help("write what `.dump` prints of such a database in the sqlite3 shell")
        }
        Problem::Unrepeatable(at, nearest) => {
            let mut found = new(format!("a database like `{path}` cannot be adopted: what writes or drops may run the second time"))
                .related(history.place(*at), "this may have run on it before")
                .note("its schema is not the one after any of the migrations, so nobody knows which have run");
            if let Some((after, differences)) = nearest {
                let name = &history.files.get(history.migrations[*after].file).path;
                found = found.note(format!("it comes nearest to the one after {name}"));
                for difference in differences.iter().take(5) {
                    found = found.note(difference.clone());
                }
            }
            found.help(
                "let the history begin with the schema of the old release, and come to the newer one in a migration",
            )
        }
        Problem::Refused(at, message) => {
            new(format!("a database like `{path}` does not arrive at the schema: {message}"))
                .related(history.place(*at), "refused here")
                .note("the application would not start on such a database; nothing of it would be changed")
                .help("write the migration so that it works on this database as well, or begin the history with its schema")
        }
        Problem::Differs(after, differences) => {
            let mut found = new(format!("a database like `{path}` does not arrive at the schema of a new one"));
            if let Some(after) = after {
                let migration = &history.migrations[*after];
                let place = migration.statements.first().map_or(0..0, |first| first.range.clone());
                found = found.related(migration.file.at(place), "its schema differs after this migration");
            }
            for difference in differences.iter().take(5) {
                found = found.note(difference.clone());
            }
            found.note("the application would not start on such a database; nothing of it would be changed").help(
                "let the history begin with the schema of the old release, and come to the newer one in a migration",
            )
        }
        Problem::Orphans(orphans) => {
            let mut found = new(format!("a database like `{path}` is left with dangling foreign keys"));
            for orphan in orphans.iter().take(3) {
                found = found.note(orphan.clone());
            }
            found.help("delete or correct these rows in the migration: ON DELETE actions do not fire while migrations run")
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, rendered};

    const FIRST: (&str, &str) =
        ("0001_jobs.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL);");
    const SECOND: (&str, &str) =
        ("0002_queue.sql", "ALTER TABLE jobs ADD COLUMN queue TEXT; UPDATE jobs SET queue = 'main';");
    const UNIQUE: (&str, &str) = (
        "0003_unique.sql",
        "-- onward: allow(failure_with_some_rows) one job a state\nCREATE UNIQUE INDEX one ON jobs(state);",
    );

    fn found(legacy: &str) -> Vec<String> {
        codes(&[FIRST, SECOND, UNIQUE, ("legacy/v1.sql", legacy)])
    }

    #[test]
    fn databases_that_arrive() {
        for legacy in [
            FIRST.1,
            "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL);\n\
             INSERT INTO jobs VALUES(1,\"a\");\nCREATE TABLE others(a);\nCOMMIT;",
            "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, queue TEXT);",
            "CREATE TABLE others(a);",
            "",
        ] {
            assert_eq!(found(legacy), [""; 0], "{legacy}");
        }
    }

    #[test]
    fn what_a_migration_leaves_on_its_connection_ends_with_it() {
        let temporary = "CREATE TEMP TABLE x(a);";
        let second = ("0002_queue.sql", &*format!("{temporary} ALTER TABLE jobs ADD COLUMN queue TEXT;"));
        let third = ("0003_due.sql", &*format!("{temporary} ALTER TABLE jobs ADD COLUMN due TEXT;"));
        assert_eq!(codes(&[FIRST, second, third, ("legacy/v1.sql", FIRST.1)]), [""; 0]);
    }

    #[test]
    fn databases_that_do_not() {
        for (legacy, at) in [
            ("CREATE TABLE jobs(", "1:1"),
            // Another type: no migration makes it what it should be.
            ("-- of 2019\nCREATE TABLE jobs(id INTEGER PRIMARY KEY, state INT NOT NULL)", "1:1"),
            // Rows that the index refuses.
            (&format!("{} INSERT INTO jobs(state) VALUES ('a'), ('a')", FIRST.1), "1:1"),
            // The index of the third migration without the second, whose rows may be written.
            (&format!("{} CREATE UNIQUE INDEX one ON jobs(state)", FIRST.1), "1:1"),
        ] {
            assert_eq!(found(legacy), [format!("legacy_not_adopted legacy/v1.sql:{at}")], "{legacy}");
        }
    }

    #[test]
    fn silent_while_the_history_has_faults_of_its_own() {
        let broken = ("0002_broken.sql", "ALTER TABLE nowhere ADD COLUMN a;");
        assert_eq!(codes(&[FIRST, broken, ("legacy/v1.sql", "CREATE TABLE jobs(x)")]).len(), 1);
    }

    #[test]
    fn the_statement_in_the_way_is_shown() {
        let legacy = format!("{} INSERT INTO jobs(state) VALUES ('a'), ('a')", FIRST.1);
        let text = rendered(&[FIRST, SECOND, UNIQUE, ("legacy/v1.sql", &legacy)]);
        assert!(
            text.contains("does not arrive at the schema: UNIQUE constraint failed: jobs.state"),
            "{text}"
        );
        assert!(
            text.contains("::: migrations/0003_unique.sql:2:1") && text.contains("refused here"),
            "{text}"
        );
    }
}
