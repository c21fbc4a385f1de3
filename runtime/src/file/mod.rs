//! Files beside what SQLite does with them: names, calls to the file system, a file that is put in place whole, a database
//! that is moved aside. What is in a database does not belong here.

pub(crate) mod aside;
mod intent;
mod name;
mod partial;
pub(crate) mod system;

#[cfg(feature = "fleet")]
pub(crate) use intent::UNUSABLE;
pub(crate) use intent::is_ours;
pub(crate) use name::{BESIDE, LOCK, file, is_special, random, real};
#[cfg(feature = "fleet")]
pub(crate) use partial::PARTIAL;
pub(crate) use partial::{Name, Partial};
