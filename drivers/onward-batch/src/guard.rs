//! What a request asks of the database while it runs. A guard is a CHECK with a name, in a table that is there for as long as
//! the request: who meets another database than was read gets that name.

use crate::engine::{Statement, Value};
use crate::object::Object;

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

/// The guards of a run.
pub(crate) struct Guards(String);

impl Guards {
    /// In a table whose name nothing else has: nothing that is there has it, and no migration.
    pub(crate) fn of(run: &str) -> Guards {
        Guards(format!("onward_guard_{run}"))
    }

    /// Makes the table of the guards.
    pub(crate) fn make(&self) -> Statement {
        let table = &self.0;
        let checks = [
            format!("CONSTRAINT {} CHECK (what <> 'ledger' OR found IS expected)", Guard::Ledger.name()),
            format!("CONSTRAINT {} CHECK (what <> 'keys' OR found <= expected)", Guard::ForeignKeys.name()),
            format!("CONSTRAINT {} CHECK (what <> 'schema' OR found IS expected)", Guard::Schema.name()),
        ];
        Statement::new(format!("CREATE TABLE {table}(what, found, expected, {})", checks.join(", ")))
    }

    pub(crate) fn drop(&self) -> Statement {
        Statement::new(format!("DROP TABLE {}", self.0))
    }

    /// That the ledger has these versions with their chains.
    pub(crate) fn ledger(&self, ledger: &str, rows: &[(i64, String)]) -> Statement {
        let sql = format!("INSERT INTO {} SELECT 'ledger', {}, ?1", self.0, ledger_text(ledger));
        let rows: Vec<String> = rows.iter().map(|(version, chain)| format!("{version} {chain}")).collect();
        let expected = if rows.is_empty() { Value::Null } else { Value::Text(rows.join(";")) };
        Statement::with(sql, vec![expected])
    }

    /// How many foreign keys dangle by now.
    pub(crate) fn count_foreign_keys(&self) -> Statement {
        let table = &self.0;
        let sql =
            format!("INSERT INTO {table} SELECT 'before', count(*), NULL FROM pragma_foreign_key_check");
        Statement::new(sql)
    }

    /// That no more dangle than at [`Guards::count_foreign_keys`].
    pub(crate) fn foreign_keys(&self) -> Statement {
        let table = &self.0;
        let sql = format!(
            "INSERT INTO {table} SELECT 'keys', (SELECT count(*) FROM pragma_foreign_key_check),
             (SELECT found FROM {table} WHERE what = 'before')"
        );
        Statement::new(sql)
    }

    /// That each of these is there as it is here, and none of those that are gone.
    pub(crate) fn schema(&self, objects: &[Object], gone: &[String]) -> Statement {
        let mut names: Vec<&str> = objects.iter().map(|object| &*object.name).collect();
        names.extend(gone.iter().map(String::as_str));
        let places: Vec<String> = (2..names.len() + 2).map(|place| format!("?{place}")).collect();
        let sql = format!(
            "INSERT INTO {} SELECT 'schema', (SELECT group_concat(sql, char(10)) FROM
               (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name COLLATE NOCASE IN ({}) ORDER BY name)), ?1",
            self.0, places.join(", ")
        );
        let texts: Vec<&str> = objects.iter().map(|object| &*object.sql).collect();
        let expected = if texts.is_empty() { Value::Null } else { Value::Text(texts.join("\n")) };
        let names = names.into_iter().map(|name| Value::Text(name.to_owned()));
        Statement::with(sql, std::iter::once(expected).chain(names).collect())
    }
}

/// The text of a ledger that is there: versions with their chains.
fn ledger_text(ledger: &str) -> String {
    format!(
        "(SELECT group_concat(version || ' ' || chain, ';') FROM (SELECT * FROM main.{ledger} ORDER BY version))"
    )
}
