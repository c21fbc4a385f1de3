//! A statement of the application sorts rows that an index would have in their order.
//!
//! It is said where that is faster for certain: where a LIMIT takes the first rows, or where the index has all that is asked
//! for. Where all rows are read from the table in any case, to read them in the order of an index takes as long as to sort
//! them, or longer.

use crate::checks::new_index;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;
use crate::plans::{Advice, Fault, Scratch};

/// `temp_sort`
pub static RULE: Rule = Rule::warning("temp_sort", "a statement gets its rows in order from an index, where one can have them")
    .of_plans()
    .allowable()
    .effect("All rows that match are read and sorted before the first comes out, also where a LIMIT takes no more than a few.");

pub(crate) fn diagnose(scratch: &Scratch, place: Place, advice: &Advice) -> Option<Diagnostic> {
    let table = &advice.indexes.first().filter(|_| advice.fault == Fault::Sort)?.table;
    let message = format!("rows of `{table}` are sorted each time this runs");
    Some(
        Diagnostic::new(&RULE, place, message)
            .label("read and sorted")
            .note(format!(
                "with an index on {}, they come in this order",
                new_index::columns(&advice.indexes)
            ))
            .help(format!("{}; {}", new_index::help(scratch, &advice.indexes), new_index::small(table))),
    )
}
