//! A statement as its tokens and brackets: where a function is called, and with what.
//!
//! It goes by the tokens, so that it also knows syntax that a parser does not.

use std::ops::Range;

use onward_core::token::{Kind, Token, list};

/// The arguments of a call that is longer than this are not looked at, so that nothing takes long.
const MOST: usize = 512;

/// Behind these, a word that can stand before JOIN is a name.
const BEFORE_NAMES: [&str; 6] = ["FROM", "JOIN", "AS", ",", ".", "("];

/// What can stand before JOIN.
pub(super) const JOIN_WORDS: [&str; 7] = ["NATURAL", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "OUTER"];

pub(super) struct Text<'a> {
    pub(super) tokens: Vec<Token<'a>>,
    /// For each token the bracket that it stands in.
    pub(super) inside: Vec<Option<usize>>,
    /// For each token that is a bracket the one that closes it.
    pub(super) closes: Vec<Option<usize>>,
    /// Every HAVING of a query without GROUP BY, in order.
    pub(super) ungrouped: Vec<usize>,
}

impl<'a> Text<'a> {
    pub(super) fn read(sql: &'a str) -> Text<'a> {
        let tokens = list(sql);
        let (mut inside, mut closes) = (vec![None; tokens.len()], vec![None; tokens.len()]);
        let mut ungrouped = Vec::new();
        // Each bracket that is open, and whether the query in it has a GROUP BY by now.
        let mut open: Vec<(usize, bool)> = Vec::new();
        let mut outermost = true;
        for (at, token) in tokens.iter().enumerate() {
            let is_symbol = token.kind == Kind::Symbol;
            if is_symbol
                && token.text == ")"
                && let Some((bracket, _)) = open.pop()
            {
                closes[bracket] = Some(at);
            }
            inside[at] = open.last().map(|(bracket, _)| *bracket);
            if is_symbol && token.text == "(" {
                open.push((at, true));
            } else if token.kind == Kind::Word {
                let grouped = open.last_mut().map_or(&mut outermost, |(_, grouped)| grouped);
                if token.is("SELECT") {
                    *grouped = false;
                } else if token.is("GROUP") {
                    *grouped = true;
                } else if token.is("HAVING") && !*grouped {
                    ungrouped.push(at);
                }
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

    /// The words before a JOIN that say which one it is.
    pub(super) fn kind_of_join(&self, join: usize) -> Range<usize> {
        let is_kind = |at: &usize| JOIN_WORDS.iter().any(|word| self.is(*at, word));
        let start = (0..join).rev().take_while(is_kind).last().unwrap_or(join);
        let is_name = start < join && self.follows(start, &BEFORE_NAMES);
        start + usize::from(is_name)..join
    }

    /// Whether the token before this one is one of these.
    pub(super) fn follows(&self, at: usize, words: &[&str]) -> bool {
        at > 0 && words.iter().any(|word| self.is(at - 1, word))
    }

    /// What stands between the commas of this bracket.
    pub(super) fn arguments(&self, open: usize) -> Vec<&[Token<'a>]> {
        let close = self.closes.get(open).copied().flatten().unwrap_or(open);
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
        // Of most names it is asked in vain, so that what is seen at once comes first.
        let end = self.closes.get(at + 1).copied().flatten()?;
        let (before, token) = (self.tokens.get(at.checked_sub(1)?)?, &self.tokens[at]);
        let is_symbol = before.kind == Kind::Symbol && !before.is(".") && !before.is(")");
        let is_place = is_symbol || BEFORE.iter().any(|word| before.is(word));
        if !is_place || token.kind == Kind::String || self.is_indexed_table(at) {
            return None;
        }
        // WITH gives a name to a query: `name(columns) AS (`.
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
