//! An engine over the network in a file's place: rqlite, libSQL.
//!
//! Addresses are read in every build, so that one is never taken for a file. What talks to engines is behind the feature `engines`:
//! TLS takes its time to compile, and most databases are files.

#[cfg(not(feature = "engines"))]
mod absent;
#[cfg(feature = "engines")]
mod access;
mod address;
#[cfg(feature = "engines")]
mod advice;
#[cfg(feature = "engines")]
mod client;
#[cfg(feature = "engines")]
mod commands;
mod database;
mod options;
#[cfg(feature = "engines")]
mod secret;

#[cfg(not(feature = "engines"))]
pub(crate) use absent::{Access, apply, rehearse, status, verify};
#[cfg(feature = "engines")]
pub(crate) use access::Access;
#[cfg(feature = "engines")]
pub(crate) use commands::{apply, rehearse, status, verify};
pub(crate) use database::{Database, Place, files};
