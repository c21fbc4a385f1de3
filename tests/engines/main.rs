//! `cargo onward` and the example `cluster` on real servers of rqlite and libSQL, and on servers that are none.
//!
//! `ONWARD_RQLITED` and `ONWARD_SQLD` name the programs; `cargo xtask ci drivers` installs them. Without one, each test that needs it
//! says so.

mod access;
#[path = "../../drivers/authority.rs"]
mod authority;
mod commands;
mod example;
mod fingerprint;
mod grammar;
mod servers;
