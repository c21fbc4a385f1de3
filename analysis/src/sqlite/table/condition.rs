//! What the conditions of a table compare its columns with.

use onward_core::token::{Kind, Token, list};
use rusqlite::types::Value;

use super::TableModel;

/// More literals than these are not tried for a column.
const MOST: usize = 40;

impl TableModel {
    /// Notes which columns the brackets after `word` name, and the literals beside them.
    pub(super) fn conditions(&mut self, tokens: &[Token<'_>], word: &str) {
        for condition in brackets(tokens, word) {
            self.condition(condition, |_, _| true);
        }
    }

    /// The same of a trigger that raises an error, which is a condition as well.
    pub(super) fn trigger(&mut self, text: &str) {
        let tokens = list(text);
        if tokens.iter().any(|token| token.is("RAISE")) {
            self.condition(&tokens, |tokens, at| {
                at > 1 && tokens[at - 1].is(".") && tokens[at - 2].is("NEW")
            });
        }
    }

    fn condition<'t>(&mut self, tokens: &'t [Token<'t>], is_column: impl Fn(&'t [Token<'t>], usize) -> bool) {
        let literals: Vec<Value> = tokens.iter().filter_map(literal).collect();
        for at in 0..tokens.len() {
            let Some(name) = tokens[at].name().filter(|_| is_column(tokens, at)) else { continue };
            // A string that happens to be spelled as a column is none.
            if tokens[at].kind != Kind::String
                && let Some(column) = self.column(&name)
            {
                let field = &mut self.columns[column];
                field.checked = true;
                let new = literals.iter().filter(|value| !field.literals.contains(value)).cloned();
                let new: Vec<Value> = new.take(MOST).collect();
                field.literals.extend(new);
            }
        }
    }
}

/// What stands in brackets behind this word, without the last one.
pub(crate) fn brackets<'t>(tokens: &'t [Token<'t>], word: &'t str) -> impl Iterator<Item = &'t [Token<'t>]> {
    let places = tokens.iter().enumerate().filter(move |(_, token)| token.is(word));
    places.map(|(at, _)| {
        let mut depth = 0;
        let end = tokens[at + 1..].iter().position(|token| {
            depth += i32::from(token.is("(")) - i32::from(token.is(")"));
            depth <= 0
        });
        &tokens[at + 1..at + 1 + end.unwrap_or(0)]
    })
}

/// A number or string of SQL as a value.
pub(crate) fn literal(token: &Token<'_>) -> Option<Value> {
    match token.kind {
        Kind::String => token.name().map(Value::Text),
        Kind::Number => {
            let integer = token.text.parse().ok().map(Value::Integer);
            integer.or_else(|| token.text.parse().ok().map(Value::Real))
        }
        _ => None,
    }
}
