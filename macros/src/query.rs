//! `sql!`, `query!`, `query_as!` and `query_scalar!`.

use onward_analysis::Classes;
use onward_analysis::query::{Column, Null, Query, Value};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, Type};

use crate::column;
use crate::input::{Argument, Statement, StatementAs};
use crate::statement::Checked;

/// The text, once it is checked.
pub(crate) fn sql(statement: Statement) -> syn::Result<TokenStream> {
    if let Some(Argument { value, .. }) = statement.arguments.first() {
        return Err(syn::Error::new_spanned(
            value,
            "`sql!` takes no values: give them where the text is run",
        ));
    }
    let checked = Checked::read(&statement)?;
    let (once, text) = (checked.once(), &checked.text);
    match checked.schema.analysis.check(checked.source()) {
        Err(error) if !checked.is_for_history(&error) => Err(checked.error(error)),
        // Its text is known in any case, and the error of the history is told.
        _ => Ok(quote!({ #once #text })),
    }
}

/// A statement with rows of a struct made for it, or without rows.
pub(crate) fn query(statement: Statement) -> syn::Result<TokenStream> {
    let (checked, query) = check(&statement)?;
    let parameters = parameters(&checked, &query, &statement.arguments)?;
    let (once, sql) = (checked.once(), &query.sql);
    if query.columns.is_empty() {
        return Ok(quote!(::onward::__private::execute({ #once #sql }, #parameters)));
    }
    let mut names: Vec<Ident> = Vec::new();
    for (index, column) in query.columns.iter().enumerate() {
        let name = field(column, index, checked.span)?;
        if names.contains(&name) {
            let message = format!("two columns are called `{name}`: give one another name with AS");
            return Err(syn::Error::new(checked.span, message));
        }
        names.push(name);
    }
    let types = query.columns.iter().map(|column| rust_type(column, checked.span));
    let types = types.collect::<syn::Result<Vec<_>>>()?;
    let indexes = 0..names.len();
    // An alias may ask for a type of that name.
    let is_taken =
        query.columns.iter().any(|column| column.cast.as_ref().is_some_and(|cast| cast.contains("Record")));
    let record = Ident::new(if is_taken { "QueryRow" } else { "Record" }, Span::call_site());
    Ok(quote! {
        ::onward::__private::query({
            #once
            #[derive(Debug)]
            #[allow(dead_code, non_snake_case)]
            struct #record { #(#names: #types),* }
            (#sql, |row| ::core::result::Result::Ok(#record { #(#names: row.get(#indexes)?),* }))
        }, #parameters)
    })
}

/// A statement with rows of a given type.
pub(crate) fn query_as(StatementAs { row, statement }: StatementAs) -> syn::Result<TokenStream> {
    let (checked, query) = check(&statement)?;
    if query.columns.is_empty() {
        return Err(syn::Error::new(checked.span, "this statement gives no rows: run it with `query!`"));
    }
    let parameters = parameters(&checked, &query, &statement.arguments)?;
    let (once, sql) = (checked.once(), &query.sql);
    let shown = quote!(#row).to_string().replace(' ', "");
    let columns = query.columns.iter().map(|column| column::of_query(&checked.schema, column, &shown));
    let wrong = quote!(::onward::__private::check(<#row as ::onward::__private::Fields>::FIELDS, __COLUMNS));
    // An item cannot see what `Self` is. An expression can, and is looked at when the crate is built, not when it is
    // checked.
    let check = match is_self(&row) {
        true => {
            let panic = column::panic(&row, &wrong);
            quote!(const { #panic };)
        }
        false => column::assert(&row, &wrong),
    };
    Ok(quote! {
        ::onward::__private::query({
            #once
            const __COLUMNS: &[::onward::__private::Column] = &[#(#columns),*];
            #check
            (#sql, <#row as ::onward::Row>::from_row)
        }, #parameters)
    })
}

fn is_self(row: &Type) -> bool {
    fn walk(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => ident == "Self",
            proc_macro2::TokenTree::Group(group) => walk(group.stream()),
            _ => false,
        })
    }
    walk(quote!(#row))
}

/// A statement with one column.
pub(crate) fn query_scalar(statement: Statement) -> syn::Result<TokenStream> {
    let (checked, query) = check(&statement)?;
    let [column] = &query.columns[..] else {
        let message =
            format!("this statement has {} columns, and `query_scalar!` takes one", query.columns.len());
        return Err(syn::Error::new(checked.span, message));
    };
    let parameters = parameters(&checked, &query, &statement.arguments)?;
    let (once, sql, value) = (checked.once(), &query.sql, rust_type(column, checked.span)?);
    Ok(quote! {
        ::onward::__private::query({
            #once
            fn read(row: &::onward::rusqlite::Row<'_>) -> ::onward::rusqlite::Result<#value> {
                row.get(0)
            }
            (#sql, read)
        }, #parameters)
    })
}

fn check(statement: &Statement) -> syn::Result<(Checked, Query)> {
    let checked = Checked::read(statement)?;
    let query = checked.schema.analysis.query(checked.source()).map_err(|error| checked.error(error))?;
    Ok((checked, query))
}

/// The values in the order of the parameters' numbers, borrowed.
fn parameters(checked: &Checked, query: &Query, arguments: &[Argument]) -> syn::Result<TokenStream> {
    let positional: Vec<&Argument> = arguments.iter().filter(|argument| argument.name.is_none()).collect();
    let mut used = vec![false; positional.len()];
    let mut values: Vec<TokenStream> = Vec::new();
    for (index, parameter) in query.parameters.iter().enumerate() {
        let name = parameter.as_deref().and_then(|name| name.strip_prefix([':', '@', '$']));
        // To SQLite `$1` is a name; to whoever writes it, a number.
        let number = name.and_then(|name| name.parse::<usize>().ok());
        let Some(name) = name.filter(|_| number.is_none()) else {
            let place = match number {
                Some(number) => number.checked_sub(1),
                None => used.iter().position(|used| !used),
            };
            let Some(place) = place.filter(|place| *place < positional.len()) else {
                let message = format!(
                    "no value for parameter {} of the statement: give it after the text, as in `query!(\"… ?\", value)`",
                    number.unwrap_or(index + 1)
                );
                return Err(syn::Error::new(checked.span, message));
            };
            used[place] = true;
            values.push(borrowed(&positional[place].value));
            continue;
        };
        let is_it = |argument: &&Argument| argument.name.as_ref().is_some_and(|given| plain(given) == name);
        values.push(match arguments.iter().find(is_it) {
            Some(Argument { value, .. }) => borrowed(value),
            // As in `format!`, a name without a value is a variable in scope.
            None => match identifier(name, checked.span) {
                Some(variable) => {
                    quote_spanned!(checked.span=> &#variable as &dyn ::onward::rusqlite::types::ToSql)
                }
                None => {
                    let message =
                        format!("no value for the parameter `{name}`, whose name cannot be a variable's");
                    return Err(syn::Error::new(checked.span, message));
                }
            },
        });
    }
    if let Some(place) = used.iter().position(|used| !used) {
        let message = "the statement has no parameter for this value";
        return Err(syn::Error::new_spanned(&positional[place].value, message));
    }
    let is_known = |name: &Ident| {
        query.parameters.iter().flatten().any(|parameter| parameter.get(1..) == Some(plain(name).as_str()))
    };
    let mut names = arguments.iter().filter_map(|argument| argument.name.as_ref());
    if let Some(name) = names.find(|name| !is_known(name)) {
        let message = format!("the statement has no parameter `:{}`", plain(name));
        return Err(syn::Error::new(name.span(), message));
    }
    Ok(quote!([#(#values),*]))
}

fn borrowed(value: &Expr) -> TokenStream {
    let span = syn::spanned::Spanned::span(value);
    quote_spanned!(span=> &(#value) as &dyn ::onward::rusqlite::types::ToSql)
}

fn plain(name: &Ident) -> String {
    name.to_string().trim_start_matches("r#").to_owned()
}

/// A column's name as that of a field.
fn field(column: &Column, index: usize, span: Span) -> syn::Result<Ident> {
    let name = column.name.as_str();
    identifier(name, span).ok_or_else(|| {
        let message =
            format!("column {} is called `{name}`, which no field can be: name it with AS", index + 1);
        syn::Error::new(span, message)
    })
}

/// A name of SQL as one of Rust, a raw one if it is a keyword.
fn identifier(name: &str, span: Span) -> Option<Ident> {
    // It parses with white space or a comment around it as well, and as a raw one: `Ident::new` panics at these.
    if !name.starts_with("r#") && syn::parse_str::<Ident>(name).is_ok_and(|parsed| parsed == name) {
        return Some(Ident::new(name, span));
    }
    let is_word = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !name.starts_with(|first: char| first.is_ascii_digit());
    // Keywords can be written raw, but for these.
    let is_raw = is_word && !matches!(name, "" | "_" | "self" | "Self" | "super" | "crate");
    is_raw.then(|| Ident::new_raw(name, span))
}

/// The type that a column is read as.
fn rust_type(column: &Column, span: Span) -> syn::Result<TokenStream> {
    let Column { value, cast, name } = column;
    let bare = match cast.as_deref() {
        Some("_") => {
            let message = format!("the type of `{name}` cannot be left open here: name it, or leave it out");
            return Err(syn::Error::new(span, message));
        }
        Some(cast) => {
            let message = format!("`{cast}` in the name of a column is no Rust type");
            let cast: Type = syn::parse_str(cast).map_err(|_| syn::Error::new(span, message))?;
            quote!(#cast)
        }
        None => natural(value),
    };
    Ok(match value.null {
        Null::Never => bare,
        Null::Unknown | Null::Possible => quote!(::core::option::Option<#bare>),
    })
}

/// The type for what is known of a value; rusqlite's own, which holds anything, if it is not enough.
fn natural(value: &Value) -> TokenStream {
    let declared = value.source.as_ref().map(|source| source.declared_type.to_ascii_uppercase());
    let is_boolean = declared.is_some_and(|declared| declared.starts_with("BOOL"));
    match value.classes {
        Classes::INTEGER if is_boolean => quote!(bool),
        Classes::INTEGER => quote!(i64),
        Classes::REAL | Classes::NUMBER => quote!(f64),
        Classes::TEXT => quote!(::std::string::String),
        Classes::BLOB => quote!(::std::vec::Vec<u8>),
        _ => quote!(::onward::rusqlite::types::Value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_an_identifier_as_it_is_or_none() {
        let shown = |name| identifier(name, Span::call_site()).map(|found| found.to_string());
        for (name, expected) in [
            ("jobs", Some("jobs")),
            ("größe", Some("größe")),
            ("type", Some("r#type")),
            ("self", None),
            ("_", None),
            ("", None),
            (" jobs", None),
            ("jobs /* all */", None),
            ("r#type", None),
            ("m²", None),
            ("count(*)", None),
            ("1st", None),
        ] {
            assert_eq!(shown(name).as_deref(), expected, "{name}");
        }
    }
}
