//! What is known of NULL behind conditions and joins, each statement with what SQLite gives for rows.

use super::testing::{self, analysis, connections};

fn expect(cases: &[(&str, &str)]) {
    testing::expect(&analysis(), &connections(), cases);
}

#[test]
fn a_condition_proves_what_it_needs() {
    expect(&[
        ("SELECT note FROM queues WHERE NOT (note IS NULL)", "note: text"),
        ("SELECT note FROM queues WHERE NOT (note IS NOT NULL)", "note: text ?"),
        ("SELECT note FROM queues WHERE note NOT IN ('a', 'b')", "note: text"),
        ("SELECT note FROM queues WHERE note IN ('a', NULL)", "note: text"),
        ("SELECT note, weight FROM queues WHERE size NOT IN (1, weight)", "note: text ?, weight: real"),
        // Nothing is in an empty list, and that includes NULL.
        ("SELECT note FROM queues WHERE note NOT IN ()", "note: text ?"),
        ("SELECT note FROM queues WHERE note NOT IN (SELECT k FROM strict)", "note: text ?"),
        ("SELECT note FROM queues WHERE note NOT IN (SELECT k FROM strict WHERE 0)", "note: text ?"),
        ("SELECT note FROM queues WHERE note IN (SELECT k FROM strict)", "note: text"),
        ("SELECT note FROM queues WHERE length(note) > 0", "note: text"),
        ("SELECT note FROM queues WHERE length(trim(note) || 'x') > 0", "note: text"),
        ("SELECT note FROM queues WHERE lower(note) = ?", "note: text"),
        ("SELECT note FROM queues WHERE note IS 'a'", "note: text"),
        ("SELECT note FROM queues WHERE note IS ?", "note: text ?"),
        ("SELECT note FROM queues WHERE note IS NOT 'a'", "note: text ?"),
        ("SELECT note FROM queues WHERE note IS NOT DISTINCT FROM name", "note: text"),
        ("SELECT note FROM queues WHERE note = 'a' OR note = 'b'", "note: text"),
        ("SELECT note FROM queues WHERE note = 'a' OR note IS NULL", "note: text ?"),
        ("SELECT note FROM queues WHERE NOT (note IS NULL OR size = 1)", "note: text"),
        ("SELECT note FROM queues WHERE NOT (note IS NULL AND size = 1)", "note: text ?"),
        // FALSE AND NULL is false.
        ("SELECT note FROM queues WHERE NOT (note = 'a' AND size = 1)", "note: text ?"),
        ("SELECT note FROM queues WHERE NOT (note = 'a' OR size = 1)", "note: text"),
        ("SELECT note FROM queues WHERE NOT note LIKE 'a%'", "note: text"),
        ("SELECT weight FROM queues WHERE weight NOT BETWEEN 1 AND 2", "weight: real"),
        ("SELECT note, weight FROM queues WHERE (note, weight) = ('a', 1)", "note: text, weight: real"),
        ("SELECT note, weight FROM queues WHERE (note, weight) <> ('a', 1)", "note: text ?, weight: real ?"),
        ("SELECT weight FROM queues WHERE coalesce(weight, 0) > 0", "weight: real"),
        ("SELECT weight FROM queues WHERE coalesce(weight, 0) >= 0", "weight: real ?"),
        ("SELECT note FROM queues WHERE ifnull(note, '') <> ''", "note: text"),
        ("SELECT note FROM queues WHERE ifnull(note, '') <> 'x'", "note: text ?"),
        ("SELECT anything FROM jobs WHERE typeof(anything) = 'text'", "anything: any"),
        ("SELECT anything FROM jobs WHERE typeof(anything) <> 'null'", "anything: any"),
        ("SELECT anything FROM jobs WHERE typeof(anything) = 'null'", "anything: any ?"),
        ("SELECT anything FROM jobs WHERE CASE WHEN id > 1 THEN anything ELSE anything END", "anything: any"),
        ("SELECT anything FROM jobs WHERE CASE WHEN id > 1 THEN anything ELSE 1 END", "anything: any ?"),
        ("SELECT anything FROM jobs WHERE iif(anything IS NULL, 0, id)", "anything: any"),
        ("SELECT payload ->> 'a' AS a FROM jobs WHERE id > 100 AND payload ->> 'a' IS NOT NULL", "a: any"),
        (
            "SELECT json_extract(state, '$.a') AS a FROM jobs WHERE id > 100 AND json_extract(state, '$.a') = 1",
            "a: any",
        ),
        ("SELECT nullif(random() % 2, 0) AS a FROM jobs WHERE a IS NOT NULL", "a: integer ?"),
        ("SELECT coalesce(parent, price) AS a FROM jobs WHERE a IS NOT NULL", "a: integer|real|text"),
        // An alias hides a column of the statement around it, which is never NULL.
        (
            "SELECT 1 IN (SELECT note AS id FROM queues WHERE id IS NULL OR note = 'a') AS a FROM jobs",
            "a: integer ?",
        ),
        ("SELECT ?1 AS a, ? AS b WHERE ?1 IS NOT NULL", "a: any, b: any ~"),
    ]);
}

