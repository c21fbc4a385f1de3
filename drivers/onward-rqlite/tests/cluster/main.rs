//! Real clusters of rqlite on this machine, and servers that are none.
//!
//! `ONWARD_RQLITED` names the program; `cargo xtask ci drivers` installs it. Without it, each test that needs it says so.

mod apply;
#[path = "../../../authority.rs"]
mod authority;
#[path = "../../../histories.rs"]
mod histories;
mod hostile;
mod kills;
mod nodes;
mod rehearse;
mod tls;
