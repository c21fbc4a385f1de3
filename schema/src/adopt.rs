//! What of a history a database without a ledger has had: decided from schemas alone, for the run time and the analysis.

use crate::{ObjectKind, Schema};
use onward_core::setting::{InMigration, in_migration};
use onward_core::token::{Token, significant};

/// What a statement does to a database that may have had it before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// It makes an object of this kind and name, which is in lower case.
    Creates(ObjectKind, String),
    /// It adds a column of this name to a table.
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
    pub fn of(sql: &str) -> Effect {
        let tokens: Vec<Token<'_>> = significant(sql).collect();
        let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is(word));
        let name = |at: usize| tokens.get(at).and_then(Token::name);
        if is(0, "create") {
            let at = 1 + usize::from(is(1, "unique") || is(1, "virtual"));
            let kind =
                tokens.get(at).and_then(|token| ObjectKind::from_sql(&token.text.to_ascii_lowercase()));
            let at = at + if is(at + 1, "if") { 4 } else { 1 };
            // Another database than the main one is temp, which is no part of the schema.
            return match (kind, main(&tokens, at).and_then(name)) {
                (Some(kind), Some(name)) => Effect::Creates(kind, name.to_ascii_lowercase()),
                _ => Effect::Unrepeatable,
            };
        }
        if is(0, "alter") && is(1, "table") {
            let Some(at) = main(&tokens, 2) else { return Effect::Unrepeatable };
            let column = at + 2 + usize::from(is(at + 2, "column"));
            return match (name(at), name(column)) {
                (Some(table), Some(column)) if is(at + 1, "add") && !tokens[at + 2].begins_constraint() => {
                    Effect::Adds { table: table.to_ascii_lowercase(), column: column.to_ascii_lowercase() }
                }
                _ => Effect::Unrepeatable,
            };
        }
        let pragma = (is(0, "pragma")).then(|| main(&tokens, 1).and_then(name)).flatten();
        match pragma.map(|pragma| in_migration(&pragma.to_ascii_lowercase())) {
            Some(InMigration::Kept) => Effect::Nothing,
            _ => Effect::Unrepeatable,
        }
    }

    /// Whether something of that name is there, whatever it looks like.
    pub fn is_there(&self, schema: &Schema) -> bool {
        match self {
            Effect::Creates(ObjectKind::Index, name) => schema.index(name).is_some(),
            Effect::Creates(ObjectKind::Trigger, name) => schema.triggers.contains_key(name),
            // The two share their names.
            Effect::Creates(ObjectKind::Table | ObjectKind::View, name) => {
                schema.table(name).is_some() || schema.views.contains_key(name)
            }
            Effect::Adds { table, column } => {
                schema.table(table).is_some_and(|table| table.column(column).is_some())
            }
            Effect::Nothing | Effect::Unrepeatable => false,
        }
    }

    /// Whether rows live in what it makes, so that without it they cannot have been written.
    fn holds_rows(&self) -> bool {
        matches!(self, Effect::Creates(ObjectKind::Table, _) | Effect::Adds { .. })
    }
}

/// Whether a statement may change rows, so that to leave it out may be noticed by nobody but their reader: all but what
/// makes, renames or drops something that holds none, and what sets a switch.
///
/// ```
/// use onward_schema::adopt::may_change_rows;
/// assert!(may_change_rows("UPDATE jobs SET price = price * 100"));
/// assert!(may_change_rows("DROP TABLE jobs"));
/// assert!(!may_change_rows("CREATE INDEX by_price ON jobs(price)"));
/// ```
pub fn may_change_rows(sql: &str) -> bool {
    let tokens: Vec<Token<'_>> = significant(sql).collect();
    let is = |at: usize, words: &[&str]| {
        tokens.get(at).is_some_and(|token| words.iter().any(|word| token.is(word)))
    };
    if is(0, &["create"]) {
        // CREATE TABLE … AS SELECT; the body of a trigger does not run now.
        let at = 1 + usize::from(is(1, &["temp", "temporary"]));
        return is(at, &["table"]) && tokens.iter().any(|token| token.is("select") || token.is("values"));
    }
    let drops_no_rows = is(0, &["drop"]) && !is(1, &["table"]);
    let alters_no_rows = is(0, &["alter"]) && !tokens.iter().any(|token| token.is("drop"));
    !(drops_no_rows || alters_no_rows || is(0, &["pragma", "analyze", "reindex"]))
}

/// Where a database's own table name stands, behind `main.` if that is written; `None` in front of another database.
fn main(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    match tokens.get(at + 1) {
        Some(dot) if dot.is(".") => tokens[at].is("main").then_some(at + 2),
        _ => Some(at),
    }
}

/// How a database that was grown by hand comes to the schema of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The index of the first migration that runs as a whole. Before it, the schema has to be the proven one.
    pub point: usize,
    /// What has to run to come there, and is not there: the indexes of migration and statement.
    pub missing: Vec<(usize, usize)>,
}

/// What of a history a database that was grown by hand still needs. `effects` and `proven` are the statements of each
/// migration and the schema after it.
///
/// # Errors
/// The indexes of migration and statement of what might run the second time.
pub fn reconcile(effects: &[Vec<Effect>], proven: &[Schema], found: &Schema) -> Result<Plan, (usize, usize)> {
    let point = point(effects, proven, found);
    let mut missing = Vec::new();
    let mut made = Vec::new();
    for (migration, effects) in effects[..point].iter().enumerate() {
        for (statement, effect) in effects.iter().enumerate() {
            if *effect == Effect::Unrepeatable {
                return Err((migration, statement));
            }
            if !effect.is_there(found) && !made.contains(&effect) {
                missing.push((migration, statement));
                made.push(effect);
            }
        }
    }
    Ok(Plan { point, missing })
}

