//! Adopts a database that has no ledger.

use onward_core::effect::{Effect, may_change_rows};
use onward_schema::adopt;
use onward_schema::{Difference, Schema};
use rusqlite::Connection;

use super::exact::exact;
use super::goal::adopted_at;
use super::moved;
use super::options::Adopt;
use super::replay::{made, names, replay, schema};
use super::statement;
use crate::error::{Error, ErrorKind, Result};
use crate::history::{List, Migration, Migrations};
use crate::settings::Settings;

/// How many migrations the database has had, after additive statements have run that were missing.
pub(crate) fn adopt(
    how: Adopt,
    tool_table: Option<&str>,
    migrations: &Migrations,
    conn: &Connection,
    settings: &Settings<'_>,
) -> Result<usize> {
    let list = migrations.list();
    let names = names(migrations, list.len())?;
    let found = match how {
        Adopt::From(tool) => return moved::count(tool, tool_table, migrations, names, conn),
        Adopt::Exact | Adopt::Reconcile | Adopt::At(_) => exact(migrations, &names, conn)?,
    };
    if let Adopt::At(version) = how {
        let count = adopted_at(list, version)?;
        return match found.contains(&count) {
            true => Ok(count),
            false => Err(refusal(migrations, &names, Some(count), conn)?),
        };
    }
    match found.last() {
        Some(&last) => undecided(list, &found).map_or(Ok(last), Err),
        None if how == Adopt::Reconcile => reconcile(migrations, &names, conn, settings),
        None => Err(refusal(migrations, &names, None, conn)?),
    }
}

/// That the schema cannot tell which of these it is, since rows are written in between.
fn undecided(list: List<'_>, counts: &[usize]) -> Option<Error> {
    let (first, last) = (*counts.first()?, *counts.last()?);
    let writes = |migration: &Migration<'_>| {
        migration.has_code() || migration.statements().any(|(sql, _)| may_change_rows(sql))
    };
    let writing = list.part(first..last).iter().filter(writes);
    let writing: Vec<String> = writing.map(|migration| migration.file().to_owned()).collect();
    let leaving = || counts.iter().map(|count| list.at(count - 1));
    let versions = leaving().map(Migration::version).collect();
    let labels = leaving().map(|migration| migration.label().to_owned()).collect();
    (!writing.is_empty()).then(|| ErrorKind::Undecided { versions, labels, writing }.into())
}

/// What is different from the schema after so many migrations, or after those that come nearest.
fn refusal(migrations: &Migrations, names: &[String], at: Option<usize>, conn: &Connection) -> Result<Error> {
    let list = migrations.list();
    let found = schema(conn)?;
    let mut proven = Vec::new();
    replay(migrations, list.len(), &mut |index, replayed| {
        if at.is_none_or(|count| count == index + 1) {
            proven.push(schema(replayed)?);
        }
        Ok(())
    })?;
    let nearest = adopt::nearest(&proven, &found, names);
    let nearest = nearest.map(|(index, differences)| (at.map_or(index, |count| count - 1), differences));
    let (nearest, differences) = told(list, nearest);
    let at = at.map(|count| list.at(count - 1).version());
    Ok(ErrorKind::NotAdopted { at, nearest, differences }.into())
}

/// The file of a migration, and how a schema differs from the one after it.
fn told(list: List<'_>, nearest: Option<(usize, Vec<Difference>)>) -> (Option<String>, Vec<Difference>) {
    let file = nearest.as_ref().map(|(index, _)| list.at(*index).file().to_owned());
    (file, nearest.map(|(_, differences)| differences).unwrap_or_default())
}

fn reconcile(
    migrations: &Migrations,
    names: &[String],
    conn: &Connection,
    settings: &Settings<'_>,
) -> Result<usize> {
    let list = migrations.list();
    let found = schema(conn)?;
    if !names.iter().any(|name| found.table(name).is_some() || found.views.contains_key(name)) {
        return Err(ErrorKind::NotAdopted { at: None, nearest: None, differences: Vec::new() }.into());
    }
    let effects = |migration: Migration<'_>| {
        let statements = migration.statements().map(|(sql, _)| Effect::of(sql));
        statements.chain(migration.has_code().then_some(Effect::Unrepeatable)).collect()
    };
    let effects: Vec<Vec<Effect>> = list.iter().map(effects).collect();
    let mut proven = Vec::with_capacity(list.len());
    replay(migrations, list.len(), &mut |_, replayed| {
        proven.push(made(migrations, replayed)?);
        Ok(())
    })?;
    let plan = adopt::reconcile(&effects, &proven, &found).map_err(|(migration, statement)| {
        let migration = list.at(migration);
        let end = || (migration.hook().unwrap_or_default(), migration.sql().len());
        let (sql, start) =
            migration.statements().nth(statement).map_or_else(end, |(sql, at)| (sql, at.start));
        let (line, column) = migration.position(start);
        let (nearest, differences) = told(list, adopt::nearest(&proven, &found, names));
        let (file, sql) = (migration.file().to_owned(), sql.to_owned());
        ErrorKind::Unrepeatable { file, line, column, sql, nearest, differences }
    })?;
    for (migration, statement) in plan.missing {
        let migration = list.at(migration);
        if let Some((sql, statement)) = migration.statements().nth(statement) {
            statement::one(migration, statement, sql, conn, settings)?;
        }
    }
    // From here on everything runs as it was proven to, which says something about this very schema alone.
    let (nearest, expected) = match plan.point.checked_sub(1) {
        Some(last) => (Some(list.at(last).file().to_owned()), proven.swap_remove(last)),
        None => (None, Schema::default()),
    };
    let differences = expected.compare_named(&schema(conn)?, names);
    if differences.is_empty() {
        Ok(plan.point)
    } else {
        Err(ErrorKind::NotAdopted { at: None, nearest, differences }.into())
    }
}