#[test]
fn a_group_is_what_having_leaves() {
    expect(&[
        ("SELECT note FROM queues GROUP BY note HAVING note IS NOT NULL", "note: text"),
        ("SELECT note FROM queues GROUP BY note HAVING count(*) > 1", "note: text ?"),
        (
            "SELECT queue, max(parent) AS a FROM jobs GROUP BY queue HAVING max(parent) > 1",
            "queue: text, a: integer",
        ),
        (
            "SELECT queue, max(parent) AS a FROM jobs GROUP BY queue HAVING a IS NOT NULL",
            "queue: text, a: integer",
        ),
        ("SELECT max(id) AS a FROM jobs HAVING max(id) > 0", "a: integer"),
        // Without a row there is nothing that WHERE could have proven.
        ("SELECT max(id) AS a, note FROM jobs, queues WHERE note IS NOT NULL", "a: integer ?, note: text ?"),
        // Of a group's rows, HAVING sees one.
        ("SELECT max(parent) AS a FROM jobs GROUP BY queue HAVING parent IS NULL", "a: integer ?"),
        ("SELECT sum(weight) AS a FROM queues WHERE weight > 0 GROUP BY size", "a: real"),
    ]);
}

#[test]
fn a_branch_knows_why_it_was_taken() {
    expect(&[
        ("SELECT CASE WHEN note IS NOT NULL THEN note ELSE '' END AS a FROM queues", "a: text"),
        ("SELECT CASE WHEN note IS NULL THEN '' ELSE note END AS a FROM queues", "a: text"),
        ("SELECT CASE WHEN note IS NOT NULL THEN note END AS a FROM queues", "a: text ?"),
        ("SELECT CASE note WHEN 'a' THEN note ELSE 'b' END AS a FROM queues", "a: text"),
        ("SELECT CASE WHEN note > 'a' THEN 1 ELSE note END AS a FROM queues", "a: integer|text ?"),
        (
            "SELECT CASE WHEN size THEN note WHEN note IS NULL THEN '' ELSE note END AS a FROM queues",
            "a: text ?",
        ),
        (
            "SELECT iif(note IS NOT NULL, note, '') AS a, iif(note IS NULL, '', note) AS b FROM queues",
            "a: text, b: text",
        ),
        (
            "SELECT iif(weight > 1, weight, 1) AS a, iif(weight > 1, 1, weight) AS b FROM queues",
            "a: integer|real, b: integer|real ?",
        ),
        ("SELECT iif(note IS NOT NULL, (SELECT max(note) FROM strict), '') AS a FROM queues", "a: text ?"),
        (
            "SELECT note IS NULL OR note > 'a' AS a, note IS NOT NULL AND note > 'a' AS b FROM queues",
            "a: integer, b: integer",
        ),
        (
            "SELECT note > 'a' OR note IS NULL AS a, note > 'a' AND size AS b FROM queues",
            "a: integer, b: integer ?",
        ),
        // A window looks at other rows, and so does an aggregate.
        (
            "SELECT iif(note IS NOT NULL, first_value(note) OVER (ORDER BY name), '') AS a FROM queues",
            "a: text ?",
        ),
        ("SELECT iif(parent IS NOT NULL, max(parent), 1) AS a FROM jobs GROUP BY queue", "a: integer ?"),
        ("SELECT iif(max(parent) IS NOT NULL, max(parent), 1) AS a FROM jobs GROUP BY queue", "a: integer"),
    ]);
}

