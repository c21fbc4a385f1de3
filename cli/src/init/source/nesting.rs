//! How deep a file is nested: the parser of it calls itself at each level.

use proc_macro2::{Delimiter, TokenStream, TokenTree, token_stream};

/// Deeper than people write and generators nest.
const DEEPEST: usize = 500;

/// More operators than a statement has, each of which is one level in what the parser makes of `a + b + c`.
const LONGEST: usize = 10_000;

/// What is left of an open bracket.
struct Level {
    tokens: token_stream::IntoIter,
    depth: usize,
    /// So many operators stand here one behind the other.
    signs: usize,
    /// So many there have been in the statement.
    chain: usize,
    /// Whether a block has just ended, and with it the statement, unless it goes on.
    is_block_over: bool,
}

impl Level {
    fn new(tokens: TokenStream, depth: usize) -> Level {
        Level { tokens: tokens.into_iter(), depth, signs: 0, chain: 0, is_block_over: false }
    }

    /// Goes over a token, and gives what is in it if it is a bracket.
    fn step(&mut self, token: TokenTree) -> Option<Level> {
        let is_block_over = std::mem::take(&mut self.is_block_over);
        let inner = self.depth + self.signs + 1;
        match token {
            TokenTree::Punct(sign) if matches!(sign.as_char(), ';' | ',') => {
                (self.signs, self.chain) = (0, 0)
            }
            TokenTree::Punct(_) => (self.signs, self.chain) = (self.signs + 1, self.chain + 1),
            TokenTree::Ident(word) if word == "else" => (self.signs, self.chain) = (0, self.chain + 1),
            TokenTree::Ident(_) if is_block_over => (self.signs, self.chain) = (0, 0),
            TokenTree::Group(group) => {
                self.signs = 0;
                self.is_block_over = group.delimiter() == Delimiter::Brace;
                return Some(Level::new(group.stream(), inner));
            }
            _ => self.signs = 0,
        }
        None
    }
}

/// Whether brackets in brackets, or operators behind operators, are more than can be read. A text that is no Rust is not.
pub(super) fn is_too_deep(text: &str) -> bool {
    let Ok(tokens) = text.parse::<TokenStream>() else { return false };
    let mut open = vec![Level::new(tokens, 0)];
    while let Some(level) = open.last_mut() {
        if level.depth + level.signs > DEEPEST || level.chain > LONGEST {
            return true;
        }
        match level.tokens.next() {
            Some(token) => {
                let inner = level.step(token);
                open.extend(inner);
            }
            None => drop(open.pop()),
        }
    }
    false
}
