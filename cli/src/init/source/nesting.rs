//! How deep a file is nested: the parser of it calls itself at each level.

use proc_macro2::{TokenStream, TokenTree};

/// Deeper than people write and generators nest.
const DEEPEST: usize = 500;

/// Whether brackets in brackets, or operators before operators, are more than can be read. A text that is no Rust is not.
pub(super) fn is_too_deep(text: &str) -> bool {
    let Ok(tokens) = text.parse::<TokenStream>() else { return false };
    // What is left of each open bracket, its depth, and how many operators stand there one behind the other.
    let mut open = vec![(tokens.into_iter(), 0, 0)];
    while let Some((tokens, depth, signs)) = open.last_mut() {
        let inner = *depth + *signs + 1;
        if inner > DEEPEST {
            return true;
        }
        match tokens.next() {
            Some(TokenTree::Group(group)) => {
                *signs = 0;
                open.push((group.stream().into_iter(), inner, 0));
            }
            Some(TokenTree::Punct(_)) => *signs += 1,
            Some(_) => *signs = 0,
            None => drop(open.pop()),
        }
    }
    false
}
