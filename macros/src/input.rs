//! What stands between the brackets of the macros.

use onward_core::tool::Tool;
use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::token::Paren;
use syn::{Expr, LitInt, LitStr, Path, Token, Type};

use crate::choice::Parts;
use crate::text;

/// `migrations!(…)`: the folder as written, if it is, the hooks, and the tool whose databases are adopted.
#[derive(Default)]
pub(crate) struct Input {
    pub(crate) folder: Option<LitStr>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) from: Option<From>,
}

/// `from = "sqlx"`.
pub(crate) struct From {
    pub(crate) tool: Tool,
    /// Where it stands.
    pub(crate) span: Span,
}

/// The version of a migration.
pub(crate) struct Version {
    /// A number, or in quotes what the file name has.
    pub(crate) text: String,
    /// Where it stands.
    pub(crate) span: Span,
}

/// A hook: `3 => backfill::hash_messages`.
pub(crate) struct Hook {
    pub(crate) version: Version,
    pub(crate) function: Expr,
}

pub(crate) fn parse(input: TokenStream) -> syn::Result<Input> {
    syn::parse2(input)
}

const FOLDER: &str = "expected the migrations folder in quotes, as in `migrations!(\"db/history\")`";
const AFTER: &str = "expected `after = { 3 => a_function }`, which names the hook that runs after a migration, or `from = \"sqlx\"`, which \
     names the tool whose databases are adopted";

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Input> {
        let mut parsed = Input::default();
        if !input.is_empty() && !input.peek(syn::Ident) {
            let folder: LitStr = input.parse().map_err(|error| syn::Error::new(error.span(), FOLDER))?;
            if folder.value().trim().is_empty() {
                return Err(syn::Error::new(folder.span(), FOLDER));
            }
            parsed.folder = Some(folder);
            input.parse::<Option<Token![,]>>()?;
        }
        while input.peek(syn::Ident) && input.peek2(Token![=]) {
            let key: Ident = input.parse()?;
            match key.to_string().as_str() {
                "after" if parsed.hooks.is_empty() => parsed.hooks = hooks(input)?,
                "from" if parsed.from.is_none() => parsed.from = Some(from(input)?),
                "after" | "from" => {
                    return Err(syn::Error::new(key.span(), format!("`{key}` stands here twice")));
                }
                _ => return Err(syn::Error::new(key.span(), AFTER)),
            }
            if input.parse::<Option<Token![,]>>()?.is_none() {
                break;
            }
        }
        match (input.is_empty(), &parsed) {
            (true, _) => Ok(parsed),
            (false, Input { folder: None, .. }) => Err(input.error(FOLDER)),
            (false, _) => Err(input.error("nothing else can follow the migrations folder")),
        }
    }
}

fn from(input: ParseStream<'_>) -> syn::Result<From> {
    input.parse::<Token![=]>()?;
    let name: LitStr = input.parse()?;
    let known = || Tool::ALL.map(Tool::name).join(", ");
    let tool = Tool::named(&name.value()).ok_or_else(|| {
        syn::Error::new(name.span(), format!("no tool of this name is known; there are {}", known()))
    })?;
    Ok(From { tool, span: name.span() })
}

