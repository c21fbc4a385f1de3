//! Runs a history on a sandboxed SQLite, statement by statement, and collects what SQLite refuses.
//!
//! A statement that is refused for something that is not there is kept and tried again after each later change of the
//! schema: the first that makes it work is where the missing thing comes from. The replay goes on without it meanwhile,
//! so one run finds every fault, and what only fails because an earlier statement did is not reported again.

mod absent;
mod broken;
mod cascade;
mod column_history;
mod consequence;
mod contents;
mod down;
mod earlier;
mod end;
mod fault;
mod finding;
mod idle;
mod indirect;
mod kept;
mod keys;
mod legacy;
mod limits;
mod loss;
mod masked;
mod null_key;
mod objects;
mod odd;
mod offender;
mod origin;
mod outcome;
mod outer;
mod plan;
mod plans;
mod populated;
mod quoted;
mod reads;
mod rebuild;
mod renamed;
mod rows;
mod run;
mod sample;
mod samples;
mod seen;
mod step;
mod touched;
mod trial;
mod unresolved;
mod value;
mod write;

pub(crate) use broken::Broken;
pub(crate) use column_history::removal;
pub(crate) use down::Back;
pub use fault::DOUBLE_QUOTED_STRING;
pub(crate) use fault::{Fault, Orphans, culprit, place_of_origin};
pub(crate) use finding::{Finding, What};
pub(crate) use kept::{Kept, Locked};
pub(crate) use legacy::{Legacy, Problem};
pub(crate) use masked::Masked;
pub(crate) use objects::fingerprint;
pub(crate) use origin::{near, nearest};
pub use outcome::Replay;
pub(crate) use outer::{Outer, Where};
pub(crate) use rebuild::{Constraint, Loss, Part};
pub use run::replay;
pub(crate) use run::replay_behind;
pub use samples::{Insert, Samples};
pub(crate) use unresolved::{Unresolved, Waiting};
pub(crate) use write::{joins, left_out, selected};
