//! A statement's text in the source: a literal, or several, as `"…" + "…"` and `concat!("…", "…")`.

use std::ops::Range;
use std::rc::Rc;

use proc_macro2::{Literal, Span, TokenStream, TokenTree};
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Macro, Path, Token};

/// The literals, one behind the other, each with the choices it is in.
#[derive(Clone, Default)]
pub(crate) struct Literals(Vec<(Rc<Piece>, Rc<[usize]>)>);

/// A literal.
pub(crate) struct Piece {
    text: String,
    token: Literal,
}

impl Literals {
    /// Adds one.
    pub(crate) fn push(&mut self, piece: Rc<Piece>, inside: Rc<[usize]>) {
        self.0.push((piece, inside));
    }

    pub(crate) fn value(&self) -> String {
        self.0.iter().map(|(piece, _)| piece.text.as_str()).collect()
    }

    /// Where it begins.
    pub(crate) fn span(&self) -> Span {
        self.0.first().map_or_else(Span::call_site, |(piece, _)| piece.token.span())
    }

    /// Where these bytes of the text are.
    pub(crate) fn at(&self, range: Range<usize>) -> Span {
        self.find(range).map_or_else(|| self.span(), |(index, range)| self.0[index].0.at(range))
    }

    /// The same, so that it can be held against a place in a text that has this literal as well.
    pub(crate) fn place(&self, range: Range<usize>) -> Option<(*const Piece, Range<usize>)> {
        self.find(range).map(|(index, range)| (Rc::as_ptr(&self.0[index].0), range))
    }

    /// The choices that the first of these bytes is in.
    pub(crate) fn inside(&self, range: Range<usize>) -> &[usize] {
        self.find(range).map_or(&[], |(index, _)| &self.0[index].1)
    }

    /// Whether this is one of them.
    pub(crate) fn has(&self, piece: *const Piece) -> bool {
        self.0.iter().any(|(own, _)| Rc::as_ptr(own) == piece)
    }

    /// Where the first literal is that another text has not.
    pub(crate) fn not_in(&self, other: &Literals) -> Option<Span> {
        let own = self.0.iter().find(|(piece, _)| !other.has(Rc::as_ptr(piece)));
        own.map(|(piece, _)| piece.token.span())
    }

    /// The literal of the first of these bytes, and where in it they are.
    fn find(&self, range: Range<usize>) -> Option<(usize, Range<usize>)> {
        let mut start = 0;
        for (index, (piece, _)) in self.0.iter().enumerate() {
            let end = start + piece.text.len();
            // What is missing at the end is missing behind the last.
            if range.start < end || index + 1 == self.0.len() {
                let last = range.end.min(end).max(range.start);
                return Some((index, range.start - start..last - start));
            }
            start = end;
        }
        None
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

pub(crate) fn is_concat(input: ParseStream<'_>) -> bool {
    input.peek2(Token![!]) && input.fork().parse::<Ident>().is_ok_and(|name| name == "concat")
}

/// A literal, or those of a `concat!`.
pub(crate) fn pieces(input: ParseStream<'_>) -> syn::Result<Vec<Piece>> {
    if input.peek(LitStr) {
        let literal: LitStr = input.parse()?;
        return Ok(vec![Piece { text: literal.value(), token: literal.token() }]);
    }
    if !is_concat(input) {
        return Err(refused(input));
    }
    input.parse::<Ident>()?;
    input.parse::<Token![!]>()?;
    let TokenTree::Group(group) = input.parse()? else { return Err(refused(input)) };
    let all = |input: ParseStream<'_>| -> syn::Result<Vec<Piece>> {
        let mut all = Vec::new();
        while !input.is_empty() {
            all.extend(pieces(input)?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(all)
    };
    syn::parse::Parser::parse2(all, group.stream())
}

/// What stands at the beginning of a text.
pub(crate) const EXPECTED: &str =
    "expected a statement in quotes, or `file = \"….sql\"` for one in a file beside this";

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
        _ => syn::Error::new(input.span(), EXPECTED),
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
    use crate::choice::Parts;
    use crate::combination::combinations;

    fn text(source: &str) -> Result<String, String> {
        let parts = syn::parse_str::<Parts>(source).map_err(|error| error.to_string())?;
        let (_, found) = combinations(&parts).map_err(|error| error.to_string())?;
        Ok(found[0].literals.value())
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
