//! What is said of a condition that is never true.

use std::ops::Range;

use onward_core::token::{Token, significant};
use sqlite3_parser::Bump;

use super::Refused;
use super::refused::Text;
use crate::analysis::Analysis;
use crate::checks::application::comparison_with_null;
use crate::file::File;
use crate::query::null::comparisons;
use crate::query::registered::Registered;
use crate::query::syntax::{Parsed, parse};

const OPERATORS: [&str; 8] = ["=", "==", "<>", "!=", "<", "<=", ">", ">="];

/// A NULL with the operator beside it.
struct Candidate<'s> {
    null: Range<usize>,
    whole: Range<usize>,
    operator: &'s str,
}

/// A comparison with NULL in a condition.
pub(super) fn fault(
    analysis: &Analysis,
    Text { path, text }: Text<'_>,
    sql: &str,
    parsed: &Parsed<'_>,
) -> Option<Refused> {
    let candidates = candidates(sql);
    if candidates.is_empty() {
        return None;
    }
    let registered = Registered(&analysis.history.config.functions);
    let count = comparisons(registered, parsed.statement()?);
    let Candidate { whole, operator, .. } =
        (count > 0).then(|| found(registered, sql, count, candidates))??;
    let mut files = analysis.history.files.clone();
    let file = files.add(File::statement(path, text));
    let start = sql.as_ptr() as usize - text.as_ptr() as usize;
    let place = file.at(start + whole.start..start + whole.end);
    Some(Refused { diagnostic: Box::new(comparison_with_null::diagnose(place, operator)), files })
}

fn candidates(sql: &str) -> Vec<Candidate<'_>> {
    // Most statements have none, and need not be cut.
    if !sql.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"null")) {
        return Vec::new();
    }
    let tokens: Vec<Token<'_>> = significant(sql).collect();
    let pairs = tokens.windows(2).filter_map(|pair| {
        let is_operator = |token: &Token<'_>| OPERATORS.contains(&token.text);
        let (null, operator) = match pair {
            [operator, null] if null.is("NULL") && (is_operator(operator) || operator.is("WHEN")) => {
                (null, operator)
            }
            [null, operator] if null.is("NULL") && is_operator(operator) => (null, operator),
            _ => return None,
        };
        let whole = pair[0].range.start..pair[1].range.end;
        let operator = if operator.is("WHEN") { "WHEN" } else { operator.text };
        Some(Candidate { null: null.range.clone(), whole, operator })
    });
    pairs.collect()
}

/// The syntax tree has no places: the first of which there would be one less if it were not NULL.
fn found<'s>(
    registered: Registered<'_>,
    sql: &str,
    count: usize,
    candidates: Vec<Candidate<'s>>,
) -> Option<Candidate<'s>> {
    candidates.into_iter().find(|candidate| {
        let mut other = sql.to_owned();
        other.replace_range(candidate.null.clone(), "1234");
        let bump = Bump::new();
        parse(&bump, &other).is_some_and(|statement| comparisons(registered, &statement) < count)
    })
}