#[test]
fn a_proven_column_brings_its_side_of_a_join() {
    const BOTH: &str = "queues q LEFT JOIN jobs j ON j.queue = q.name";
    let of = |results: &str, rest: &str| format!("SELECT {results} FROM {BOTH} {rest}");
    let owned = [
        (of("id, state, parent", ""), "id: integer ?, state: text ?, parent: integer ?"),
        (of("id, state, parent", "WHERE j.id IS NOT NULL"), "id: integer, state: text, parent: integer ?"),
        (of("id, state, parent", "WHERE parent > 1"), "id: integer, state: text, parent: integer"),
        (of("id, state", "WHERE q.name > ''"), "id: integer ?, state: text ?"),
        // Either way the side is there.
        (
            of("id, state, parent", "WHERE parent > 1 OR j.started < 7"),
            "id: integer, state: text, parent: integer ?",
        ),
        (of("id, state", "JOIN strict ON k = j.state"), "id: integer, state: text"),
        (of("id, state", "LEFT JOIN strict ON k = j.state"), "id: integer ?, state: text ?"),
        (of("id, k, n", "LEFT JOIN strict ON k = j.state WHERE n = 1"), "id: integer, k: text, n: integer"),
        (of("id, state", "GROUP BY q.name HAVING j.id IS NOT NULL"), "id: integer, state: text"),
        (of("iif(j.id IS NULL, '', j.state) AS a", ""), "a: text"),
        (of("CASE WHEN j.id > 1 THEN j.state || j.queue ELSE q.name END AS a", ""), "a: text"),
        (of("count(*) AS n, state", "WHERE j.id IS NOT NULL"), "n: integer, state: text ?"),
    ];
    expect(&owned.iter().map(|(sql, expected)| (&**sql, *expected)).collect::<Vec<_>>());
    expect(&[
        // What ON demands holds where both sides are there.
        (
            "SELECT note, parent FROM queues LEFT JOIN jobs ON note = state AND parent > 1 WHERE id > 0",
            "note: text, parent: integer",
        ),
        (
            "SELECT note, parent FROM queues LEFT JOIN jobs ON note = state AND parent > 1",
            "note: text ?, parent: integer ?",
        ),
        (
            "SELECT name, id FROM jobs RIGHT JOIN queues ON queue = name WHERE state = 'x'",
            "name: text, id: integer",
        ),
        (
            "SELECT name, id FROM queues FULL JOIN jobs ON queue = name WHERE state = 'x'",
            "name: text ?, id: integer",
        ),
        (
            "SELECT name, id FROM queues FULL JOIN jobs ON queue = name WHERE size = 1",
            "name: text, id: integer ?",
        ),
        (
            "SELECT name, id FROM queues FULL JOIN jobs ON queue = name WHERE size = done",
            "name: text, id: integer",
        ),
        ("SELECT note FROM queues FULL JOIN jobs ON note = state WHERE size = done", "note: text"),
        // What an inner join proved is lost when an outer one makes rows up.
        (
            "SELECT note, k FROM queues JOIN jobs ON note = state RIGHT JOIN strict ON k = name",
            "note: text ?, k: text",
        ),
        (
            "SELECT note, k FROM queues JOIN jobs ON note = state RIGHT JOIN strict ON k = name WHERE id = 1",
            "note: text, k: text",
        ),
        (
            "SELECT j.id, p.id AS parent, p.state FROM jobs j LEFT JOIN (jobs p JOIN queues q ON q.name = p.queue) ON p.id = j.parent WHERE q.size = 1",
            "id: integer, parent: integer, state: text",
        ),
        // Through a view and through subqueries.
        (
            "SELECT name, job, state, parent FROM all_queues WHERE job > 0",
            "name: text, job: integer, state: text, parent: integer ?",
        ),
        ("SELECT job, state FROM all_queues WHERE parent IS NOT NULL", "job: integer, state: text"),
        (
            "SELECT * FROM (SELECT name, id + 1 AS next, state FROM queues LEFT JOIN jobs ON queue = name) WHERE next > 1",
            "name: text, next: integer, state: text",
        ),
        (
            "WITH a AS (SELECT * FROM all_queues) SELECT x.state, y.state AS other FROM a x JOIN a y ON x.job = 1",
            "state: text, other: text ?",
        ),
        (
            "SELECT job, state FROM strict LEFT JOIN all_queues ON name = k WHERE state <> ''",
            "job: integer, state: text",
        ),
        // `coalesce` may come from elsewhere.
        (
            "SELECT * FROM (SELECT coalesce(id, 0) AS a, state FROM queues LEFT JOIN jobs ON queue = name) WHERE a = 0",
            "a: integer, state: text ?",
        ),
        (
            "SELECT id, j.state FROM queues LEFT JOIN jobs j ON queue = name UNION SELECT 1, 'a' ORDER BY 1",
            "id: integer ?, state: text ?",
        ),
        ("SELECT id FROM jobs INTERSECT SELECT parent FROM jobs", "id: integer"),
        ("SELECT parent FROM jobs INTERSECT SELECT id FROM jobs", "parent: integer"),
        // USING.
        (
            "SELECT * FROM (strict s, (jobs a FULL JOIN (SELECT 1 AS parent) b USING (parent)))",
            "k: any ~, v: any ~, n: any ~, parent: any ~, id: any ~, queue: any ~, state: any ~, payload: any ~, started: any ~, \
             done: any ~, price: any ~, anything: any ~, twice: any ~",
        ),
        (
            "SELECT * FROM (SELECT 1 AS id) a JOIN (SELECT 1 AS id) b USING (id), (SELECT NULL AS id) c",
            "id: integer, id: null ?",
        ),
        (
            "SELECT * FROM (SELECT 1 AS id) a FULL JOIN (SELECT 2 AS id, NULL AS x) b USING (id) JOIN (SELECT 2 AS id) c USING (id)",
            "id: integer, x: null ?",
        ),
        (
            "SELECT * FROM (SELECT 1 AS id) a RIGHT JOIN (SELECT 2 AS id) b USING (id) LEFT JOIN (SELECT 3 AS id, 4 AS y) c USING (id)",
            "id: integer, y: integer ?",
        ),
        // In brackets nothing is seen of what stands before them.
        (
            "SELECT a.parent FROM jobs a LEFT JOIN (jobs b JOIN queues ON b.id <> parent) ON a.id = b.id",
            "parent: integer ?",
        ),
        // The leftmost of the name, and not what stands in brackets further on.
        (
            "SELECT a.queue AS a, b.queue AS b FROM jobs a LEFT JOIN (jobs b JOIN jobs c USING (queue)) ON b.id > a.id JOIN busy USING (queue)",
            "a: text, b: text ?",
        ),
        ("SELECT parent FROM jobs JOIN (SELECT parent FROM jobs) USING (parent)", "parent: integer"),
        ("SELECT parent FROM jobs LEFT JOIN (SELECT parent FROM jobs) USING (parent)", "parent: integer ?"),
        (
            "SELECT id, k.state FROM (SELECT id FROM jobs WHERE id > 1) j FULL JOIN jobs k USING (id) LEFT JOIN strict ON k = state",
            "id: integer, state: text ?",
        ),
    ]);
}

