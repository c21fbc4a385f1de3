use crate::checks::testing::{folder, history};

const TABLE: &str =
    "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT, n INTEGER, a INTEGER, b INTEGER, r REAL, d TEXT);";
const PARTIAL: &str =
    "CREATE TABLE t(id INTEGER PRIMARY KEY, e TEXT NOT NULL, active INTEGER NOT NULL DEFAULT 1);
    CREATE UNIQUE INDEX one ON t(e) WHERE active = 1;";
const UNIQUE: &str = "CREATE TABLE t(id INTEGER PRIMARY KEY, e TEXT NOT NULL UNIQUE);";
const LOCKED: &str = "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT, n INTEGER);
    CREATE TRIGGER g BEFORE UPDATE ON t WHEN old.s = 'locked' BEGIN SELECT raise(ABORT, 'no'); END;";

/// The table `t` built anew with these columns, from these values.
fn rebuild(columns: &str, values: &str) -> String {
    let (columns, options) = columns.split_once(';').unwrap_or((columns, ""));
    format!(
        "CREATE TABLE x(id INTEGER PRIMARY KEY, {columns}){options}; INSERT INTO x SELECT id, {values} FROM t;
         DROP TABLE t; ALTER TABLE x RENAME TO t;"
    )
}

/// What a second migration is found to do, and the row that shows it.
fn shown(first: &str, second: &str) -> (String, String) {
    let found = folder(&[("1_a.sql", first), ("2_b.sql", second)]);
    let [only] = &found.diagnostics[..] else { panic!("{second}: {:?}", found.diagnostics) };
    assert!(!only.is_error(), "{second}");
    let row = only.notes[0].split(", SQLite").next().unwrap_or_default();
    (only.rule.code.to_owned(), row.replace("with a row of `t` with ", ""))
}

#[test]
fn a_check_that_legal_values_break() {
    for (columns, values, row) in [
        ("n INTEGER CHECK (n >= 0)", "n", "n = -1"),
        ("n INTEGER CHECK (n > -5)", "n", "n = -5"),
        ("n INTEGER CHECK (n <= 9000000)", "n", "n = 9000001"),
        ("n INTEGER CHECK (n IS NULL OR typeof(n) = 'integer')", "n", "n = 'integer'"),
        ("s TEXT CHECK (s <> '')", "s", "s = ''"),
        ("s TEXT CHECK (s = lower(s))", "s", "s = 'NAME'"),
        ("s TEXT CHECK (s = trim(s))", "s", "s = ' '"),
        ("s TEXT CHECK (length(s) < 4000)", "s", "s = 'nnnnnnnnnnnnnnnnnnnnnnnn…'"),
        ("s TEXT CHECK (s NOT GLOB '*:??:*')", "s", "s = '2024-01-02 03:04:05'"),
        ("r REAL CHECK (r <= 1e300)", "r", "r = inf"),
        ("a INTEGER, b INTEGER, CHECK (a <= b)", "a, b", "a = 2"),
    ] {
        let found = shown(TABLE, &rebuild(columns, values));
        assert_eq!(found, ("failure_with_some_rows".into(), row.into()), "{columns}");
    }
}

#[test]
fn a_check_that_has_become_narrower() {
    let eight = "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT NOT NULL CHECK (s IN ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')));";
    let range = "CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER CHECK (n BETWEEN 0 AND 9));";
    let narrow = "s TEXT NOT NULL CHECK (s IN ('a', 'b', 'd', 'e', 'f', 'g', 'h'))";
    for (first, columns, values, row) in [
        (eight, narrow, "s", "s = 'c'"),
        (eight, narrow, "CASE s WHEN 'd' THEN 'a' ELSE s END", "s = 'c'"),
        (range, "n INTEGER CHECK (n BETWEEN 1 AND 9)", "n", "n = 0"),
    ] {
        let (code, shown) = shown(first, &rebuild(columns, values));
        assert_eq!(code, "failure_with_some_rows", "{columns}");
        assert!(shown.ends_with(row), "{columns}: {shown}");
    }
    let copy = rebuild("n INTEGER CHECK (n >= 0)", "n").replace("INSERT INTO", "INSERT OR IGNORE INTO");
    assert_eq!(shown(TABLE, &copy).0, "rows_lost");
}

