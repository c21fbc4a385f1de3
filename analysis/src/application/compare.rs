//! What is said of a condition that is never true.

use onward_core::token::significant;

use super::Refused;
use super::refused::Text;
use crate::analysis::Analysis;
use crate::checks::application::comparison_with_null;
use crate::file::File;
use crate::query::parameter::conditions;
use crate::replay::Replay;

/// A comparison with NULL in a condition.
pub(super) fn fault(
    analysis: &Analysis,
    replay: &Replay,
    Text { path, text }: Text<'_>,
    sql: &str,
) -> Option<Refused> {
    if !sql.to_ascii_lowercase().contains("null") {
        return None;
    }
    let tokens: Vec<_> = significant(sql).collect();
    let condition = tokens.iter().position(|token| token.is("WHERE") || token.is("ON"))?;
    let operators = ["=", "==", "<>", "!=", "<", "<=", ">", ">="];
    let mut pairs = tokens[condition..].windows(2);
    let is_operator = |at: usize, pair: &[onward_core::token::Token<'_>]| {
        operators.iter().find(|operator| pair[at].is(operator)).copied()
    };
    let (range, operator) = pairs.find_map(|pair| {
        let found = match (pair[0].is("NULL"), pair[1].is("NULL")) {
            (_, true) => is_operator(0, pair),
            (true, _) => is_operator(1, pair),
            _ => None,
        };
        Some((pair[0].range.start..pair[1].range.end, found?))
    })?;
    if !conditions(&replay.known, sql).has_null {
        return None;
    }
    let mut files = analysis.history.files.clone();
    let file = files.add(File::statement(path, text));
    let start = sql.as_ptr() as usize - text.as_ptr() as usize;
    let place = file.at(start + range.start..start + range.end);
    Some(Refused { diagnostic: Box::new(comparison_with_null::diagnose(place, operator)), files })
}
