//! What is said of a condition that is never true.

use std::ops::Range;

use onward_core::token::{Token, list};
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

/// What may stand before a NULL that stays one.
const SIGNS: [&str; 3] = ["+", "-", "~"];

/// A NULL with the operator beside it.
struct Candidate {
    null: Range<usize>,
    whole: Range<usize>,
    operator: String,
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
    Some(Refused { diagnostic: Box::new(comparison_with_null::diagnose(place, &operator)), files })
}

fn candidates(sql: &str) -> Vec<Candidate> {
    // Most statements have none, and need not be cut.
    if !sql.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"null")) {
        return Vec::new();
    }
    let tokens = list(sql);
    let nulls = (0..tokens.len()).filter(|at| tokens[*at].is("NULL"));
    nulls.filter_map(|at| Operand::of(&tokens, at).candidate(at)).collect()
}

/// A NULL with all that leaves it NULL, by its first and its last token.
struct Operand<'t> {
    tokens: &'t [Token<'t>],
    first: usize,
    last: usize,
}

impl<'t> Operand<'t> {
    /// The NULL at this place, in its brackets, with its signs, in a CAST and with COLLATE.
    fn of(tokens: &'t [Token<'t>], at: usize) -> Operand<'t> {
        let mut operand = Operand { tokens, first: at, last: at };
        loop {
            if operand.follows("COLLATE") {
                operand.last = (operand.last + 2).min(tokens.len() - 1);
            } else if operand.precedes("(") && operand.follows(")") {
                (operand.first, operand.last) = (operand.first - 1, operand.last + 1);
            } else if operand.precedes("(") && operand.follows("AS") {
                (operand.first, operand.last) = (operand.first.saturating_sub(2), operand.closing());
            } else if SIGNS.iter().any(|sign| operand.precedes(sign)) {
                operand.first -= 1;
            } else {
                return operand;
            }
        }
    }

    fn before(&self) -> Option<&'t Token<'t>> {
        self.tokens.get(self.first.checked_sub(1)?)
    }

    fn after(&self) -> Option<&'t Token<'t>> {
        self.tokens.get(self.last + 1)
    }

    fn precedes(&self, word: &str) -> bool {
        self.before().is_some_and(|token| token.is(word))
    }

    fn follows(&self, word: &str) -> bool {
        self.after().is_some_and(|token| token.is(word))
    }

    /// The bracket that closes the one before it.
    fn closing(&self) -> usize {
        let mut depth = 1;
        let end = self.tokens[self.last + 1..].iter().position(|token| {
            depth += usize::from(token.is("("));
            depth -= usize::from(token.is(")"));
            depth == 0
        });
        end.map_or(self.tokens.len() - 1, |end| self.last + 1 + end)
    }

    /// What it is compared by; `null` is where the word itself is.
    fn candidate(mut self, null: usize) -> Option<Candidate> {
        let is_operator = |token: &&Token<'_>| OPERATORS.contains(&token.text);
        let after = self.after().filter(is_operator);
        // A comparison comes before NOT, if there is one.
        let not = if after.is_none() && self.precedes("NOT") { " NOT" } else { "" };
        self.first -= usize::from(!not.is_empty());
        let before = self.before();
        let when = before.filter(|token| token.is("WHEN")).map(|_| "WHEN");
        let (of, is_before) = match (before.filter(is_operator), after, when) {
            (Some(operator), ..) => (operator.text, true),
            (_, Some(operator), _) => (operator.text, false),
            (.., when) => (when?, true),
        };
        let (first, last) = (self.first - usize::from(is_before), self.last + usize::from(!is_before));
        let whole = self.tokens[first].range.start..self.tokens[last].range.end;
        Some(Candidate { null: self.tokens[null].range.clone(), whole, operator: format!("{of}{not}") })
    }
}

/// The syntax tree has no places: the first of which there would be one less if it were not NULL.
fn found(
    registered: Registered<'_>,
    sql: &str,
    count: usize,
    candidates: Vec<Candidate>,
) -> Option<Candidate> {
    candidates.into_iter().find(|candidate| {
        let mut other = sql.to_owned();
        other.replace_range(candidate.null.clone(), "1234");
        let bump = Bump::new();
        parse(&bump, &other).is_some_and(|statement| comparisons(registered, &statement) < count)
    })
}