#[test]
fn what_a_migration_sees_to_is_no_fault() {
    let range = "CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER CHECK (n BETWEEN 0 AND 9), s TEXT CHECK (s IN ('a', 'b')));";
    let positive = "n INTEGER CHECK (n >= 0)";
    let update = "UPDATE t SET n = 0 WHERE n < 0;";
    let strict = "CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER) STRICT;";
    for history_of in [
        vec![TABLE, &format!("{update} {}", rebuild(positive, "n"))],
        vec![TABLE, update, &rebuild(positive, "n")],
        vec![TABLE, &rebuild(positive, "CASE WHEN n < 0 THEN 0 ELSE n END")],
        vec![TABLE, &rebuild(positive, "n").replace("FROM t", "FROM t WHERE n >= 0")],
        vec![TABLE, &rebuild("n INTEGER; STRICT", "CAST(n AS INTEGER)")],
        vec![strict, &rebuild("n INTEGER; STRICT", "n")],
        vec![range, &rebuild("n INTEGER CHECK(n BETWEEN 0 AND 9), s TEXT CHECK (s IN ('a','b'))", "n, s")],
        vec![
            range,
            &rebuild("n INTEGER CHECK (n BETWEEN -1 AND 9), s TEXT CHECK (s IN ('a', 'b', 'c'))", "n, s"),
        ],
        vec![
            range,
            &rebuild(
                "n INTEGER CHECK(n BETWEEN 0 AND 9), s TEXT CHECK (s IN ('a', 'c'))",
                "n, CASE s WHEN 'b' THEN 'c' ELSE s END",
            ),
        ],
        vec![TABLE, &rebuild("s TEXT, n INTEGER", "s, n")],
    ] {
        assert_eq!(history(&history_of), [""; 0], "{history_of:?}");
    }
}

#[test]
fn a_column_that_holds_numbers_alone_from_now_on() {
    for (columns, values, row) in
        [("n INTEGER; STRICT", "n", "n = 'abc'"), ("r REAL; STRICT", "r", "r = 'abc'")]
    {
        let found = shown(TABLE, &rebuild(columns, values));
        assert_eq!(found, ("failure_with_some_rows".into(), row.into()), "{columns}");
    }
    let id = "CREATE TABLE t(id INT NOT NULL PRIMARY KEY, s TEXT);";
    let found = history(&[id, &rebuild("s TEXT", "s")]);
    assert_eq!(found, ["failure_with_some_rows 0002_m.sql:1:49"]);
}

#[test]
fn what_differs_and_not_enough() {
    for (first, second, row) in [
        (UNIQUE, "CREATE UNIQUE INDEX i ON t(lower(e));", "e = 'name' beside one with e = 'NAME'"),
        (UNIQUE, "CREATE UNIQUE INDEX i ON t(e COLLATE NOCASE);", "e = 'name' beside one with e = 'NAME'"),
        (UNIQUE, "CREATE UNIQUE INDEX i ON t(trim(e));", "e = 'name' beside one with e = 'name '"),
        (UNIQUE, "UPDATE t SET e = lower(e);", "e = 'name' beside one with e = 'NAME'"),
        (
            UNIQUE,
            &rebuild("e TEXT NOT NULL UNIQUE COLLATE NOCASE", "e"),
            "e = 'name' beside one with e = 'NAME'",
        ),
        (TABLE, "UPDATE t SET id = id + 1;", "id = 7001 beside one with id = 7002"),
        (
            "CREATE TABLE t(id INTEGER PRIMARY KEY, l INTEGER NOT NULL, pos INTEGER NOT NULL, s TEXT, UNIQUE (l, pos));",
            "UPDATE t SET pos = pos - 1;",
            "l = 1, pos = 9002 beside one with l = 1, pos = 9001",
        ),
        (LOCKED, "UPDATE t SET n = 0;", "s = 'locked'"),
    ] {
        assert_eq!(shown(first, second), ("failure_with_some_rows".into(), row.into()), "{second}");
    }
}

#[test]
fn what_an_index_did_not_look_at() {
    let two = "with two rows of `t` with e = '01234', active = 2";
    for (whole, row) in [
        ("CREATE UNIQUE INDEX one ON t(e);", two),
        ("CREATE UNIQUE INDEX one ON t(e) WHERE active IN (1, 2);", two),
    ] {
        let second = format!("DROP INDEX one; {whole}");
        assert_eq!(shown(PARTIAL, &second), ("failure_with_some_rows".into(), row.into()), "{whole}");
    }
    // One that looks at some of the rows, where nothing was unique: those need not be the first that are seen.
    let quotes = "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT, state TEXT NOT NULL CHECK (state IN ('new', 'open', 'paid')));";
    let index = "CREATE UNIQUE INDEX i ON t(s) WHERE state = 'paid';";
    assert_eq!(shown(quotes, index).1, "with two rows of `t` with s = '01234', state = 'paid'");
    let close =
        "UPDATE t SET state = 'new' WHERE id NOT IN (SELECT max(id) FROM t WHERE state = 'paid' GROUP BY s);";
    assert_eq!(history(&[quotes, close, index]), [""; 0]);
    assert_eq!(history(&[quotes, &format!("{close} {index}")]), [""; 0]);
}

