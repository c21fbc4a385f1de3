//! The variables that Rust's tokens bring and use, as far as a macro can tell, and tokens in words.

use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{BinOp, Expr};

use crate::record::identifier;

/// More characters than these of the program's text do not fit into a line.
const MOST: usize = 60;

/// Tokens as they are likely to be written.
pub(crate) fn shown(tokens: TokenStream) -> String {
    let mut text = tokens.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    for (apart, together) in [
        (" . ", "."),
        (" :: ", "::"),
        (":: ", "::"),
        ("& ", "&"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" ,", ","),
        (" ?", "?"),
        ("! ", "!"),
        (" ..= ", "..="),
    ] {
        text = text.replace(apart, together);
    }
    let text = text.replace("&&", "&& ").replace("&&  ", "&& ");
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The variables of a pattern. A name with a large letter is a constant or a variant.
pub(crate) fn bound(pattern: TokenStream) -> Vec<Ident> {
    let mut names = names(pattern);
    names.retain(|name| !name.to_string().starts_with(char::is_uppercase));
    names
}

/// The variables of the `let`s in a condition.
pub(crate) fn let_bound(condition: &Expr) -> Vec<Ident> {
    match condition {
        Expr::Let(bound) => self::bound(bound.pat.to_token_stream()),
        Expr::Binary(both) if matches!(both.op, BinOp::And(_)) => {
            let mut names = let_bound(&both.left);
            names.extend(let_bound(&both.right));
            names
        }
        _ => Vec::new(),
    }
}

/// The variables that a condition asks for, and does not bring itself.
pub(crate) fn asked(condition: &Expr) -> Vec<Ident> {
    match condition {
        Expr::Let(bound) => names(bound.expr.to_token_stream()),
        Expr::Binary(both) if matches!(both.op, BinOp::And(_)) => {
            let known = let_bound(&both.left);
            let right = asked(&both.right).into_iter().filter(|name| !known.contains(name));
            asked(&both.left).into_iter().chain(right).collect()
        }
        _ => names(condition.to_token_stream()),
    }
}

/// The names that may be variables, without `r#`: no fields, methods, paths or macros.
pub(crate) fn names(tokens: TokenStream) -> Vec<Ident> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let sign = |at: Option<usize>| match at.and_then(|at| tokens.get(at)) {
        Some(TokenTree::Punct(punct)) => Some(punct.as_char()),
        _ => None,
    };
    let mut names = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => names.extend(self::names(group.stream())),
            TokenTree::Literal(literal) => names.extend(captured(literal)),
            TokenTree::Ident(name) => {
                let (before, twice) = (sign(at.checked_sub(1)), sign(at.checked_sub(2)));
                // A range has two points.
                let is_of =
                    before == Some('.') && twice != Some('.') || before == Some(':') && twice == Some(':');
                let is_path = sign(Some(at + 1)) == Some(':') && sign(Some(at + 2)) == Some(':');
                let is_field = sign(Some(at + 1)) == Some(':') && !is_path;
                let is_macro = sign(Some(at + 1)) == Some('!') && sign(Some(at + 2)) != Some('=');
                let is_lifetime = before == Some('\'');
                if !(is_of || is_path || is_field || is_macro || is_lifetime) && is_name(token) {
                    names.push(name.unraw());
                }
            }
            TokenTree::Punct(_) => {}
        }
    }
    names
}

/// To a macro, keywords and `_` are words as well.
fn is_name(word: &TokenTree) -> bool {
    syn::parse2::<Ident>(word.clone().into()).is_ok()
}

/// Where the names are seen from: a macro's own `name` is another variable than its caller's. The compiler tells it nowhere but
/// where it shows a span, `#3 bytes(…)`.
pub(crate) fn contexts(tokens: TokenStream) -> String {
    let of = |token: TokenTree| match token {
        TokenTree::Group(group) => contexts(group.stream()),
        TokenTree::Ident(name) => {
            let shown = format!("{:?}", name.span());
            shown.split_once(" bytes(").map(|(context, _)| context.to_owned()).unwrap_or_default()
        }
        _ => String::new(),
    };
    tokens.into_iter().map(of).collect()
}

/// What `format!("{name:>width$}")` takes from around it.
fn captured(literal: &Literal) -> Vec<Ident> {
    literal.to_string().split('{').skip(1).flat_map(in_braces).collect()
}

/// The names up to the brace that closes: the value's, and a `$` stands behind the others.
fn in_braces(text: &str) -> Vec<Ident> {
    let place = text.split('}').next().unwrap_or_default().trim_start();
    let is_other = |letter: char| !(letter.is_alphanumeric() || letter == '_');
    let value = place.split(is_other).next();
    let sizes = place.match_indices('$').filter_map(|(end, _)| place[..end].rsplit(is_other).next());
    value
        .into_iter()
        .chain(sizes)
        .filter_map(|word| identifier(word, Span::call_site()))
        .map(|name| name.unraw())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(names: Vec<Ident>) -> Vec<String> {
        names.iter().map(Ident::to_string).collect()
    }

    #[test]
    fn variables_of_patterns() {
        for (pattern, expected) in [
            ("Some(state)", &["state"][..]),
            ("None", &[]),
            ("Filter { state, queue: Some(name), .. }", &["state", "name"]),
            ("Order::By(column) | Order::Or(column)", &["column", "column"]),
            ("Some(self::MOST)", &[]),
            ("[first, .., last]", &["first", "last"]),
            ("_", &[]),
            ("true | false", &[]),
            ("(Some(mut a), &mut ref b)", &["a", "b"]),
            ("r#type @ (1 | _)", &["type"]),
        ] {
            assert_eq!(texts(bound(pattern.parse().unwrap())), expected, "{pattern}");
        }
        let condition = syn::parse_str("ready && let Some(a) = x && let Some(b) = a").unwrap();
        assert_eq!(texts(let_bound(&condition)), ["a", "b"]);
        assert_eq!(texts(asked(&condition)), ["ready", "x"]);
        assert_eq!(texts(asked(&syn::parse_str("let Some(a) = a").unwrap())), ["a"]);
    }

    #[test]
    fn names_that_may_be_variables() {
        for (tokens, expected) in [
            ("filter.state.as_deref()", &["filter"][..]),
            ("a..b", &["a", "b"]),
            ("std::mem::take(&mut ids)", &["ids"]),
            ("all.iter().any(|_| true) as u8", &["all", "u8"]),
            ("'all: loop { break 'all found }", &["found"]),
            ("format!(\"%{name}%\")", &["name"]),
            (
                "format!(\"{name:>width$} and {:.*} {:-^1$.most$} { last }\")",
                &["name", "width", "most", "last"],
            ),
            ("format!(\"{type}: {n:x} {0} {}\")", &["type", "n"]),
            ("a != b", &["a", "b"]),
            ("r#state.r#type", &["state"]),
            ("Point { x: left, y }", &["Point", "left", "y"]),
        ] {
            assert_eq!(texts(names(tokens.parse().unwrap())), expected, "{tokens}");
        }
    }

    #[test]
    fn tokens_in_words() {
        for text in
            ["let Some(state) = &filter.state", "a && b", "Order::Newest", "Some(x) if x > 3", "x.f(&a, b)?"]
        {
            assert_eq!(shown(text.parse().unwrap()), text);
        }
        assert_eq!(shown("a".repeat(70).parse().unwrap()).chars().count(), MOST + 1);
    }
}
