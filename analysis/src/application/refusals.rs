//! What is said of statements that are wrong.

use super::*;
use crate::checks::testing::folder;

#[test]
fn refusals() {
    let analysis = folder(&[
        (
            "0001_jobs.sql",
            "CREATE TABLE jobs(id INTEGER PRIMARY KEY, phase TEXT, gone INT);\nCREATE TABLE old(a);\nCREATE TABLE lines(a);",
        ),
        ("0002_drop.sql", "ALTER TABLE jobs DROP COLUMN gone; DROP TABLE old;"),
        ("0003_names.sql", "ALTER TABLE jobs RENAME phase TO state; ALTER TABLE lines RENAME TO parts;"),
    ]);
    for (sql, expected) in [
        (
            "SELECT stat FROM jobs",
            "unknown_column `stat`: `jobs` has no column `stat` / there is a column with a similar name: `state`",
        ),
        (
            "SELECT zzzzzz FROM jobs",
            "unknown_column `zzzzzz`: `jobs` has no column `zzzzzz` / the columns of `jobs` are `id`, `state`",
        ),
        (
            "SELECT id,\n gone FROM jobs",
            "unknown_column `gone`: `jobs` has no column `gone` / it is gone since 0002_drop.sql",
        ),
        (
            "SELECT j.phase FROM jobs j",
            "unknown_column `phase`: `jobs` has no column `phase` / it is called `state` since 0003_names.sql",
        ),
        (
            "SELECT * FROM lines",
            "unknown_table `lines`: there is no table or view `lines` / it is called `parts` since 0003_names.sql",
        ),
        (
            "SELECT j.stat FROM jobs j",
            "unknown_column `stat`: `jobs` has no column `stat` / there is a column with a similar name: `state`",
        ),
        (
            "UPDATE jobs SET stat = 1",
            "unknown_column `stat`: `jobs` has no column `stat` / there is a column with a similar name: `state`",
        ),
        (
            "SELECT * FROM job",
            "unknown_table `job`: there is no table or view `job` / there is one with a similar name: `jobs`",
        ),
        (
            "SELECT * FROM old",
            "unknown_table `old`: there is no table or view `old` / it is gone since 0002_drop.sql",
        ),
        (
            "SELECT * FROM jobs WHERE state = \"done\"",
            "double_quoted_string `\"done\"`: no column is called \"done\" / write 'done' for the string",
        ),
        (
            "SELECT slug(state) FROM jobs",
            "unknown_function `slug`: SQLite has no function `slug` / if the application registers it on its connections, write `functions = [\"slug\"]` into onward.toml beside the migrations",
        ),
        ("SELECT * FORM jobs", "syntax_error `FORM`: near \"FORM\": syntax error / "),
        ("SELECT * FROM", "syntax_error ``: incomplete input / "),
        (
            "INSERT INTO jobs VALUES (1)",
            "sqlite_error `INSERT INTO jobs VALUES (1)`: SQLite refuses this: table jobs has 2 columns but 1 values were supplied / ",
        ),
        (
            "SELECT 'a'\0 FROM nowhere",
            "syntax_error `\0`: there is a NUL byte, where SQLite stops reading / write `char(0)` for the character in a string, and `x'00'` for the byte in a blob",
        ),
    ] {
        let Err(Error::Refused(Refused { diagnostic, files })) = analysis.query(sql.into()) else {
            panic!("{sql}")
        };
        let text = files.text(&diagnostic.place);
        assert_eq!(
            format!("{} `{text}`: {} / {}", diagnostic.rule.code, diagnostic.message, diagnostic.help),
            expected
        );
    }
    assert!(matches!(analysis.query(" -- nothing\n;".into()), Err(Error::Empty)));
    assert!(
        matches!(analysis.query("SELECT 1; SELECT 2".into()), Err(Error::Several(range)) if range == (10..18))
    );
    assert!(
        analysis.check("BEGIN; SELECT 1; CREATE TEMP TABLE x(a); INSERT INTO x VALUES (1)".into()).is_ok()
    );
    assert!(matches!(analysis.check("SELECT 1; SELECT x".into()), Err(Error::Refused(_))));
    assert!(matches!(analysis.check("SELECT 1; SELECT 2 \0".into()), Err(Error::Refused(_))));
    assert!(matches!(folder(&[]).query("SELECT 1".into()), Err(Error::NoSchema)));
}

#[test]
fn what_is_newer_than_the_oldest_sqlite_is_refused() {
    let of = |config| folder(&[("0001_all.sql", "CREATE TABLE t(a);"), ("onward.toml", config)]);
    let text = "SELECT a\nFROM t WHERE a = concat('b', 'c')";
    assert!(of("").query(text.into()).is_ok());
    let analysis = of("[engine]\nsqlite = '3.40'");
    let twice = format!("DELETE FROM t; {text}");
    for error in
        [analysis.query(text.into()).unwrap_err(), analysis.check(twice.as_str().into()).unwrap_err()]
    {
        let Error::Refused(Refused { diagnostic, files }) = error else { panic!("{error:?}") };
        assert_eq!((diagnostic.rule.code, files.text(&diagnostic.place)), ("newer_sqlite", "concat"));
    }
}
