//! What is said of comparisons with NULL, held against what SQLite finds with them.

use std::ops::Range;

use rusqlite::Connection;
use rusqlite::types::Value;

use super::*;
use crate::checks::testing::folder;
use crate::file::Place;

const SCHEMA: &str =
    "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT, parent INT UNIQUE);";
const ROWS: &str = "INSERT INTO jobs VALUES (1, 'a', NULL, NULL), (2, 'b', 'n', 1), (3, 'b', '', NULL);";

/// The bytes that are pointed at, and what is to be written.
fn said(sql: &str) -> Option<(Range<usize>, String)> {
    match folder(&[("0001_all.sql", SCHEMA)]).query(sql.into()) {
        Ok(_) => None,
        Err(Error::Refused(Refused { diagnostic, .. })) => {
            assert_eq!(diagnostic.rule.code, "comparison_with_null", "{sql}");
            Some((diagnostic.place.range, diagnostic.help))
        }
        Err(error) => panic!("{sql}: {error:?}"),
    }
}

/// The rows that a statement gives, and those of the table after it.
fn outcome(sql: &str) -> Vec<Vec<Value>> {
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(SCHEMA).unwrap();
    conn.execute_batch(ROWS).unwrap();
    let rows = |sql: &str| {
        let mut statement = conn.prepare(sql).unwrap();
        let count = statement.column_count();
        let rows = statement.query_map([], |row| (0..count).map(|index| row.get(index)).collect()).unwrap();
        rows.collect::<Result<Vec<Vec<Value>>, _>>().unwrap()
    };
    let mut found = rows(sql);
    found.extend(rows("SELECT * FROM jobs"));
    found
}

#[test]
fn wherever_a_condition_stands() {
    for (sql, place, help) in [
        ("SELECT id FROM jobs WHERE note = NULL", "= NULL", "write `IS NULL`"),
        ("SELECT id FROM jobs WHERE NOT (NULL <> note)", "NULL <>", "write `IS NOT NULL`"),
        ("SELECT id FROM (SELECT id FROM jobs WHERE id = 1 OR note == null)", "== null", "write `IS NULL`"),
        (
            "SELECT id FROM jobs j WHERE EXISTS (SELECT 1 FROM jobs p WHERE p.id = j.parent OR j.parent = NULL)",
            "= NULL",
            "write `IS NULL`",
        ),
        ("SELECT (SELECT max(id) FROM jobs WHERE parent != NULL) AS m", "!= NULL", "write `IS NOT NULL`"),
        (
            "SELECT id FROM jobs WHERE id IN (SELECT id FROM jobs WHERE note = NULL)",
            "= NULL",
            "write `IS NULL`",
        ),
        ("SELECT 7 AS id UNION ALL SELECT id FROM jobs WHERE note = NULL", "= NULL", "write `IS NULL`"),
        (
            "SELECT state, count(*) AS n FROM jobs GROUP BY state HAVING max(parent) = NULL",
            "= NULL",
            "write `IS NULL`",
        ),
        ("SELECT count(*) FILTER (WHERE note <> NULL) AS n FROM jobs", "<> NULL", "write `IS NOT NULL`"),
        (
            "WITH open AS (SELECT id FROM jobs WHERE parent = NULL) SELECT * FROM open",
            "= NULL",
            "write `IS NULL`",
        ),
        (
            "SELECT id, CASE WHEN note = NULL THEN 'none' ELSE note END AS n FROM jobs",
            "= NULL",
            "write `IS NULL`",
        ),
        (
            "SELECT id, CASE note when NULL THEN 'none' ELSE note END AS n FROM jobs",
            "when NULL",
            "write `CASE WHEN … IS NULL THEN …`",
        ),
        (
            "SELECT id, CASE WHEN NULL = note THEN 'none' ELSE note END AS n FROM jobs",
            "NULL =",
            "write `IS NULL`",
        ),
        (
            "SELECT id, CASE WHEN id = 1 THEN 1 WHEN (NULL <> note) THEN 2 END AS n FROM jobs",
            "NULL <>",
            "write `IS NOT NULL`",
        ),
        (
            "SELECT id, CASE note WHEN (NULL) THEN 'none' ELSE note END AS n FROM jobs",
            "WHEN (NULL)",
            "write `CASE WHEN … IS NULL THEN …`",
        ),
        ("SELECT id FROM jobs WHERE note = (NULL)", "= (NULL)", "write `IS NULL`"),
        ("SELECT id FROM jobs WHERE note <> +((NULL))", "<> +((NULL))", "write `IS NOT NULL`"),
        ("SELECT id FROM jobs WHERE ((NULL) = note)", "(NULL) =", "write `IS NULL`"),
        ("SELECT id FROM jobs WHERE +(NULL) = note", "+(NULL) =", "write `IS NULL`"),
        ("SELECT id FROM jobs WHERE (- NULL > parent)", "- NULL >", "write `IS NULL` or `IS NOT NULL`"),
        ("SELECT id FROM jobs WHERE note = CAST(NULL AS TEXT)", "= CAST(NULL AS TEXT)", "write `IS NULL`"),
        (
            "SELECT id FROM jobs WHERE cast(NULL AS DECIMAL(10, 2)) == parent",
            "cast(NULL AS DECIMAL(10, 2)) ==",
            "write `IS NULL`",
        ),
        ("SELECT id FROM jobs WHERE note = NULL COLLATE nocase", "= NULL COLLATE nocase", "write `IS NULL`"),
        (
            "SELECT id FROM jobs WHERE (NULL) COLLATE \"nocase\" = note",
            "(NULL) COLLATE \"nocase\" =",
            "write `IS NULL`",
        ),
        ("SELECT id FROM jobs WHERE note = NOT NULL", "= NOT NULL", "write `IS NOT NULL`"),
        ("SELECT id FROM jobs WHERE NOT NULL = note", "NULL =", "write `IS NULL`"),
        (
            "SELECT id FROM jobs WHERE note IS NULL AND note = NULL AND note NOT NULL",
            "= NULL",
            "write `IS NULL`",
        ),
        (
            "SELECT id, CASE note WHEN NOT NULL THEN 1 ELSE 2 END AS n FROM jobs",
            "WHEN NOT NULL",
            "write `CASE WHEN … IS NOT NULL THEN …`",
        ),
        (
            "SELECT id, CASE WHEN NOT (NULL) = note THEN 1 ELSE 2 END AS n FROM jobs",
            "(NULL) =",
            "write `IS NULL`",
        ),
        ("SELECT id FROM jobs WHERE note = -~(+NULL) AND id - NULL > 1", "= -~(+NULL)", "write `IS NULL`"),
        ("SELECT id, iif(parent > NULL, 1, 2) AS n FROM jobs", "> NULL", "write `IS NULL` or `IS NOT NULL`"),
        (
            "UPDATE jobs SET note = NULL, state = CASE WHEN parent = NULL THEN 'x' ELSE 'y' END WHERE id = 1",
            "= NULL",
            "write `IS NULL`",
        ),
        (
            "UPDATE jobs SET note = NULL WHERE parent IN (SELECT id FROM jobs WHERE NULL = note) RETURNING id",
            "NULL =",
            "write `IS NULL`",
        ),
        (
            "INSERT INTO jobs(id, state) VALUES (1, 'z') ON CONFLICT (id) DO UPDATE SET note = NULL WHERE note = NULL",
            "= NULL",
            "write `IS NULL`",
        ),
        ("INSERT INTO jobs(state) SELECT state FROM jobs WHERE parent = NULL", "= NULL", "write `IS NULL`"),
    ] {
        let (range, told) = said(sql).unwrap_or_else(|| panic!("{sql}"));
        assert_eq!((&sql[range.clone()], told.as_str()), (place, help), "{sql}");
        assert_eq!(range.start, sql.rfind(place).unwrap(), "{sql}");
        // It is never true, whatever stands on the other side: nothing changes with a NULL that is no word.
        let mut same = sql.to_owned();
        same.replace_range(range, &place.to_uppercase().replace("NULL", "(SELECT NULL)"));
        assert_eq!(outcome(sql), outcome(&same), "{same}");
    }
}

