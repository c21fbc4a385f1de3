//! Which migrations leave exactly the schema that a database has.

use onward_schema::Fingerprint;
use rusqlite::Connection;

use super::replay::replay;
use crate::error::{Error, Result};
use crate::history::Migrations;

/// After how many migrations the schema is this one: after several, if some do not change it.
pub(super) fn exact(migrations: &Migrations, names: &[String], conn: &Connection) -> Result<Vec<usize>> {
    let reading = Error::sqlite("read the schema");
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let fingerprint = |conn: &Connection| Fingerprint::read(conn, Some(&names)).map_err(&reading);
    let (found, mut counts) = (fingerprint(conn)?, Vec::new());
    let empty = fingerprint(&Connection::open_in_memory().map_err(&reading)?)?;
    replay(migrations, migrations.list().len(), &mut |index, replayed| {
        // Of a history that has made nothing yet, or nothing any more, every database looks like the right one.
        if found != empty && fingerprint(replayed)? == found {
            counts.push(index + 1);
        }
        Ok(())
    })?;
    Ok(counts)
}
