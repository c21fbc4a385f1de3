//! What of a history a database without a ledger has had: decided from schemas alone, for the run time and the analysis.

use onward_core::effect::Effect;
use onward_core::kind::ObjectKind;
use onward_core::name::Ident;

use crate::{Difference, Schema, Table};

/// Whether something of the name is there that a statement with this effect makes, whatever it looks like.
fn is_there(effect: &Effect, schema: &Schema) -> bool {
    match effect {
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
fn holds_rows(effect: &Effect) -> bool {
    matches!(effect, Effect::Creates(ObjectKind::Table, _) | Effect::Adds { .. })
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
            // What is set is no object: each of them runs, so that the last one counts.
            if *effect == Effect::Nothing {
                missing.push((migration, statement));
            } else if !is_there(effect, found) && !made.contains(&effect) {
                missing.push((migration, statement));
                made.push(effect);
            }
        }
    }
    Ok(Plan { point, missing })
}

/// The index of the schema to which one comes nearest, and how it differs from that in what has these names; the last of several.
pub fn nearest(proven: &[Schema], found: &Schema, names: &[String]) -> Option<(usize, Vec<Difference>)> {
    let differences = proven.iter().map(|schema| schema.compare_named(found, names)).enumerate();
    // The first of equal ones is taken.
    differences.rev().min_by_key(|(_, differences)| differences.len())
}

/// The index of the first migration of which nothing has run, nor of those behind it: from there on everything may run.
/// As many as there are migrations if nobody can be sure.
///
/// A table or column that is missing says so, if every schema from its migration on should have it: it was not taken
/// away by a later migration. So does a table whose columns stand in the order of before, if its migration and all later
/// ones leave another. An index says nothing, since somebody may have dropped it. And nothing that later migrations make
/// may be there, but for what was there before them as well, as an index that a rebuild makes again.
fn point(effects: &[Vec<Effect>], proven: &[Schema], found: &Schema) -> usize {
    let before = |at: usize| at.checked_sub(1).map(|before| &proven[before]);
    let is_new = |at: usize, effect| !before(at).is_some_and(|before| is_there(effect, before));
    let touched = |at: usize| effects[at].iter().any(|effect| is_there(effect, found) && is_new(at, effect));
    let first = (0..effects.len()).rev().find(|&at| touched(at)).map_or(0, |last| last + 1);
    let evident = |at: usize| {
        let mut rows = effects[at].iter().filter(|effect| holds_rows(effect));
        let stays = |effect: &Effect| proven[at..].iter().all(|schema| is_there(effect, schema));
        rows.any(|effect| !is_there(effect, found) && stays(effect))
            || before(at).is_some_and(|before| is_unordered(before, &proven[at..], found))
    };
    (first..effects.len()).find(|&at| evident(at)).unwrap_or(effects.len())
}

/// Whether the columns of a table stand in the order that they have before a migration, and not in the one that it and all
/// later ones leave.
fn is_unordered(before: &Schema, after: &[Schema], found: &Schema) -> bool {
    found.tables.values().any(|table| {
        let place_in = |schema: &Schema| schema.table(&table.name).and_then(|other| places(table, other));
        let ordered = |places: Vec<usize>| places.is_sorted();
        place_in(before).is_some_and(ordered)
            && after.iter().all(|schema| place_in(schema).is_some_and(|places| !ordered(places)))
    })
}

/// Where each column of a table stands in another, if it has them all.
fn places(table: &Table, other: &Table) -> Option<Vec<usize>> {
    let place = |name: &str| other.columns.iter().position(|column| Ident(&column.name) == name);
    table.columns.iter().map(|column| place(&column.name)).collect()
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, Result};

    use super::*;

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
        // What is set is no object that is there once: each of them runs.
        let history: &[&[&str]] =
            &[&["PRAGMA user_version = 1", "CREATE TABLE a(x)"], &["PRAGMA application_id = 5"]];
        let plan = with(history, "CREATE TABLE a(x)", reconcile)?;
        assert_eq!(plan, Ok(Plan { point: 2, missing: vec![(0, 0), (1, 0)] }));
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
    fn an_order_of_columns_that_is_gone_says_so() -> Result<()> {
        let history: &[&[&str]] = &[
            &["CREATE TABLE a(x, y)", "CREATE INDEX i ON a(y)"],
            &["ALTER TABLE a ADD z", "CREATE TABLE b(x)"],
            &[
                "CREATE TABLE n(x, z, y)",
                "INSERT INTO n(x, y, z) SELECT x, y, z FROM a",
                "DROP TABLE a",
                "ALTER TABLE n RENAME TO a",
                "CREATE INDEX i ON a(y)",
            ],
            &["ALTER TABLE a ADD v"],
        ];
        // The index is made again, and was there before.
        let grown = "CREATE TABLE a(x, y); CREATE INDEX i ON a(y); ALTER TABLE a ADD z;";
        assert_eq!(point_of(history, grown)?, 2);
        let plan = with(history, grown, reconcile)?;
        assert_eq!(plan, Ok(Plan { point: 2, missing: vec![(1, 1)] }));
        // A table of the same name is made again, and the old one looks like neither.
        let anew: &[&[&str]] = &[&["CREATE TABLE a(x, y)"], &["DROP TABLE a", "CREATE TABLE a(y, z)"]];
        assert_eq!(point_of(anew, "CREATE TABLE a(y, x)")?, 2);
        // The new order, that of neither, and one that later migrations have as well.
        for found in ["CREATE TABLE a(x, z, y)", "CREATE TABLE a(z, y, x)", "CREATE TABLE a(x, z)"] {
            assert_eq!(point_of(&history[..3], found)?, 3, "{found}");
        }
        // What a later migration adds is there.
        assert_eq!(point_of(history, "CREATE TABLE a(x, y, z, v)")?, 4);
        Ok(())
    }

    /// The schema is the same before and after it, and nobody knows whether it has run.
    #[test]
    fn a_rebuild_that_may_have_run_does_not_run_again() -> Result<()> {
        let history: &[&[&str]] = &[
            &["CREATE TABLE a(x, price)", "CREATE INDEX i ON a(x)"],
            &[
                "ALTER TABLE a RENAME TO o",
                "CREATE TABLE a(x, price)",
                "INSERT INTO a SELECT x, price * 100 FROM o",
                "DROP TABLE o",
                "CREATE INDEX i ON a(x)",
            ],
        ];
        assert_eq!(with(history, "CREATE TABLE a(x, price)", reconcile)?, Err((1, 0)));
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
