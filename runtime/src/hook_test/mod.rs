//! `test_hook!`: runs a history with its hooks on databases with the sample rows that the macro has embedded.

mod database;
mod meeting;
mod samples;
mod trial;
mod watch;
mod words;

pub use samples::{Samples, changes, opener};
pub use trial::test_hook;
