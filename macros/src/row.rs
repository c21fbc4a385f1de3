//! `#[derive(Row)]`: a struct held against a table, and what it expands to.

mod ast;
mod attribute;
mod check;
mod conversion;
mod expand;
mod parse;
mod reason;
mod write;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

pub(crate) fn derive(input: DeriveInput) -> syn::Result<TokenStream> {
    let row = parse::read(input)?;
    let checked = row.table.as_ref().map(|table| check::check(&row, table));
    let known = checked.as_ref().and_then(|checked| checked.known.as_ref());
    let relation = known.map(|(relation, _)| &**relation);
    let (read, values) = (row.read_impl(relation), row.values_impl());
    let told = checked.as_ref().map(|checked| checked.told.as_slice()).unwrap_or_default();
    let fields = row.fields(told);
    let table = checked.as_ref().map(|check::Check { tokens, known, .. }| {
        let table = write::table(&row, known);
        quote!(#tokens #table)
    });
    Ok(quote! {
        const _: () = {
            #fields
            #read
            #values
            #table
        };
    })
}
