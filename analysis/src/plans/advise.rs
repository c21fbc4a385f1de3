//! What is wrong with the plan of a statement.

use super::advice::Advice;
use super::scratch::Scratch;
use super::words::Words;
use super::{scan, sort};

/// The indexes that would spare a statement a scan or a sort; none if it is none that reads rows, or if its plan has
/// something that is not known.
pub(crate) fn advise(scratch: &Scratch, sql: &str) -> Vec<Advice> {
    let words = Words::of(sql, scratch.schema());
    if !words.reads_rows() {
        return Vec::new();
    }
    let Some(before) = scratch.plan(sql) else { return Vec::new() };
    let found = scan::spare(scratch, &words, &before);
    sort::spare(scratch, &words, &before, found)
}
