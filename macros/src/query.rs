//! `sql!`, `query!`, `query_as!` and `query_scalar!`.

use onward_analysis::Classes;
use onward_analysis::query::{Query, Takes};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, Type, TypeTuple};

use crate::column;
use crate::input::{Argument, SETTINGS, Statement, StatementAs};
use crate::record::{field, identifier, named, rust_type};
use crate::statement::Checked;

/// The text, once it is checked.
pub(crate) fn sql(statement: Statement) -> syn::Result<TokenStream> {
    statement.derives_nothing()?;
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
        if let Some(path) = statement.derives.first() {
            let message = "this statement gives no rows, so there is no struct to derive this for";
            return Err(syn::Error::new_spanned(path, message));
        }
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
    let config = &checked.schema.analysis.history.config;
    let types = query.columns.iter().map(|column| rust_type(column, config, checked.span));
    let mut open = Vec::new();
    let types = types.map(|rust| Ok(named(rust?, &mut open))).collect::<syn::Result<Vec<_>>>()?;
    let generics = (!open.is_empty()).then(|| quote!(<#(#open),*>));
    let debug: syn::Path = syn::parse_quote!(::core::fmt::Debug);
    let is_debug = |path: &syn::Path| path.segments.last().is_some_and(|last| last.ident == "Debug");
    let ours = (!statement.derives.iter().any(is_debug)).then_some(&debug);
    let derives = ours.into_iter().chain(&statement.derives);
    let values = query.columns.iter().enumerate().map(|(index, column)| column::read(column, index));
    // An alias may ask for a type of that name.
    let is_taken =
        query.columns.iter().any(|column| column.cast.as_ref().is_some_and(|cast| cast.contains("Record")));
    let record = Ident::new(if is_taken { "QueryRow" } else { "Record" }, Span::call_site());
    Ok(quote! {
        ::onward::__private::query({
            #once
            #[derive(#(#derives),*)]
            #[allow(dead_code, non_snake_case)]
            struct #record #generics { #(#names: #types),* }
            (#sql, |row| ::core::result::Result::Ok(#record { #(#names: #values?),* }))
        }, #parameters)
    })
}

/// A statement with rows of a given type.
pub(crate) fn query_as(StatementAs { row, statement }: StatementAs) -> syn::Result<TokenStream> {
    statement.derives_nothing()?;
    let (checked, query) = check(&statement)?;
    if query.columns.is_empty() {
        return Err(syn::Error::new(checked.span, "this statement gives no rows: run it with `query!`"));
    }
    if let Type::Tuple(tuple) = &row {
        return query_as_tuple(&checked, &query, tuple, &statement.arguments);
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
    let vouched: Vec<_> = query.columns.iter().filter(|column| column.vouched).map(column::vouched).collect();
    let read = match vouched.is_empty() {
        true => quote!(<#row as ::onward::Row>::from_row),
        false => quote! {
            |row| <#row as ::onward::Row>::from_row(row)
                .map_err(|error| ::onward::__private::vouched(row, error, &[#(#vouched),*]))
        },
    };
    Ok(quote! {
        ::onward::__private::query({
            #once
            const __COLUMNS: &[::onward::__private::Column] = &[#(#columns),*];
            #check
            (#sql, #read)
        }, #parameters)
    })
}

/// A statement with rows that are tuples: the first column is the first of them.
fn query_as_tuple(
    checked: &Checked,
    query: &Query,
    tuple: &TypeTuple,
    arguments: &[Argument],
) -> syn::Result<TokenStream> {
    let (wanted, found) = (tuple.elems.len(), query.columns.len());
    if wanted != found {
        let message = format!("this statement has {found} columns, and the tuple {wanted}");
        return Err(syn::Error::new_spanned(tuple, message));
    }
    let parameters = parameters(checked, query, arguments)?;
    let (once, sql) = (checked.once(), &query.sql);
    let shown = quote!(#tuple).to_string();
    let checks = query.columns.iter().zip(&tuple.elems).map(|(column, value)| {
        let column = column::of_query(&checked.schema, column, &shown);
        let wrong = quote! {
            ::onward::__private::check_value(
                <#value as ::onward::__private::Stored>::CLASSES,
                <#value as ::onward::__private::Stored>::NULL,
                &#column,
            )
        };
        column::assert(value, &wrong)
    });
    let values = query.columns.iter().enumerate().map(|(index, column)| column::read_as_given(column, index));
    Ok(quote! {
        ::onward::__private::query({
            #once
            #(#checks)*
            fn read(row: &::onward::rusqlite::Row<'_>) -> ::onward::rusqlite::Result<#tuple> {
                ::core::result::Result::Ok((#(#values?,)*))
            }
            (#sql, read)
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
    statement.derives_nothing()?;
    let (checked, query) = check(&statement)?;
    let [column] = &query.columns[..] else {
        let message =
            format!("this statement has {} columns, and `query_scalar!` takes one", query.columns.len());
        return Err(syn::Error::new(checked.span, message));
    };
    let parameters = parameters(&checked, &query, &statement.arguments)?;
    let (once, sql, value) = (
        checked.once(),
        &query.sql,
        rust_type(column, &checked.schema.analysis.history.config, checked.span)?,
    );
    let get = column::read(column, 0);
    let mut open = Vec::new();
    named(value.clone(), &mut open);
    // What is left open, the use of the rows has to tell, and no function lets it.
    if !open.is_empty() {
        return Ok(quote! {
            ::onward::__private::query({
                #once
                (#sql, |row| -> ::onward::rusqlite::Result<#value> { #get })
            }, #parameters)
        });
    }
    Ok(quote! {
        ::onward::__private::query({
            #once
            fn read(row: &::onward::rusqlite::Row<'_>) -> ::onward::rusqlite::Result<#value> {
                #get
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
            values.push(borrowed(checked, query, index, &positional[place].value));
            continue;
        };
        let is_it = |argument: &&Argument| argument.name.as_ref().is_some_and(|given| plain(given) == name);
        values.push(match arguments.iter().find(is_it) {
            Some(Argument { value, .. }) => borrowed(checked, query, index, value),
            // As in `format!`, a name without a value is a variable in scope.
            None => match identifier(name, checked.span) {
                Some(variable) => bound(checked, query, index, checked.span, &quote!(#variable)),
                None => {
                    let message =
                        format!("no value for the parameter `{name}`, whose name cannot be a variable's");
                    return Err(syn::Error::new(checked.span, message));
                }
            },
        });
    }
    if let Some(place) = used.iter().position(|used| !used) {
        let value = &positional[place].value;
        let message = match value {
            Expr::Call(call) if matches!(&*call.func, Expr::Path(path) if path.path.is_ident("derive")) => {
                "`derive(…)` stands before the text, as in `query!(derive(Clone), \"SELECT …\")`"
            }
            _ => "the statement has no parameter for this value",
        };
        return Err(syn::Error::new_spanned(value, message));
    }
    let is_known = |name: &Ident| {
        query.parameters.iter().flatten().any(|parameter| parameter.get(1..) == Some(plain(name).as_str()))
    };
    let mut names = arguments.iter().filter_map(|argument| argument.name.as_ref());
    if let Some(name) = names.find(|name| !is_known(name)) {
        let name_of = plain(name);
        let message = match SETTINGS.contains(&name_of.as_str()) {
            true => format!(
                "`{name_of} = …` stands before the text; behind it are values, and the statement has no parameter `:{name_of}`"
            ),
            false => format!("the statement has no parameter `:{name_of}`"),
        };
        return Err(syn::Error::new(name.span(), message));
    }
    Ok(quote!([#(#values),*]))
}

fn borrowed(checked: &Checked, query: &Query, index: usize, value: &Expr) -> TokenStream {
    let span = syn::spanned::Spanned::span(value);
    bound(checked, query, index, span, &quote_spanned!(span=> (#value)))
}

/// A value for the parameter of this index, held against the first column that takes not every value.
fn bound(checked: &Checked, query: &Query, index: usize, span: Span, value: &TokenStream) -> TokenStream {
    let Some(takes) = query.takes.iter().find(|takes| takes.parameter == index) else {
        return quote_spanned!(span=> ::onward::__private::parameter(&#value));
    };
    let (classes, wrong) = (column::classes(takes.classes), never(checked, takes));
    let taken = quote_spanned!(span=> ::onward::__private::taken(const { #classes }, #wrong));
    // Hygiene keeps the value from seeing it.
    let tag = Ident::new("tag", Span::mixed_site());
    quote_spanned! {span=>
        ::onward::__private::typed(
            &#value,
            |#tag| {
                #[allow(unused_imports)]
                use ::onward::__private::NotStored as _;
                #tag.kind()
            },
            const { #taken },
        )
    }
}

/// What to say of a value that the column never takes, or never equals.
fn never(checked: &Checked, Takes { table, column, is, classes, is_written, .. }: &Takes) -> String {
    let place = checked.schema.place(table, column);
    let does = if *is_written { "takes" } else { "equals" };
    match *classes {
        Classes::BLOB => {
            format!(
                "this value does not go in as bytes, and `{table}.{column}` {does} nothing else: it is {is} ({place}); give it a \
                 `Vec<u8>` or a `&[u8]`"
            )
        }
        _ => format!(
            "this value goes in as bytes, which `{table}.{column}` never {does}: it is {is} ({place}); give it a number or a text, \
             and a list as JSON"
        ),
    }
}

fn plain(name: &Ident) -> String {
    name.to_string().trim_start_matches("r#").to_owned()
}
