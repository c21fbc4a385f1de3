//! Runs what is pending: all of it, or nothing.

use std::time::{Duration, Instant};

use onward_schema::{Fingerprint, Schema, Violation};
use rusqlite::Connection;

use crate::error::{Error, Result};
use crate::exclusive::Exclusive;
use crate::ledger;
use crate::migrations::{Migration, Migrations};
use crate::migrator::Migrator;
use crate::plan::{self, Conflict};
use crate::report::Report;
use crate::settings::{Impatience, Settings};

pub(crate) fn apply(migrator: &Migrator<'_>, conn: &mut Connection) -> Result<Report> {
    let start = Instant::now();
    let migrations = migrator.migrations;
    if !conn.is_autocommit() {
        return Err(Error::InTransaction);
    }
    let preparing = Error::sqlite("prepare the connection");
    let _impatience = Impatience::begin(conn).map_err(&preparing)?;
    if is_up_to_date(migrations, conn) {
        return Ok(Report::new(migrations, Vec::new(), Duration::ZERO, start.elapsed()));
    }
    let attached = ledger::attached(conn).map_err(&preparing)?;
    if !attached.is_empty() {
        return Err(Error::Attached { databases: attached });
    }
    let settings = Settings::prepare(conn).map_err(&preparing)?;
    let (ran, waited) = run(migrator, conn, &settings)?;
    settings.restore().map_err(|source| Error::Settings { source })?;
    Ok(Report::new(migrations, ran, waited, start.elapsed()))
}

/// One read, no lock: the newest chain stands for the whole history. Whatever else it finds, an error included, is
/// looked at again under the lock.
fn is_up_to_date(migrations: &Migrations, conn: &Connection) -> bool {
    let newest = ledger::newest_chain(conn).ok().flatten();
    newest.is_some_and(|newest| migrations.list.last().is_some_and(|last| last.chain.to_string() == newest))
}

type Ran<'m> = Vec<(&'m Migration, Duration)>;

fn run<'m>(
    migrator: &Migrator<'m>,
    conn: &Connection,
    settings: &Settings<'_>,
) -> Result<(Ran<'m>, Duration)> {
    let migrations = migrator.migrations;
    let exclusive = Exclusive::begin(conn, migrator.lock_timeout)?;
    let waited = exclusive.waited;
    // Read again, now that nobody else can write: others may have migrated while this waited.
    let pending = pending(migrations, conn)?;
    if pending.is_empty() {
        return Ok((Vec::new(), waited));
    }
    let before = Violation::read(conn).map_err(Error::sqlite("check foreign keys"))?;
    let mut ran = Vec::with_capacity(pending.len());
    for migration in pending {
        let start = Instant::now();
        one(migration, conn, settings)?;
        ran.push((migration, start.elapsed()));
    }
    ledger::insert(conn, &ran).map_err(Error::sqlite("write the ledger"))?;
    let after = Violation::read(conn).map_err(Error::sqlite("check foreign keys"))?;
    let new = Violation::new_ones(&before, after);
    if !new.is_empty() {
        return Err(Error::ForeignKeys { violations: new });
    }
    check_schema(migrations, conn)?;
    exclusive.commit()?;
    Ok((ran, waited))
}

/// What is still to run, by the ledger, which is made if the database is empty.
fn pending<'m>(migrations: &'m Migrations, conn: &Connection) -> Result<&'m [Migration]> {
    let reading = Error::sqlite("read the ledger");
    if !ledger::exists(conn).map_err(&reading)? {
        let tables = ledger::strangers(conn).map_err(&reading)?;
        if !tables.is_empty() {
            return Err(Error::NoLedger { tables });
        }
        ledger::create(conn).map_err(Error::sqlite("make the ledger"))?;
    }
    let rows = ledger::rows(conn).map_err(&reading)?;
    plan::pending(migrations.list, &rows).map_err(|conflicts| {
        if conflicts.iter().all(|conflict| matches!(conflict, Conflict::Newer { .. })) {
            let known = migrations.list.last().map(Migration::version);
            Error::Newer { known, conflicts }
        } else {
            Error::Diverged { conflicts }
        }
    })
}

fn one(migration: &Migration, conn: &Connection, settings: &Settings<'_>) -> Result<()> {
    let undoing = Error::sqlite("take back what the migration left on the connection");
    let undone = migration.statements().any(|(_, statement)| statement.undone);
    let before = if undone { temporary(conn).map_err(&undoing)? } else { Vec::new() };
    for (sql, statement) in migration.statements() {
        let outcome = settings.strings(statement.strings).and_then(|()| execute(conn, sql));
        outcome.map_err(|source| Error::statement(migration, statement.start as usize, sql, source))?;
    }
    if undone {
        settings.off().map_err(&undoing)?;
        let after = temporary(conn).map_err(&undoing)?;
        for drop in after.iter().filter(|drop| !before.contains(drop)) {
            conn.execute_batch(drop).map_err(&undoing)?;
        }
    }
    Ok(())
}

/// What drops each temporary object of the connection, those of the application among them.
fn temporary(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    conn.prepare(onward_schema::DROP_TEMPORARY)?.query_map([], |row| row.get(0))?.collect()
}

/// Runs a statement to its end, rows or not.
fn execute(conn: &Connection, sql: &str) -> rusqlite::Result<()> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

/// What the history makes must be what the replay proved. What others put beside it is theirs.
fn check_schema(migrations: &Migrations, conn: &Connection) -> Result<()> {
    let reading = Error::sqlite("read the schema");
    let found = Fingerprint::read(conn, Some(migrations.objects)).map_err(&reading)?;
    if *found.as_bytes() == migrations.fingerprint {
        return Ok(());
    }
    let found = Schema::read(conn).map_err(&reading)?;
    let mut differences = proven(migrations).map(|proven| proven.compare(&found)).unwrap_or_default();
    differences.retain(|difference| {
        migrations.objects.binary_search(&difference.name.to_ascii_lowercase().as_str()).is_ok()
    });
    Err(Error::Drift { differences })
}

/// The schema of the whole history on an empty database, as far as it can be had without the application's functions.
fn proven(migrations: &Migrations) -> Option<Schema> {
    let conn = Connection::open_in_memory().ok()?;
    let settings = Settings::prepare(&conn).ok()?;
    for migration in migrations.list {
        one(migration, &conn, &settings).ok()?;
    }
    Schema::read(&conn).ok()
}
