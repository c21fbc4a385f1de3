//! What the text of a table demands of its rows, as far as another text can be held against it.

use std::collections::BTreeSet;

use onward_core::token::{Kind, Token, list};
use rusqlite::types::Value;

use crate::sqlite::table::condition::{brackets, literal};

/// A CHECK, or another condition of this kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    /// Its tokens, in one form for all ways to write them.
    text: String,
    /// The same as it can be run.
    pub(super) sql: String,
    /// The names in it, in lower case.
    pub(super) names: BTreeSet<String>,
    pub(super) literals: Vec<Value>,
}

impl Condition {
    pub(super) fn read(tokens: &[Token<'_>]) -> Condition {
        let name = |token: &Token<'_>| token.name().filter(|_| token.kind != Kind::String);
        Condition {
            text: plain(tokens),
            sql: tokens.iter().map(|token| token.text).collect::<Vec<_>>().join(" "),
            names: tokens.iter().filter_map(name).map(|name| name.to_ascii_lowercase()).collect(),
            literals: tokens.iter().filter_map(literal).collect(),
        }
    }

    /// Of a trigger: what it asks of the row that it is about.
    pub(super) fn of_trigger(tokens: &[Token<'_>]) -> Condition {
        let is_row = |token: &Token<'_>| token.is("OLD") || token.is("NEW");
        let fields = tokens.windows(3).filter(|three| is_row(&three[0]) && three[1].is("."));
        let names = fields.filter_map(|three| Some(three[2].name()?.to_ascii_lowercase())).collect();
        Condition { names, ..Condition::read(tokens) }
    }
}

/// What a CREATE TABLE demands.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Demands {
    pub(super) checks: Vec<Condition>,
    pub(super) is_strict: bool,
    /// Whether a column of it is the rowid under another name.
    pub(super) has_number: bool,
    /// What is unique in it: how often, and under which collations.
    unique: Vec<String>,
    /// The columns that must not be NULL, as they stand.
    not_null: usize,
}

impl Demands {
    pub(super) fn read(sql: &str) -> Demands {
        let tokens = list(sql);
        let options = tokens.rsplit(|token| token.is(")")).next().unwrap_or_default();
        let has = |words: &[&str]| {
            tokens
                .windows(words.len())
                .any(|found| found.iter().zip(words).all(|(token, word)| token.is(word)))
        };
        let mut unique: Vec<String> = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            if token.is("UNIQUE") || token.is("PRIMARY") {
                unique.push("unique".to_owned());
            } else if token.is("COLLATE") {
                unique.extend(tokens.get(at + 1).and_then(Token::name).map(|name| name.to_ascii_lowercase()));
            }
        }
        unique.sort();
        Demands {
            checks: brackets(&tokens, "CHECK").map(Condition::read).collect(),
            is_strict: options.iter().any(|token| token.is("STRICT")),
            has_number: has(&["INTEGER", "PRIMARY", "KEY"]),
            unique,
            not_null: tokens.windows(2).filter(|pair| pair[0].is("NOT") && pair[1].is("NULL")).count(),
        }
    }

    /// The CHECKs that the other text does not have.
    pub(super) fn new_checks<'d>(&'d self, old: &'d Demands) -> impl Iterator<Item = &'d Condition> {
        self.checks.iter().filter(|check| !old.checks.iter().any(|known| known.text == check.text))
    }

    /// Whether something is unique here that may not have been so there.
    pub(super) fn is_other_unique(&self, old: &Demands) -> bool {
        self.unique != old.unique
    }

    /// Whether there may be rows that fit there and not here.
    pub(super) fn exceed(&self, old: &Demands) -> bool {
        self.new_checks(old).next().is_some()
            || self.is_strict && !old.is_strict
            || self.has_number && !old.has_number
            || self.is_other_unique(old)
            || self.not_null > old.not_null
    }
}

/// Tokens in one form for all ways to write them.
pub(super) fn plain(tokens: &[Token<'_>]) -> String {
    let word = |token: &Token<'_>| match token.kind {
        Kind::String | Kind::Blob => token.text.to_owned(),
        _ => token.name().unwrap_or_else(|| token.text.to_owned()).to_ascii_lowercase(),
    };
    tokens.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_table_demands_that_another_does_not() {
        let exceeds = |new: &str, old: &str| {
            let text = |columns: &str| format!("CREATE TABLE t({columns}");
            Demands::read(&text(new)).exceed(&Demands::read(&text(old)))
        };
        for (new, old) in [
            ("a CHECK (a > 1))", "a)"),
            ("a CHECK (a > 1))", "a CHECK (a > 0))"),
            ("a CHECK (a = 'X'))", "a CHECK (a = 'x'))"),
            ("a INT) STRICT", "a INT)"),
            ("a INTEGER PRIMARY KEY)", "a TEXT PRIMARY KEY)"),
            ("a UNIQUE)", "a)"),
            ("a TEXT COLLATE NOCASE UNIQUE)", "a TEXT UNIQUE)"),
            ("a NOT NULL)", "a)"),
        ] {
            assert!(exceeds(new, old), "{new} {old}");
            assert!(!exceeds(old, old), "{old}");
        }
        assert!(!exceeds("a CHECK ( \"A\" >  1 ), b)", "a CHECK(a > 1))"));
    }
}
