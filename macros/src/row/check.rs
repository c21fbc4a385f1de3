//! A struct's fields, held against the columns of its table.

use std::sync::Arc;

use onward_analysis::query::Null;
use onward_analysis::query::relation::{Column, Relation};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::LitStr;

use super::ast::{Role, Struct, optional};
use crate::column;
use crate::schema::Schema;

/// A struct's fields beside the columns of its table.
pub(super) struct Check {
    /// What rustc is to check, and what is wrong already.
    pub(super) tokens: TokenStream,
    /// For each field, whether something is wrong with it, as an expression.
    pub(super) told: Vec<TokenStream>,
    /// The table or view as far as it is known.
    pub(super) known: Option<(Arc<Relation>, Schema)>,
}

pub(super) fn check(row: &Struct, table: &LitStr) -> Check {
    let schema = match Schema::find_at(row.folder.as_ref(), row.at.as_ref()) {
        Ok(schema) => schema,
        Err(error) => return Check { tokens: error.into_compile_error(), told: Vec::new(), known: None },
    };
    let analysis = &schema.analysis;
    let error = |span, message: String| syn::Error::new(span, message).into_compile_error();
    let once = schema.once();
    let Some(relation) = analysis.relation(&table.value()) else {
        // It may be the broken history that should have made it, which `once` tells.
        if analysis.lacks_schema() {
            return Check { tokens: once, told: Vec::new(), known: None };
        }
        let diagnostic = analysis.no_relation(&table.value());
        let error = error(table.span(), schema.message(&diagnostic, &analysis.history.files));
        return Check { tokens: quote!(#once #error), told: Vec::new(), known: None };
    };
    let mut tokens = once;
    tokens.extend(row.conflict.as_deref().map(|columns| conflict(&schema, &relation, columns)));
    let mut told = Vec::new();
    for (at, field) in row.fields.iter().enumerate() {
        let value = &field.value;
        let mut is_told = quote!(false);
        match &field.role {
            Role::Column { name, .. } => match relation.column(name) {
                Some(found) => {
                    let shown = format!("the field `{}`", field.ident);
                    let is_never = found.value.null == Null::Never;
                    let is_option = if field.is_default { !is_never } else { optional(value).is_some() };
                    let column = of_table(&schema, &relation, found, &shown, is_option);
                    let (stored, null) =
                        (without_lifetimes(&field.stored()), without_lifetimes(&field.null()));
                    let wrong = format_ident!("__WRONG_{at}");
                    tokens.extend(quote! {
                        const #wrong: ::core::option::Option<&'static str> = ::onward::__private::check_value(
                            <#stored as ::onward::__private::Stored>::CLASSES,
                            #null,
                            &#column,
                        );
                    });
                    tokens.extend(column::assert(&field.value, &quote!(#wrong)));
                    is_told = quote!(#wrong.is_some());
                }
                // So may the column.
                None if analysis.lacks_schema() => {}
                None => {
                    let diagnostic = analysis.no_column(&relation, name);
                    let message = schema.message(&diagnostic, &analysis.history.files);
                    tokens.extend(error(field.ident.span(), message));
                    is_told = quote!(true);
                }
            },
            Role::Flatten => {
                let shown = "the flattened field";
                let columns =
                    relation.columns.iter().map(|found| of_table(&schema, &relation, found, shown, true));
                let value = without_lifetimes(value);
                tokens.extend(column::assert(&field.value, &quote! {
                    ::onward::__private::check(<#value as ::onward::__private::Fields>::FIELDS, &[#(#columns),*])
                }));
            }
            Role::Skip => {}
        }
        told.push(is_told);
    }
    Check { tokens, told, known: Some((relation, schema)) }
}

/// What is wrong with the columns by which an upsert is to find its row.
fn conflict(schema: &Schema, relation: &Relation, columns: &[LitStr]) -> TokenStream {
    let analysis = &schema.analysis;
    if analysis.lacks_schema() {
        return TokenStream::new();
    }
    let error = |span, diagnostic| {
        let message = schema.message(&diagnostic, &analysis.history.files);
        syn::Error::new(span, message).into_compile_error()
    };
    let unknown = columns.iter().filter(|column| relation.column(&column.value()).is_none());
    let unknown = unknown.map(|column| error(column.span(), analysis.no_column(relation, &column.value())));
    let unknown: TokenStream = unknown.collect();
    if !unknown.is_empty() {
        return unknown;
    }
    let names: Vec<String> = columns.iter().map(LitStr::value).collect();
    match (analysis.conflict_target(relation, &names), columns) {
        (Err(diagnostic), [first, ..]) => error(first.span(), *diagnostic),
        _ => TokenStream::new(),
    }
}

fn of_table(
    schema: &Schema,
    relation: &Relation,
    column: &Column,
    field: &str,
    is_option: bool,
) -> TokenStream {
    let Column { name, value, .. } = column;
    let files = &schema.analysis.history.files;
    let classes = column::classes(value.held_by());
    let mismatch = schema.message(&schema.analysis.wrong_type(relation, column, field), files);
    let plain = quote!(::onward::__private::column(#name, #classes, #mismatch));
    let says = match value.null {
        Null::Possible => quote!(nullable),
        Null::Never => quote!(never_null),
        // Of a view's column nothing may be known.
        Null::Unknown => return plain,
    };
    // As it is written, it looks wrong: then it is worth while to find out since when.
    let is_wrong = is_option == (value.null == Null::Never);
    let wrong_null = schema.message(&schema.analysis.wrong_null(relation, column, field, is_wrong), files);
    quote!(#plain.#says(#wrong_null))
}

/// The type for a place where the struct's own lifetimes are not known.
pub(super) fn without_lifetimes(value: &impl quote::ToTokens) -> TokenStream {
    use proc_macro2::{Group, Ident, TokenTree};
    fn walk(tokens: TokenStream) -> TokenStream {
        let mut after_quote = false;
        let walked = tokens.into_iter().map(|token| match token {
            TokenTree::Punct(punct) => {
                after_quote = punct.as_char() == '\'';
                TokenTree::Punct(punct)
            }
            TokenTree::Ident(ident) if std::mem::take(&mut after_quote) => {
                TokenTree::Ident(Ident::new("static", ident.span()))
            }
            TokenTree::Group(group) => {
                let mut walked = Group::new(group.delimiter(), walk(group.stream()));
                walked.set_span(group.span());
                TokenTree::Group(walked)
            }
            other => other,
        });
        walked.collect()
    }
    walk(value.to_token_stream())
}
