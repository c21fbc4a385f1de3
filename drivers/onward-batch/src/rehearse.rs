//! What is pending, run on a copy of the engine's database, with its rows.

use onward::rusqlite::Connection;
use onward::{Migrations, Rehearsal};

use crate::batch::fits;
use crate::engine::{Engine, Failure};
use crate::error::{COPY, Error, ErrorKind, Result};
use crate::patience::{Patience, Wait};
use crate::pending::pending;
use crate::state::{enforced, foreign_keys};

/// Runs what is pending on a copy of the engine's database, and tells what it does to the rows. The engine is only read.
///
/// # Errors
/// What would make [`apply`](crate::apply) fail before anything is sent, what makes [`Migrations::rehearse`] fail, and that the copy
/// cannot be had.
pub fn rehearse<E: Engine>(engine: &E, migrations: &Migrations, patience: Patience) -> Result<Rehearsal> {
    let mut wait = Wait::new(patience);
    let mut earlier = None;
    let copy = loop {
        match copy(engine, &wait) {
            Ok(copy) => break copy,
            Err(error) if !error.is_passing() => return Err(error),
            // That the time is over says less than what took it.
            Err(error) if !wait.pause() => return Err(earlier.unwrap_or(error)),
            Err(error) => earlier = Some(error),
        }
    };
    let copying = wait.elapsed();
    let pending = pending(migrations, &copy)?;
    let mut rehearsal = migrations.rehearse(&copy)?;
    let enforced = enforced(engine, foreign_keys(engine)?);
    for migration in pending {
        fits(migration, E::TARGET, enforced)?;
    }
    rehearsal.copying += copying;
    Ok(rehearsal)
}

/// A file of SQLite's own, gone with the connection: what is said of it names no path that nobody knows.
fn copy<E: Engine>(engine: &E, wait: &Wait) -> Result<Connection> {
    let failed = |failure| Error::from(ErrorKind::Engine { doing: COPY, failure });
    let mut copy =
        Connection::open("").map_err(|error| failed(Failure::Local { message: error.to_string() }))?;
    engine.copy(&mut copy, wait.left()).map_err(failed)?;
    Ok(copy)
}
