//! Something that came with a newer SQLite, and where it is used.

use std::ops::Range;

use onward_core::token::Token;

use super::feature::{Syntax, came_with};
use crate::config::engine::Version;

/// Something that came with a newer SQLite, and where it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// What messages call it.
    pub what: String,
    /// The version it came with.
    pub since: Version,
    /// The bytes of the statement that use it.
    pub range: Range<usize>,
    /// What to write instead; empty if there is nothing as short.
    pub instead: &'static str,
    /// The function, if it is the call of one.
    pub function: Option<String>,
}

impl Use {
    /// Syntax that these tokens use.
    pub(super) fn of(tokens: &[Token<'_>], found: &Syntax) -> Use {
        Use { instead: found.instead, ..Use::named(tokens, found.what.to_owned(), found.since) }
    }

    /// What these tokens name.
    pub(super) fn named(tokens: &[Token<'_>], what: String, since: i32) -> Use {
        let ends = tokens.first().zip(tokens.last());
        let range = ends.map_or(0..0, |(first, last)| first.range.start..last.range.end);
        Use { what, since: came_with(since), range, instead: "", function: None }
    }
}
