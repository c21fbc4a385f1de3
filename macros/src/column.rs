//! A column as the compiler is to hold fields against it.

use crate::schema::Schema;
use onward_analysis::Classes;
use onward_analysis::config::schema::{SETTING, WHY};
use onward_analysis::query::{Column, Null, Query};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// A set of storage classes as bits, which the runtime reads.
pub(crate) fn classes(classes: Classes) -> Literal {
    let all = [Classes::INTEGER, Classes::REAL, Classes::TEXT, Classes::BLOB];
    let bits = all.into_iter().enumerate().filter(|(_, class)| classes.meets(*class));
    Literal::u8_unsuffixed(bits.map(|(bit, _)| 1 << bit).sum())
}

/// The columns of a query that gives rows of the type `row`.
pub(crate) fn of_query(schema: &Schema, columns: &[Column], row: &str) -> Vec<TokenStream> {
    let tokens = columns.iter().enumerate().map(|(index, column)| {
        let name = &column.name;
        let is_it = |other: &Column| other.name.eq_ignore_ascii_case(name);
        let is_twice = columns.iter().enumerate().any(|(at, other)| at != index && is_it(other));
        let twice = is_twice.then(|| {
            let twice = format!("two columns are called `{name}`: give one another name with AS");
            quote!(.twice(#twice))
        });
        let column = value_of_query(schema, column, row);
        quote!(#column #twice)
    });
    tokens.collect()
}

/// One of them, whatever the others are called. Only what can be said is there: each text is work for the compiler.
pub(crate) fn value_of_query(schema: &Schema, column: &Column, row: &str) -> TokenStream {
    let Column { name, value, cast, .. } = column;
    // Who names a type in the alias knows better.
    let known = if cast.is_some() { Classes::ANY } else { value.held_by() };
    let classes = classes(known);
    let source = value.source.as_ref().map(|source| (source, schema.definition(source)));
    let from = match &source {
        Some((source, place)) => format!(": it is `{}.{}` of {place}", source.table, source.column),
        None => String::new(),
    };
    let mismatch =
        format!("the column `{name}` is {known} here, which its field in `{row}` cannot hold{from}");
    let column = quote!(::onward::__private::column(#name, #classes, #mismatch));
    // A struct may serve several queries, so an `Option` is never wrong.
    if value.null != Null::Possible {
        return column;
    }
    let why = match &source {
        Some((source, place)) if schema.is_nullable(source) => {
            let key = if schema.takes_null(source) { takes_null() } else { String::new() };
            format!("it is `{}.{}` of {place}, which may be{key}", source.table, source.column)
        }
        Some((source, _)) => format!(
            "`{}.{}` never is, but an outer join or an aggregate over no rows leaves nothing in its place",
            source.table, source.column
        ),
        None => "its expression may give none".to_owned(),
    };
    let nullable = format!(
        "the column `{name}` may be NULL here, so its field in `{row}` must be an `Option`: {why}; write \
         `AS \"{name}!\"` if you know that it is not"
    );
    quote!(#column.nullable(#nullable))
}

/// Why a primary key may be NULL, and what can be said against it.
fn takes_null() -> String {
    format!(": {WHY}; if no row has one, write {SETTING} into onward.toml")
}

/// Reads a column of a row that any of these queries gives.
pub(crate) fn read(column: &Column, index: usize, queries: &[Query]) -> TokenStream {
    match keys(at(queries, index)).first().filter(|_| column.vouched) {
        Some((_, what)) => {
            quote!(::onward::__private::never_null(row, #index, #what).and_then(|()| row.get(#index)))
        }
        None => quote!(row.get(#index)),
    }
}

/// The same for a type that was given, which may have a value for NULL.
pub(crate) fn read_as_given(column: &Column, index: usize, queries: &[Query]) -> TokenStream {
    match column.vouched {
        true => {
            let vouched = vouched(at(queries, index));
            quote!(row.get(#index).map_err(|error| ::onward::__private::vouched(row, error, &[#(#vouched),*])))
        }
        false => quote!(row.get(#index)),
    }
}

fn at(queries: &[Query], index: usize) -> impl Iterator<Item = &Column> {
    queries.iter().filter_map(move |query| query.columns.get(index))
}

/// Those of the columns that are never NULL by onward.toml, by name, with what messages call them.
pub(crate) fn vouched<'c>(columns: impl Iterator<Item = &'c Column>) -> Vec<TokenStream> {
    keys(columns).into_iter().map(|(name, what)| quote!((#name, #what))).collect()
}

/// The same: of combinations, one name may have several. Which of them was read nobody knows.
fn keys<'c>(columns: impl Iterator<Item = &'c Column>) -> Vec<(&'c str, String)> {
    let mut keys: Vec<(&str, Vec<String>)> = Vec::new();
    for column in columns.filter(|column| column.vouched) {
        let what = match &column.value.source {
            Some(source) => format!("{}.{}", source.table, source.column),
            None => column.name.clone(),
        };
        match keys.iter_mut().find(|(name, _)| *name == column.name) {
            Some((_, known)) if known.contains(&what) => {}
            Some((_, known)) => known.push(what),
            None => keys.push((&column.name, vec![what])),
        }
    }
    keys.into_iter().map(|(name, known)| (name, known.join("` or `"))).collect()
}

/// Shows what a constant expression finds wrong, if anything, at the place of these tokens.
pub(crate) fn assert(place: &impl ToTokens, wrong: &TokenStream) -> TokenStream {
    let panic = panic(place, wrong);
    quote!(const _: () = #panic;)
}

/// As [`assert`], where and when the expression is evaluated.
pub(crate) fn panic(place: &impl ToTokens, wrong: &TokenStream) -> TokenStream {
    let mut spans = place.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    let last = spans.last().unwrap_or(first);
    // A call reaches from its first token to its last, and is shown whole.
    let refuse = quote_spanned!(first=> ::onward::__private::refuse);
    let wrong = quote_spanned!(last=> (#wrong));
    quote!(#refuse #wrong)
}
