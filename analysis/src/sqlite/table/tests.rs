//! What is made of a table that SQLite has.

use crate::sqlite::sandbox::Sandbox;

use super::*;
use crate::config::Config;

/// The table `t`.
fn model(sql: &str) -> TableModel {
    let sandbox = Sandbox::open(&Config::default()).unwrap();
    sandbox.conn().execute_batch(sql).unwrap();
    TableModel::clone(&sandbox.model("t").unwrap().unwrap())
}

/// What each column is compared with; `None` for those of which no condition says anything.
fn literals(sql: &str) -> Vec<Option<Vec<Value>>> {
    model(sql).columns.into_iter().map(|field| field.checked.then_some(field.literals)).collect()
}

#[test]
fn conditions_are_what_stands_in_their_brackets() {
    let text = |text: &str| Value::Text(text.into());
    let (one, three) = (Value::Integer(1), Value::Integer(3));
    assert_eq!(
        literals("CREATE TABLE t(a CHECK (b > 1 AND (b < 3)), b DEFAULT 7, c DEFAULT 9 CHECK (c <> 'b'))"),
        [None, Some(vec![one.clone(), three]), Some(vec![text("b")])]
    );
    assert_eq!(
        literals("CREATE TABLE t(a, b CHECK (b = 1.5), c)"),
        [None, Some(vec![Value::Real(1.5)]), None]
    );
    let trigger = |text: &str| {
        format!(
            "CREATE TABLE t(a, b); CREATE TRIGGER g BEFORE UPDATE ON t WHEN new.a = 1 AND old.b = 2 BEGIN SELECT {text}; END"
        )
    };
    assert_eq!(
        literals(&trigger("raise(ABORT, 'no')")),
        [Some(vec![one, Value::Integer(2), text("no")]), None]
    );
    assert_eq!(literals(&trigger("2")), [None, None]);
}

#[test]
fn a_rowid_has_at_most_one_other_name() {
    for (sql, is_rowid, has_rowid) in [
        ("id INTEGER PRIMARY KEY", true, false),
        ("id integer, PRIMARY KEY (id)", true, false),
        ("id INTEGER PRIMARY KEY DESC", false, true),
        ("id INT PRIMARY KEY", false, true),
        ("id INTEGER, a, PRIMARY KEY (id, a)", false, true),
        ("id INTEGER", false, true),
    ] {
        let model = model(&format!("CREATE TABLE t({sql})"));
        assert_eq!((model.columns[0].is_rowid, model.has_rowid), (is_rowid, has_rowid), "{sql}");
    }
    let without = model("CREATE TABLE t(id INTEGER PRIMARY KEY, a CHECK (a > 1)) WITHOUT ROWID");
    assert!(!without.columns[0].is_rowid && !without.has_rowid);
}

#[test]
fn a_key_may_be_null_in_an_ordinary_table() {
    for (sql, null_key) in [
        ("a, id TEXT PRIMARY KEY)", Some(1)),
        ("id INT PRIMARY KEY)", Some(0)),
        ("id INTEGER PRIMARY KEY DESC)", Some(0)),
        ("id INTEGER PRIMARY KEY)", None),
        ("id TEXT NOT NULL PRIMARY KEY)", None),
        ("id TEXT PRIMARY KEY) WITHOUT ROWID", None),
        ("id TEXT PRIMARY KEY) STRICT", None),
        ("id TEXT UNIQUE)", None),
    ] {
        assert_eq!(model(&format!("CREATE TABLE t({sql}")).null_key, null_key, "{sql}");
    }
}

#[test]
fn keys_and_what_is_unique() {
    let model = model(
        "CREATE TABLE t(a, b, c UNIQUE, FOREIGN KEY (b, a) REFERENCES p(x, y), FOREIGN KEY (c) REFERENCES q);
         CREATE UNIQUE INDEX i ON t(b, a); CREATE INDEX j ON t(a)",
    );
    let mut unique = model.unique.clone();
    unique.sort();
    assert_eq!(unique, [vec![1, 0], vec![2]]);
    let keys: Vec<_> = model.keys.iter().map(|key| (&*key.parent, &key.columns[..])).collect();
    assert_eq!(keys, [("p", &[1, 0][..]), ("q", &[2])]);
    assert_eq!((model.keys[0].parent_columns.len(), model.keys[1].parent_columns.len()), (2, 0));
}
