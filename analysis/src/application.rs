//! The application's own Rust and SQL, held against the history, and what is said of it.

mod attempt;
mod compare;
mod conflict;
mod enforce;
mod instead;
mod moment;
mod parameter;
mod plans;
mod refused;
mod relation;
mod spot;
mod statement;
mod strings;
mod unused;
mod write;

#[cfg(test)]
mod columns;
#[cfg(test)]
mod comparisons;
#[cfg(test)]
mod declared;
#[cfg(test)]
mod describe;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod null;
#[cfg(test)]
mod random;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod upserts;
#[cfg(test)]
mod writes;

pub use plans::Plans;
pub(crate) use refused::tables;
pub use refused::{Refused, Text};
pub use statement::Error;
pub(crate) use write::ordinary;
