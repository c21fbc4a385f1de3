//! `#[onward(try_from = i64)]` and `#[onward(with = a::module)]`: how a field's values become those of its column.

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;
use syn::meta::ParseNestedMeta;
use syn::parse::Parse;

use super::ast::{Conversion, Field, optional};

impl Conversion {
    /// The conversion that an attribute names, if it names one.
    pub(super) fn read(meta: &ParseNestedMeta<'_>) -> syn::Result<Option<Conversion>> {
        Ok(match () {
            () if meta.path.is_ident("try_from") => Some(Conversion::Through(value(meta)?)),
            () if meta.path.is_ident("with") => Some(Conversion::With(value(meta)?)),
            () => None,
        })
    }
}

/// What stands behind the `=`, in quotes, as serde and sqlx have it, or without.
fn value<T: Parse>(meta: &ParseNestedMeta<'_>) -> syn::Result<T> {
    let value = meta.value()?;
    if value.peek(LitStr) { value.parse::<LitStr>()?.parse() } else { value.parse() }
}

impl Field {
    /// Whether its values are those of the column.
    pub(super) fn is_plain(&self) -> bool {
        self.conversion.is_none()
    }

    /// The type that is to be held against the column.
    pub(super) fn stored(&self) -> TokenStream {
        let value = &self.value;
        let stored = match &self.conversion {
            None => return quote!(#value),
            Some(Conversion::Through(through)) => quote!(#through),
            Some(Conversion::With(_)) => quote!(::onward::__private::Anything),
        };
        match optional(value) {
            Some(_) => quote!(::core::option::Option<#stored>),
            None => stored,
        }
    }

    /// Whether its type has a value for NULL, as far as its columns go.
    pub(super) fn null(&self) -> TokenStream {
        let stored = self.stored();
        match self.is_default {
            true => quote!(::onward::__private::Nullable::Either),
            false => quote!(<#stored as ::onward::__private::Stored>::NULL),
        }
    }

    /// Its value out of `row`, or why there is none.
    pub(super) fn read(&self, column: &str) -> TokenStream {
        let read = self.read_there(column);
        match self.is_default {
            true => quote!(::onward::__private::or_default(row, #column, || #read)),
            false => read,
        }
    }

    fn read_there(&self, column: &str) -> TokenStream {
        let from = match &self.conversion {
            None => {
                let value = &self.value;
                return quote!(::onward::__private::get::<#value>(row, #column));
            }
            Some(Conversion::Through(through)) => quote!(::onward::__private::through::<#through, _>),
            Some(Conversion::With(module)) => quote!(#module::from_sql),
        };
        match optional(&self.value) {
            Some(_) => quote!(::onward::__private::read_optional(row, #column, #from)),
            None => quote!(::onward::__private::read(row, #column, #from)),
        }
    }

    /// Its value as a parameter.
    pub(super) fn parameter(&self) -> TokenStream {
        let ident = &self.ident;
        let to = match &self.conversion {
            None => return quote!(::onward::__private::Bound::Field(&self.#ident)),
            Some(Conversion::Through(through)) => {
                quote!(|value| ::onward::__private::Through::<#through>::stored(value))
            }
            Some(Conversion::With(module)) => quote!(#module::to_sql),
        };
        let made = match optional(&self.value) {
            Some(_) => quote!(::onward::__private::optional(self.#ident.as_ref(), #to)),
            None => quote!((#to)(&self.#ident)),
        };
        quote!(::onward::__private::Bound::made(#made))
    }

    /// That it can be written, as a bound that rustc leaves open until somebody writes.
    pub(super) fn writable(&self) -> Option<TokenStream> {
        let value = &self.value;
        match &self.conversion {
            None => Some(quote!(for<'v> #value: ::onward::__private::Writable<'v>)),
            Some(Conversion::Through(through)) => {
                let inner = optional(value).unwrap_or(value);
                Some(quote!(for<'v> #inner: ::onward::__private::Through<'v, #through>))
            }
            // Its functions are there or not, whoever writes.
            Some(Conversion::With(_)) => None,
        }
    }
}