#[test]
fn a_row_is_what_was_written() {
    expect(&[
        ("DELETE FROM queues WHERE note = 'n' RETURNING note, weight", "note: text, weight: real ?"),
        ("DELETE FROM queues AS q WHERE q.note = 'n' RETURNING note", "note: text"),
        ("UPDATE queues SET note = 'a' RETURNING note, weight", "note: text, weight: real ?"),
        ("UPDATE queues SET note = NULL WHERE note = 'n' RETURNING note", "note: text ?"),
        ("UPDATE queues SET size = 1 WHERE note = 'n' RETURNING note", "note: text"),
        (
            "UPDATE queues SET note = name || size, weight = ? RETURNING note, weight",
            "note: text, weight: real ?",
        ),
        (
            "UPDATE queues SET (note, weight) = ('a', NULL) RETURNING note, weight",
            "note: text, weight: real ?",
        ),
        ("UPDATE queues SET note = 'a', note = NULL RETURNING note", "note: text ?"),
        (
            "UPDATE queues SET note = state FROM jobs WHERE queue = name AND weight > 0 RETURNING note, weight",
            "note: text, weight: real",
        ),
        ("UPDATE jobs SET id = id + 10 WHERE twice > 1 RETURNING twice", "twice: integer"),
        (
            "INSERT INTO jobs(queue, state) VALUES ('mail', 'new') RETURNING id, twice",
            "id: integer, twice: integer",
        ),
        (
            "INSERT INTO queues(name, size, note) VALUES ('a', 1, 'b') RETURNING note, weight",
            "note: text, weight: real ?",
        ),
        (
            "INSERT INTO queues(name, size, note) SELECT state || 'x', id, parent FROM jobs RETURNING note",
            "note: text ?",
        ),
        (
            "INSERT INTO queues(name, size, note) VALUES ('a', 1, 'b'), ('c', 2, NULL) RETURNING note",
            "note: text ?",
        ),
        (
            "INSERT INTO queues(name, size, note) VALUES ('mail', 1, 'b') ON CONFLICT DO UPDATE SET size = 2 RETURNING note",
            "note: text ?",
        ),
        (
            "INSERT INTO queues(name, size, note) VALUES ('mail', 1, 'b') ON CONFLICT DO NOTHING RETURNING note",
            "note: text",
        ),
        (
            "INSERT INTO checked(a, c, d) VALUES ('a', 1, 'd') RETURNING a, b, e",
            "a: text, b: integer ?, e: text",
        ),
        // A trigger may change a row before it is written.
        ("UPDATE watched SET y = 'y' WHERE x = 'x' RETURNING x", "x: text ?"),
        ("UPDATE checked SET b = 1 WHERE e = 'e' RETURNING e", "e: text"),
    ]);
}

