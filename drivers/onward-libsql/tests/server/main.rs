//! Real servers of libSQL on this machine, and servers that are none.
//!
//! `ONWARD_SQLD` names the program; `cargo xtask ci drivers` installs it. Without it, each test that needs it says so.

mod apply;
#[path = "../../../authority.rs"]
mod authority;
mod front;
#[path = "../../../histories.rs"]
mod histories;
mod hostile;
mod namespaces;
mod process;
mod rehearse;
