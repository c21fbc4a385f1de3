//! `sql!`, `query!`, `query_as!` and `query_scalar!`.

use std::collections::HashSet;

use onward_analysis::folder::recorded::By;
use onward_analysis::query::{Column, Query};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Type, TypeTuple};

use crate::agreement;
use crate::column;
use crate::input::{Argument, Statement, StatementAs};
use crate::parameter;
use crate::record::{field, named, rust_type, type_name};
use crate::recording;
use crate::whole::Whole;

/// The text, once it is checked.
pub(crate) fn sql(statement: Statement) -> syn::Result<TokenStream> {
    statement.derives_nothing()?;
    if let Some(Argument { value, .. }) = statement.arguments.first() {
        return Err(syn::Error::new_spanned(
            value,
            "`sql!` takes no values: give them where the text is run",
        ));
    }
    let whole = Whole::read(&statement)?;
    if let Some((checked, list)) = whole.all.iter().find_map(|checked| Some((checked, checked.list.first()?)))
    {
        let message = "`sql!` gives the text and binds no values: a list needs `query!`, or write `IN (SELECT +value FROM \
                       json_each(?))` and bind a JSON text";
        return Err(syn::Error::new(checked.at(list), message));
    }
    let once = whole.once();
    whole.each(|checked| match checked.schema.analysis.check(checked.source()) {
        Err(error) if !checked.is_for_history(&error) => Err(error),
        // Its text is known in any case, and the error of the history is told.
        _ => Ok(()),
    })?;
    for checked in &whole.all {
        recording::text(&checked.schema, checked.source().text, By::Query, Span::call_site())?;
    }
    let text = whole.tree.expand(&|index| {
        let text = &whole.all[index].list.text;
        quote!(#text)
    });
    Ok(quote!({ #once #text }))
}

/// A statement that is checked, and what becomes of it in Rust.
struct Expansion<'s> {
    whole: Whole<'s>,
    queries: Vec<Query>,
    values: Vec<TokenStream>,
}

impl<'s> Expansion<'s> {
    fn of(
        whole: Whole<'s>,
        queries: Vec<Query>,
        arguments: &[Argument],
        by: By,
    ) -> syn::Result<Expansion<'s>> {
        for (checked, query) in whole.all.iter().zip(&queries) {
            recording::query(&checked.schema, checked.source().text, query, by, Span::call_site())?;
        }
        let values = parameter::values(&whole, &queries, arguments)?;
        Ok(Expansion { whole, queries, values })
    }

    /// The call for a statement that gives no rows.
    fn execute(&self) -> TokenStream {
        let once = self.whole.once();
        let call = |index: usize, sql: TokenStream| {
            let values = &self.values[index];
            quote!(::onward::__private::execute(#sql, #values))
        };
        if self.whole.single().is_some() {
            let sql = &self.queries[0].sql;
            return call(0, quote!({ #once #sql }));
        }
        let tree = self.whole.tree.expand(&|index| {
            let sql = &self.queries[index].sql;
            let call = call(index, quote!(#sql));
            quote!(#call.owned())
        });
        quote!({ #once #tree })
    }

    /// The call for one that does, with the items that `read` needs, which reads a row.
    fn query(&self, items: &TokenStream, read: &TokenStream) -> TokenStream {
        let once = self.whole.once();
        if self.whole.single().is_some() {
            let (sql, values) = (&self.queries[0].sql, &self.values[0]);
            return quote!(::onward::__private::query({ #once #items (#sql, #read) }, #values));
        }
        // What the program calls something is not hidden by an item, nor is this by what it calls something.
        let reader = Ident::new("reader", Span::mixed_site());
        let tree = self.whole.tree.expand(&|index| {
            let (sql, values) = (&self.queries[index].sql, &self.values[index]);
            quote!(::onward::__private::query((#sql, #reader), #values).owned())
        });
        quote! {
            match ::onward::__private::reader({ #once #items #read }) {
                #reader => #tree
            }
        }
    }
}

/// A statement with rows of a struct made for it, or without rows.
pub(crate) fn query(statement: Statement) -> syn::Result<TokenStream> {
    let whole = Whole::read(&statement)?;
    let queries = whole.queries()?;
    let expansion = Expansion::of(whole, queries, &statement.arguments, By::Query)?;
    let whole = &expansion.whole;
    let columns = agreement::columns(whole, &expansion.queries)?;
    if columns.is_empty() {
        if let Some(path) = statement.derives.first() {
            let message = "this statement gives no rows, so there is no struct to derive this for";
            return Err(syn::Error::new_spanned(path, message));
        }
        return Ok(expansion.execute());
    }
    let span = whole.span();
    let mut names: Vec<Ident> = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let name = field(column, index, span)?;
        if names.contains(&name) {
            let message = format!("two columns are called `{name}`: give one another name with AS");
            return Err(syn::Error::new(span, message));
        }
        names.push(name);
    }
    let config = &whole.schema().analysis.history.config;
    let mut open = Vec::new();
    let types = columns.iter().map(|column| {
        let rust = rust_type(column, config, span)?;
        Ok(if type_name(column, config).contains('_') { named(rust, &mut open) } else { rust })
    });
    let types = types.collect::<syn::Result<Vec<_>>>()?;
    let generics = (!open.is_empty()).then(|| quote!(<#(#open),*>));
    let is_debug = |path: &syn::Path| path.segments.last().is_some_and(|last| last.ident == "Debug");
    let debug = (!statement.derives.iter().any(is_debug)).then(|| quote!(::core::fmt::Debug,));
    let derives = &statement.derives;
    let values =
        columns.iter().enumerate().map(|(index, column)| column::read(column, index, &expansion.queries));
    // An alias may ask for a type of that name.
    let is_taken =
        columns.iter().any(|column| column.cast.as_ref().is_some_and(|cast| cast.contains("Record")));
    let record = Ident::new(if is_taken { "QueryRow" } else { "Record" }, Span::call_site());
    let items = quote! {
        #[derive(#debug #(#derives),*)]
        #[allow(dead_code, non_snake_case)]
        struct #record #generics { #(#names: #types),* }
    };
    let read = quote!(|row| ::core::result::Result::Ok(#record { #(#names: #values?),* }));
    Ok(expansion.query(&items, &read))
}

/// A statement with rows of a given type.
pub(crate) fn query_as(StatementAs { row, statement }: StatementAs) -> syn::Result<TokenStream> {
    statement.derives_nothing()?;
    let whole = Whole::read(&statement)?;
    let queries = whole.queries()?;
    agreement::all_or_none(&whole, &queries)?;
    if queries[0].columns.is_empty() {
        return Err(syn::Error::new(whole.span(), "this statement gives no rows: run it with `query!`"));
    }
    if let Type::Tuple(tuple) = &row {
        return query_as_tuple(whole, queries, tuple, &statement.arguments);
    }
    let shown = quote!(#row).to_string().replace(' ', "");
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
    let mut seen = HashSet::new();
    let mut checks = Vec::new();
    for query in &queries {
        let columns = column::of_query(whole.schema(), &query.columns, &shown);
        let columns = quote!(const __COLUMNS: &[::onward::__private::Column] = &[#(#columns),*];);
        // Combinations with the same columns are right or wrong together.
        if queries.len() == 1 || seen.insert(columns.to_string()) {
            checks.push(quote!(#columns #check));
        }
    }
    let items = match &checks[..] {
        [only] => only.clone(),
        _ => quote!(#({ #checks })*),
    };
    let vouched = column::vouched(queries.iter().flat_map(|query| &query.columns));
    let read = match vouched.is_empty() {
        true => quote!(<#row as ::onward::Row>::from_row),
        false => quote! {
            |row| <#row as ::onward::Row>::from_row(row)
                .map_err(|error| ::onward::__private::vouched(row, error, &[#(#vouched),*]))
        },
    };
    Ok(Expansion::of(whole, queries, &statement.arguments, By::Name)?.query(&items, &read))
}

/// A statement with rows that are tuples: the first column is the first of them.
fn query_as_tuple(
    whole: Whole<'_>,
    queries: Vec<Query>,
    tuple: &TypeTuple,
    arguments: &[Argument],
) -> syn::Result<TokenStream> {
    let columns = agreement::columns(&whole, &queries)?;
    let (wanted, found) = (tuple.elems.len(), columns.len());
    if wanted != found {
        let message = format!("this statement has {found} columns, and the tuple {wanted}");
        return Err(syn::Error::new_spanned(tuple, message));
    }
    let shown = quote!(#tuple).to_string();
    let check = |(column, value): (&Column, &Type)| {
        let column = column::value_of_query(whole.schema(), column, &shown);
        let wrong = quote! {
            ::onward::__private::check_value(
                <#value as ::onward::__private::Stored>::CLASSES,
                <#value as ::onward::__private::Stored>::NULL,
                &#column,
            )
        };
        column::assert(value, &wrong)
    };
    let mut seen = HashSet::new();
    let checks: Vec<TokenStream> = queries
        .iter()
        .flat_map(|query| query.columns.iter().zip(&tuple.elems).enumerate())
        .map(|(index, pair)| (index, check(pair)))
        .filter(|(index, check)| queries.len() == 1 || seen.insert((*index, check.to_string())))
        .map(|(_, check)| check)
        .collect();
    let read = |(index, column)| column::read_as_given(column, index, &queries);
    let values: Vec<TokenStream> = columns.iter().enumerate().map(read).collect();
    let items = quote! {
        #(#checks)*
        fn read(row: &::onward::rusqlite::Row<'_>) -> ::onward::rusqlite::Result<#tuple> {
            ::core::result::Result::Ok((#(#values?,)*))
        }
    };
    Ok(Expansion::of(whole, queries, arguments, By::Query)?.query(&items, &quote!(read)))
}

/// A statement with one column.
pub(crate) fn query_scalar(statement: Statement) -> syn::Result<TokenStream> {
    statement.derives_nothing()?;
    let whole = Whole::read(&statement)?;
    let queries = whole.queries()?;
    let columns = agreement::columns(&whole, &queries)?;
    let [column] = &columns[..] else {
        let message = format!("this statement has {} columns, and `query_scalar!` takes one", columns.len());
        return Err(syn::Error::new(whole.span(), message));
    };
    let value = rust_type(column, &whole.schema().analysis.history.config, whole.span())?;
    let get = column::read(column, 0, &queries);
    let is_open = type_name(column, &whole.schema().analysis.history.config).contains('_') && {
        let mut open = Vec::new();
        named(value.clone(), &mut open);
        !open.is_empty()
    };
    // What is left open, the use of the rows has to tell, and no function lets it.
    if is_open {
        let read = quote!(|row| -> ::onward::rusqlite::Result<#value> { #get });
        let expansion = Expansion::of(whole, queries, &statement.arguments, By::Query)?;
        return Ok(expansion.query(&TokenStream::new(), &read));
    }
    let items = quote! {
        fn read(row: &::onward::rusqlite::Row<'_>) -> ::onward::rusqlite::Result<#value> {
            #get
        }
    };
    Ok(Expansion::of(whole, queries, &statement.arguments, By::Query)?.query(&items, &quote!(read)))
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