#[test]
fn the_first_of_them_is_shown() {
    let sql = "UPDATE jobs SET note = NULL WHERE (parent = NULL) IS NULL AND id IN (SELECT id FROM jobs WHERE note = NULL AND parent <> NULL)";
    let Err(Error::Refused(Refused { diagnostic, files })) =
        folder(&[("0001_all.sql", SCHEMA)]).query(sql.into())
    else {
        panic!("{sql}")
    };
    let Place { range, .. } = diagnostic.place.clone();
    assert_eq!(files.text(&diagnostic.place), "= NULL");
    assert_eq!(&sql[range.start - 5..range.start], "note ");
    assert!(range.start > sql.find("SELECT id").unwrap());
}

/// Where NULL may be what is wanted.
#[test]
fn elsewhere_nothing_is_said() {
    for sql in [
        "UPDATE jobs SET note = NULL, parent = NULL WHERE id = 1",
        "UPDATE jobs SET (note, parent) = (NULL, NULL)",
        "SELECT note = NULL AS x, coalesce(note = NULL, 1) AS y FROM jobs",
        "SELECT id FROM jobs WHERE (note = NULL) IS NULL",
        "SELECT id FROM jobs WHERE 1 = NULL",
        "SELECT id FROM jobs WHERE note = (SELECT NULL)",
        "SELECT id FROM jobs WHERE note = (NULL IS NULL)",
        "SELECT (note = (NULL)) AS x, CASE (NULL = note) WHEN 1 THEN 2 END AS y FROM jobs",
        "SELECT CASE WHEN id = 1 THEN note = NULL END AS x FROM jobs",
        // Of these, SQLite is not asked for what stands behind the name.
        "PRAGMA hard_heap_limit = NULL COLLATE",
        "PRAGMA hard_heap_limit = CAST(NULL AS",
        "SELECT '= NULL' AS \"= NULL\", note IS NULL AS y FROM jobs -- note = NULL",
        "INSERT INTO jobs(state, note) VALUES ('a', NULL) ON CONFLICT DO UPDATE SET note = NULL",
    ] {
        assert_eq!(said(sql), None, "{sql}");
    }
}

#[test]
fn texts_of_statements_are_looked_at_as_well() {
    let analysis = folder(&[("0001_all.sql", SCHEMA)]);
    for sql in [
        "SELECT 1; DELETE FROM jobs WHERE note = NULL; SELECT 2",
        "CREATE TEMP TABLE batch(job INT CHECK (job <> NULL))",
        "CREATE TEMP VIEW open AS SELECT id FROM jobs WHERE parent = NULL",
    ] {
        let Err(Error::Refused(refused)) = analysis.check(sql.into()) else { panic!("{sql}") };
        assert_eq!(refused.diagnostic.rule.code, "comparison_with_null", "{sql}");
    }
    // A function of the application's may make of NULL what it likes.
    let config = "functions = ['iif']";
    let own = folder(&[("0001_all.sql", SCHEMA), ("onward.toml", config)]);
    assert!(own.query("SELECT iif(note = NULL, 1, 2) AS n FROM jobs".into()).is_ok());
}
