//! What the application calls the crate `onward`, in place of what the expansions name it.

use std::env;
use std::path::PathBuf;

use onward_analysis::folder::rename::renamed;
use proc_macro2::{Group, Ident, TokenStream, TokenTree};

use crate::recent::Recent;

const ONWARD: &str = "onward";

/// An expansion with the name that Cargo.toml gives to the dependency.
pub(crate) fn applied(expansion: TokenStream) -> TokenStream {
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    static NAMES: Recent<PathBuf, Option<String>> = Recent::new();
    match NAMES.get(package, |package| renamed(package)) {
        Some(name) => replace(expansion, &name.replace('-', "_")),
        None => expansion,
    }
}

/// Replaces the name where a path begins with it: `::onward`. What is not at a path's beginning is somebody else's.
fn replace(tokens: TokenStream, name: &str) -> TokenStream {
    let mut replaced: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let token = match token {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), replace(group.stream(), name));
                inner.set_span(group.span());
                inner.into()
            }
            TokenTree::Ident(ident) if ident == ONWARD && begins(&replaced) => {
                Ident::new(name, ident.span()).into()
            }
            other => other,
        };
        replaced.push(token);
    }
    replaced.into_iter().collect()
}

/// Whether these end in `::`, and no path before that.
fn begins(before: &[TokenTree]) -> bool {
    let is_colon = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':');
    let [rest @ .., first, second] = before else { return false };
    let is_path = |token: &TokenTree| match token {
        // A word such as `as` is no name.
        TokenTree::Ident(ident) => syn::parse_str::<Ident>(&ident.to_string()).is_ok(),
        _ => false,
    };
    is_colon(first) && is_colon(second) && !rest.last().is_some_and(is_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_beginning_of_a_path_is_replaced() {
        for (written, expected) in [
            ("::onward::__private::refused()", "::migrate::__private::refused()"),
            (
                "impl ::onward::Row for onward { fn f() -> ::onward::Result { x as ::onward::T } }",
                "impl ::migrate::Row for onward { fn f() -> ::migrate::Result { x as ::migrate::T } }",
            ),
            (
                "facade::onward::Row; onward::Row; a::<::onward::T>(#[onward(table = \"::onward\")] b)",
                "facade::onward::Row; onward::Row; a::<::migrate::T>(#[onward(table = \"::onward\")] b)",
            ),
        ] {
            let tokens = |text: &str| text.parse::<TokenStream>().unwrap_or_default().to_string();
            let replaced = replace(written.parse().unwrap_or_default(), "migrate").to_string();
            assert_eq!(replaced, tokens(expected));
        }
    }
}
