//! A disk that fails when it is told to, between SQLite and the file system.
//!
//! [`on`] calls something while every I/O call of SQLite's and onward's on this thread is counted, and fails as its
//! [`Plan`] says. All else, other threads included, goes through to the file system untouched. [`Wreck`] is what a
//! power cut leaves.
#![cfg(unix)]

mod case;
mod disk;
mod files;
mod on;
mod shim;
mod state;
mod wreck;

pub use case::{Before, Case, Place, Run};
pub use disk::{Call, Fault, Plan, Ran};
pub use files::without_links;
pub use on::on;
pub use state::{State, plain};
pub use wreck::{Loss, Wreck};
