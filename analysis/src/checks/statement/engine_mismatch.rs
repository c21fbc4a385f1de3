//! What the engine that onward.toml names does not take, or its driver does not send.

use std::ops::Range;

use onward_core::batch::{Fit, Target, fit};
use onward_core::kind::{Kind, ObjectKind};
use onward_core::run::Run;

use crate::config::FILE_NAME;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;
use crate::folder::history::{At, History};
use crate::sqlite::engine::{Missing, has_function, missing};
use crate::sqlite::text::calls;

/// `engine_mismatch`
pub static RULE: Rule = Rule::error(
    "engine_mismatch",
    "a history runs on the engine that onward.toml names, as one request and without the program's code",
)
.effect("The migration is refused there, and nothing that comes behind it runs either: the program does not start.")
.examples(
    "-- onward.toml
[engine]
target = 'libsql'
-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE TEMP TABLE states(name TEXT);
ANALYZE;",
    "-- onward.toml
[engine]
target = 'libsql'
-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
PRAGMA user_version = 1;",
);

/// A statement that does not fit, or calls what the engine does not have.
pub(crate) fn check(history: &History, at: At) -> Option<Diagnostic> {
    let (target, named) = history.config.engine.target.as_ref()?;
    let (statement, sql) = (history.statement(at), history.sql(at));
    // It is an error on every engine, which others tell.
    if statement.kind.run() == Run::Never {
        return None;
    }
    match fit(&statement.kind, sql, Some(*target), history.config.engine.foreign_keys) {
        Fit::LeftOut => None,
        Fit::Refused(reason) => {
            let message = format!("this cannot run on {}: {reason}", target.name());
            let help = help(&statement.kind);
            Some(diagnose(history.place(at), message, *target, named).help(help))
        }
        Fit::Runs => {
            // SQLite makes views and triggers whatever their functions are.
            let is_unseen =
                matches!(statement.kind, Kind::Create { object: ObjectKind::View | ObjectKind::Trigger, .. });
            let own = |(name, _): &(String, _)| {
                history.config.registers(name) && !(is_unseen && has_function(*target, name))
            };
            if let Some((name, range)) = calls(sql).into_iter().find(own) {
                let diagnostic = |message, note| {
                    Some(diagnose(inside(history, at, range), message, *target, named).note(note))
                };
                return match has_function(*target, &name) {
                    true => diagnostic(
                        format!("`{name}()` is a function of {} that cannot be tried before", target.name()),
                        "a run is tried in memory before it is sent, on a plain SQLite without the program's functions".to_owned(),
                    ),
                    false => diagnostic(
                        format!("{} has no function `{name}()`", target.name()),
                        format!("`functions` in {FILE_NAME} names what the program registers on its own connections"),
                    ),
                }
                .map(|found| found.help("write it with SQLite's own functions, or have the program write the rows"));
            }
            let Missing { what, range, instead } = missing(*target, sql)?;
            let message = format!("{} does not have {what}", target.name());
            let place = inside(history, at, range);
            Some(
                diagnose(place, message, *target, named)
                    .label("the engine refuses it, or what uses it")
                    .help(instead),
            )
        }
    }
}

/// These bytes of a statement.
fn inside(history: &History, at: At, range: Range<usize>) -> Place {
    let place = history.place(at);
    place.file.at(place.range.start + range.start..place.range.start + range.end)
}

/// What holds for a whole file: hooks, of which no code runs inside an engine, and foreign keys, which are off there.
pub(crate) fn hooks(history: &History) -> Vec<Diagnostic> {
    let Some((target, named)) = &history.config.engine.target else { return Vec::new() };
    let marks = history.migrations.iter().filter_map(|migration| migration.hook.clone());
    let diagnose = |mark| {
        let message =
            format!("a hook cannot run on {}: no code of the program runs inside the engine", target.name());
        diagnose(mark, message, *target, named).help(
            "write it as SQL; where only code can do it, let the program do it after its start, step by step, with a column that \
             says which rows it has done",
        )
    };
    let enforced = history.migrations.iter().filter(|migration| migration.foreign_keys);
    let enforced = enforced.map(|migration| {
        let range = migration.statements.first().map_or(0..0, |first| first.range.clone());
        let message = format!("a migration cannot run with foreign keys on, on {}", target.name());
        self::diagnose(migration.file.at(range), message, *target, named).help(match history.config.engine.foreign_keys {
            true => "remove `-- onward: foreign_keys(on)`: the nodes enforce them in any case, and put nothing off to the end",
            false => {
                "remove `-- onward: foreign_keys(on)`, and write what ON DELETE would do: the request runs with foreign keys off, \
                 and is refused if more of them dangle in the end than before"
            }
        })
    });
    marks.map(diagnose).chain(enforced).collect()
}