#[test]
fn a_check_proves_what_it_cannot_be_null_for() {
    expect(&[
        ("SELECT * FROM checked", "a: text, b: integer ?, c: any, d: text, e: text ?"),
        ("SELECT x.a FROM queues LEFT JOIN checked x ON x.a = name", "a: text ?"),
    ]);
}

#[test]
fn windows() {
    expect(&[
        (
            "SELECT last_value(id) OVER (ORDER BY id) AS a, first_value(parent) OVER () AS b FROM jobs",
            "a: integer, b: integer ?",
        ),
        (
            "SELECT last_value(id) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS a, \
             first_value(id) OVER (ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS b FROM jobs",
            "a: integer, b: integer ~",
        ),
        (
            "SELECT sum(id) OVER w AS a, max(id) OVER (w ROWS 1 PRECEDING) AS b, lead(id, 2, id) OVER w AS c FROM jobs WINDOW w AS (ORDER BY id)",
            "a: integer, b: integer, c: integer",
        ),
        (
            "SELECT sum(id) OVER (ROWS 1 PRECEDING EXCLUDE CURRENT ROW) AS a, nth_value(id, 1) OVER () AS b FROM jobs",
            "a: integer ?, b: integer ?",
        ),
        (
            "SELECT sum(id) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND 2 FOLLOWING) AS a FROM jobs",
            "a: integer ?",
        ),
    ]);
}

