//! What is said of a statement's columns, held against what SQLite gives for rows of every kind.

use onward_schema::Classes;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::*;
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

#[test]
fn columns_of_statements() {
    let (analysis, connections) = (analysis(), connections());
    let mut wrong = Vec::new();
    for (sql, expected) in [
        // Columns.
        (
            "SELECT * FROM jobs",
            "id: integer, queue: text, state: text, parent: integer ?, payload: blob ?, started: any ?, done: integer, \
             price: integer|real|text ?, anything: any ?, twice: integer ?",
        ),
        ("SELECT * FROM strict", "k: text, v: any ?, n: integer"),
        (
            "SELECT k.rowid, k.oid, j._rowid_ FROM jobs k JOIN jobs j USING (id)",
            "id: integer, id: integer, id: integer",
        ),
        ("SELECT jobs.*, 1 AS one FROM jobs WHERE id = ?", ""),
        ("SELECT main.jobs.id FROM main.jobs", "id: integer"),
        (
            "SELECT \"id\", [queue], `parent`, (state) FROM jobs AS j",
            "id: integer, queue: text, parent: integer ?, state: text",
        ),
        // What a condition excludes.
        ("SELECT parent FROM jobs WHERE parent IS NOT NULL", "parent: integer"),
        ("SELECT parent FROM jobs j WHERE (j.parent > 1) AND started NOTNULL", "parent: integer"),
        ("SELECT parent FROM jobs WHERE parent > 1 OR id = 7", "parent: integer ?"),
        ("SELECT note FROM queues WHERE note LIKE 'n%' AND size = 0", "note: text"),
        // Joins.
        ("SELECT name, id FROM queues JOIN jobs ON queue = name", "name: text, id: integer"),
        ("SELECT name, id FROM queues, jobs", "name: text, id: integer"),
        ("SELECT name, id FROM queues LEFT JOIN jobs ON queue = name", "name: text, id: integer ?"),
        ("SELECT name, id FROM jobs RIGHT JOIN queues ON queue = name", "name: text, id: integer ?"),
        (
            "SELECT name, id FROM queues FULL JOIN jobs ON queue = name AND size > 0",
            "name: text ?, id: integer ?",
        ),
        (
            "SELECT name, id FROM queues LEFT JOIN jobs ON queue = name WHERE id > 0",
            "name: text, id: integer",
        ),
        (
            "SELECT q.name, k.id FROM queues q LEFT JOIN (jobs j JOIN jobs k ON k.id = j.parent) ON j.queue = q.name",
            "name: text, id:1: integer ?",
        ),
        (
            "SELECT j.id, k.id AS parent_id, q.name FROM jobs j LEFT JOIN jobs k ON k.id = j.parent JOIN queues q ON q.name = k.queue",
            "id: integer, parent_id: integer, name: text",
        ),
        (
            "SELECT id, j.id AS a, k.id AS b FROM jobs j LEFT JOIN (SELECT id FROM jobs WHERE id > 1) k USING (id)",
            "id: integer, a: integer, b: integer ?",
        ),
        (
            "SELECT id, j.id AS a, k.id AS b FROM (SELECT id FROM jobs WHERE id > 1) j FULL JOIN jobs k USING (id)",
            "id: integer, a: integer ?, b: integer ?",
        ),
        (
            "SELECT * FROM (SELECT id FROM jobs WHERE id > 1) NATURAL JOIN (SELECT id, state FROM jobs)",
            "id: integer, state: text",
        ),
        (
            "SELECT * FROM (SELECT 1 AS id) RIGHT JOIN (SELECT id, state FROM jobs) USING (id)",
            "id: integer, state: text",
        ),
        // Aggregates.
        (
            "SELECT count(*) AS n, count(parent) AS m, total(size) AS t FROM jobs JOIN queues",
            "n: integer, m: integer, t: real",
        ),
        (
            "SELECT max(id) AS a, sum(id) AS b, avg(id) AS c, group_concat(state) AS d FROM jobs",
            "a: integer ?, b: integer ?, c: real ?, d: text ?",
        ),
        (
            "SELECT queue, max(id) AS a, min(parent) AS b FROM jobs GROUP BY queue",
            "queue: text, a: integer, b: integer ?",
        ),
        (
            "SELECT queue, sum(id) FILTER (WHERE id > 5) AS a FROM jobs GROUP BY queue",
            "queue: text, a: integer ?",
        ),
        ("SELECT queue, count(*) AS n FROM jobs", "queue: text ?, n: integer"),
        ("SELECT coalesce(max(id), 0) + 1 AS next FROM jobs", "next: integer"),
        ("SELECT coalesce(sum(size), 0.0) AS total FROM queues", "total: integer|real"),
        ("SELECT json_group_array(id) AS ids FROM jobs", "ids: text"),
        // Windows.
        (
            "SELECT row_number() OVER (ORDER BY id) AS n, count(*) OVER () AS m FROM jobs",
            "n: integer, m: integer",
        ),
        (
            "SELECT lag(id) OVER (ORDER BY id) AS a, sum(id) OVER (PARTITION BY queue) AS b FROM jobs",
            "a: integer ?, b: integer",
        ),
        ("SELECT sum(id) OVER (ROWS BETWEEN 2 FOLLOWING AND 3 FOLLOWING) AS a FROM jobs", "a: integer ?"),
        ("SELECT lag(id, 1, 0) OVER (ORDER BY id) AS a FROM jobs", "a: integer"),
        // Expressions.
        (
            "SELECT id = 1 AS a, parent = 1 AS b, parent IS 1 AS c, NOT parent AS d FROM jobs",
            "a: integer, b: integer ?, c: integer, d: integer ?",
        ),
        (
            "SELECT id + 1 AS a, id * 1.5 AS b, price + 1 AS c, id / 2 AS d, id / parent AS e, -weight AS f FROM jobs, queues",
            "a: integer, b: real, c: integer|real ?, d: integer, e: integer ?, f: real ?",
        ),
        ("SELECT 1 / size AS a FROM queues", "a: integer ~"),
        ("SELECT id || state AS a, payload || 'x' AS b FROM jobs", "a: text, b: text ?"),
        (
            "SELECT CASE WHEN id > 1 THEN 'a' END AS a, CASE id WHEN 1 THEN 'b' ELSE state END AS b FROM jobs",
            "a: text ?, b: text",
        ),
        (
            "SELECT CAST(started AS INTEGER) AS a, CAST(id AS TEXT) AS b, CAST(id AS DECIMAL) AS c FROM jobs",
            "a: integer ?, b: text, c: integer|real",
        ),
        (
            "SELECT EXISTS (SELECT 1 FROM jobs) AS a, id IN (1, 2) AS b, id IN (SELECT parent FROM jobs) AS c FROM jobs",
            "a: integer, b: integer, c: integer ?",
        ),
        (
            "SELECT id BETWEEN 1 AND 2 AS a, parent NOT BETWEEN 1 AND id AS b, state LIKE 'x' AS c FROM jobs",
            "a: integer, b: integer ?, c: integer",
        ),
        (
            "SELECT NULL AS a, 1 AS b, 1.0 AS c, 'x' AS d, x'00' AS e, TRUE AS f, CURRENT_TIMESTAMP AS g, 0xff AS h, 9223372036854775808 AS i",
            "a: null ?, b: integer, c: real, d: text, e: blob, f: integer, g: text, h: integer, i: real",
        ),
        ("SELECT ? AS a, :b AS b", "a: any ~, b: any ~"),
        ("SELECT json_extract(state, '$.x') AS a FROM jobs WHERE json_valid(state)", "a: any ~"),
        ("SELECT json_object('a', 1) -> '$.a' AS a, json_object('a', 1) ->> 'b' AS b", "a: text ~, b: any ~"),
        ("SELECT state COLLATE NOCASE AS a, +id AS b, ~id AS c FROM jobs", "a: text, b: integer, c: integer"),
        ("SELECT (id, 1) = (1, 2) AS a FROM jobs", "a: integer ~"),
        // Subqueries.
        (
            "SELECT (SELECT name FROM queues WHERE name = queue) AS a, (SELECT count(*) FROM queues) AS b, (SELECT 1) AS c FROM jobs",
            "a: text ?, b: integer, c: integer",
        ),
        ("SELECT (SELECT max(k.id) FROM jobs k WHERE k.queue = j.queue) AS a FROM jobs j", "a: integer ?"),
        (
            "SELECT a.id, a.n FROM (SELECT id, (SELECT count(*) FROM queues WHERE name = queue) AS n FROM jobs) a",
            "id: integer, n: integer",
        ),
        // Common table expressions.
        (
            "WITH a AS (SELECT id FROM jobs), b(x) AS (SELECT id FROM a) SELECT x, a.id FROM a JOIN b",
            "x: integer, id: integer",
        ),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n",
            "i: integer",
        ),
        (
            "WITH RECURSIVE up(id, parent) AS (SELECT id, parent FROM jobs UNION SELECT jobs.id, up.id FROM jobs JOIN up ON jobs.parent = up.id) SELECT * FROM up",
            "id: integer, parent: integer ?",
        ),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT NULL FROM n WHERE i < 5) SELECT i FROM n",
            "i: integer ?",
        ),
        ("WITH b AS (SELECT id FROM a), a AS (SELECT parent AS id FROM jobs) SELECT id FROM b", "id: any ~"),
        // Compounds.
        ("SELECT id FROM jobs UNION ALL SELECT parent FROM jobs", "id: integer ?"),
        ("SELECT id FROM jobs EXCEPT SELECT parent FROM jobs", "id: integer"),
        ("SELECT id AS x FROM jobs UNION SELECT name FROM queues ORDER BY 1", "x: integer|text"),
        ("VALUES (1, 'a'), (NULL, 2)", "column1: integer ?, column2: integer|text"),
        // Views and virtual tables.
        ("SELECT * FROM busy", "queue: text, jobs: integer, latest: any ?"),
        ("SELECT * FROM all_queues", "name: text, job: integer ?, state: text ?, parent: integer ?"),
        ("SELECT job FROM all_queues WHERE job IS NOT NULL", "job: integer"),
        ("SELECT rowid, body FROM search", "rowid: integer, body: any ?"),
        ("SELECT j.value, jobs.id FROM jobs, json_each('[1,null]') j", "value: any ~, id: integer"),
        ("SELECT key FROM json_each('[1]')", "key: any ~"),
        ("SELECT name FROM pragma_table_info('jobs')", "name: text"),
        ("PRAGMA table_info(jobs)", ""),
        (
            "SELECT unixepoch('now') AS a, date('now') AS b, date('then') AS c",
            "a: integer, b: text, c: text ~",
        ),
        ("SELECT substr(payload, 1) AS a FROM jobs WHERE payload IS NOT NULL", "a: blob ~"),
        ("SELECT 'a!' AS \"a!\", 'b?' AS 'b?', 'c!' 'c!'", "a: text, b: text ?, c!: text"),
        // Aliases that overrule.
        (
            "SELECT parent AS \"parent!\", id AS \"id?\", started AS \"at!: Time\" FROM jobs WHERE parent AND started",
            "parent: integer, id: integer ?, at: any",
        ),
    ] {
        let query = analysis.query(sql.into()).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        if !expected.is_empty() {
            let described: Vec<String> = query.columns.iter().map(describe).collect();
            if described.join(", ") != expected {
                wrong.push(format!("{sql}\n  {}\n  {expected}", described.join(", ")));
            }
        }
        assert!(hold(&query, &connections), "{sql}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn returning() {
    let (analysis, connections) = (analysis(), connections());
    for (sql, expected) in [
        (
            "INSERT INTO jobs(queue, state) VALUES ('mail', 'x') RETURNING id, parent, id + 1 AS next",
            "id: integer, parent: integer ?, next: integer",
        ),
        ("UPDATE jobs SET state = 'y' WHERE id = 1 RETURNING *", ""),
        (
            "UPDATE jobs SET state = 'z' FROM queues WHERE name = queue RETURNING id, (SELECT count(*) FROM queues) AS n",
            "id: integer, n: integer",
        ),
        ("DELETE FROM strict WHERE k = 'a' RETURNING k, v", "k: text, v: any ?"),
        ("DELETE FROM strict", ""),
    ] {
        let query = analysis.query(sql.into()).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let described: Vec<String> = query.columns.iter().map(describe).collect();
        if !expected.is_empty() {
            assert_eq!(described.join(", "), expected, "{sql}");
        }
        assert!(hold(&query, &connections), "{sql}");
    }
}

/// Every function that is known, over values of every kind.
#[test]
fn functions() {
    let (analysis, connections) = (analysis(), connections());
    let values =
        ["NULL", "0", "-7", "2.5", "'text'", "'2026-01-01'", "'{\"a\":[1]}'", "''", "x'00ff'", "'$.a'"];
    let names = [
        "coalesce",
        "ifnull",
        "nullif",
        "iif",
        "likely",
        "max",
        "min",
        "abs",
        "round",
        "sign",
        "length",
        "octet_length",
        "instr",
        "glob",
        "like",
        "unicode",
        "lower",
        "upper",
        "trim",
        "ltrim",
        "rtrim",
        "replace",
        "substr",
        "substring",
        "char",
        "concat",
        "hex",
        "quote",
        "typeof",
        "soundex",
        "printf",
        "format",
        "randomblob",
        "zeroblob",
        "date",
        "time",
        "datetime",
        "strftime",
        "timediff",
        "unixepoch",
        "julianday",
        "json_array",
        "json_object",
        "json",
        "json_pretty",
        "json_set",
        "json_insert",
        "json_replace",
        "json_patch",
        "json_remove",
        "json_quote",
        "json_valid",
        "json_array_length",
        "json_type",
        "sum",
        "avg",
        "total",
        "count",
        "group_concat",
        "string_agg",
        "json_group_array",
        "random",
        "changes",
        "last_insert_rowid",
        "sqlite_version",
        "concat_ws",
    ];
    let mut ran = 0;
    for name in names {
        let none = vec![String::new()];
        let one = values.map(str::to_owned).to_vec();
        let two = values.iter().flat_map(|a| values.map(|b| format!("{a}, {b}"))).collect::<Vec<_>>();
        let three = values
            .iter()
            .flat_map(|a| values.iter().flat_map(move |b| values.map(|c| format!("{a}, {b}, {c}"))));
        for arguments in none.into_iter().chain(one).chain(two).chain(three) {
            let sql = format!("SELECT {name}({arguments}) AS value");
            // Not every function takes every number of arguments.
            let Ok(query) = analysis.query(Text::from(&*sql)) else { continue };
            // Nor every value: malformed JSON, a number that is too large.
            ran += u32::from(hold(&query, &connections[..1]));
        }
    }
    assert!(ran > 10_000, "{ran}");
}

#[test]
fn parameters() {
    let analysis = analysis();
    let parameters = |sql: &str| analysis.query(sql.into()).unwrap().parameters;
    let named = |name: &str| Some(name.to_owned());
    assert_eq!(parameters("SELECT 1 FROM jobs WHERE id = ? AND state = ?"), [None, None]);
    assert_eq!(parameters("SELECT ?2, ?1"), [named("?1"), named("?2")]);
    assert_eq!(parameters("SELECT :a, @b, $c, :a"), [named(":a"), named("@b"), named("$c")]);
    assert_eq!(parameters("SELECT ?3"), [None, None, named("?3")]);
}

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

/// SQLite refuses some of these inside a transaction, and does others while it prepares them.
#[test]
fn what_is_about_the_connection_is_taken_and_changes_nothing() {
    let analysis = folder(&[
        ("0001_all.sql", "CREATE TABLE t(a TEXT NOT NULL);"),
        ("onward.toml", "[external]\narchive.t = [\"a\"]\ntemp.batch = \"job INTEGER\"\nothers = []"),
    ]);
    let columns = |sql: &str| {
        let query = analysis.query(sql.into()).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        assert_eq!(query.sql, sql);
        assert!(analysis.check(sql.into()).is_ok(), "{sql}");
        let names: Vec<String> = query.columns.into_iter().map(|column| column.name).collect();
        (names.join(","), query.parameters.len())
    };
    let none = || (String::new(), 0);
    for sql in [
        "PRAGMA synchronous = NORMAL",
        "PRAGMA main.synchronous(OFF)",
        "PRAGMA archive.synchronous = OFF",
        "PRAGMA temp_store = FILE",
        "PRAGMA foreign_keys = ON",
        "PRAGMA query_only = ON",
        "PRAGMA count_changes = ON",
        "PRAGMA full_column_names = ON",
        "PRAGMA short_column_names = OFF",
        "PRAGMA reverse_unordered_selects = ON",
        "PRAGMA case_sensitive_like = ON",
        "PRAGMA trusted_schema = OFF",
        "PRAGMA writable_schema = ON",
        "PRAGMA nobody_knows = 7",
        "DETACH archive",
        "VACUUM",
        "BEGIN IMMEDIATE",
        "COMMIT",
        "SAVEPOINT a",
        "REINDEX",
        "ANALYZE",
        "CREATE TEMP TABLE s AS SELECT * FROM t",
        // What `[external]` names, somebody makes.
        "CREATE TEMP TABLE batch(job INTEGER)",
        "CREATE TABLE temp.\"batch\"(job INTEGER)",
        "CREATE TABLE archive.t AS SELECT a FROM t",
        "CREATE TABLE IF NOT EXISTS others(a, UNIQUE (a))",
        "CREATE TABLE [others](a)",
        "DROP TABLE temp.batch",
        "INSERT INTO batch SELECT 1 FROM others",
    ] {
        assert_eq!(columns(sql), none(), "{sql}");
    }
    for (wrong, message) in [
        ("CREATE TABLE t(a)", "SQLite refuses this: table t already exists"),
        ("CREATE TEMP TABLE batch(job, job)", "SQLite refuses this: duplicate column name: job"),
        ("CREATE TABLE batch AS SELECT nope FROM t", "`t` has no column `nope`"),
        ("CREATE TABLE temp.batch AS SELECT nope FROM t", "`t` has no column `nope`"),
    ] {
        let Err(Error::Refused(refused)) = analysis.query(wrong.into()) else { panic!("{wrong}") };
        assert_eq!(refused.diagnostic.message, message);
    }
    assert_eq!(columns("ATTACH ? AS later"), (String::new(), 1));
    assert_eq!(columns("VACUUM INTO ?"), (String::new(), 1));
    assert_eq!(columns("PRAGMA journal_mode = WAL").0, "journal_mode");
    assert_eq!(columns("PRAGMA busy_timeout = 5000").0, "timeout");
    assert_eq!(columns("PRAGMA hard_heap_limit = 1000").0, "hard_heap_limit");
    assert_eq!(columns("PRAGMA soft_heap_limit(1000)").0, "soft_heap_limit");
    assert_eq!(columns("PRAGMA table_list").0, "schema,name,type,ncol,wr,strict");
    // Had they been done, a write would have rows, and the columns other names.
    assert_eq!(columns("INSERT INTO t VALUES (?)"), (String::new(), 1));
    assert_eq!(columns("SELECT t.a, (SELECT a FROM t) AS b FROM t WHERE a LIKE 'x'").0, "a,b");
}

#[test]
fn a_column_that_is_called_like_a_label_is_one() {
    let analysis =
        folder(&[("0001_all.sql", "CREATE TABLE t(\"done?\" INT NOT NULL, \"at: UTC\" TEXT, x INT);")]);
    for (sql, expected) in [
        ("SELECT \"done?\" FROM t", "done?: integer"),
        ("SELECT * FROM t WHERE \"done?\"", "done?: integer, at: UTC: text ?, x: integer ?"),
        ("SELECT \"at: UTC\", x AS \"x!\" FROM t", "at: UTC: text ?, x: integer"),
        ("SELECT \"done?\" AS \"done!\", x AS \"x!\" FROM t", "done: integer, x: integer"),
    ] {
        let query = analysis.query(sql.into()).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let described: Vec<String> = query.columns.iter().map(describe).collect();
        assert_eq!(described.join(", "), expected, "{sql}");
    }
}
