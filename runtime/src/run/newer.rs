//! A database that is newer than the program, and was proven for it.

use onward_core::release;
use rusqlite::Connection;

use crate::error::{Error, NotAccepted, Result};
use crate::history::Migrations;
use crate::ledger;

/// Looks whether the newer migrations of a database leave what this program runs as it was.
pub(crate) type AcceptNewer = fn(&Migrations, &Connection) -> Result<Option<NotAccepted>>;

/// Says why a newer database is not accepted; `None` if it is.
pub(crate) fn accept_newer(migrations: &Migrations, conn: &Connection) -> Result<Option<NotAccepted>> {
    let own = migrations.release();
    if own.is_empty() {
        return Ok(Some(NotAccepted::NoRelease));
    }
    let reading = Error::sqlite("read the ledger");
    let releases = ledger::works_with(conn, migrations.ledger()).map_err(reading)?;
    if releases.iter().any(|other| release::is_same(own, other)) {
        return Ok(None);
    }
    Ok(Some(NotAccepted::NotProven {
        release: release::shown(own),
        proven: releases.iter().map(|other| release::shown(other)).collect(),
    }))
}
