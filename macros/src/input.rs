//! What stands between the brackets of the macros.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, LitStr, Token, Type};

/// `migrations!(…)`: the folder as written, if it is.
pub(crate) struct Input {
    pub(crate) folder: Option<LitStr>,
}

pub(crate) fn parse(input: TokenStream) -> syn::Result<Input> {
    syn::parse2(input)
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Input> {
        if input.is_empty() {
            return Ok(Input { folder: None });
        }
        let expected = "expected the migrations folder in quotes, as in `migrations!(\"db/history\")`";
        let folder: LitStr = input.parse().map_err(|error| syn::Error::new(error.span(), expected))?;
        input.parse::<Option<Token![,]>>()?;
        if folder.value().trim().is_empty() {
            return Err(syn::Error::new(folder.span(), expected));
        }
        if !input.is_empty() {
            return Err(input.error("nothing else can follow the migrations folder"));
        }
        Ok(Input { folder: Some(folder) })
    }
}

/// `sql!(…)`, `query!(…)` and the like.
pub(crate) struct Statement {
    /// The folder of migrations, if it is named: `migrations = "db/history"`.
    pub(crate) folder: Option<LitStr>,
    /// The statement.
    pub(crate) text: Text,
    /// The values of its parameters.
    pub(crate) arguments: Vec<Argument>,
}

/// The text of a statement.
pub(crate) enum Text {
    /// It stands in the source.
    Inline(LitStr),
    /// It stands in a file beside the source: `file = "jobs.sql"`.
    File(LitStr),
}

/// The value of a parameter.
pub(crate) struct Argument {
    /// Its name, without the sign before it: `state = …`.
    pub(crate) name: Option<Ident>,
    pub(crate) value: Expr,
}

const STATEMENT: &str = "expected a statement in quotes, or `file = \"….sql\"` for one in a file beside this";

impl Parse for Statement {
    fn parse(input: ParseStream<'_>) -> syn::Result<Statement> {
        let mut folder = None;
        loop {
            if input.peek(LitStr) {
                let text = Text::Inline(input.parse()?);
                return Ok(Statement { folder, text, arguments: arguments(input)? });
            }
            let key: Ident = input.parse().map_err(|error| syn::Error::new(error.span(), STATEMENT))?;
            let value =
                |input: ParseStream<'_>| input.parse::<Token![=]>().and_then(|_| input.parse::<LitStr>());
            if key == "file" {
                let text = Text::File(value(input)?);
                return Ok(Statement { folder, text, arguments: arguments(input)? });
            } else if key == "migrations" && folder.is_none() {
                folder = Some(value(input)?);
                input.parse::<Token![,]>()?;
            } else {
                return Err(syn::Error::new(key.span(), STATEMENT));
            }
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
        let expected = "expected the type of a row, as in `query_as!(Job, \"SELECT …\")`";
        let row = input.parse().map_err(|error: syn::Error| syn::Error::new(error.span(), expected))?;
        input.parse::<Token![,]>()?;
        Ok(StatementAs { row, statement: input.parse()? })
    }
}
