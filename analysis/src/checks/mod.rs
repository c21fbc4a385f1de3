//! The checks, one file per code: its rule, what it says, and its tests.
//!
//! A check that cannot be sure stays silent or warns: a false alarm on a sound history is as bad as a missed fault.

pub mod application;
pub mod down;
pub mod files;
pub mod name;
pub mod order;
pub mod plans;
pub mod rebuild;
pub mod release;
pub mod rows;
pub mod statement;
pub mod words;

mod hint;
mod new_index;
mod run;
mod table;
mod trigger;

#[cfg(test)]
pub(crate) mod testing;

pub(crate) use run::{folder, locked, replayed, statements};
pub use table::{RULES, nearest, rule};
