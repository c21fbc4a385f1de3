//! The database of a command: a file, or an engine.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;

use super::Access;
use super::address::{Address, mistaken};
use super::options::Options;
use crate::output;

/// A database as it was named.
#[derive(Args)]
pub(crate) struct Database {
    /// The database: a file, or an engine such as http+rqlite://user@host:4001 or https+libsql://host
    db: PathBuf,
    #[command(flatten)]
    options: Options,
}

/// Where it is.
pub(crate) enum Place {
    File(PathBuf),
    Engine(Box<Access>),
}

impl Database {
    /// # Errors
    /// If it is an address that cannot be used, or something was said that is not for it.
    pub(crate) fn find(self) -> anyhow::Result<Place> {
        let address = address(&self.db)?;
        if let Some((option, whose)) = self.options.stray(address.as_ref().map(|address| address.engine)) {
            let named = address.map_or_else(|| output::path(&self.db), |address| address.shown());
            bail!("`{option}` is for {whose}, and {named} is none; nothing was done");
        }
        match address {
            Some(address) => Access::of(address, self.options).map(|access| Place::Engine(Box::new(access))),
            None => Ok(Place::File(self.db)),
        }
    }
}

/// For a command that knows nothing but files.
///
/// # Errors
/// If one is the address of an engine, or looks like one.
pub(crate) fn files(command: &str, databases: &[&Path]) -> anyhow::Result<()> {
    for db in databases {
        if let Some(address) = address(db)? {
            bail!(
                "`{command}` is for files, and {} is an engine over the network; nothing was done\nhelp: `status`, `verify`, \
                 `rehearse` and `apply` are for engines as well",
                address.shown()
            );
        }
    }
    Ok(())
}

fn address(db: &Path) -> anyhow::Result<Option<Address>> {
    let Some(written) = db.to_str() else { return Ok(None) };
    let address = Address::parse(written)?;
    match mistaken(written) {
        Some(why) if address.is_none() && fs::symlink_metadata(db).is_err() => bail!(why),
        _ => Ok(address),
    }
}
