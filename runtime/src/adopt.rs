//! Takes over a database that has no ledger.

use onward_schema::adopt::{Effect, point};
use onward_schema::{Difference, Fingerprint, Schema, objects};
use rusqlite::Connection;

use crate::apply;
use crate::error::{Error, Result};
use crate::migrations::{Migration, Migrations};
use crate::settings::Settings;
use crate::verify::replay_schemas;

/// How a database that has tables and no ledger is taken over; see [`Migrator::adopt`](crate::Migrator::adopt).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Adopt {
    /// Its schema is exactly the one that was proven after one of the migrations. That one and those before it are taken
    /// as run, and the others run. Where several migrations leave that same schema, since they change nothing but rows,
    /// it is the last of them.
    ///
    /// Only what the history makes at any time is looked at; what else is there is not ours.
    Exact,
    /// As [`Adopt::Exact`] if that is so; else the database was grown by hand. CREATE and ADD COLUMN are passed over
    /// where there is something of that name, and run where there is not.
    ///
    /// What writes rows, drops or rebuilds something runs only in a migration, or behind one, that makes a table or
    /// column which is missing and which no later migration takes away, if nothing is there that it or a later one
    /// makes. Anywhere else it might be the second time, and the database is refused. Before such a migration, or in the
    /// end if there is none, the schema has to be the proven one; if it is not, everything is rolled back.
    Reconcile,
}

/// How many migrations the database has had, after additive statements have run that were missing.
pub(crate) fn adopt(
    how: Adopt,
    migrations: &Migrations,
    conn: &Connection,
    settings: &Settings<'_>,
) -> Result<usize> {
    let list = migrations.list;
    match exact(list, conn)? {
        Some(count) => Ok(count),
        None if how == Adopt::Exact => Err(refusal(list, conn)?),
        None => reconcile(list, conn, settings),
    }
}

/// After how many migrations the schema is this one.
fn exact(list: &[Migration], conn: &Connection) -> Result<Option<usize>> {
    let reading = Error::sqlite("read the schema");
    let names = names(list)?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let fingerprint = |conn: &Connection| Fingerprint::read(conn, Some(&names)).map_err(&reading);
    let (found, mut count) = (fingerprint(conn)?, None);
    let empty = fingerprint(&Connection::open_in_memory().map_err(&reading)?)?;
    replay_schemas(list, |index, replayed| {
        // Of a history that has made nothing yet, or nothing any more, every database looks like the right one.
        if found != empty && fingerprint(replayed)? == found {
            count = Some(index + 1);
        }
        Ok(())
    })?;
    Ok(count)
}

/// The names of everything that is there after any of the migrations, in lower case and sorted: what was dropped since
/// must not be there either.
fn names(list: &[Migration]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    replay_schemas(list, |_, replayed| {
        names.extend(objects(replayed).map_err(Error::sqlite("read the schema"))?);
        names.sort_unstable();
        names.dedup();
        Ok(())
    })?;
    Ok(names)
}

/// Which migration comes nearest, and what is different.
fn refusal(list: &[Migration], conn: &Connection) -> Result<Error> {
    let names = names(list)?;
    let found = read(conn)?;
    let mut nearest: Option<(&Migration, Vec<Difference>)> = None;
    replay_schemas(list, |index, replayed| {
        let differences = differences(&read(replayed)?, &found, &names);
        if nearest.as_ref().is_none_or(|(_, least)| differences.len() <= least.len()) {
            nearest = Some((&list[index], differences));
        }
        Ok(())
    })?;
    let (nearest, differences) = nearest.map(|(nearest, found)| (nearest.file, found)).unzip();
    Ok(Error::NotAdopted { path: None, nearest, differences: differences.unwrap_or_default() })
}

fn reconcile(list: &[Migration], conn: &Connection, settings: &Settings<'_>) -> Result<usize> {
    let effect = |migration: &Migration| migration.statements().map(|(sql, _)| Effect::of(sql)).collect();
    let effects: Vec<Vec<Effect>> = list.iter().map(effect).collect();
    let mut proven = Vec::with_capacity(list.len());
    replay_schemas(list, |_, replayed| {
        proven.push(read(replayed)?);
        Ok(())
    })?;
    let mut found = read(conn)?;
    let names = names(list)?;
    let point = point(&effects, &proven, &found);
    for (migration, effects) in list[..point].iter().zip(&effects) {
        for ((sql, statement), effect) in migration.statements().zip(effects) {
            if *effect == Effect::Unrepeatable {
                return Err(Error::unrepeatable(migration, statement.start as usize, sql));
            }
            if !effect.is_there(&found) {
                apply::statement(migration, statement, sql, conn, settings, |_, _| false)?;
                found = read(conn)?;
            }
        }
        if let Some(hook) = migration.hook {
            return Err(Error::unrepeatable(migration, migration.text.len(), hook.name));
        }
    }
    // From here on everything runs as it was proven to, which says something about this very schema alone.
    let (file, expected) = match point.checked_sub(1) {
        Some(last) => (Some(list[last].file), proven.swap_remove(last)),
        None => (None, Schema::default()),
    };
    let differences = differences(&expected, &found, &names);
    if differences.is_empty() {
        Ok(point)
    } else {
        Err(Error::NotAdopted { path: None, nearest: file, differences })
    }
}

/// Where what the history makes is not as expected.
fn differences(expected: &Schema, found: &Schema, names: &[String]) -> Vec<Difference> {
    let mut differences = expected.compare(found);
    differences.retain(|difference| names.binary_search(&difference.name.to_ascii_lowercase()).is_ok());
    differences
}

fn read(conn: &Connection) -> Result<Schema> {
    Schema::read(conn).map_err(Error::sqlite("read the schema"))
}
