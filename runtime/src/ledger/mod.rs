//! The table in the user's database that says which migrations it has run: reads and writes it, and holds it against the
//! history. What runs because of it does not belong here.

mod beside;
mod pending;
mod read;
mod renamed;
mod status;
mod table;
mod works_with;
mod write;

pub(crate) use beside::{attached, is_empty, ledgers, strangers};
pub(crate) use pending::pending;
pub(crate) use read::{Reading, contents, newest_chain, read};
pub(crate) use renamed::refuse as refuse_renamed;
pub(crate) use status::status;
pub(crate) use table::{Named, lacking, named};
pub(crate) use works_with::{works_with, write_works_with};
pub(crate) use write::{adopt, create, insert, remove, written};
