//! What can go wrong, as data, in words, and looked into. What finds it does not belong here.

mod access;
mod diagnosis;
mod kind;
mod leftover;
mod message;
mod sqlite;

pub use access::Access;
pub(crate) use diagnosis::path;
pub use kind::{Error, Result};
pub(crate) use leftover::Leftover;
pub(crate) use sqlite::{is_busy, message};
