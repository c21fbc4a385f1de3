//! What is said of statements that write, held against what SQLite does with them.

use onward_core::name::quoted;
use onward_schema::{Classes, Schema};
use rusqlite::{Connection, params_from_iter};

use super::*;
use crate::checks::testing::folder;

const SCHEMA: &str = "
    CREATE TABLE jobs(
        id INTEGER PRIMARY KEY, queue TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'queued', note TEXT,
        size INT NOT NULL CHECK (size > 0), twice INT NOT NULL AS (size * 2)
    );
    CREATE TABLE typed(
        n INT NOT NULL DEFAULT NULL, t TEXT, r REAL, b BLOB NOT NULL DEFAULT x'00', a ANY
    ) STRICT;
    CREATE TABLE keyed(\"the key\" TEXT, part INTEGER, v INT NOT NULL DEFAULT 1, PRIMARY KEY (\"the key\", part)) WITHOUT ROWID;
    CREATE TABLE lenient(
        a INT NOT NULL ON CONFLICT IGNORE, b INT NOT NULL ON CONFLICT REPLACE DEFAULT 1, c INT NOT NULL ON CONFLICT REPLACE,
        d INT UNIQUE ON CONFLICT IGNORE
    );
    CREATE TABLE watched(a INT NOT NULL, b INT NOT NULL);
    CREATE TRIGGER inserted BEFORE INSERT ON watched WHEN new.a IS NULL BEGIN SELECT RAISE(IGNORE); END;
    CREATE TABLE logged(a INT NOT NULL, b INT NOT NULL);
    CREATE TRIGGER before_log AFTER INSERT ON logged BEGIN SELECT RAISE(ABORT, 'no'); END;
    CREATE TRIGGER updated BEFORE UPDATE OF a ON logged BEGIN DELETE FROM logged WHERE rowid = old.rowid; END;
    CREATE TABLE watched_after(a INT NOT NULL, b INT);
    CREATE TRIGGER after_all AFTER INSERT ON watched_after BEGIN SELECT 1; END;
    CREATE TABLE named(rowid TEXT NOT NULL, oid TEXT);
    CREATE TABLE implied(a INT NOT NULL, b INT NOT NULL);
    CREATE TRIGGER before_implied INSERT ON implied WHEN new.a IS NULL BEGIN SELECT RAISE(IGNORE); END;
    CREATE VIEW shown AS SELECT queue, size FROM jobs;
    CREATE TRIGGER through INSTEAD OF INSERT ON shown BEGIN SELECT 1; END;
    CREATE VIRTUAL TABLE search USING fts5(body);
";

const ROWS: &str = "
    INSERT INTO jobs(id, queue, size) VALUES (1, 'mail', 1), (2, 'mail', 2);
    INSERT INTO typed(n) VALUES (1);
    INSERT INTO keyed VALUES ('a', 1, 1);
    INSERT INTO lenient VALUES (1, 1, 1, 1);
    INSERT INTO watched VALUES (1, 1);
    INSERT INTO watched_after VALUES (1, 1);
    INSERT INTO named VALUES ('a', 'b');
    INSERT INTO implied VALUES (1, 1);
    CREATE TEMP TABLE logs AS SELECT 1 AS a, 1 AS b;
    DROP TRIGGER before_log; INSERT INTO logged SELECT * FROM logs;
";

/// What is said, and whether SQLite has never written a row.
fn said(analysis: &crate::Analysis, sql: &str) -> (String, bool) {
    let said = match analysis.query(sql.into()) {
        Ok(_) => String::new(),
        Err(Error::Refused(Refused { diagnostic, files })) => {
            let text = files.text(&diagnostic.place);
            format!("{} `{text}`: {} / {}", diagnostic.rule.code, diagnostic.message, diagnostic.help)
        }
        Err(error) => panic!("{sql}: {error:?}"),
    };
    (said, never_writes(sql))
}

/// Whether SQLite refuses a statement, or does nothing, on empty tables and on full ones, whatever the parameters. What
/// updates or copies rows needs some.
fn never_writes(sql: &str) -> bool {
    let reads_rows = sql.contains("SELECT") || sql.starts_with("UPDATE");
    let values = ["1", "'x'", "x'00'", "2.5", "'7'", "NULL"];
    let each = |rows: &str, value: &str| {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(SCHEMA).unwrap();
        conn.execute_batch(rows).unwrap();
        let value: rusqlite::types::Value =
            conn.query_row(&format!("SELECT {value}"), [], |row| row.get(0)).unwrap();
        let mut statement = conn.prepare(sql).unwrap();
        let count = statement.parameter_count();
        match statement.execute(params_from_iter(vec![value; count])) {
            Ok(_) => conn.changes() == 0,
            Err(_) => true,
        }
    };
    let rows: &[&str] = if reads_rows { &[ROWS] } else { &["", ROWS] };
    rows.iter().all(|rows| values.iter().all(|value| each(rows, value)))
}

#[test]
fn what_can_never_be_written_is_refused() {
    let analysis = folder(&[("0001_all.sql", SCHEMA)]);
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    let mut wrong = Vec::new();
    for (sql, expected) in [
        (
            "INSERT INTO jobs(state) VALUES (?)",
            "required_column_missing `jobs(state)`: this INSERT leaves out `jobs.queue` and `jobs.size`, which are NOT NULL and have no default, so it always fails / write `jobs(state, queue, size)`, and a value for each",
        ),
        (
            "INSERT INTO jobs DEFAULT VALUES",
            "required_column_missing `jobs`: this INSERT leaves out `jobs.queue` and `jobs.size`, which are NOT NULL and have no default, so it always fails / write `jobs(queue, size)`, and a value for each",
        ),
        (
            "INSERT INTO jobs(queue) SELECT queue FROM jobs",
            "required_column_missing `jobs(queue)`: this INSERT leaves out `jobs.size`, which is NOT NULL and has no default, so it fails at the first row / write `jobs(queue, size)`, and a value for it",
        ),
        (
            "INSERT OR IGNORE INTO jobs(queue) VALUES (?)",
            "required_column_missing `jobs(queue)`: this INSERT leaves out `jobs.size`, which is NOT NULL and has no default, so no such row is ever inserted / write `jobs(queue, size)`, and a value for it",
        ),
        (
            "INSERT OR REPLACE INTO jobs(queue) VALUES (?)",
            "required_column_missing `jobs(queue)`: this INSERT leaves out `jobs.size`, which is NOT NULL and has no default, so it always fails / write `jobs(queue, size)`, and a value for it",
        ),
        (
            "INSERT INTO jobs(id, queue) VALUES (?, ?) ON CONFLICT(id) DO UPDATE SET queue = excluded.queue",
            "required_column_missing `jobs(id, queue)`: this INSERT leaves out `jobs.size`, which is NOT NULL and has no default, so it always fails / write `jobs(id, queue, size)`, and a value for it",
        ),
        (
            "INSERT INTO keyed(part) VALUES (1)",
            "required_column_missing `keyed(part)`: this INSERT leaves out `keyed.the key`, which is NOT NULL and has no default, so it always fails / write `keyed(part, \"the key\")`, and a value for it",
        ),
        (
            "INSERT INTO typed(t) VALUES ('a')",
            "required_column_missing `typed(t)`: this INSERT leaves out `typed.n`, which is NOT NULL and has no default, so it always fails / write `typed(t, n)`, and a value for it",
        ),
        (
            "INSERT INTO jobs(queue, size) VALUES (?, 1), (NULL, 2)",
            "null_refused `NULL`: `jobs.queue` is NOT NULL, and this INSERT writes NULL into it, so it always fails / give it a value, or lift NOT NULL in a new migration",
        ),
        (
            "INSERT INTO jobs(queue, size, state) VALUES ('a', 1, (NULL))",
            "null_refused `(NULL)`: `jobs.state` is NOT NULL, and this INSERT writes NULL into it, so it always fails / leave the column out, and it gets its default, 'queued'; or give it a value",
        ),
        (
            "INSERT INTO jobs(queue, size) SELECT NULL, 1 FROM jobs",
            "null_refused `NULL`: `jobs.queue` is NOT NULL, and this INSERT writes NULL into it, so it fails at the first row / give it a value, or lift NOT NULL in a new migration",
        ),
        (
            "UPDATE jobs SET size = 1, queue = NULL WHERE id = ?",
            "null_refused `queue = NULL`: `jobs.queue` is NOT NULL, and this UPDATE writes NULL into it, so it fails at the first row / give it a value, or lift NOT NULL in a new migration",
        ),
        (
            "UPDATE OR IGNORE jobs SET queue = NULL",
            "null_refused `queue = NULL`: `jobs.queue` is NOT NULL, and this UPDATE writes NULL into it, so it never changes a row / give it a value, or lift NOT NULL in a new migration",
        ),
        (
            "UPDATE jobs SET (size, queue) = (1, NULL)",
            "null_refused `UPDATE jobs SET (size, queue) = (1, NULL)`: `jobs.queue` is NOT NULL, and this UPDATE writes NULL into it, so it fails at the first row / give it a value, or lift NOT NULL in a new migration",
        ),
        (
            "UPDATE jobs SET id = NULL",
            "value_type_mismatch `id = NULL`: `jobs.id` is the INTEGER PRIMARY KEY, which takes whole numbers alone, and does not take NULL, so this UPDATE fails at the first row / write a whole number",
        ),
        (
            "UPDATE OR REPLACE lenient SET c = NULL",
            "null_refused `c = NULL`: `lenient.c` is NOT NULL, and this UPDATE writes NULL into it, so it fails at the first row / give it a value, or lift NOT NULL in a new migration",
        ),
        (
            "INSERT INTO lenient(a) VALUES (1)",
            "required_column_missing `lenient(a)`: this INSERT leaves out `lenient.c`, which is NOT NULL and has no default, so it always fails / write `lenient(a, c)`, and a value for it",
        ),
        (
            "INSERT INTO lenient(b, c) VALUES (1, 1)",
            "required_column_missing `lenient(b, c)`: this INSERT leaves out `lenient.a`, which is NOT NULL and has no default, so no such row is ever inserted / write `lenient(b, c, a)`, and a value for it",
        ),
        (
            "INSERT INTO lenient(a, c) VALUES (NULL, 1)",
            "null_refused `NULL`: `lenient.a` is NOT NULL, and this INSERT writes NULL into it, so no such row is ever inserted / give it a value, or lift NOT NULL in a new migration",
        ),
        (
            "UPDATE lenient SET a = NULL",
            "null_refused `a = NULL`: `lenient.a` is NOT NULL, and this UPDATE writes NULL into it, so it never changes a row / give it a value, or lift NOT NULL in a new migration",
        ),
        (
            "INSERT OR ABORT INTO lenient(b, c) VALUES (1, 1)",
            "required_column_missing `lenient(b, c)`: this INSERT leaves out `lenient.a`, which is NOT NULL and has no default, so it always fails / write `lenient(b, c, a)`, and a value for it",
        ),
        (
            "INSERT INTO jobs(id, queue, size) VALUES ('first', 'a', 1)",
            "value_type_mismatch `'first'`: `jobs.id` is the INTEGER PRIMARY KEY, which takes whole numbers alone, and does not take 'first', so this INSERT always fails / write a whole number",
        ),
        (
            "INSERT OR IGNORE INTO jobs(id, queue, size) VALUES (1.5, 'a', 1)",
            "value_type_mismatch `1.5`: `jobs.id` is the INTEGER PRIMARY KEY, which takes whole numbers alone, and does not take 1.5, so this INSERT always fails / write a whole number",
        ),
        (
            "INSERT INTO jobs(oid, queue, size) VALUES (+'first', 'a', 1)",
            "value_type_mismatch `+'first'`: `jobs.id` is the INTEGER PRIMARY KEY, which takes whole numbers alone, and does not take 'first', so this INSERT always fails / write a whole number",
        ),
        (
            "UPDATE jobs SET _rowid_ = (+NULL)",
            "value_type_mismatch `_rowid_ = (+NULL)`: `jobs.id` is the INTEGER PRIMARY KEY, which takes whole numbers alone, and does not take NULL, so this UPDATE fails at the first row / write a whole number",
        ),
        (
            "INSERT INTO watched_after(RowId, a) VALUES ('first', 1)",
            "value_type_mismatch `'first'`: `watched_after.RowId` is the rowid, which takes whole numbers alone, and does not take 'first', so this INSERT always fails / write a whole number",
        ),
        (
            "UPDATE watched_after SET oid = CAST(NULL AS INT)",
            "value_type_mismatch `oid = CAST(NULL AS INT)`: `watched_after.oid` is the rowid, which takes whole numbers alone, and does not take NULL, so this UPDATE fails at the first row / write a whole number",
        ),
        (
            "INSERT INTO jobs(queue, size) VALUES (+NULL, 1)",
            "null_refused `+NULL`: `jobs.queue` is NOT NULL, and this INSERT writes NULL into it, so it always fails / give it a value, or lift NOT NULL in a new migration",
        ),
        (
            "INSERT INTO typed(n, t) VALUES (1, x'00')",
            "value_type_mismatch `x'00'`: `typed.t` is TEXT in a STRICT table, and does not take x'00', so this INSERT always fails / write a string",
        ),
        (
            "INSERT OR IGNORE INTO typed(n) VALUES ('one')",
            "value_type_mismatch `'one'`: `typed.n` is INT in a STRICT table, and does not take 'one', so this INSERT always fails / write a whole number",
        ),
        (
            "UPDATE typed SET b = 'text'",
            "value_type_mismatch `b = 'text'`: `typed.b` is BLOB in a STRICT table, and does not take 'text', so this UPDATE fails at the first row / write a blob, as in x'00ff'",
        ),
        (
            "INSERT INTO logged(a) VALUES (1)",
            "required_column_missing `logged(a)`: this INSERT leaves out `logged.b`, which is NOT NULL and has no default, so it always fails / write `logged(a, b)`, and a value for it",
        ),
    ] {
        let (said, never) = said(&analysis, sql);
        if said != expected {
            wrong.push(format!("{sql}\n  {said}\n  {expected}"));
        }
        assert!(never, "SQLite runs it: {sql}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let upsert =
        "INSERT INTO jobs(id, queue, size) VALUES (?, 'a', 1) ON CONFLICT(id) DO UPDATE SET state = NULL";
    let (said, _) = said(&analysis, upsert);
    assert!(said.starts_with("null_refused `state = NULL`: "), "{said}");
    assert!(matches!(
        analysis.check("SELECT 1; INSERT INTO jobs(id) VALUES (1)".into()),
        Err(Error::Refused(_))
    ));
}

#[test]
fn what_may_be_written_is_not() {
    let analysis = folder(&[("0001_all.sql", SCHEMA)]);
    for sql in [
        "INSERT INTO jobs(queue, size) VALUES (?, ?)",
        "INSERT INTO jobs VALUES (NULL, 'a', 'b', NULL, 1)",
        "INSERT INTO jobs(rowid, queue, size) VALUES ('7', 'a', '1')",
        "INSERT INTO jobs(id, queue, size) VALUES (7.0, 'a', 1)",
        "INSERT INTO jobs(queue, size) VALUES ('a', 1) ON CONFLICT DO UPDATE SET note = NULL",
        "INSERT OR REPLACE INTO jobs(queue, size, state) VALUES ('a', 1, NULL)",
        "INSERT INTO jobs SELECT NULL, j.queue, j.state, NULL, j.size FROM jobs j",
        "UPDATE jobs SET note = NULL, state = coalesce(?, 'x')",
        "UPDATE OR REPLACE jobs SET state = NULL",
        "INSERT INTO typed(n, t, r, a) VALUES ('7', 7, '1.5', x'00')",
        "INSERT INTO typed(n, t, r, b) VALUES (?, ?, ?, ?)",
        "INSERT INTO keyed(\"the key\", part) VALUES ('a', 2)",
        "INSERT INTO lenient(a, c) VALUES (1, 1)",
        // Of its three columns the last one is left out for a row that is there.
        "INSERT INTO lenient(a, c, d) VALUES (1, 1, 1)",
        "INSERT INTO lenient(a, b, c) VALUES (1, NULL, 1)",
        "INSERT OR REPLACE INTO lenient(a, c) VALUES (1, 1)",
        // The trigger may leave the row out, and be what the statement is for.
        "INSERT INTO watched(b) VALUES (1)",
        "UPDATE logged SET a = NULL",
        "INSERT INTO jobs(id, rowid, queue, size) VALUES ('first', 9, 'a', 1)",
        "UPDATE jobs SET queue = NULL, queue = 'a'",
        "UPDATE jobs SET id = NULL, oid = 7 WHERE id = 1",
        "INSERT INTO implied(b) VALUES (1)",
        "INSERT INTO implied(a, b) VALUES (1, 1) ON CONFLICT DO UPDATE SET b = NULL",
        "INSERT INTO jobs(rowid, queue, size) VALUES (NULL, 'a', 1)",
        "INSERT INTO watched_after(rowid, a) VALUES (+'7', 1)",
        "INSERT INTO named(rowid, oid) VALUES ('first', 'second')",
        "UPDATE named SET oid = NULL, rowid = 'x'",
        "INSERT INTO shown(queue) VALUES ('a')",
        "INSERT INTO search(body) VALUES (NULL)",
        "INSERT INTO jobs(queue, size) SELECT 'a', 1 UNION ALL SELECT NULL, 2",
    ] {
        let (said, _) = said(&analysis, sql);
        assert_eq!(said, "", "{sql}");
    }
    // The attempts have left nothing behind.
    let empty = analysis.replay.as_ref().unwrap().with_sandbox(&analysis.history.config, |sandbox| {
        let schema = Schema::read(sandbox.conn()).unwrap();
        let count = |table: &str| {
            let sql = format!("SELECT count(*) FROM \"{table}\"");
            sandbox.conn().query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap()
        };
        let tables = ["jobs", "typed", "keyed", "lenient", "watched", "logged"];
        schema.tables.len() > tables.len() && tables.iter().all(|table| count(table) == 0)
    });
    assert_eq!(empty, Some(true));
}

/// A row that is there is no reason to say that a column leaves rows out.
#[test]
fn rows_of_the_history_leave_out_others() {
    let analysis = folder(&[(
        "0001_all.sql",
        "CREATE TABLE t(a INT NOT NULL ON CONFLICT REPLACE DEFAULT 1, b INT NOT NULL ON CONFLICT IGNORE,
             c INT UNIQUE ON CONFLICT IGNORE, d INT NOT NULL);
         INSERT INTO t VALUES (1, 1, 1, 1);",
    )]);
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    for (sql, expected) in [
        ("INSERT INTO t(a, b, c, d) VALUES (NULL, 1, 1, 1)", true),
        ("INSERT INTO t(a, b, c, d) VALUES (1, NULL, 1, 1)", false),
        ("INSERT INTO t(a, b, d) VALUES (1, 1, 1)", true),
        ("INSERT INTO t(a, d) VALUES (1, 1)", false),
    ] {
        assert_eq!(analysis.query(sql.into()).is_ok(), expected, "{sql}");
    }
}

/// As a struct may not leave it out.
#[test]
fn a_key_that_is_never_null_by_the_folders_word_is_given() {
    let schema = "CREATE TABLE users(id TEXT PRIMARY KEY, name TEXT NOT NULL);
        CREATE TABLE seats(room TEXT DEFAULT 'hall', seat INT, PRIMARY KEY (room, seat));
        CREATE TABLE made(id TEXT PRIMARY KEY, name TEXT);
        CREATE TRIGGER make AFTER INSERT ON made BEGIN UPDATE made SET id = name WHERE id IS NULL; END;";
    let plain = folder(&[("0001_all.sql", schema)]);
    let said = folder(&[("0001_all.sql", schema), ("onward.toml", "[schema]\nprimary_keys = \"not null\"")]);
    let setting = "`[schema]` `primary_keys = \"not null\"` in onward.toml says that it is never NULL";
    for (sql, expected) in [
        ("INSERT INTO users(name) VALUES (?)", format!("this INSERT leaves out `users.id`, and {setting}")),
        (
            "INSERT INTO users(id, name) VALUES (NULL, ?)",
            format!("this INSERT writes NULL into `users.id`, and {setting}"),
        ),
        ("UPDATE users SET id = NULL", format!("this UPDATE writes NULL into `users.id`, and {setting}")),
        (
            "INSERT OR IGNORE INTO seats DEFAULT VALUES",
            format!("this INSERT leaves out `seats.seat`, and {setting}"),
        ),
        (
            "INSERT INTO users DEFAULT VALUES",
            "this INSERT leaves out `users.name`, which is NOT NULL and has no default, so it always fails"
                .to_owned(),
        ),
        ("INSERT INTO users(id, name) VALUES (?, ?)", String::new()),
        ("INSERT INTO seats(seat) VALUES (1)", String::new()),
        ("INSERT INTO made(name) VALUES ('a')", String::new()),
        ("INSERT INTO made(id) VALUES (NULL)", String::new()),
    ] {
        let message = |analysis: &crate::Analysis| match analysis.query(sql.into()) {
            Ok(_) => String::new(),
            Err(Error::Refused(Refused { diagnostic, .. })) => diagnostic.message.clone(),
            Err(error) => panic!("{sql}: {error:?}"),
        };
        assert_eq!(message(&said), expected, "{sql}");
        assert_eq!(message(&plain).is_empty(), !expected.contains("always fails"), "{sql}");
    }
}

/// A table of others may have defaults that onward.toml does not tell.
#[test]
fn of_external_tables_nothing_is_said() {
    let analysis = folder(&[
        ("0001_all.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY, queue TEXT NOT NULL);"),
        (
            "onward.toml",
            "[external]\nusers = 'id INTEGER PRIMARY KEY, email TEXT NOT NULL'\ntemp.batch = 'job INT NOT NULL'",
        ),
    ]);
    for sql in [
        "INSERT INTO users DEFAULT VALUES",
        "INSERT INTO batch DEFAULT VALUES",
        "UPDATE users SET email = NULL",
    ] {
        assert!(analysis.query(sql.into()).is_ok(), "{sql}");
    }
    assert!(analysis.query("INSERT INTO main.jobs DEFAULT VALUES".into()).is_err());
}

/// Whatever is said to be never written, SQLite never writes.
#[test]
fn statements_at_random() {
    let analysis = folder(&[("0001_all.sql", SCHEMA)]);
    let schema = &analysis.replay.as_ref().unwrap().schema;
    let tables =
        ["jobs", "typed", "keyed", "lenient", "watched", "logged", "watched_after", "named", "implied"];
    let mut random = crate::checks::testing::Random(0x5eed);
    let (mut refused, mut accepted) = (0, 0);
    let rounds = std::env::var("ONWARD_ROUNDS").map_or(120, |rounds| rounds.parse().unwrap());
    while refused < rounds {
        let table = schema.table(random.one_of(&tables)).unwrap();
        let mut columns: Vec<String> = table
            .columns
            .iter()
            .filter(|column| column.generated.is_none() && random.chance(75))
            .map(|column| quoted(&column.name))
            .collect();
        if !table.without_rowid && random.chance(15) {
            let at = random.below(columns.len() + 1);
            columns.insert(at, random.one_of(&["rowid", "oid", "_ROWID_"]).to_owned());
        }
        if random.chance(8) && !columns.is_empty() {
            let again = columns[random.below(columns.len())].clone();
            columns.push(again);
        }
        let values = [
            "NULL",
            "1",
            "2.5",
            "'x'",
            "'7'",
            "x'00'",
            "?",
            "1 + 1",
            "(NULL)",
            "CAST(NULL AS INT)",
            "-3",
            "+NULL",
            "+'x'",
            "- NULL",
            "+(2.5)",
        ];
        let clause = random.one_of(&["", "", "OR IGNORE ", "OR REPLACE ", "OR ABORT ", "OR FAIL "]);
        let mut value = || random.one_of(&values).to_owned();
        let name = &table.name;
        let sql = match columns.is_empty() {
            true => format!("INSERT {clause}INTO {name} DEFAULT VALUES"),
            false => {
                let row: Vec<String> = columns.iter().map(|_| value()).collect();
                match random.below(3) {
                    0 => {
                        let sets: Vec<String> = columns
                            .iter()
                            .zip(&row)
                            .map(|(column, value)| format!("{column} = {value}"))
                            .collect();
                        format!("UPDATE {clause}{name} SET {}", sets.join(", "))
                    }
                    1 => format!(
                        "INSERT {clause}INTO {name}({}) SELECT {} FROM jobs",
                        columns.join(", "),
                        row.join(", ")
                    ),
                    _ => format!(
                        "INSERT {clause}INTO {name}({}) VALUES ({})",
                        columns.join(", "),
                        row.join(", ")
                    ),
                }
            }
        };
        let (said, _) = match analysis.query(sql.as_str().into()) {
            Ok(_) => (String::new(), true),
            Err(_) => said(&analysis, &sql),
        };
        if said.is_empty() {
            accepted += 1;
            continue;
        }
        refused += 1;
        assert!(never_writes(&sql), "{sql}\n{said}");
    }
    assert!(accepted > 20, "{accepted}");
}

/// Of each parameter, what SQLite takes of every class of values.
#[test]
fn a_parameter_takes_what_sqlite_takes() {
    let analysis = folder(&[("0001_all.sql", SCHEMA)]);
    let mut seen = 0;
    for (sql, expected) in [
        ("INSERT INTO jobs(id, queue, size) VALUES (?, 'a', 1)", "0 jobs.id"),
        ("INSERT INTO typed(n, t, r, b, a) VALUES (?, 't', ?, ?, ?)", "0 typed.n, 1 typed.r, 2 typed.b"),
        ("UPDATE typed SET t = ?", "0 typed.t"),
        ("UPDATE jobs SET id = :id WHERE queue = :queue", "0 jobs.id"),
        ("SELECT id FROM jobs WHERE id = ?", "0 jobs.id"),
        ("SELECT n FROM typed WHERE b = ? OR t IN (?) OR r IS ?", "0 typed.b, 1 typed.t, 2 typed.r"),
        ("DELETE FROM typed AS x WHERE x.n == ?", "0 typed.n"),
        ("SELECT n FROM typed JOIN jobs ON n = id WHERE id = ? AND queue = ? AND a = ?", "0 jobs.id"),
        ("INSERT INTO watched(a, b) VALUES (?, ?)", ""),
        ("UPDATE jobs SET rowid = +? WHERE _rowid_ = ?", "1 jobs.id, 0 jobs.id"),
        ("SELECT jobs.oid FROM jobs, keyed WHERE jobs.oid = ? AND rowid = ?", "0 jobs.id"),
        ("SELECT 1 AS a FROM named WHERE rowid = ? AND oid = ?", ""),
        ("INSERT INTO implied(rowid, a, b) VALUES (?, 1, 1)", ""),
        ("SELECT id FROM jobs WHERE id > ? OR id IN (SELECT value FROM json_each(?))", ""),
    ] {
        let query = analysis.query(sql.into()).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let takes = query.takes.iter();
        let shown: Vec<String> =
            takes.map(|takes| format!("{} {}.{}", takes.parameter, takes.table, takes.column)).collect();
        assert_eq!(shown.join(", "), expected, "{sql}");
        for takes in &query.takes {
            for (class, value) in [
                (Classes::INTEGER, "1"),
                (Classes::REAL, "1.5"),
                (Classes::TEXT, "'x'"),
                (Classes::BLOB, "x'01'"),
            ] {
                if !takes.classes.meets(class) {
                    assert!(!is_taken(takes, value), "{sql}: {value}");
                    seen += 1;
                }
            }
            // Whatever is not refused can be taken: else more could be said.
            let good = ["1", "1.5", "'x'", "'1'", "x'01'"];
            assert!(good.iter().any(|value| is_taken(takes, value)), "{sql}");
        }
    }
    assert!(seen > 12, "{seen}");
}

/// Whether SQLite writes this value, or finds it in a table that has every value which the column can have.
fn is_taken(takes: &crate::query::Takes, value: &str) -> bool {
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(SCHEMA).unwrap();
    let (table, column) = (quoted(&takes.table), quoted(&takes.column));
    if takes.is_written {
        conn.execute_batch(&format!("{ROWS} DELETE FROM {table} WHERE rowid > 1;")).unwrap();
        let value: rusqlite::types::Value =
            conn.query_row(&format!("SELECT {value}"), [], |row| row.get(0)).unwrap();
        let insert = match takes.table.as_str() {
            "jobs" => format!("INSERT OR REPLACE INTO jobs({column}, queue, size) VALUES (?, 'a', 1)"),
            _ => match column.as_str() {
                "\"n\"" => "INSERT INTO typed(n) VALUES (?)".to_owned(),
                _ => format!("INSERT INTO {table}({column}, n) VALUES (?, 1)"),
            },
        };
        return conn.execute(&insert, [value]).is_ok();
    }
    // The column has whatever it takes of all these.
    for kept in ["1", "1.5", "'x'", "x'01'", "2"] {
        let row = match takes.table.as_str() {
            "jobs" => format!("INSERT INTO jobs(id, queue, size) VALUES ({kept}, 'a', 1)"),
            _ if takes.column == "n" => format!("INSERT INTO typed(n) VALUES ({kept})"),
            _ => format!("INSERT INTO typed({column}, n) VALUES ({kept}, 1)"),
        };
        let _ = conn.execute(&row, []);
    }
    let value: rusqlite::types::Value =
        conn.query_row(&format!("SELECT {value}"), [], |row| row.get(0)).unwrap();
    let count = format!("SELECT count(*) FROM {table} WHERE {column} = ?");
    conn.query_row(&count, [value], |row| row.get::<_, i64>(0)).unwrap() > 0
}

#[test]
fn a_comparison_with_null_is_refused() {
    let analysis = folder(&[("0001_all.sql", SCHEMA)]);
    for (sql, expected) in [
        (
            "SELECT id FROM jobs WHERE note = NULL",
            "comparison_with_null `= NULL`: `= NULL` is never true, whatever is on the other side / write `IS NULL`",
        ),
        (
            "DELETE FROM jobs WHERE id = 1 AND note != NULL",
            "comparison_with_null `!= NULL`: `!= NULL` is never true, whatever is on the other side / write `IS NOT NULL`",
        ),
    ] {
        assert_eq!(said(&analysis, sql).0, expected);
    }
    for sql in [
        "UPDATE jobs SET note = NULL WHERE id = 1",
        "SELECT id FROM jobs WHERE note IS NULL",
        "SELECT note = NULL AS x FROM jobs WHERE id = 1",
    ] {
        assert_eq!(said(&analysis, sql).0, "", "{sql}");
    }
}
