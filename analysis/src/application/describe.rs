//! What sqlx expects of its own `describe` for SQLite, and what is said here of the same statements.
//!
//! The cases are those of its tests (`tests/sqlite/describe.rs`, `tests/sqlite/macros.rs`, and the test in
//! `sqlx-sqlite/src/connection/explain.rs`) on tables of our own: what each column's type is to be, and whether it may
//! be NULL. Where sqlx is wrong or says less, it stands beside the case.

use onward_schema::Classes;

use super::testing::{describe, described, hold};
use crate::checks::testing::folder;
use crate::query::{Column, Null};

const SCHEMA: &str = "
    CREATE TABLE notes(
        id BIGINT NOT NULL PRIMARY KEY, body TEXT NOT NULL, sent BOOLEAN NOT NULL DEFAULT TRUE, author BIGINT
    );
    CREATE TABLE answers(
        id BIGINT NOT NULL PRIMARY KEY, note BIGINT NOT NULL REFERENCES notes(id), body TEXT NOT NULL, author BIGINT
    );
    CREATE TABLE people(id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, active BOOLEAN);
    CREATE VIEW all_people AS SELECT * FROM people;
    CREATE TABLE every(
        i integer NULL, r real NULL, t text NULL, b blob NULL,
        ni INTEGER NOT NULL, nr REAL NOT NULL, nt TEXT NOT NULL, nb BLOB NOT NULL
    );
    CREATE TABLE named(name TEXT NOT NULL, a INT);
    CREATE TABLE keyed(a INTEGER PRIMARY KEY, o TEXT NULL, b TEXT NOT NULL);
    CREATE TABLE loose(a INTEGER NOT NULL, o NUMERIC NULL, b NUMERIC NOT NULL);
    CREATE TABLE worded(a TEXT PRIMARY KEY, b REAL NOT NULL, o REAL NULL);
";

const ROWS: &str = "
    INSERT INTO notes VALUES (1, 'a', 1, 1), (2, '7', 0, NULL), (3, '', 1, 9);
    INSERT INTO answers VALUES (1, 1, 'b', 1), (2, 2, 'c', NULL);
    INSERT INTO people VALUES (1, 'Ada', 1), (2, 'Bo', NULL);
    INSERT INTO every VALUES (NULL, NULL, NULL, NULL, 1, 1.5, 't', x'00');
    INSERT INTO named VALUES ('n', NULL);
    INSERT INTO keyed VALUES (1, NULL, 'b');
    INSERT INTO loose VALUES (1, NULL, 2.5);
    INSERT INTO worded VALUES (NULL, 1.5, NULL);
";

