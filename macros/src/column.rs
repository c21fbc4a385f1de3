//! A column as the compiler is to hold fields against it.

use onward_analysis::Classes;
use onward_analysis::query::{Column, Null};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

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
    let mismatch = format!("the column `{name}` is {known} here, which its field in `{row}` cannot hold");
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

/// Shows what a constant expression finds wrong, if anything, at the place of these tokens.
pub(crate) fn assert(place: &impl ToTokens, wrong: &TokenStream) -> TokenStream {
    let mut spans = place.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    let last = spans.last().unwrap_or(first);
    // A call reaches from its first token to its last, and is shown whole.
    let panic = quote_spanned!(first=> ::core::panic!);
    let message = quote_spanned!(last=> ("{}", message));
    quote! {
        const _: () = match #wrong {
            ::core::option::Option::Some(message) => #panic #message,
            ::core::option::Option::None => {}
        };
    }
}
