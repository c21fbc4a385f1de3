//! The application's own Rust and SQL, held against the history, and what is said of it.

mod instead;
mod refused;
mod relation;
mod statement;

#[cfg(test)]
mod describe;
#[cfg(test)]
mod null;
#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;

pub use refused::{Refused, Text};
pub use statement::Error;
