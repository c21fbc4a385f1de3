//! What came with a newer SQLite than the oldest that runs the migrations.

use crate::config::FILE_NAME;
use crate::config::engine::Oldest;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::{FileId, Place};
use crate::folder::history::History;
use crate::folder::statement::Statement;
use crate::sqlite::newer::Use;

/// `newer_sqlite`
pub static RULE: Rule = Rule::error(
    "newer_sqlite",
    "a history uses what the oldest SQLite that runs it has, where onward.toml names that",
)
.allowable()
.effect(
    "On such a SQLite the statement fails or gives NULL: no new database starts, and no old one is migrated.",
)
.examples(
    "-- onward.toml
[engine]
sqlite = '3.40'
-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, queue TEXT, state TEXT);
CREATE VIEW labels AS SELECT concat(queue, ': ', state) AS label FROM jobs;",
    "-- onward.toml
[engine]
sqlite = '3.40'
-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, queue TEXT, state TEXT);
CREATE VIEW labels AS SELECT queue || ': ' || state AS label FROM jobs;",
);

pub(crate) fn check(history: &History) -> Vec<Diagnostic> {
    let Some(oldest) = history.config.engine.oldest() else { return Vec::new() };
    let of = |file: FileId, statements: &[Statement]| {
        let runs = statements.iter().filter(|statement| statement.kind.runs());
        let found = runs.flat_map(|statement| {
            let start = statement.range.start;
            let uses = history.newer(&history.files.get(file).text[statement.range.clone()], oldest.version);
            uses.into_iter().map(move |found| (start + found.range.start..start + found.range.end, found))
        });
        let diagnostics = found.map(|(range, found)| diagnose(&found, file.at(range), oldest));
        diagnostics.collect::<Vec<_>>()
    };
    let all = history.migrations.iter().flat_map(|migration| {
        let down = migration.down.map(|down| of(down, &migration.down_statements));
        of(migration.file, &migration.statements).into_iter().chain(down.unwrap_or_default())
    });
    all.collect()
}

/// What is used at a place, and not in the SQLite that is named there.
pub(crate) fn diagnose(found: &Use, place: Place, oldest: Oldest<'_>) -> Diagnostic {
    let Oldest { version, place: named, is_named } = oldest;
    let Use { what, since, instead, .. } = found;
    let message = format!("{what} came with SQLite {since}, and SQLite {version} runs this");
    let (raise, of_named) = match is_named {
        true => (
            format!("raise `sqlite` in {FILE_NAME} if no user has one older than {since}"),
            "the oldest SQLite is named here".to_owned(),
        ),
        false => (
            format!(
                "write `sqlite = \"{since}\"` below `[engine]` in {FILE_NAME} if the engine has that by now"
            ),
            format!("this engine has SQLite {version}, unless `sqlite` says otherwise"),
        ),
    };
    let help = if instead.is_empty() { raise } else { format!("{instead}, or {raise}") };
    Diagnostic::new(&RULE, place, message)
        .label(format!("not in SQLite {version}"))
        .related(named.clone(), of_named)
        .help(help)
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::codes;

    const OLD: (&str, &str) = ("onward.toml", "[engine]\nsqlite = '3.37'");

    fn of(sql: &str) -> Vec<String> {
        let tables = ("1_t.sql", "CREATE TABLE t(a, b, n INTEGER NOT NULL);");
        codes(&[OLD, tables, ("2_m.sql", sql)])
    }

    #[test]
    fn wherever_it_stands() {
        for (sql, at) in [
            ("UPDATE t SET a = unixepoch();", 18),
            ("CREATE VIEW v AS SELECT a ->> 'x' AS x FROM t;", 27),
            ("CREATE TABLE u(a CHECK (octet_length(a) < 9));", 25),
            ("CREATE TABLE u(a, b AS (a -> 'x'));", 27),
            ("CREATE INDEX i ON t(\"format\"('%s', a));", 21),
            ("CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t WHERE concat(a, b) = ''; END;", 62),
            ("CREATE TABLE u(a DEFAULT (strftime('%F', 'now')));", 36),
            ("ALTER TABLE main.t ALTER COLUMN n DROP NOT NULL;", 20),
            ("INSERT INTO t SELECT 1, x, 2 FROM (SELECT 3 AS x) FULL JOIN (SELECT 4 AS y) ON x = y;", 51),
        ] {
            // The SQLite of the replay may be too old for it as well.
            let found = of(sql);
            let ours = found.iter().filter(|line| line.starts_with("newer_sqlite"));
            assert_eq!(ours.collect::<Vec<_>>(), [&format!("newer_sqlite 2_m.sql:1:{at}")], "{sql}");
        }
    }

    #[test]
    fn silent_where_it_is_old_or_left_out_or_the_applications_own() {
        for sql in [
            "INSERT INTO t SELECT iif(1, 2, 3), printf('%d', 1), 4 FROM t LEFT JOIN (SELECT 5 AS y) ON a = y;",
            "PRAGMA cache_size = 1_000;",
            "-- onward: allow(newer_sqlite) the field has 3.44\nUPDATE t SET a = concat(a, b);",
        ] {
            let found = of(sql);
            assert!(found.iter().all(|line| !line.starts_with("newer_sqlite")), "{sql}: {found:?}");
        }
        let own = ("onward.toml", "functions = ['concat']\n[engine]\nsqlite = '3.40'");
        assert_eq!(codes(&[own, ("1_t.sql", "CREATE TABLE t(a CHECK (concat(a) <> ''));")]), [""; 0]);
        assert_eq!(codes(&[("1_t.sql", "CREATE TABLE t(a CHECK (concat(a) <> ''));")]), [""; 0]);
    }

    #[test]
    fn ways_back_are_read_as_well() {
        let table = "CREATE TABLE t(a); INSERT INTO t VALUES (1);";
        let down = "UPDATE t SET a = concat(a, 1); DROP TABLE t;";
        let found = codes(&[OLD, ("1_t.up.sql", table), ("1_t.down.sql", down)]);
        assert_eq!(found, ["newer_sqlite 1_t.down.sql:1:18"]);
    }
}