fn diagnose(place: Place, message: String, target: Target, named: &Place) -> Diagnostic {
    Diagnostic::new(&RULE, place, message)
        .label("refused before anything is sent")
        .related(named.clone(), format!("{} is named here", target.name()))
}

fn help(kind: &Kind) -> &'static str {
    match kind {
        Kind::Pragma(_) => {
            "remove it; a value that the program needs goes into a table, or into `PRAGMA user_version`"
        }
        Kind::Create { .. } => "make a table, and drop it at the end of the migration",
        Kind::Drop { .. } => {
            "change the table with ALTER TABLE, or leave it without rows; or start the nodes without `-fk`, and take `foreign_keys` \
             out of onward.toml"
        }
        _ => "remove it: SQLite chooses its plans without it as well",
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::codes;

    fn of(target: &str, sql: &str) -> Vec<String> {
        let config =
            format!("functions = ['slug']\n[engine]\ntarget = '{target}'\n[levels]\ndata_dropped = 'allow'");
        codes(&[("onward.toml", &config), ("1_t.sql", "CREATE TABLE t(a, b);"), ("2_m.sql", sql)])
    }

    #[test]
    fn what_an_engine_or_its_driver_refuses() {
        for target in ["rqlite", "libsql"] {
            for (sql, at) in [
                ("-- onward: hook\nUPDATE t SET a = 1;", "1:1"),
                ("-- onward: foreign_keys(on)\nDELETE FROM t;", "2:1"),
                ("PRAGMA application_id = 7;", "1:1"),
                ("UPDATE t SET a = 1;\nPRAGMA legacy_alter_table = ON;", "2:1"),
                ("CREATE TEMP TABLE u(a);", "1:1"),
                ("CREATE TABLE temp.u(a);", "1:1"),
                ("UPDATE t SET a = slug(b);", "1:18"),
            ] {
                assert_eq!(of(target, sql), [format!("engine_mismatch 2_m.sql:{at}")], "{target}: {sql}");
            }
        }
        assert_eq!(of("libsql", "ANALYZE t;"), ["engine_mismatch 2_m.sql:1:1"]);
    }

    #[test]
    fn what_the_sqlite_or_the_parser_of_an_engine_does_not_have() {
        let found = ["engine_mismatch 2_m.sql:1:18"];
        assert_eq!(of("rqlite", "UPDATE t SET a = soundex(b);"), found);
        assert_eq!(of("libsql", "UPDATE t SET a = soundex(b);"), [""; 0]);
        assert_eq!(
            of("libsql", "INSERT INTO t SELECT max(a), 1 FROM t HAVING max(a) > 1;"),
            ["engine_mismatch 2_m.sql:1:39"]
        );
        assert_eq!(
            of("libsql", "UPDATE t SET a = (SELECT group_concat(b ORDER BY a) FROM t);"),
            ["engine_mismatch 2_m.sql:1:41"]
        );
        assert_eq!(of("rqlite", "INSERT INTO t SELECT max(a), 1 FROM t HAVING max(a) > 1;"), [""; 0]);
    }

    #[test]
    fn functions_of_the_engine_cannot_be_tried_before() {
        let config = "functions = ['vector32']\n[engine]\ntarget = 'libsql'";
        let files =
            [("onward.toml", config), ("1_t.sql", "CREATE TABLE t(a); UPDATE t SET a = vector32(a);")];
        let found = crate::checks::testing::rendered(&files);
        assert!(
            found.contains("`vector32()` is a function of libSQL that cannot be tried before"),
            "{found}"
        );
        let view = ("1_t.sql", "CREATE TABLE t(a); CREATE VIEW v AS SELECT vector32(a) AS a FROM t;");
        assert_eq!(codes(&[("onward.toml", config), view]), [""; 0]);
        assert_eq!(codes(&[("onward.toml", "[engine]\ntarget = 'libsql'"), view]), [""; 0]);
        let files = [("onward.toml", "[engine]\ntarget = 'libsql'"), files[1]];
        let found = crate::checks::testing::rendered(&files);
        assert!(found.contains("unknown_function") && found.contains("libSQL has"), "{found}");
    }

    #[test]
    fn silent_on_what_runs_or_is_left_out() {
        for target in ["rqlite", "libsql"] {
            for sql in [
                "PRAGMA foreign_keys = OFF; DROP TABLE t; CREATE TABLE t(a, b, c); PRAGMA foreign_key_check; PRAGMA foreign_keys = ON;",
                "PRAGMA defer_foreign_keys = ON; PRAGMA user_version = 3;",
                "PRAGMA table_info(t); PRAGMA optimize; REINDEX;",
                "BEGIN; UPDATE t SET a = 'CREATE TEMP TABLE'; COMMIT;",
                "CREATE TABLE slug(a); UPDATE t SET a = lower(b);",
            ] {
                let found = of(target, sql);
                assert!(!found.iter().any(|line| line.starts_with("engine_mismatch")), "{sql}: {found:?}");
            }
        }
        assert_eq!(of("rqlite", "ANALYZE t;"), [""; 0]);
        let plain = ("1_t.sql", "CREATE TABLE t(a); CREATE TEMP TABLE u(a); ANALYZE;");
        assert_eq!(codes(&[plain]), [""; 0]);
    }

    #[test]
    fn foreign_keys_that_the_nodes_enforce() {
        let on = |keys: &str, sql: &str| {
            let config = format!("[engine]\ntarget = 'rqlite'\n{keys}[levels]\ndata_dropped = 'allow'");
            let tables = "CREATE TABLE p(id INTEGER PRIMARY KEY, n TEXT UNIQUE);
                          CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE CASCADE);
                          CREATE TABLE d(id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE SET NULL);
                          CREATE TABLE e(id INTEGER PRIMARY KEY, d REFERENCES d);";
            codes(&[("onward.toml", &config), ("1_t.sql", tables), ("2_m.sql", sql)])
        };
        let rebuild = "CREATE TABLE q(id INTEGER PRIMARY KEY, n TEXT UNIQUE, o TEXT DEFAULT '');
INSERT INTO q(id, n) SELECT id, n FROM p;
DROP TABLE p;
ALTER TABLE q RENAME TO p;";
        // As they are on a node with `-fk`: of the rebuild nothing else is told than the statement that is not sent.
        for (sql, enforced, off) in [
            (rebuild, &["engine_mismatch 2_m.sql:3:1"][..], &[][..]),
            (
                "INSERT INTO c VALUES (7, 7); INSERT INTO p VALUES (7, 'a');",
                &["sqlite_error 2_m.sql:1:1"],
                &[],
            ),
            ("INSERT INTO p VALUES (7, 'a'); INSERT INTO c VALUES (7, 7);", &[], &[]),
            (
                "ALTER TABLE c ADD COLUMN q INTEGER REFERENCES p DEFAULT 0;",
                &["failure_with_rows 2_m.sql:1:26"],
                &["dangling_foreign_key 2_m.sql:1:1"],
            ),
            (
                "INSERT OR REPLACE INTO p(id, n) SELECT id, lower(n) FROM p;",
                &["rows_lost 2_m.sql:1:1", "values_changed 2_m.sql:1:1"],
                &[],
            ),
            (
                "DELETE FROM p;",
                &[],
                &["dangling_foreign_key 2_m.sql:1:1", "dangling_foreign_key 2_m.sql:1:1"],
            ),
            (
                "DELETE FROM d;",
                &["failure_with_some_rows 2_m.sql:1:1"],
                &["dangling_foreign_key 2_m.sql:1:1"],
            ),
            (
                "UPDATE p SET n = 'x' WHERE id = 0; ALTER TABLE p ADD COLUMN o; CREATE INDEX i ON c(p);",
                &[],
                &[],
            ),
        ] {
            assert_eq!(on("foreign_keys = true\n", sql), enforced, "{sql}");
            assert_eq!(on("", sql), off, "{sql}");
        }
    }

    #[test]
    fn what_is_newer_than_the_sqlite_of_the_engines() {
        let newer = ["newer_sqlite 2_m.sql:1:18"];
        assert_eq!(of("rqlite", "UPDATE t SET a = json_pretty('[]');"), newer);
        assert_eq!(of("libsql", "UPDATE t SET a = concat(a, b);"), [""; 0]);
    }
}
