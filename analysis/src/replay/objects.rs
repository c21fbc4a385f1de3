//! What of a database the history has made.

use onward_schema::Fingerprint;
use rusqlite::{Connection, Result};

use crate::config::Config;

/// The names of what the history makes, without the stubs of what others make.
pub(super) fn ours(config: &Config, conn: &Connection) -> Result<Vec<String>> {
    let objects = onward_schema::objects(conn)?;
    Ok(objects.into_iter().filter(|name| !config.is_external(name)).collect())
}

/// The fingerprint of these objects.
pub(crate) fn fingerprint(objects: &[String], conn: &Connection) -> Result<Fingerprint> {
    let names: Vec<&str> = objects.iter().map(String::as_str).collect();
    Fingerprint::read(conn, Some(&names))
}
