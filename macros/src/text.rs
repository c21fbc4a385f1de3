//! A statement's text in the source: a literal, or several, as `"…" + "…"` and `concat!("…", "…")`.

use std::ops::Range;

use proc_macro2::{Literal, Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Macro, Path, Token};

/// The literals, one behind the other.
#[derive(Clone)]
pub(crate) struct Literals(Vec<Piece>);

#[derive(Clone)]
struct Piece {
    text: String,
    token: Literal,
}

impl Literals {
    /// Whether a text begins here.
    pub(crate) fn peek(input: ParseStream<'_>) -> bool {
        input.peek(LitStr) || is_concat(input)
    }

    pub(crate) fn value(&self) -> String {
        self.0.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// Where it begins.
    pub(crate) fn span(&self) -> Span {
        self.0.first().map_or_else(Span::call_site, |piece| piece.token.span())
    }

    /// Where these bytes of the text are.
    pub(crate) fn at(&self, range: Range<usize>) -> Span {
        let mut start = 0;
        for (index, piece) in self.0.iter().enumerate() {
            let end = start + piece.text.len();
            // What is missing at the end is missing behind the last.
            if range.start < end || index + 1 == self.0.len() {
                let last = range.end.min(end).max(range.start);
                return piece.at(range.start - start..last - start);
            }
            start = end;
        }
        self.span()
    }
}

impl Piece {
    /// Stable compilers give no span inside of a literal; then it is the whole.
    fn at(&self, range: Range<usize>) -> Span {
        let written = self.token.to_string();
        // What is escaped is longer in the source than it is.
        let quote = written.find('"').filter(|_| !written.contains('\\'));
        let inside = quote.and_then(|at| self.token.subspan(at + 1 + range.start..at + 1 + range.end));
        inside.unwrap_or_else(|| self.token.span())
    }
}

impl Parse for Literals {
    fn parse(input: ParseStream<'_>) -> syn::Result<Literals> {
        let mut literals = Vec::new();
        piece(input, &mut literals)?;
        while input.peek(Token![+]) {
            input.parse::<Token![+]>()?;
            piece(input, &mut literals)?;
        }
        Ok(Literals(literals))
    }
}

fn is_concat(input: ParseStream<'_>) -> bool {
    input.peek2(Token![!]) && input.fork().parse::<Ident>().is_ok_and(|name| name == "concat")
}

fn piece(input: ParseStream<'_>, literals: &mut Vec<Piece>) -> syn::Result<()> {
    if input.peek(LitStr) {
        let literal: LitStr = input.parse()?;
        literals.push(Piece { text: literal.value(), token: literal.token() });
        return Ok(());
    }
    if !is_concat(input) {
        return Err(refused(input));
    }
    input.parse::<Ident>()?;
    input.parse::<Token![!]>()?;
    let TokenTree::Group(group) = input.parse()? else { return Err(refused(input)) };
    let pieces = |input: ParseStream<'_>| -> syn::Result<()> {
        while !input.is_empty() {
            piece(input, literals)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    syn::parse::Parser::parse2(pieces, group.stream())
}

/// What to say of something else in the place of a text.
pub(crate) fn refused(input: ParseStream<'_>) -> syn::Error {
    let fork = input.fork();
    if let Ok(call) = fork.parse::<Macro>() {
        return syn::Error::new_spanned(&call.path, of_macro(&call));
    }
    let fork = input.fork();
    match fork.parse::<Path>() {
        // A comma, or the end: it was not the beginning of something else.
        Ok(path) if fork.is_empty() || fork.peek(Token![,]) || fork.peek(Token![+]) => {
            let name = shown(&path);
            let message = format!(
                "a macro sees the name `{name}` and not what it stands for: write the statement here, in pieces if it is \
                 long, `\"…\" + \"…\"`, or into a file, `file = \"….sql\"`"
            );
            syn::Error::new_spanned(path, message)
        }
        _ => syn::Error::new(
            input.span(),
            "expected a statement in quotes, or `file = \"….sql\"` for one in a file beside this",
        ),
    }
}

fn of_macro(call: &Macro) -> String {
    match call.path.segments.last().map(|last| last.ident.to_string()).as_deref() {
        Some("include_str") => {
            let file = literal(call.tokens.clone()).unwrap_or_else(|| "….sql".to_owned());
            format!("a file is read without `include_str!`: `file = \"{file}\"`")
        }
        Some("format" | "format_args") => {
            "this text is put together while the program runs, and checked before: write it here, with a parameter for \
             each value, as in `\"… WHERE id = ?\", id`"
                .to_owned()
        }
        _ => format!(
            "a macro sees the call of `{}!` and not what it stands for: write the text here, or into a file, `file = \
             \"….sql\"`",
            shown(&call.path)
        ),
    }
}

fn literal(tokens: TokenStream) -> Option<String> {
    syn::parse2::<LitStr>(tokens).ok().map(|literal| literal.value())
}

fn shown(path: &Path) -> String {
    let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    names.join("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> Result<String, String> {
        syn::parse_str::<Literals>(source).map(|text| text.value()).map_err(|error| error.to_string())
    }

    #[test]
    fn pieces_are_one_text() {
        for (source, expected) in [
            (r##"r#"SELECT "a""#"##, "SELECT \"a\""),
            (r#""SELECT a " + "FROM t""#, "SELECT a FROM t"),
            (r#"concat!("SELECT a ", "FROM t",)"#, "SELECT a FROM t"),
            (r#"concat!["SELECT ", concat!("a", "b")] + " " + "FROM t""#, "SELECT ab FROM t"),
            ("concat!()", ""),
        ] {
            assert_eq!(text(source).as_deref(), Ok(expected), "{source}");
        }
    }

    #[test]
    fn what_is_no_text_is_told() {
        for (source, expected) in [
            ("SQL", "a macro sees the name `SQL` and"),
            ("self::sql::ALL", "a macro sees the name `self::sql::ALL` and"),
            ("\"SELECT \" + COLUMNS", "a macro sees the name `COLUMNS` and"),
            ("concat!(\"SELECT \", columns!())", "a macro sees the call of `columns!` and"),
            ("std::concat!(\"SELECT\")", "a macro sees the call of `std::concat!` and"),
            ("include_str!(\"jobs.sql\")", "a file is read without `include_str!`: `file = \"jobs.sql\"`"),
            ("format!(\"SELECT {}\", 1)", "this text is put together while the program runs"),
            ("7", "expected a statement in quotes"),
            ("\"SELECT \" + 7", "expected a statement in quotes"),
            ("concat!(\"a\" \"b\")", "expected `,`"),
            ("b\"SELECT\"", "expected a statement in quotes"),
        ] {
            let error = text(source).unwrap_err();
            assert!(error.starts_with(expected), "{source}: {error}");
        }
    }
}
