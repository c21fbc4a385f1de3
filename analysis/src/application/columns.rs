//! What is said of a statement's columns, held against what SQLite gives for rows of every kind.

use super::testing::{analysis, connections, described, expect, hold};
use super::*;
use crate::checks::testing::folder;

#[test]
fn columns_of_statements() {
    let cases = [
        // Columns.
        (
            "SELECT * FROM jobs",
            "id: integer, queue: text, state: text, parent: integer ?, payload: blob ?, started: any ?, done: integer, \
             price: integer|real|text ?, anything: any ?, twice: integer",
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
    ];
    expect(&analysis(), &connections(), &cases);
}

#[test]
fn returning() {
    let cases = [
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
    ];
    expect(&analysis(), &connections(), &cases);
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
        assert_eq!(described(&query), expected, "{sql}");
    }
}
