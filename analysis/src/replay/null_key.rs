//! A key that SQLite lets be NULL, on its way into one that it does not.
//!
//! Such a row is no mild one and no harsh one: no application means to write it, and nothing but a copy into a stricter key
//! minds it.

use rusqlite::Result;
use rusqlite::types::Value;

use crate::replay::offender;
use crate::replay::rows::Filler;
use crate::replay::shape::Shape;
use crate::replay::step::Step;
use crate::replay::write::{Copy, Item};
use crate::sqlite::message::Refusal;
use crate::sqlite::sandbox::Sandbox;

/// What SQLite says to a copy from a table in which a row has NULL for its key, with the key; the copy itself is not made.
pub(super) fn refusal(
    sandbox: &Sandbox,
    filler: &Filler,
    sql: &str,
    step: Step,
    copy: &Copy,
) -> Result<Option<(Refusal, String)>> {
    let Some(source) = copy.source.as_deref().filter(|_| copy.is_plain()) else { return Ok(None) };
    let (Some(from), Some(into)) =
        (Shape::read(sandbox.conn(), source)?, Shape::read(sandbox.conn(), &copy.table)?)
    else {
        return Ok(None);
    };
    let Some(key) = from.null_key else { return Ok(None) };
    let key_name = from.columns[key].name.to_ascii_lowercase();
    let names =
        |shape: &Shape| shape.columns.iter().map(|field| field.name.to_ascii_lowercase()).collect::<Vec<_>>();
    let (into_names, from_names) = (names(&into), names(&from));
    let pairs = copy.pairs(&into_names, &from_names).unwrap_or_default();
    // Another one may well be stricter on purpose.
    let is_key =
        |(column, item): &(&str, Item)| *column == key_name && *item == Item::Column(key_name.clone());
    if into.null_key.is_some() || !pairs.iter().any(is_key) {
        return Ok(None);
    }
    if offender::gives_up(sandbox, sql)? {
        return Ok(None);
    }
    sandbox.conn().execute_batch("SAVEPOINT keyless")?;
    let mut refusal = None;
    if filler.with(sandbox, &from, key, Value::Null) {
        refusal = sandbox.run(sql, step.strings).err().map(Refusal::from);
    }
    sandbox.conn().execute_batch("ROLLBACK TO keyless; RELEASE keyless")?;
    let failed = format!("NOT NULL constraint failed: {}.{key_name}", copy.table);
    Ok(refusal
        .filter(|refusal| refusal.message.eq_ignore_ascii_case(&failed))
        .map(|refusal| (refusal, key_name)))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    fn rebuild(key: &str, copy: &str) -> String {
        format!("CREATE TABLE n(id {key};\nINSERT INTO n {copy}; DROP TABLE t; ALTER TABLE n RENAME TO t;")
    }

    #[test]
    fn a_key_may_be_null_until_it_is_rebuilt() {
        let made = |key: &str| format!("CREATE TABLE t(id {key};");
        let all = "SELECT * FROM t";
        for (old, new) in [
            ("TEXT PRIMARY KEY, a TEXT)", "TEXT NOT NULL PRIMARY KEY, a TEXT)"),
            ("TEXT PRIMARY KEY, a TEXT)", "TEXT PRIMARY KEY, a TEXT) WITHOUT ROWID"),
            ("TEXT, a TEXT NOT NULL, PRIMARY KEY (id))", "TEXT PRIMARY KEY, a TEXT NOT NULL) STRICT"),
            ("INT PRIMARY KEY, a TEXT UNIQUE)", "INT NOT NULL UNIQUE, a TEXT)"),
        ] {
            let found = history(&[&made(old), &rebuild(new, all)]);
            assert!(
                found.contains(&"may_fail_with_rows 0002_m.sql:2:1".to_owned()),
                "{old} {new}: {found:?}"
            );
            for copy in ["SELECT * FROM t WHERE id IS NOT NULL", "SELECT coalesce(id, rowid), a FROM t"] {
                let found = history(&[&made(old), &rebuild(new, copy)]).concat();
                assert!(!found.contains("fail"), "{old} {new} {copy}: {found}");
            }
            let gone = format!("DELETE FROM t WHERE id IS NULL; {}", rebuild(new, all));
            assert!(!history(&[&made(old), &gone]).concat().contains("fail"), "{old} {new}");
        }
        for (old, new) in [
            ("TEXT PRIMARY KEY, a TEXT)", "TEXT PRIMARY KEY, a INT)"),
            ("TEXT NOT NULL PRIMARY KEY, a TEXT)", "TEXT PRIMARY KEY, a TEXT) WITHOUT ROWID"),
            ("INTEGER PRIMARY KEY, a TEXT)", "INTEGER NOT NULL PRIMARY KEY, a TEXT)"),
        ] {
            assert!(!history(&[&made(old), &rebuild(new, all)]).concat().contains("fail"), "{old} {new}");
        }
        let found = folder(&[
            ("1_a.sql", &made("TEXT PRIMARY KEY, a TEXT)")),
            ("2_b.sql", &rebuild("TEXT PRIMARY KEY, a TEXT) WITHOUT ROWID", all)),
        ]);
        assert_eq!(
            found.diagnostics[0].notes,
            ["with a row of `t` with id = NULL, SQLite says: NOT NULL constraint failed: n.id"]
        );
    }
}
