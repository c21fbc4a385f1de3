//! What a migration takes away from the tables it keeps without naming it, and which data it drops.
//!
//! SQLite changes a table by building it anew, and what belonged to the old one goes with it: indexes, triggers, the
//! target of foreign keys. Whatever a later migration makes again is no loss.

mod before;
mod compare;
mod constraint;
mod flow;
mod instead;
mod lasting;
mod left;
mod lifted;
mod moved;
mod part;
mod purpose;
mod table;

pub(crate) use before::Before;
pub(crate) use constraint::Constraint;
pub(crate) use lasting::lasting;
pub(crate) use part::{Loss, Part};
