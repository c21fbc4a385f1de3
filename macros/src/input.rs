//! What stands between the brackets of `migrations!(…)`.

use proc_macro2::{Span, TokenStream};
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Token};

/// The folder as written, and where.
pub(crate) struct Input {
    pub(crate) path: String,
    pub(crate) span: Span,
}

pub(crate) fn parse(input: TokenStream) -> syn::Result<Input> {
    syn::parse2(input)
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Input> {
        if input.is_empty() {
            return Ok(Input { path: "migrations".to_owned(), span: Span::call_site() });
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
        Ok(Input { path: folder.value(), span: folder.span() })
    }
}
