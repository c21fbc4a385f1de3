//! How SQLite would find the rows of a statement, and the index that would spare it a scan or a sort.
//!
//! The plans are asked of a copy of the database, with statistics as of large tables: the few rows of an example say
//! nothing of those of a user. Nothing is said that SQLite has not shown: an index is made in the copy, and counts only if
//! the plan with it no longer scans or sorts.

mod advice;
mod advise;
mod clause;
mod few;
mod index;
mod line;
mod plan;
mod scan;
mod scratch;
mod sort;
mod statistics;
mod unused;
mod words;

pub(crate) use advice::{Advice, Fault};
pub(crate) use advise::advise;
pub(crate) use index::NewIndex;
pub(crate) use scratch::Scratch;
pub(crate) use unused::unused;
