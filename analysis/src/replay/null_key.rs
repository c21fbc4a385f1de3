//! A key that SQLite lets be NULL, on its way into a column that it does not.
//!
//! Such a row is no mild one and no harsh one: no application means to write it, and nothing but a copy into a stricter
//! column minds it.

use onward_core::name::quoted;
use rusqlite::Result;
use rusqlite::types::Value;

use super::offender;
use super::rows::Filler;
use super::step::Step;
use super::write::{Copy, Item};
use crate::sqlite::message::Refusal;
use crate::sqlite::sandbox::Sandbox;
use crate::sqlite::table::TableModel;

/// What SQLite says to a copy from a table in which a row has NULL for its key, with the key; the copy itself is not made.
pub(super) fn refusal(
    sandbox: &Sandbox,
    filler: &Filler,
    sql: &str,
    step: Step,
    copy: &Copy,
) -> Result<Option<(Refusal, String)>> {
    let Some(source) = copy.source.as_deref().filter(|_| copy.is_plain()) else { return Ok(None) };
    let Some(from) = sandbox.model(source)? else { return Ok(None) };
    // Most keys are rowids, or NOT NULL.
    let Some(key) = from.null_key else { return Ok(None) };
    let Some(into) = sandbox.model(&copy.table)? else { return Ok(None) };
    let key_name = from.columns[key].name.to_ascii_lowercase();
    let names = |model: &TableModel| {
        model.columns.iter().map(|field| field.name.to_ascii_lowercase()).collect::<Vec<_>>()
    };
    let (into_names, from_names) = (names(&into), names(&from));
    let pairs = copy.pairs(&into_names, &from_names).unwrap_or_default();
    let is_stricter = |(column, item): &&(&str, Item)| {
        let field = into.columns.iter().find(|field| field.name.eq_ignore_ascii_case(column));
        *item == Item::Column(key_name.clone())
            && field.is_some_and(|field| !field.nullable && !field.is_rowid)
    };
    let Some((stricter, _)) = pairs.iter().find(is_stricter) else { return Ok(None) };
    if offender::gives_up(sandbox, sql)? {
        return Ok(None);
    }
    sandbox.conn().execute_batch("SAVEPOINT keyless")?;
    let mut refusal = None;
    if filler.with(sandbox, &from, key, Value::Null) || takes_null(sandbox, &from, &key_name) {
        refusal = sandbox.run(sql, step.strings).err().map(Refusal::from);
    }
    sandbox.conn().execute_batch("ROLLBACK TO keyless; RELEASE keyless")?;
    let failed = format!("NOT NULL constraint failed: {}.{stricter}", copy.table);
    Ok(refusal
        .filter(|refusal| refusal.message.eq_ignore_ascii_case(&failed))
        .map(|refusal| (refusal, key_name)))
}

/// Whether a row that is there may have NULL for its key, where there can be no other row.
fn takes_null(sandbox: &Sandbox, table: &TableModel, key: &str) -> bool {
    let (table, key) = (quoted(&table.name), quoted(key));
    let sql = format!(
        "UPDATE main.{table} SET {key} = NULL WHERE _rowid_ = (SELECT min(_rowid_) FROM main.{table})"
    );
    sandbox.write(&sql, &[]).is_ok()
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    fn rebuild(key: &str, copy: &str) -> String {
        format!("CREATE TABLE n(id {key};\nINSERT INTO n {copy}; DROP TABLE t; ALTER TABLE n RENAME TO t;")
    }

    /// The values of a key go into a column of another table, or of the same one under another name.
    #[test]
    fn a_key_may_be_null_until_it_is_referred_to() {
        let old = "CREATE TABLE w(id TEXT PRIMARY KEY); CREATE TABLE t(id TEXT PRIMARY KEY, w TEXT NOT NULL UNIQUE REFERENCES w(id));";
        let new = |columns: &str, copy: &str| format!("CREATE TABLE n({columns});\nINSERT INTO n {copy};");
        for (columns, copy, fails) in [
            ("k TEXT PRIMARY KEY, t TEXT NOT NULL", "SELECT 'n' || id, id FROM t", true),
            (
                "k TEXT PRIMARY KEY, t TEXT NOT NULL",
                "SELECT 'n' || id, id FROM t WHERE id IS NOT NULL",
                false,
            ),
            ("k TEXT PRIMARY KEY, t TEXT", "SELECT 'n' || id, id FROM t", false),
            ("k INTEGER PRIMARY KEY, t TEXT NOT NULL", "SELECT NULL, w FROM t", false),
        ] {
            let found = history(&[old, &new(columns, copy)]).concat();
            assert_eq!(
                found.contains("failure_with_some_rows 0002_m.sql:2:1"),
                fails,
                "{columns} {copy}: {found}"
            );
        }
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
                found.contains(&"failure_with_some_rows 0002_m.sql:2:1".to_owned()),
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
