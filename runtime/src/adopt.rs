//! Takes over a database that has no ledger.

use onward_schema::adopt::{self, Effect};
use onward_schema::{Difference, Fingerprint, Schema};
use rusqlite::Connection;

use crate::error::{Error, Result};
use crate::migrations::{Migration, Migrations};
use crate::run;
use crate::settings::Settings;
use crate::verify::{names, replay};

/// How a database that has tables and no ledger is taken over; see [`Migrator::adopt`](crate::Migrator::adopt).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Adopt {
    /// Its schema is exactly the one that was proven after one of the migrations. That one and those before it are taken
    /// as run, and the others run. Where several migrations leave that same schema, since they change nothing but rows,
    /// it is the last of them.
    /// Code beside the migrations that are taken as run is not called.
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
    match exact(migrations, conn)? {
        Some(count) => Ok(count),
        None if how == Adopt::Exact => Err(refusal(migrations, conn)?),
        None => reconcile(migrations, conn, settings),
    }
}

/// After how many migrations the schema is this one.
fn exact(migrations: &Migrations, conn: &Connection) -> Result<Option<usize>> {
    let reading = Error::sqlite("read the schema");
    let names = names(migrations, migrations.list.len())?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let fingerprint = |conn: &Connection| Fingerprint::read(conn, Some(&names)).map_err(&reading);
    let (found, mut count) = (fingerprint(conn)?, None);
    let empty = fingerprint(&Connection::open_in_memory().map_err(&reading)?)?;
    replay(migrations, migrations.list.len(), |index, replayed| {
        // Of a history that has made nothing yet, or nothing any more, every database looks like the right one.
        if found != empty && fingerprint(replayed)? == found {
            count = Some(index + 1);
        }
        Ok(())
    })?;
    Ok(count)
}

/// Which migration comes nearest, and what is different.
fn refusal(migrations: &Migrations, conn: &Connection) -> Result<Error> {
    let names = names(migrations, migrations.list.len())?;
    let found = read(conn)?;
    let mut nearest: Option<(&Migration, Vec<Difference>)> = None;
    replay(migrations, migrations.list.len(), |index, replayed| {
        let differences = read(replayed)?.compare_named(&found, &names);
        if nearest.as_ref().is_none_or(|(_, least)| differences.len() <= least.len()) {
            nearest = Some((&migrations.list[index], differences));
        }
        Ok(())
    })?;
    let (nearest, differences) = nearest.map(|(nearest, found)| (nearest.file(), found)).unzip();
    Ok(Error::NotAdopted { path: None, nearest, differences: differences.unwrap_or_default() })
}

fn reconcile(migrations: &Migrations, conn: &Connection, settings: &Settings<'_>) -> Result<usize> {
    let list = migrations.list;
    let effects = |migration: &Migration| {
        let statements = migration.statements().map(|(sql, _)| Effect::of(sql));
        statements.chain(migration.hook.map(|_| Effect::Unrepeatable)).collect()
    };
    let effects: Vec<Vec<Effect>> = list.iter().map(effects).collect();
    let mut proven = Vec::with_capacity(list.len());
    replay(migrations, migrations.list.len(), |_, replayed| {
        proven.push(read(replayed)?);
        Ok(())
    })?;
    let plan = adopt::reconcile(&effects, &proven, &read(conn)?).map_err(|(migration, statement)| {
        let migration = &list[migration];
        match migration.statements().nth(statement) {
            Some((sql, at)) => Error::unrepeatable(migration, at.start as usize, sql),
            None => {
                Error::unrepeatable(migration, migration.sql().len(), migration.hook().unwrap_or_default())
            }
        }
    })?;
    for (migration, statement) in plan.missing {
        let migration = &list[migration];
        if let Some((sql, statement)) = migration.statements().nth(statement) {
            run::statement(migration, statement, sql, conn, settings)?;
        }
    }
    // From here on everything runs as it was proven to, which says something about this very schema alone.
    let (nearest, expected) = match plan.point.checked_sub(1) {
        Some(last) => (Some(list[last].file()), proven.swap_remove(last)),
        None => (None, Schema::default()),
    };
    let differences = expected.compare_named(&read(conn)?, &names(migrations, migrations.list.len())?);
    if differences.is_empty() {
        Ok(plan.point)
    } else {
        Err(Error::NotAdopted { path: None, nearest, differences })
    }
}

fn read(conn: &Connection) -> Result<Schema> {
    Schema::read(conn).map_err(Error::sqlite("read the schema"))
}
