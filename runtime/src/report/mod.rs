//! What is told of a run, while it runs and afterwards: plain data, and whoever is told. Nothing here looks at a database.

mod observer;
mod outcome;
mod readiness;
mod rehearsal;
mod status;
pub(crate) mod trace;

pub use observer::Event;
pub(crate) use observer::Watch;
pub use outcome::{Applied, Recreated, Report};
pub use readiness::{Phase, Readiness};
pub use rehearsal::{Recorded, Rehearsal, TableRows};
pub use status::{Entry, State, Status};
