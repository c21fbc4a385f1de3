//! A statement of the application reads every row of a table to find those that it wants.

use crate::checks::new_index;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;
use crate::plans::{Advice, Fault, Scratch};

/// `full_scan`
pub static RULE: Rule = Rule::warning("full_scan", "a statement finds the rows that it wants with the help of an index")
    .of_plans()
    .allowable()
    .effect("The statement takes longer with every row that the table gets: with a million rows, a hundred thousandth of that would do.");

pub(crate) fn diagnose(scratch: &Scratch, place: Place, advice: &Advice) -> Option<Diagnostic> {
    let table = &advice.indexes.first()?.table;
    let (message, label) = match advice.fault {
        Fault::Sort => return None,
        Fault::Scan => (format!("every row of `{table}` is read to find some of them"), "all of it is read"),
        Fault::Automatic => (
            format!(
                "each time this runs, SQLite reads every row of `{table}` and makes an index that it throws away"
            ),
            "all of it is read",
        ),
    };
    let looked_up = new_index::columns(&advice.indexes);
    Some(
        Diagnostic::new(&RULE, place, message)
            .label(label)
            .note(format!("with an index on {looked_up}, SQLite looks them up instead"))
            .help(format!("{}; {}", new_index::help(scratch, &advice.indexes), new_index::small(table))),
    )
}
