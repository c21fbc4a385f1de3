//! A history, rows of every kind in it, and a statement held against them.

use onward_schema::Classes;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::checks::testing::folder;
use crate::query::{Column, Null, Query};

const SCHEMA: &str = "
    CREATE TABLE queues(name TEXT PRIMARY KEY NOT NULL, size INT NOT NULL, note TEXT, weight REAL);
    CREATE TABLE jobs(
        id INTEGER PRIMARY KEY, queue TEXT NOT NULL REFERENCES queues(name), state TEXT NOT NULL, parent INTEGER,
        payload BLOB, started DATETIME, done BOOLEAN NOT NULL DEFAULT FALSE, price DECIMAL(10, 2), anything,
        twice INT AS (id * 2) STORED
    );
    CREATE TABLE strict(k TEXT PRIMARY KEY, v ANY, n INT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE VIEW busy(queue, jobs, latest) AS SELECT queue, count(*), max(started) FROM jobs GROUP BY queue;
    CREATE VIEW all_queues AS SELECT queues.name, jobs.id AS job, jobs.state, jobs.parent
        FROM queues LEFT JOIN jobs ON jobs.queue = queues.name;
    CREATE TABLE checked(
        a TEXT CHECK (a IS NOT NULL), b INT CHECK (b > 0), c CHECK (typeof(c) IN ('text', 'integer')),
        d TEXT, e TEXT DEFAULT 'e', CHECK (d IS NOT NULL AND length(d) > 0), CHECK (e IS NULL OR length(a) > 0)
    );
    CREATE TABLE watched(id INTEGER PRIMARY KEY, x TEXT, y TEXT);
    CREATE TRIGGER clear BEFORE UPDATE ON watched BEGIN UPDATE watched SET x = NULL WHERE id = old.id; END;
    CREATE TRIGGER log AFTER UPDATE ON checked BEGIN UPDATE checked SET e = NULL WHERE a = new.a; END;
    CREATE VIRTUAL TABLE search USING fts5(body);
";

/// Rows with whatever the constraints admit.
const ROWS: &str = "
    INSERT INTO queues VALUES ('mail', 3, NULL, NULL), ('print', 0, 'n', 1.5), ('idle', -1, '', 2);
    INSERT INTO jobs(id, queue, state, parent, payload, started, done, price, anything) VALUES
        (1, 'mail', 'queued', NULL, NULL, NULL, 0, NULL, NULL),
        (2, 'mail', '', 1, x'00', '2026-01-01', 1, 3, 'text'),
        (7, 'print', '7', 9, x'', 17000, 1, 2.5, 1.0),
        (0, 'print', 'x', 0, x'ff', '', 0, 'on request', x'01');
    INSERT INTO strict VALUES ('a', NULL, 0), ('b', 1.5, 1), ('c', 'x', 2);
    INSERT INTO search VALUES ('hello'), (NULL);
    INSERT INTO checked VALUES ('x', NULL, 1, 'd', NULL), ('', 7, 'c', 'd', NULL), ('y', 1, '1.5', '7', 'e');
    INSERT INTO watched VALUES (1, 'x', NULL), (2, NULL, 'y'), (3, 'x', 'y');
";

pub(super) fn analysis() -> crate::Analysis {
    let analysis = folder(&[("0001_all.sql", SCHEMA)]);
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    analysis
}

pub(super) fn describe(column: &Column) -> String {
    let null = match column.value.null {
        Null::Never => "",
        Null::Unknown => " ~",
        Null::Possible => " ?",
    };
    let classes = match column.value.classes {
        Classes::ANY => "any".to_owned(),
        classes if classes.is_none() => "null".to_owned(),
        classes => classes.to_string().to_lowercase().replace(" or ", "|"),
    };
    format!("{}: {classes}{null}", column.name)
}

/// The columns of a statement in words, one behind the other.
pub(super) fn described(query: &Query) -> String {
    query.columns.iter().map(describe).collect::<Vec<_>>().join(", ")
}

/// Holds each statement against its columns, as words, and against rows. Without words it has columns that nobody names here.
pub(super) fn expect(analysis: &crate::Analysis, connections: &[Connection], cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (sql, expected) in cases {
        let query = analysis.query((*sql).into()).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let found = described(&query);
        if !expected.is_empty() && found != *expected {
            wrong.push(format!("{sql}\n  found    {found}\n  expected {expected}"));
        }
        connections.iter().for_each(|conn| conn.execute_batch("SAVEPOINT one").unwrap());
        assert!(hold(&query, connections), "{sql}");
        connections.iter().for_each(|conn| conn.execute_batch("ROLLBACK TO one; RELEASE one").unwrap());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Runs a statement on empty and on full tables; every value must be one that was foreseen. Gives whether it could be
/// run: a number may turn out to be too large.
pub(super) fn hold(query: &Query, connections: &[Connection]) -> bool {
    connections.iter().all(|conn| {
        each_value(query, conn, |column, class| match class {
            None => assert_ne!(column.value.null, Null::Never, "{}: {}", query.sql, describe(column)),
            Some(class) => {
                assert!(column.value.classes.meets(class), "{}: {} is {class}", query.sql, describe(column));
            }
        })
    })
}

/// The same for NULL alone, where values of any class may be written.
pub(super) fn hold_null(query: &Query, connections: &[Connection]) -> bool {
    connections.iter().all(|conn| {
        each_value(query, conn, |column, class| {
            let is_foreseen = class.is_some() || column.value.null != Null::Never;
            assert!(is_foreseen, "{}: {}", query.sql, describe(column));
        })
    })
}

/// Calls with each value's class, `None` for NULL. Gives whether the statement could be run to its end.
fn each_value(query: &Query, conn: &Connection, call: impl Fn(&Column, Option<Classes>)) -> bool {
    let mut statement = conn.prepare(&query.sql).unwrap();
    // Parameters stay NULL.
    let mut rows = statement.raw_query();
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => return true,
            Err(error) => {
                eprintln!("{}: {error}", query.sql);
                return false;
            }
        };
        for (index, column) in query.columns.iter().enumerate() {
            call(
                column,
                match row.get_ref(index).unwrap() {
                    ValueRef::Null => None,
                    ValueRef::Integer(_) => Some(Classes::INTEGER),
                    ValueRef::Real(_) => Some(Classes::REAL),
                    ValueRef::Text(_) => Some(Classes::TEXT),
                    ValueRef::Blob(_) => Some(Classes::BLOB),
                },
            );
        }
    }
}

pub(super) fn connections() -> [Connection; 2] {
    let open = |rows: &str| {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(SCHEMA).unwrap();
        conn.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        conn.execute_batch(rows).unwrap();
        conn
    };
    [open(""), open(ROWS)]
}