#[test]
fn dates() {
    expect(&[
        (
            "SELECT datetime('now', '-7 days') AS a, date('now', 'start of month', '+1 month', '-1 day') AS b",
            "a: text, b: text",
        ),
        (
            "SELECT strftime('%s', 'now') AS a, strftime('%Y-%m-%d', 'now', 'localtime') AS b",
            "a: text, b: text",
        ),
        (
            "SELECT unixepoch('now', 'weekday 1') AS a, julianday('now') AS b, time('now', '+1 hour') AS c",
            "a: integer, b: real, c: text",
        ),
        (
            "SELECT date('2026-01-31') AS a, date('2026-13-31') AS b, date(CURRENT_TIMESTAMP) AS c",
            "a: text, b: text ~, c: text",
        ),
        (
            "SELECT datetime('now', '+9000 years') AS a, datetime('now', 'next week') AS b",
            "a: text ~, b: text ~",
        ),
        ("SELECT strftime('%Q', 'now') AS a, strftime('%s', started) AS b FROM jobs", "a: text ~, b: text ?"),
        ("SELECT datetime(date('now'), '+1 day') AS a, datetime('now', ?) AS b", "a: text, b: text ~"),
        ("SELECT date('0001-01-01', '-2 years') AS a", "a: text ~"),
        (
            "SELECT concat_ws(', ', note, weight) AS a, concat_ws(note, 1) AS b FROM queues",
            "a: text, b: text ?",
        ),
    ]);
}

#[test]
fn what_sqlite_brings_along() {
    expect(&[
        (
            "SELECT type, name, tbl_name, sql FROM sqlite_schema",
            "type: text, name: text, tbl_name: text, sql: text ~",
        ),
        ("SELECT sql FROM main.sqlite_master WHERE sql IS NOT NULL", "sql: text"),
        (
            "SELECT key, value, type, fullkey FROM json_each('[1, null]')",
            "key: any ~, value: any ~, type: text, fullkey: text",
        ),
        ("SELECT value FROM jobs, json_tree('{\"a\":[null]}') WHERE value IS NOT NULL", "value: any"),
        (
            "SELECT j.id, e.type FROM jobs j LEFT JOIN json_each('[]') e ON e.id = j.id",
            "id: integer, type: text ?",
        ),
        (
            "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info('jobs')",
            "name: text, type: text, notnull: integer, dflt_value: text ~, pk: integer",
        ),
        (
            "SELECT t.name, c.name AS column FROM pragma_table_list t JOIN pragma_table_info(t.name) c",
            "name: text, column: text",
        ),
        ("PRAGMA user_version", "user_version: integer"),
        (
            "PRAGMA table_info(jobs)",
            "cid: integer, name: text, type: text, notnull: integer, dflt_value: text ~, pk: integer",
        ),
        ("PRAGMA journal_mode", "journal_mode: text"),
        (
            "SELECT rank, bm25(search) AS a, snippet(search, 0, '', '', '', 5) AS b, highlight(search, 0, '', '') AS c FROM search WHERE search MATCH 'hello' ORDER BY rank",
            "rank: real ~, a: real, b: text ~, c: text ~",
        ),
        ("SELECT rank FROM search WHERE rank = 'bm25()'", "rank: real ~"),
    ]);
}

/// As deep as SQLite allows, and with more to look at than anybody would.
#[test]
fn no_nesting_is_too_deep_or_takes_for_ever() {
    let analysis = analysis();
    let chain = |first: &str, each: &str, count: usize| {
        let mut text = first.to_owned();
        for _ in 0..count {
            text = each.replace('@', &text);
        }
        text
    };
    for (each, count) in [
        ("@ AND note > 1", 900),
        ("@ OR note > 1", 900),
        ("(@ OR note > 1) AND size", 400),
        ("(@ AND note) = 1", 400),
        ("NOT @", 80),
        ("((@ AND note) = 1 OR (size AND note) = 1)", 30),
        ("CASE WHEN @ THEN note ELSE size END", 80),
        ("iif(@, note, iif(note, 1, 0))", 80),
        ("coalesce(@, note || 1) > 0", 80),
        ("(note IN (1) AND (SELECT 1 FROM jobs WHERE @ AND parent))", 12),
    ] {
        let condition = chain("note", each, count);
        for sql in [
            format!("SELECT note FROM queues WHERE {condition}"),
            format!("SELECT {condition} AS a FROM queues"),
            format!(
                "SELECT * FROM (SELECT {condition} AS a FROM jobs LEFT JOIN queues ON {condition}) WHERE a"
            ),
        ] {
            // What SQLite finds too deep is refused.
            if let Ok(query) = analysis.query(sql.as_str().into()) {
                assert_eq!(query.columns.len(), 1);
            }
        }
    }
}
