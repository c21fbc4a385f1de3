//! A statement as its tokens and brackets: where a function is called, and with what.
//!
//! It goes by the tokens, so that it also knows syntax that a parser does not.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use onward_core::token::{Kind, Token, significant};

/// The arguments of a call that is longer than this are not looked at, so that nothing takes long.
const MOST: usize = 512;

/// What can stand before JOIN.
pub(super) const JOIN_WORDS: [&str; 7] = ["NATURAL", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "OUTER"];

pub(super) struct Text<'a> {
    pub(super) tokens: Vec<Token<'a>>,
    /// For each token the bracket that it stands in.
    pub(super) inside: Vec<Option<usize>>,
    /// For each bracket the one that closes it.
    pub(super) closes: HashMap<usize, usize>,
    /// Every HAVING of a query without GROUP BY.
    pub(super) ungrouped: HashSet<usize>,
}

impl<'a> Text<'a> {
    pub(super) fn read(sql: &'a str) -> Text<'a> {
        let tokens: Vec<Token<'a>> = significant(sql).collect();
        let (mut inside, mut closes, mut ungrouped) = (Vec::new(), HashMap::new(), HashSet::new());
        // Each bracket that is open, and whether the query in it has a GROUP BY by now.
        let mut open: Vec<(Option<usize>, bool)> = vec![(None, true)];
        for (at, token) in tokens.iter().enumerate() {
            if token.is(")") && open.len() > 1 {
                closes.extend(open.pop().and_then(|(bracket, _)| Some((bracket?, at))));
            }
            let Some((bracket, grouped)) = open.last_mut() else { continue };
            inside.push(*bracket);
            match () {
                () if token.is("SELECT") => *grouped = false,
                () if token.is("GROUP") => *grouped = true,
                () if token.is("HAVING") && !*grouped => drop(ungrouped.insert(at)),
                () if token.is("(") => open.push((Some(at), true)),
                () => {}
            }
        }
        Text { tokens, inside, closes, ungrouped }
    }

    pub(super) fn is(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(word))
    }

    /// Whether these words stand here.
    pub(super) fn are(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(index, word)| self.is(at + index, word))
    }

    /// Whether the token before this one is one of these.
    pub(super) fn follows(&self, at: usize, words: &[&str]) -> bool {
        at > 0 && words.iter().any(|word| self.is(at - 1, word))
    }

    /// What stands between the commas of this bracket.
    pub(super) fn arguments(&self, open: usize) -> Vec<&[Token<'a>]> {
        let close = self.closes.get(&open).copied().unwrap_or(open);
        if close <= open + 1 || close - open > MOST {
            return Vec::new();
        }
        let is_comma = |at: &usize| self.inside[*at] == Some(open) && self.is(*at, ",");
        let mut start = open + 1;
        let ends = (start..close).filter(is_comma).chain([close]);
        ends.map(|end| &self.tokens[std::mem::replace(&mut start, end + 1)..end]).collect()
    }

    /// The name of the function that is called here: a name, a bracket, and before it what an expression or a table can
    /// follow.
    pub(super) fn name(&self, at: usize) -> Option<String> {
        const BEFORE: [&str; 27] = [
            "ALL",
            "AND",
            "BETWEEN",
            "BY",
            "CASE",
            "DISTINCT",
            "ELSE",
            "ESCAPE",
            "FROM",
            "GLOB",
            "HAVING",
            "IN",
            "IS",
            "JOIN",
            "LIKE",
            "LIMIT",
            "MATCH",
            "NOT",
            "OFFSET",
            "ON",
            "OR",
            "REGEXP",
            "RETURNING",
            "SELECT",
            "THEN",
            "WHEN",
            "WHERE",
        ];
        let (before, token) = (self.tokens.get(at.checked_sub(1)?)?, &self.tokens[at]);
        let is_symbol = before.kind == Kind::Symbol && !before.is(".") && !before.is(")");
        let is_place = is_symbol || BEFORE.iter().any(|word| before.is(word));
        if !is_place || !self.is(at + 1, "(") || token.kind == Kind::String || self.is_indexed_table(at) {
            return None;
        }
        // WITH gives a name to a query: `name(columns) AS (`.
        let end = self.closes.get(&(at + 1))?;
        let is_query = ["(", "NOT", "MATERIALIZED"].iter().any(|word| self.is(end + 2, word));
        if self.is(end + 1, "AS") && is_query {
            return None;
        }
        Some(token.name()?.to_ascii_lowercase())
    }

    /// `CREATE INDEX … ON table (`
    fn is_indexed_table(&self, at: usize) -> bool {
        let is_index = self.is(0, "CREATE") && (self.is(1, "INDEX") || self.are(1, &["UNIQUE", "INDEX"]));
        // `CREATE UNIQUE INDEX IF NOT EXISTS main.i ON` is the longest.
        is_index && self.tokens.iter().take(10).position(|token| token.is("ON")) == Some(at - 1)
    }
}

/// The functions that a statement calls, in lower case, and the bytes of their names.
pub(crate) fn calls(sql: &str) -> Vec<(String, Range<usize>)> {
    let text = Text::read(sql);
    let call = |at: usize| Some((text.name(at)?, text.tokens[at].range.clone()));
    (0..text.tokens.len()).filter_map(call).collect()
}
