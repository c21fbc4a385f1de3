//! Functions of the application's, among them some with the names of SQLite's own, held against what they give.

use rusqlite::functions::{Aggregate, Context, FunctionFlags, WindowAggregate};
use rusqlite::types::Value;
use rusqlite::{Connection, Result};

use super::testing::expect;
use super::*;
use crate::checks::testing::folder;

const SCHEMA: &str = "
    CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT, size INT NOT NULL);
    CREATE TABLE checked(a TEXT CHECK (length(a) IS NOT NULL), b TEXT CHECK (upper(b) IS NOT NULL));
    CREATE VIEW loud AS SELECT upper(state) AS state FROM jobs;
";
const ROWS: &str = "
    INSERT INTO jobs VALUES (1, 'a', NULL, 1), (2, 'b', 'n', 2), (3, 'b', '', 3);
    INSERT INTO checked VALUES ('a', NULL);
";
const CONFIG: &str = "functions = [
    'upper', 'coalesce', 'date', 'typeof', 'iif', 'like', 'random', 'count',
    { name = 'round', arguments = 1 }, { name = 'max', arguments = 1, kind = 'scalar' },
    { name = 'total', kind = 'window' }, { name = 'sum', arguments = 1, kind = 'aggregate' },
    { name = 'median', arguments = 1, kind = 'aggregate' }, { name = 'last', kind = 'window' },
]";

/// Gives NULL, or the last row's number as text.
struct Last;

impl Aggregate<i64, Option<String>> for Last {
    fn init(&self, _: &mut Context<'_>) -> Result<i64> {
        Ok(0)
    }

    fn step(&self, _: &mut Context<'_>, last: &mut i64) -> Result<()> {
        *last += 1;
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, last: Option<i64>) -> Result<Option<String>> {
        Ok(last.filter(|last| last % 2 == 0).map(|last| last.to_string()))
    }
}

impl WindowAggregate<i64, Option<String>> for Last {
    fn value(&self, last: Option<&mut i64>) -> Result<Option<String>> {
        Ok(last.filter(|last| **last % 2 == 0).map(|last| last.to_string()))
    }

    fn inverse(&self, _: &mut Context<'_>, last: &mut i64) -> Result<()> {
        *last -= 1;
        Ok(())
    }
}

/// A database in which the functions are what nobody expects.
fn open(rows: &str) -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let odd = |context: &Context<'_>| match context.len() {
        0 => Ok(Value::Null),
        _ => Ok(match context.get::<Value>(0)? {
            Value::Null => Value::Blob(vec![0]),
            Value::Text(text) if text != "b" => Value::Null,
            _ => Value::Real(0.5),
        }),
    };
    for name in ["upper", "coalesce", "date", "typeof", "iif", "like", "random", "count"] {
        conn.create_scalar_function(name, -1, flags, odd).unwrap();
    }
    conn.create_scalar_function("round", 1, flags, odd).unwrap();
    conn.create_scalar_function("max", 1, flags, odd).unwrap();
    for name in ["total", "last"] {
        conn.create_window_function(name, -1, flags, Last).unwrap();
    }
    for name in ["sum", "median"] {
        conn.create_aggregate_function(name, 1, flags, Last).unwrap();
    }
    conn.execute_batch(SCHEMA).unwrap();
    conn.execute_batch(rows).unwrap();
    conn
}

fn analysis() -> crate::Analysis {
    let analysis = folder(&[("0001_all.sql", SCHEMA), ("onward.toml", CONFIG)]);
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    analysis
}