/// A statement, its columns by sqlx (`?` behind what may be NULL), its columns by us (empty if just the same).
type Case = (&'static str, &'static str, &'static str);

const CASES: &[Case] = &[
    // Tables.
    ("SELECT * FROM notes", "id: integer, body: text, sent: integer, author: integer ?", ""),
    ("SELECT * FROM (SELECT * FROM notes)", "id: integer, body: text, sent: integer, author: integer ?", ""),
    (
        "WITH x AS (SELECT * FROM notes) SELECT * FROM x",
        "id: integer, body: text, sent: integer, author: integer ?",
        "",
    ),
    (
        "WITH x AS MATERIALIZED (SELECT * FROM notes) SELECT * FROM x",
        "id: integer, body: text, sent: integer, author: integer ?",
        "",
    ),
    ("SELECT * FROM notes ORDER BY id", "id: integer, body: text, sent: integer, author: integer ?", ""),
    (
        "SELECT * FROM notes ORDER BY id NULLS LAST",
        "id: integer, body: text, sent: integer, author: integer ?",
        "",
    ),
    (
        "SELECT * FROM notes ORDER BY author DESC, body ASC",
        "id: integer, body: text, sent: integer, author: integer ?",
        "",
    ),
    ("SELECT 'a' AS a, body FROM notes ORDER BY id", "a: text, body: text", ""),
    ("SELECT 'a' AS a, body FROM notes ORDER BY id NULLS LAST", "a: text, body: text", ""),
    ("SELECT 'a' AS a, body FROM notes ORDER BY body", "a: text, body: text", ""),
    ("SELECT 'a' AS a, body FROM notes ORDER BY body NULLS LAST", "a: text, body: text", ""),
    ("SELECT 'a' AS a, body FROM notes ORDER BY body DESC NULLS LAST", "a: text, body: text", ""),
    // sqlx has these in a temporary table, which migrations do not make.
    (
        "SELECT * FROM every",
        "i: integer ?, r: real ?, t: text ?, b: blob ?, ni: integer, nr: real, nt: text, nb: blob",
        "",
    ),
    ("SELECT *, 5 AS five, 'x' AS x FROM named", "name: text, a: integer ?, five: integer, x: text", ""),
    // Its test of `explain` says that an INTEGER PRIMARY KEY may be NULL, which it never is. NUMERIC has no type there; what
    // SQLite may keep in it is for the reader to say, and here too.
    ("SELECT * FROM keyed", "a: integer ?, o: text ?, b: text", "a: integer, o: text ?, b: text"),
    (
        "SELECT * FROM loose",
        "a: integer, o: any ?, b: any",
        "a: integer, o: integer|real|text ?, b: integer|real|text",
    ),
    ("SELECT * FROM worded", "a: text ?, b: real, o: real ?", ""),
    // Expressions.
    ("SELECT ?1 AS a", "a: any ?", "a: any ~"),
    ("SELECT CAST(?1 AS REAL) AS a", "a: real ?", "a: real ~"),
    (
        "SELECT 2 + 20 AS a, 1.25 * 3 AS b, 'x' AS c, x'00' AS d, NULL AS e",
        "a: integer, b: real, c: text, d: blob, e: any ?",
        "a: integer, b: real, c: text, d: blob, e: null ?",
    ),
    (
        "SELECT count(*) AS n, a + 1 AS b, name, 1.25 AS c, 'x' AS d FROM named",
        "n: integer, b: integer ?, name: text ?, c: real, d: text",
        "",
    ),
    // Writing.
    ("INSERT INTO notes(id, body) VALUES (9, 'x')", "", ""),
    (
        "INSERT INTO notes(id, body) VALUES (9, 'x') RETURNING *",
        "id: integer, body: text, sent: integer, author: integer ?",
        "",
    ),
    ("INSERT INTO people(name, active) VALUES ('a', TRUE) RETURNING id", "id: integer", ""),
    (
        "INSERT INTO notes(id, body) VALUES ($1, $2) RETURNING *",
        "id: integer, body: text, sent: integer, author: integer ?",
        "",
    ),
    ("UPDATE people SET active = TRUE WHERE name = ?1 RETURNING id", "id: integer", ""),
    // sqlx leaves open whether it sees that `active` was just set; here it is seen.
    (
        "UPDATE people SET active = TRUE WHERE id = ?1 RETURNING *",
        "id: integer, name: text, active: integer ?",
        "id: integer, name: text, active: integer",
    ),
    ("UPDATE people SET active = TRUE WHERE id = ?1 RETURNING id", "id: integer", ""),
    ("DELETE FROM people WHERE name = ?1 RETURNING id", "id: integer", ""),
    // Joins.
    ("SELECT people.id FROM people", "id: integer", ""),
    ("SELECT notes.id FROM people LEFT JOIN notes ON author = people.id", "id: integer ?", ""),
    (
        "SELECT notes.id AS a, people.id AS b FROM people LEFT JOIN notes ON author = people.id",
        "a: integer ?, b: integer",
        "",
    ),
    (
        "SELECT notes.id AS a, people.id AS b FROM people INNER JOIN notes ON author = people.id",
        "a: integer, b: integer",
        "",
    ),
    (
        "SELECT notes.id AS a, people.id AS b FROM people LEFT JOIN notes ON notes.id = people.id",
        "a: integer ?, b: integer",
        "",
    ),
    // Groups.
    ("SELECT id FROM people GROUP BY id", "id: integer", ""),
    ("SELECT name FROM people GROUP BY 1 LIMIT -1 OFFSET 1", "name: text", ""),
    ("SELECT sum(id) AS a, sum(sent) AS b FROM notes GROUP BY author", "a: integer, b: integer", ""),
    ("SELECT count(1) AS n FROM people", "n: integer", ""),
    ("SELECT sum(sent) AS a FROM notes", "a: integer ?", ""),
    ("SELECT coalesce(sum(sent), 0) AS a FROM notes", "a: integer", ""),
    (
        "WITH alone AS (SELECT note AS id FROM answers GROUP BY note HAVING count(1) = 1) \
         SELECT (SELECT count(*) FROM (SELECT NULL FROM notes JOIN alone USING (id) WHERE notes.author = people.id)) AS n \
         FROM people WHERE id = ?1",
        "n: integer",
        "",
    ),
    ("SELECT P.id, count(P.id) AS n FROM people P", "id: integer ?, n: integer", ""),
    // sqlx says REAL. The sum of texts that look like whole numbers is a whole one.
    (
        "SELECT sum(notes.body) AS a FROM (SELECT NULL FROM all_people LIMIT -1 OFFSET 1) CROSS JOIN notes",
        "a: integer|real ?",
        "",
    ),
    // Subqueries of constants.
    ("SELECT 'a' AS a, NULL AS b", "a: text, b: any ?", "a: text, b: null ?"),
    ("SELECT * FROM (SELECT 'a' AS a, NULL AS b)", "a: text, b: any ?", "a: text, b: null ?"),
    ("WITH x AS (SELECT 'a' AS a, NULL AS b) SELECT * FROM x", "a: text, b: any ?", "a: text, b: null ?"),
    (
        "WITH x AS MATERIALIZED (SELECT 'a' AS a, NULL AS b) SELECT * FROM x",
        "a: text, b: any ?",
        "a: text, b: null ?",
    ),
    (
        "WITH RECURSIVE x(a, b) AS (SELECT 'a', NULL UNION ALL SELECT a || a, NULL FROM x WHERE length(a) < 3) SELECT * FROM x",
        "a: text, b: any ?",
        "a: text, b: null ?",
    ),
    // Compounds. sqlx says TEXT of the last column, and gives it up in a comment.
    (
        "SELECT 'x' AS a, 'a' AS b, NULL AS c, 'b' AS d UNION ALL SELECT 'y', NULL, 1, 2",
        "a: text, b: text ?, c: integer ?, d: any",
        "a: text, b: text ?, c: integer ?, d: integer|text",
    ),
    (
        "SELECT 'note' AS a, body AS b, author AS c, NULL AS d FROM notes UNION SELECT 'person', name, id, active FROM people \
         UNION SELECT 'person', name, id, active FROM all_people UNION SELECT 'none', NULL, NULL, NULL ORDER BY 3",
        "a: text, b: text ?, c: integer ?, d: any ?",
        "a: text, b: text ?, c: integer ?, d: integer ?",
    ),
    // What its random tests had found.
    ("SELECT TRUE AS a FROM (SELECT TRUE) x ORDER BY TRUE", "a: integer", ""),
    (
        "SELECT TRUE AS a FROM (SELECT 'a') CROSS JOIN (SELECT 'b' FROM (SELECT 'c') CROSS JOIN people ORDER BY id LIMIT 1)",
        "a: integer",
        "",
    ),
    ("SELECT TRUE AS a FROM notes ORDER BY TRUE ASC NULLS LAST", "a: integer", ""),
    ("SELECT TRUE AS a LIMIT -1 OFFSET -1", "a: integer", ""),
    ("SELECT TRUE AS a FROM notes J LIMIT 10 OFFSET 1000000", "a: integer", ""),
    (
        "SELECT body FROM (SELECT NULL) CROSS JOIN (SELECT body FROM notes GROUP BY body) LIMIT -1 OFFSET -1",
        "body: text",
        "",
    ),
    // Dates. sqlx cannot tell of 'now' that it is a date.
    (
        "SELECT date() AS a, time() AS b, datetime() AS c, julianday() AS d",
        "a: text, b: text, c: text, d: real",
        "",
    ),
    (
        "SELECT date('now') AS a, time('now') AS b, datetime('now') AS c, julianday('now') AS d",
        "a: text ?, b: text ?, c: text ?, d: real ?",
        "a: text, b: text, c: text, d: real",
    ),
    (
        "SELECT date('now', 'start of month') AS a, time('now', 'start of month') AS b, \
         datetime('now', 'start of month') AS c, julianday('now', 'start of month') AS d",
        "a: text ?, b: text ?, c: text ?, d: real ?",
        "a: text, b: text, c: text, d: real",
    ),
    (
        "SELECT date(:d) AS a, time(:d) AS b, datetime(:d) AS c, julianday(:d) AS d",
        "a: text ?, b: text ?, c: text ?, d: real ?",
        "a: text ~, b: text ~, c: text ~, d: real ~",
    ),
    (
        "SELECT strftime('%s', 'now') AS a, strftime('%s', 'now', 'start of month') AS b, strftime('%s', :d) AS c",
        "a: text ?, b: text ?, c: text ?",
        "a: text, b: text, c: text ~",
    ),
    (
        "WITH RECURSIVE days(day) AS (SELECT datetime('2026-01-01') WHERE datetime('2026-01-01') < datetime('2026-02-01') \
         UNION ALL SELECT datetime(day, '+1 day') FROM days WHERE datetime(day) < datetime(?2)) SELECT day FROM days GROUP BY day",
        "day: text ?",
        "day: text ~",
    ),
    (
        "WITH RECURSIVE days(day) AS MATERIALIZED (SELECT datetime('2026-01-01') WHERE datetime('2026-01-01') < datetime('2026-02-01') \
         UNION ALL SELECT datetime(day, '+1 day') FROM days WHERE datetime(day) < datetime(?2)) SELECT day FROM days GROUP BY day",
        "day: text ?",
        "day: text ~",
    ),
    // Windows. sqlx says of a first value that it may be NULL, as it cannot see that there is a row.
    (
        "SELECT row_number() OVER () AS a, rank() OVER () AS b, dense_rank() OVER () AS c, ntile(1) OVER () AS d FROM people",
        "a: integer, b: integer, c: integer, d: integer",
        "",
    ),
    ("SELECT percent_rank() OVER () AS a, cume_dist() OVER () AS b FROM people", "a: real, b: real", ""),
    (
        "SELECT lag(id) OVER () AS a, lag(name) OVER () AS b, lead(id) OVER () AS c, lead(name) OVER () AS d FROM people",
        "a: integer ?, b: text ?, c: integer ?, d: text ?",
        "",
    ),
    (
        "SELECT first_value(id) OVER () AS a, first_value(name) OVER () AS b, last_value(id) OVER () AS c FROM people",
        "a: integer ?, b: text ?, c: integer",
        "a: integer, b: text, c: integer",
    ),
    (
        "SELECT nth_value(id, 10) OVER () AS a, nth_value(name, 10) OVER () AS b FROM people",
        "a: integer ?, b: text ?",
        "",
    ),
    // The macros.
    ("SELECT id, name, active FROM people WHERE id = 1", "id: integer, name: text, active: integer ?", ""),
    ("SELECT id, name, active FROM people WHERE id = ?", "id: integer, name: text, active: integer ?", ""),
    ("SELECT id, name, active FROM all_people", "id: integer, name: text, active: integer ?", ""),
    ("SELECT 20 AS _1, 'x' AS _2", "_1: integer, _2: text", ""),
    (
        "SELECT 20 AS _1, 'x' AS _2, active, name, id + 5 AS later FROM people WHERE id = 1",
        "_1: integer, _2: text, active: integer ?, name: text, later: integer",
        "",
    ),
    ("SELECT 'x' AS word WHERE 'x' IN (?, ?, ?, ?, ?, ?, ?)", "word: text", ""),
    ("SELECT 1 AS \"&no\"", "&no: integer", ""),
    ("SELECT 1 AS \"a!\", 1 AS \"b?\", 1 AS \"c: Mine\"", "a: integer, b: integer ?, c: integer", ""),
    ("SELECT 1 AS \"a?: Mine\", 1 AS \"b!: Mine\"", "a: integer ?, b: integer", ""),
    ("SELECT author AS `author!` FROM notes WHERE author = 1", "author: integer", ""),
    ("SELECT body AS `body?` FROM notes", "body: text ?", ""),
    (
        "SELECT id AS \"id: Mine\", author AS \"author: Mine\" FROM notes",
        "id: integer, author: integer ?",
        "",
    ),
    (
        "SELECT author AS \"a!: Mine\", id AS \"b?: Mine\" FROM notes WHERE author = 1",
        "a: integer, b: integer ?",
        "",
    ),
];

/// The classes and whether it may be NULL, of `name: classes null`.
fn read(column: &str) -> (&str, bool) {
    let (_, said) = column.split_once(": ").unwrap();
    let said = said.split_once(' ');
    said.map_or_else(|| (column.split_once(": ").unwrap().1, false), |(classes, _)| (classes, true))
}

#[test]
fn no_case_of_sqlx_is_worse() {
    let analysis = folder(&[("0001_all.sql", SCHEMA)]);
    let connections = ["", ROWS].map(|rows| {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        conn.execute_batch(&format!("{SCHEMA} {rows}")).unwrap();
        conn
    });
    let mut wrong = Vec::new();
    for (sql, theirs, ours) in CASES {
        let query = analysis.query((*sql).into()).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let found = described(&query);
        let ours = if ours.is_empty() { theirs } else { ours };
        if found != **ours {
            wrong.push(format!("{sql}\n  found    {found}\n  expected {ours}"));
        }
        // What sqlx knows is known here: the type, and that there is no NULL.
        let theirs = theirs.split(", ").filter(|column| !column.is_empty()).map(read);
        for ((classes, nullable), column) in theirs.zip(&query.columns) {
            let Column { value, .. } = column;
            assert!(nullable || value.null == Null::Never, "{sql}: {}", describe(column));
            assert!(classes == "any" || value.classes != Classes::ANY, "{sql}: {}", describe(column));
        }
        connections.iter().for_each(|conn| conn.execute_batch("SAVEPOINT one").unwrap());
        // Without parameters it stops at NOT NULL.
        assert!(hold(&query, &connections) || sql.contains("$1"), "{sql}");
        connections.iter().for_each(|conn| conn.execute_batch("ROLLBACK TO one; RELEASE one").unwrap());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // sqlx takes two statements for one, and describes the last; here that is said.
    let two =
        analysis.query("INSERT INTO notes(id, body) VALUES (9, 'x'); SELECT last_insert_rowid()".into());
    assert!(matches!(two, Err(super::Error::Several(_))));
    let missing = analysis.query("SELECT 1 FROM nowhere".into());
    assert!(
        matches!(missing, Err(super::Error::Refused(refused)) if refused.diagnostic.rule.code == "unknown_table")
    );
}
