//! What a statement does to a database that may have had it before.

use crate::kind::{Change, Kind, ObjectKind};
use crate::setting::{InMigration, in_migration};
use crate::token::list;

/// What a statement does to a database that may have had it before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// It makes an object of this kind and name, which is in lower case.
    Creates(ObjectKind, String),
    /// It adds a column of this name to a table, both in lower case.
    Adds {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// It asks, or sets what may be set twice.
    Nothing,
    /// Anything else: twice is not the same as once, or nobody knows.
    Unrepeatable,
}

impl Effect {
    /// The effect of a statement.
    ///
    /// ```
    /// use onward_core::effect::Effect;
    /// let added = Effect::Adds { table: "jobs".to_owned(), column: "due".to_owned() };
    /// assert_eq!(Effect::of("ALTER TABLE Jobs ADD COLUMN due TEXT"), added);
    /// assert_eq!(Effect::of("UPDATE jobs SET due = 'now'"), Effect::Unrepeatable);
    /// ```
    pub fn of(sql: &str) -> Effect {
        match Kind::of(sql) {
            // Another database than the main one is temp, which is no part of the schema.
            Kind::Create { object, name, temporary: false, .. } if name.is_in_main() => {
                Effect::Creates(object, name.text.to_ascii_lowercase())
            }
            Kind::Alter { table, change: Some(Change::Add(column)) } if table.is_in_main() => Effect::Adds {
                table: table.text.to_ascii_lowercase(),
                column: column.text.to_ascii_lowercase(),
            },
            Kind::Pragma(name) if in_migration(&name) == InMigration::Kept => Effect::Nothing,
            _ => Effect::Unrepeatable,
        }
    }
}

/// Whether a statement may change rows, so that to leave it out may be noticed by nobody but their reader: all but what
/// makes, renames or drops something that holds none, and what sets a switch.
///
/// ```
/// use onward_core::effect::may_change_rows;
/// assert!(may_change_rows("UPDATE jobs SET price = price * 100"));
/// assert!(may_change_rows("DROP TABLE jobs"));
/// assert!(!may_change_rows("CREATE INDEX by_price ON jobs(price)"));
/// ```
pub fn may_change_rows(sql: &str) -> bool {
    let tokens = list(sql);
    let has = |word: &str| tokens.iter().any(|token| token.is(word));
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is(word));
    match Kind::of_tokens(&tokens) {
        // CREATE TABLE … AS SELECT; the words of a virtual table are its module's.
        Kind::Create { object: ObjectKind::Table, .. } => {
            !is(1, "virtual") && (has("select") || has("values"))
        }
        // The body of a trigger does not run now.
        Kind::Create { .. } => false,
        Kind::Drop { object, .. } => object == ObjectKind::Table,
        Kind::Alter { change: Some(Change::Drop(_)), .. } => true,
        Kind::Alter { change: Some(_), .. } => false,
        Kind::Alter { change: None, .. } => has("drop"),
        Kind::Pragma(_) => false,
        _ => !(is(0, "analyze") || is(0, "reindex")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn creates(kind: ObjectKind, name: &str) -> Effect {
        Effect::Creates(kind, name.to_owned())
    }

    #[test]
    fn effects() {
        use ObjectKind::{Index, Table, Trigger, View};
        let adds = |table: &str, column: &str| Effect::Adds { table: table.into(), column: column.into() };
        for (sql, effect) in [
            ("CREATE TABLE t(a)", creates(Table, "t")),
            ("create table if not exists main . \"a b\"(a)", creates(Table, "a b")),
            ("CREATE VIRTUAL TABLE IF NOT EXISTS docs USING fts5(a)", creates(Table, "docs")),
            ("CREATE UNIQUE INDEX [i] ON t(a)", creates(Index, "i")),
            ("CREATE VIEW V AS SELECT 1", creates(View, "v")),
            ("CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; END", creates(Trigger, "r")),
            ("ALTER TABLE main.t ADD COLUMN \"c\" TEXT", adds("t", "c")),
            ("ALTER TABLE t ADD c", adds("t", "c")),
            ("PRAGMA user_version = 3", Effect::Nothing),
            ("PRAGMA main.table_info(t)", Effect::Nothing),
            ("pragma foreign_key_list('t')", Effect::Nothing),
            ("PRAGMA INDEX_LIST(t)", Effect::Nothing),
            ("PRAGMA schema_version = 3", Effect::Unrepeatable),
            ("PRAGMA journal_mode = WAL", Effect::Unrepeatable),
            ("ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)", Effect::Unrepeatable),
            ("ALTER TABLE t ADD CHECK (a > 0)", Effect::Unrepeatable),
            ("CREATE TEMP TABLE t(a)", Effect::Unrepeatable),
            ("CREATE TABLE temp.t(a)", Effect::Unrepeatable),
            ("ALTER TABLE temp.t ADD c", Effect::Unrepeatable),
            ("ALTER TABLE t RENAME TO u", Effect::Unrepeatable),
            ("ALTER TABLE t DROP COLUMN c", Effect::Unrepeatable),
            ("INSERT INTO t VALUES (1)", Effect::Unrepeatable),
            ("DROP INDEX i", Effect::Unrepeatable),
            ("PRAGMA writable_schema = ON", Effect::Unrepeatable),
            ("SELECT ours()", Effect::Unrepeatable),
            ("", Effect::Unrepeatable),
        ] {
            assert_eq!(Effect::of(sql), effect, "{sql}");
        }
    }

    #[test]
    fn what_may_change_rows() {
        for (sql, expected) in [
            ("INSERT INTO t VALUES (1)", true),
            ("REPLACE INTO t VALUES (1)", true),
            ("WITH x AS (SELECT 1) UPDATE t SET a = (SELECT * FROM x)", true),
            ("DELETE FROM t", true),
            ("DROP TABLE t", true),
            ("ALTER TABLE t DROP COLUMN a", true),
            ("CREATE TABLE t AS SELECT 1 AS a", true),
            ("CREATE TEMP TABLE t AS VALUES (1)", true),
            // A function of the application may do anything.
            ("SELECT ours()", true),
            ("CREATE TABLE t(a)", false),
            ("CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; SELECT 1; END", false),
            ("CREATE VIEW v AS SELECT 1", false),
            ("DROP INDEX i", false),
            ("ALTER TABLE t RENAME a TO b", false),
            ("ALTER TABLE t ADD COLUMN a", false),
            ("PRAGMA user_version = 3", false),
            ("REINDEX", false),
        ] {
            assert_eq!(may_change_rows(sql), expected, "{sql}");
        }
    }
}