fn hooks(input: ParseStream<'_>) -> syn::Result<Vec<Hook>> {
    input.parse::<Token![=]>()?;
    let content;
    syn::braced!(content in input);
    let mut hooks = Vec::<Hook>::new();
    while !content.is_empty() {
        let version =
            version(&content, "expected the version of a migration, as in `after = { 3 => a_function }`")?;
        if hooks.iter().any(|hook| hook.version.text == version.text) {
            return Err(syn::Error::new(version.span, twice(&version.text)));
        }
        content.parse::<Token![=>]>()?;
        hooks.push(Hook { version, function: content.parse()? });
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    Ok(hooks)
}

/// `3`, or as the file name writes it, `"2026-01-05-093000"`, which may be longer than any number of Rust's.
pub(crate) fn version(input: ParseStream<'_>, expected: &str) -> syn::Result<Version> {
    let refused =
        |span| syn::Error::new(span, format!("{expected}, or in quotes as its file name writes it"));
    if input.peek(LitStr) {
        let text: LitStr = input.parse()?;
        return Ok(Version { text: text.value(), span: text.span() });
    }
    let number: LitInt = input.parse().map_err(|error| refused(error.span()))?;
    match number.suffix() {
        "" => Ok(Version { text: number.base10_digits().to_owned(), span: number.span() }),
        _ => Err(refused(number.span())),
    }
}

/// The version behind `at =`.
pub(crate) fn at(input: ParseStream<'_>) -> syn::Result<Version> {
    version(input, "expected the version of a migration, as in `at = 3`")
}

/// The version that `#[onward::at(3)]` around a statement has put before it.
fn around(input: ParseStream<'_>) -> syn::Result<Option<Version>> {
    let mut found = None;
    while input.peek(Token![#]) {
        input.parse::<Token![#]>()?;
        let (inner, version);
        syn::bracketed!(inner in input);
        inner.parse::<Ident>()?;
        syn::parenthesized!(version in inner);
        let outer = found.replace(at(&version)?);
        if let (Some(_), Some(Version { span, .. })) = (outer, &found) {
            return Err(syn::Error::new(*span, TWICE_AROUND));
        }
    }
    Ok(found)
}

/// What is wrong with a version inside of another.
pub(crate) const TWICE_AROUND: &str =
    "one `#[onward::at(…)]` stands inside of another: leave one of the two out";
pub(crate) const IS_AROUND: &str = "`#[onward::at(…)]` stands around this and names the migration: leave `at` out here, or put this elsewhere";

/// What is wrong with a migration that has two functions.
pub(crate) fn twice(version: &str) -> String {
    format!("migration {version} is named twice: call both functions from one")
}

syn::custom_keyword!(derive);

/// `sql!(…)`, `query!(…)` and the like.
pub(crate) struct Statement {
    /// The folder of migrations, if it is named: `migrations = "db/history"`.
    pub(crate) folder: Option<LitStr>,
    /// The migration behind which it runs, if it is named: `at = 3`.
    pub(crate) at: Option<Version>,
    /// What the struct made for its rows derives beside `Debug`: `derive(Clone, PartialEq)`.
    pub(crate) derives: Vec<Path>,
    /// The statement.
    pub(crate) text: Text,
    /// The values of its parameters.
    pub(crate) arguments: Vec<Argument>,
}

impl Statement {
    /// # Errors
    /// If it derives something, and its rows are no struct that is made for it.
    pub(crate) fn derives_nothing(&self) -> syn::Result<()> {
        match self.derives.first() {
            Some(path) => {
                Err(syn::Error::new_spanned(path, "only `query!` makes a struct that can derive this"))
            }
            None => Ok(()),
        }
    }
}

/// The text of a statement.
pub(crate) enum Text {
    /// It stands in the source.
    Inline(Parts),
    /// It stands in a file beside the source: `file = "jobs.sql"`.
    File(LitStr),
}

/// The value of a parameter.
pub(crate) struct Argument {
    /// Its name, without the sign before it: `state = …`.
    pub(crate) name: Option<Ident>,
    pub(crate) value: Expr,
}

const AT: &str = "at";
const FILE: &str = "file";
const MIGRATIONS: &str = "migrations";
const DERIVE: &str = "derive";

/// What can stand before the text of a statement, beside `derive(…)`.
pub(crate) const SETTINGS: [&str; 3] = [AT, FILE, MIGRATIONS];

impl Parse for Statement {
    fn parse(input: ParseStream<'_>) -> syn::Result<Statement> {
        let around = around(input)?;
        Statement::behind(input, around)
    }
}

impl Statement {
    /// Reads one, with the version that stands around it.
    fn behind(input: ParseStream<'_>, around: Option<Version>) -> syn::Result<Statement> {
        let is_around = around.is_some();
        let (mut folder, mut at, mut derives) = (None, around, Vec::new());
        loop {
            if Parts::peek(input) {
                let text = Text::Inline(input.parse()?);
                return Ok(Statement { folder, at, derives, text, arguments: arguments(input)? });
            }
            if !(input.peek2(Token![=]) || input.peek(derive) && input.peek2(Paren)) {
                return Err(text::refused(input));
            }
            let key: Ident = input.parse().map_err(|error| syn::Error::new(error.span(), text::EXPECTED))?;
            let value =
                |input: ParseStream<'_>| input.parse::<Token![=]>().and_then(|_| input.parse::<LitStr>());
            match key.to_string().as_str() {
                FILE => {
                    let text = Text::File(value(input)?);
                    return Ok(Statement { folder, at, derives, text, arguments: arguments(input)? });
                }
                DERIVE if derives.is_empty() && input.peek(Paren) => {
                    let paths;
                    syn::parenthesized!(paths in input);
                    derives.extend(Punctuated::<Path, Token![,]>::parse_terminated(&paths)?);
                }
                MIGRATIONS if folder.is_none() => folder = Some(value(input)?),
                AT if at.is_none() => {
                    input.parse::<Token![=]>()?;
                    at = Some(self::at(input)?);
                }
                AT if is_around => return Err(syn::Error::new(key.span(), IS_AROUND)),
                DERIVE | MIGRATIONS | AT => {
                    return Err(syn::Error::new(key.span(), format!("`{key}` is named twice")));
                }
                _ => return Err(syn::Error::new(key.span(), text::EXPECTED)),
            }
            input.parse::<Token![,]>()?;
        }
    }
}

fn arguments(input: ParseStream<'_>) -> syn::Result<Vec<Argument>> {
    let mut arguments = Vec::new();
    while !input.is_empty() {
        input.parse::<Token![,]>()?;
        if input.is_empty() {
            break;
        }
        let name = match input.peek(Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
            true => {
                let name = input.call(Ident::parse_any)?;
                input.parse::<Token![=]>()?;
                Some(name)
            }
            false => None,
        };
        arguments.push(Argument { name, value: input.parse()? });
    }
    Ok(arguments)
}

/// `query_as!(Type, …)`
pub(crate) struct StatementAs {
    pub(crate) row: Type,
    pub(crate) statement: Statement,
}

impl Parse for StatementAs {
    fn parse(input: ParseStream<'_>) -> syn::Result<StatementAs> {
        let around = around(input)?;
        let expected = "expected the type of a row, as in `query_as!(Job, \"SELECT …\")`";
        let first = "the type of a row stands first, and then what the other macros take: `query_as!(Job, migrations = \"…\", \
                     \"SELECT …\")`";
        let is_setting = input.peek(Ident::peek_any) && input.peek2(Token![=]);
        let is_text = input.peek(LitStr) || text::is_concat(input);
        if is_setting || is_text || (input.peek(derive) && input.peek2(Paren)) {
            return Err(input.error(first));
        }
        let row = input.parse().map_err(|error: syn::Error| syn::Error::new(error.span(), expected))?;
        if input.is_empty() {
            return Err(
                input.error("expected a statement behind the type, as in `query_as!(Job, \"SELECT …\")`")
            );
        }
        input.parse::<Token![,]>()?;
        Ok(StatementAs { row: bare(row), statement: Statement::behind(input, around)? })
    }
}

/// A type that a macro was given comes from it in brackets that nobody sees.
fn bare(row: Type) -> Type {
    match row {
        Type::Group(group) => bare(*group.elem),
        row => row,
    }
}