#[test]
fn what_the_application_calls_like_a_function_of_sqlite_gives_anything() {
    let analysis = analysis();
    let connections = [open(""), open(ROWS)];
    let cases = [
        ("SELECT upper(state) AS a, lower(state) AS b FROM jobs", "a: any ~, b: text"),
        ("SELECT coalesce(note, 'x') AS a, ifnull(note, 'x') AS b FROM jobs", "a: any ~, b: text"),
        (
            "SELECT date() AS a, datetime(date('now')) AS b, datetime('now') AS c",
            "a: any ~, b: text ~, c: text",
        ),
        ("SELECT typeof(id) AS a, random() AS b FROM jobs", "a: any ~, b: any ~"),
        ("SELECT iif(id, 1, 2) AS a FROM jobs", "a: any ~"),
        ("SELECT state LIKE 'a' AS a, state GLOB 'a' AS b FROM jobs", "a: any ~, b: integer"),
        // Only for so many arguments.
        ("SELECT round(size) AS a, round(size, 1) AS b FROM jobs", "a: any ~, b: real"),
        ("SELECT max(size) AS a, max(size, 2) AS b FROM jobs", "a: any ~, b: integer"),
        ("SELECT count(*) AS a, count(id) AS b FROM jobs", "a: any ~, b: any ~"),
        // Nor do they prove anything.
        ("SELECT note FROM jobs WHERE upper(note) = 'X'", "note: text ?"),
        ("SELECT note FROM jobs WHERE coalesce(note, 'b') <> 'b'", "note: text ?"),
        ("SELECT note FROM jobs WHERE typeof(note) = 'text'", "note: text ?"),
        ("SELECT note FROM jobs WHERE note LIKE 'x'", "note: text ?"),
        ("SELECT note FROM jobs WHERE iif(note IS NULL, 0, 1)", "note: text ?"),
        ("SELECT note FROM jobs WHERE lower(note) = 'x'", "note: text"),
        ("SELECT state FROM loud", "state: any ~"),
        ("SELECT a, b FROM checked", "a: text, b: text ?"),
    ];
    expect(&analysis, &connections, &cases);
}

#[test]
fn aggregates_and_windows_of_the_application() {
    let analysis = analysis();
    let connections = [open(""), open(ROWS)];
    let cases = [
        ("SELECT median(size) AS a FROM jobs", "a: any ~"),
        ("SELECT state, median(size) AS a FROM jobs GROUP BY state", "state: text, a: any ~"),
        (
            "SELECT sum(size) AS a, total(size) AS b, avg(size) AS c FROM jobs",
            "a: any ~, b: any ~, c: real ?",
        ),
        // Without GROUP BY there is one row, of nothing if need be.
        ("SELECT median(size) AS a, state FROM jobs", "a: any ~, state: text ?"),
        (
            "SELECT note, median(size) AS m FROM jobs WHERE note IS NOT NULL HAVING m IS NULL",
            "note: text ?, m: any ~",
        ),
        (
            "SELECT (SELECT median(size) FROM jobs WHERE 0) AS a, (SELECT last(jobs.id)) AS b FROM jobs",
            "a: any ~, b: any ~",
        ),
        ("SELECT id, last(size) OVER (ORDER BY id) AS a FROM jobs", "id: integer, a: any ~"),
        ("SELECT last(size) AS a, median(size) FILTER (WHERE id > 1) AS b FROM jobs", "a: any ~, b: any ~"),
        ("SELECT total(size) OVER (ORDER BY id ROWS 1 PRECEDING) AS a FROM jobs", "a: any ~"),
        ("SELECT state FROM jobs GROUP BY state ORDER BY median(size)", "state: text"),
    ];
    expect(&analysis, &connections, &cases);
    for (sql, message) in [
        ("SELECT median(size) OVER () FROM jobs", "median() may not be used as a window function"),
        ("SELECT id FROM jobs WHERE median(size) > 1", "misuse of aggregate function median()"),
        ("SELECT id FROM jobs WHERE last(size) > 1", "misuse of aggregate function last()"),
        ("SELECT median(size, 2) FROM jobs", "wrong number of arguments to function median()"),
        (
            "SELECT upper(state) FILTER (WHERE 1) FROM jobs",
            "FILTER may not be used with non-aggregate upper()",
        ),
    ] {
        let Err(Error::Refused(refused)) = analysis.query(sql.into()) else { panic!("{sql}") };
        assert!(refused.diagnostic.message.contains(message), "{sql}: {:?}", refused.diagnostic.message);
        let error = connections[1].prepare(sql).map(|mut found| found.query(()).map(drop));
        assert!(error.unwrap_err().to_string().contains(message), "{sql}");
    }
}

/// In migrations too: in a view, which SQLite resolves when a table is renamed, and in what is copied.
#[test]
fn migrations_call_aggregates() {
    let analysis = folder(&[
        ("0001_all.sql", SCHEMA),
        (
            "0002_more.sql",
            "CREATE VIEW medians AS SELECT state, median(size) AS m, last(id) AS l FROM jobs GROUP BY state;
             CREATE VIEW running AS SELECT id, last(size) OVER (ORDER BY id) AS l FROM jobs;
             CREATE TABLE kept AS SELECT state, median(size) AS m FROM jobs GROUP BY state;
             ALTER TABLE jobs RENAME COLUMN size TO weight;",
        ),
        ("onward.toml", CONFIG),
    ]);
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    assert!(analysis.query("SELECT l FROM running UNION SELECT m FROM medians".into()).is_ok());
}
