//! Puts rows into a table: legal ones, as an application would have written them.
//!
//! Mild rows are one well-formed row a table, with a value in every column. Harsh rows are four: one as the mild one
//! but with text that looks like a number, one with NULL wherever it may be, one that repeats the values of the
//! first wherever it may, and one without relatives. Further ones see to it that each row but the last has a child, and
//! that what a CHECK lists is there. What SQLite refuses is mended as it says, up to a limit. Nothing is random.

mod choice;
mod draft;
mod fill;
mod filler;
mod kin;
mod row;

pub(super) use filler::{Filler, Written};
