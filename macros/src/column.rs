//! A column as the compiler is to hold fields against it.

use onward_analysis::Classes;
use onward_analysis::query::{Column, Null};
use proc_macro2::TokenStream;
use quote::quote;

/// A set of storage classes as an expression.
pub(crate) fn classes(classes: Classes) -> TokenStream {
    let has = |class| classes.meets(class);
    let (integer, real) = (has(Classes::INTEGER), has(Classes::REAL));
    let (text, blob) = (has(Classes::TEXT), has(Classes::BLOB));
    quote!(::onward::__private::classes(#integer, #real, #text, #blob))
}

/// A column of a query that gives rows of the type `row`.
pub(crate) fn of_query(column: &Column, row: &str) -> TokenStream {
    let Column { name, value, cast } = column;
    // Who names a type in the alias knows better.
    let known = if cast.is_some() { Classes::ANY } else { value.classes };
    let classes = classes(known);
    // A struct may serve several queries, so an `Option` is never wrong.
    let null = match value.null {
        Null::Possible => quote!(Yes),
        Null::Never | Null::Unknown => quote!(Either),
    };
    let mismatch = format!("the field for `{name}` in `{row}` cannot hold it: the column is {known} here");
    let nullable = format!(
        "`{name}` may be NULL here, so its field in `{row}` must be an `Option`; write `AS \"{name}!\"` if you know that \
         it never is"
    );
    quote! {
        ::onward::__private::Column {
            name: #name,
            classes: #classes,
            null: ::onward::__private::Nullable::#null,
            mismatch: #mismatch,
            nullable: #nullable,
            never_null: "",
        }
    }
}