#[test]
fn what_is_as_different_as_before() {
    let nocase = "CREATE TABLE t(id INTEGER PRIMARY KEY, e TEXT NOT NULL COLLATE NOCASE UNIQUE);";
    let index = "CREATE UNIQUE INDEX i ON t(lower(e));";
    let merge = "DELETE FROM t WHERE id NOT IN (SELECT min(id) FROM t GROUP BY lower(e));";
    let again = "DROP INDEX one; CREATE UNIQUE INDEX one ON t(e)";
    let plain =
        "CREATE TABLE t(id INTEGER PRIMARY KEY, e TEXT NOT NULL); CREATE UNIQUE INDEX i ON t(lower(e));";
    for history_of in [
        vec![nocase, index],
        vec![UNIQUE, &format!("{merge} {index}")],
        vec![UNIQUE, merge, index],
        vec![plain, &format!("{} {index}", rebuild("e TEXT NOT NULL", "e"))],
        vec![PARTIAL, &format!("{again} WHERE active = 1;")],
        vec![PARTIAL, &format!("{again} WHERE active = 1 AND e <> '';")],
        vec![PARTIAL, &format!("{} {again};", merge.replace("lower(e)", "e"))],
        vec![TABLE, "UPDATE t SET id = id + 1000000;"],
        vec![TABLE, "UPDATE t SET n = n + 1;"],
        vec![LOCKED, "UPDATE t SET n = 0 WHERE s IS NOT 'locked';"],
        vec![LOCKED, "DROP TRIGGER g; UPDATE t SET n = 0;"],
    ] {
        assert_eq!(history(&history_of), [""; 0], "{history_of:?}");
    }
}

/// What a trial does, a trigger that rolls everything back included, leaves nothing behind.
#[test]
fn a_trial_leaves_nothing_behind() {
    let first = "CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER);
        CREATE TRIGGER g BEFORE INSERT ON t WHEN new.n < 0 BEGIN SELECT raise(ROLLBACK, 'no'); END;";
    let check = rebuild("n INTEGER CHECK (n >= 0)", "n");
    let index = "CREATE UNIQUE INDEX i ON t(n);";
    // The rows that were there before are still what the next migration meets.
    let found = history(&[first, &check, index]);
    assert_eq!(found, ["trigger_lost 0002_m.sql:2:10", "failure_with_some_rows 0003_m.sql:1:1"]);
}

#[test]
fn a_value_that_is_missing_among_the_rows_that_a_copy_picks() {
    let first = "CREATE TABLE b(id INTEGER PRIMARY KEY);
        CREATE TABLE t(id INTEGER PRIMARY KEY, b INTEGER NOT NULL REFERENCES b(id), kind TEXT NOT NULL, width INTEGER);";
    let into = "CREATE TABLE x(id INTEGER PRIMARY KEY, b INTEGER NOT NULL, width INTEGER NOT NULL); INSERT INTO x(id, b, width)";
    for copy in [
        "SELECT t.id, b.id, t.width FROM b LEFT JOIN t ON t.b = b.id WHERE t.id IS NOT NULL AND t.kind = 'dynamic'",
        "SELECT id, b, width FROM t WHERE kind = 'dynamic'",
    ] {
        let found = shown(first, &format!("{into} {copy};"));
        assert_eq!(
            found,
            ("failure_with_some_rows".into(), "kind = 'dynamic', width = NULL".into()),
            "{copy}"
        );
        for sound in [
            format!("{into} {copy} AND width IS NOT NULL;"),
            format!("UPDATE t SET width = 1 WHERE width IS NULL; {into} {copy};"),
            format!(
                "{into} {};",
                copy.replace("t.width", "coalesce(t.width, 1)").replace("b, width", "b, coalesce(width, 1)")
            ),
        ] {
            assert_eq!(history(&[first, &sound]), [""; 0], "{sound}");
        }
    }
}
