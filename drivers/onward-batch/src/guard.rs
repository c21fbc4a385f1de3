//! What a request asks of the database while it runs. A guard is a CHECK with a name, in a table that is there for as long as
//! the request: who meets another database than was read gets that name.

use crate::engine::{Statement, Value};
use crate::state::Object;

const TABLE: &str = "onward_guard";

/// What a guard is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    /// The ledger is what was read.
    Ledger,
    /// No more foreign keys dangle than before.
    ForeignKeys,
    /// The schema is that of the mirror.
    Schema,
}

impl Guard {
    const ALL: [Guard; 3] = [Guard::Ledger, Guard::ForeignKeys, Guard::Schema];

    fn name(self) -> &'static str {
        match self {
            Guard::Ledger => "onward_ledger_has_changed",
            Guard::ForeignKeys => "onward_foreign_keys_dangle",
            Guard::Schema => "onward_schema_is_another",
        }
    }

    /// The guard that an engine's message is of.
    pub(crate) fn of(message: &str) -> Option<Guard> {
        Guard::ALL.into_iter().find(|guard| message.contains(guard.name()))
    }
}

/// Makes the table of the guards. If it is there, another request is under way on an engine that does not keep them apart.
pub(crate) fn make() -> Statement {
    let checks = [
        format!("CONSTRAINT {} CHECK (what <> 'ledger' OR found IS expected)", Guard::Ledger.name()),
        format!("CONSTRAINT {} CHECK (what <> 'keys' OR found <= expected)", Guard::ForeignKeys.name()),
        format!("CONSTRAINT {} CHECK (what <> 'schema' OR found IS expected)", Guard::Schema.name()),
    ];
    Statement::new(format!("CREATE TABLE {TABLE}(what, found, expected, {})", checks.join(", ")))
}

pub(crate) fn drop() -> Statement {
    Statement::new(format!("DROP TABLE {TABLE}"))
}

/// The text of a ledger that is there: versions with their chains.
fn ledger_text(ledger: &str) -> String {
    format!(
        "(SELECT group_concat(version || ' ' || chain, ';') FROM (SELECT * FROM main.{ledger} ORDER BY version))"
    )
}

/// That the ledger has these versions with their chains.
pub(crate) fn ledger(ledger: &str, rows: &[(i64, String)]) -> Statement {
    let sql = format!("INSERT INTO {TABLE} SELECT 'ledger', {}, ?1", ledger_text(ledger));
    let rows: Vec<String> = rows.iter().map(|(version, chain)| format!("{version} {chain}")).collect();
    let expected = if rows.is_empty() { Value::Null } else { Value::Text(rows.join(";")) };
    Statement::with(sql, vec![expected])
}

/// How many foreign keys dangle by now.
pub(crate) fn count_foreign_keys() -> Statement {
    let sql = format!("INSERT INTO {TABLE} SELECT 'before', count(*), NULL FROM pragma_foreign_key_check");
    Statement::new(sql)
}

/// That no more dangle than at [`count_foreign_keys`].
pub(crate) fn foreign_keys() -> Statement {
    let sql = format!(
        "INSERT INTO {TABLE} SELECT 'keys', (SELECT count(*) FROM pragma_foreign_key_check),
         (SELECT found FROM {TABLE} WHERE what = 'before')"
    );
    Statement::new(sql)
}

/// That each of these is there as it is here, and none of those that are gone.
pub(crate) fn schema(objects: &[Object], gone: &[String]) -> Statement {
    let mut names: Vec<&str> = objects.iter().map(|object| &*object.name).collect();
    names.extend(gone.iter().map(String::as_str));
    let places: Vec<String> = (2..names.len() + 2).map(|place| format!("?{place}")).collect();
    let sql = format!(
        "INSERT INTO {TABLE} SELECT 'schema', (SELECT group_concat(sql, char(10)) FROM
           (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name COLLATE NOCASE IN ({}) ORDER BY name)), ?1",
        places.join(", ")
    );
    let texts: Vec<&str> = objects.iter().map(|object| &*object.sql).collect();
    let expected = if texts.is_empty() { Value::Null } else { Value::Text(texts.join("\n")) };
    let names = names.into_iter().map(|name| Value::Text(name.to_owned()));
    Statement::with(sql, std::iter::once(expected).chain(names).collect())
}