/// The index of the first migration of which nothing has run, nor of those behind it: from there on everything may run.
/// As many as there are migrations if nobody can be sure.
///
/// A table or column that is missing says so, if every schema from its migration on should have it: it was not taken
/// away by a later migration. An index says nothing, since somebody may have dropped it. And nothing that later
/// migrations make may be there.
fn point(effects: &[Vec<Effect>], proven: &[Schema], found: &Schema) -> usize {
    let untouched = |migration: &Vec<Effect>| !migration.iter().any(|effect| effect.is_there(found));
    let first = effects.iter().rposition(|migration| !untouched(migration)).map_or(0, |last| last + 1);
    let evident = |at: usize| {
        let mut rows = effects[at].iter().filter(|effect| effect.holds_rows());
        rows.any(|effect| proven[at..].iter().all(|schema| effect.is_there(schema)))
    };
    (first..effects.len()).find(|&at| evident(at)).unwrap_or(effects.len())
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, Result};

    use super::*;

    fn creates(kind: ObjectKind, name: &str) -> Effect {
        Effect::Creates(kind, name.to_owned())
    }

    #[test]
    fn effects() {
        use ObjectKind::*;
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

    fn point_of(history: &[&[&str]], found: &str) -> Result<usize> {
        with(history, found, point)
    }

    /// Asks about a history and a database that somebody made like this.
    fn with<T>(
        history: &[&[&str]],
        found: &str,
        ask: impl FnOnce(&[Vec<Effect>], &[Schema], &Schema) -> T,
    ) -> Result<T> {
        let (replayed, conn) = (Connection::open_in_memory()?, Connection::open_in_memory()?);
        let mut proven = Vec::new();
        for migration in history {
            migration.iter().try_for_each(|sql| replayed.execute_batch(sql))?;
            proven.push(Schema::read(&replayed)?);
        }
        conn.execute_batch(found)?;
        let effects: Vec<Vec<Effect>> =
            history.iter().map(|migration| migration.iter().map(|sql| Effect::of(sql)).collect()).collect();
        Ok(ask(&effects, &proven, &Schema::read(&conn)?))
    }

    #[test]
    fn what_is_missing_is_made_once() -> Result<()> {
        let history: &[&[&str]] = &[
            &[
                "CREATE TABLE a(x)",
                "CREATE TABLE b(x)",
                "CREATE TABLE IF NOT EXISTS B(x)",
                "PRAGMA user_version = 1",
            ],
            &["ALTER TABLE a ADD y", "ALTER TABLE b ADD y"],
        ];
        let plan = with(history, "CREATE TABLE A(x, Y)", reconcile)?;
        assert_eq!(plan, Ok(Plan { point: 2, missing: vec![(0, 1), (0, 3), (1, 1)] }));
        let history: &[&[&str]] =
            &[&["CREATE TABLE a(x)"], &["INSERT INTO a VALUES (1)", "ALTER TABLE a ADD y"]];
        assert_eq!(with(history, "CREATE TABLE a(x, y)", reconcile)?, Err((1, 0)));
        Ok(())
    }

    #[test]
    fn what_is_missing_and_would_have_stayed_has_not_run() -> Result<()> {
        let history: &[&[&str]] = &[
            &["CREATE TABLE a(x)"],
            &["ALTER TABLE a ADD y", "UPDATE a SET y = 1"],
            &["INSERT INTO a VALUES (1, 2)"],
        ];
        assert_eq!(point_of(history, "CREATE TABLE a(x)")?, 1);
        assert_eq!(point_of(history, "CREATE TABLE other(x)")?, 0);
        assert_eq!(point_of(history, "CREATE TABLE a(x, y)")?, 3);
        Ok(())
    }

    #[test]
    fn in_doubt_there_is_no_point() -> Result<()> {
        let complete = "CREATE TABLE a(x, y)";
        // What a later migration took away may have been there.
        let history: &[&[&str]] =
            &[&[complete], &["CREATE TABLE b(x)", "INSERT INTO a VALUES (1, 2)"], &["DROP TABLE b"]];
        assert_eq!(point_of(history, complete)?, 3);
        // Somebody may have dropped an index.
        let history: &[&[&str]] = &[&[complete], &["CREATE INDEX i ON a(x)", "INSERT INTO a VALUES (1, 2)"]];
        assert_eq!(point_of(history, complete)?, 2);
        // Something of a later one is there.
        let history: &[&[&str]] = &[
            &["CREATE TABLE a(x)"],
            &["CREATE TABLE b(x)", "INSERT INTO a VALUES (1)"],
            &["ALTER TABLE a ADD y"],
        ];
        assert_eq!(point_of(history, complete)?, 3);
        // A table that was rebuilt leaves no trace.
        let history: &[&[&str]] =
            &[&[complete], &["CREATE TABLE n(x, y)", "DROP TABLE a", "ALTER TABLE n RENAME TO a"]];
        assert_eq!(point_of(history, complete)?, 2);
        Ok(())
    }
}
