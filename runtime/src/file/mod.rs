//! Files beside what SQLite does with them: names, calls to the file system, a file that is put in place whole, a database
//! that is moved aside. What is in a database does not belong here.

pub(crate) mod aside;
mod intent;
mod name;
mod partial;
pub(crate) mod system;

pub(crate) use intent::{UNUSABLE, is_ours};
pub(crate) use name::{BESIDE, LOCK, file, is_special, random, real};
pub(crate) use partial::{Name, PARTIAL, Partial};
