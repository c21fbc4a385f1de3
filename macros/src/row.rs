//! `#[derive(Row)]`: a struct held against a table, and what it expands to.

mod ast;
mod attribute;
mod check;
mod conversion;
mod expand;
mod parse;
mod write;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

pub(crate) fn derive(input: DeriveInput) -> syn::Result<TokenStream> {
    let row = parse::read(input)?;
    let fields = row.fields();
    let (read, values) = (row.read_impl(), row.values_impl());
    let checked = row.table.as_ref().map(|table| check::check(&row, table));
    let table = checked.map(|checked| {
        let (tokens, relation) = checked;
        let table = write::table(&row, &relation);
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
