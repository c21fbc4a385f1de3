//! The struct that `query!` makes for the rows of a statement: the names and types of its fields.

use onward_analysis::Classes;
use onward_analysis::config::Config;
use onward_analysis::query::{Column, Null, Value};
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Type;
use unicode_ident::{is_xid_continue, is_xid_start};

/// A column's name as that of a field.
pub(crate) fn field(column: &Column, index: usize, span: Span) -> syn::Result<Ident> {
    let name = column.name.as_str();
    identifier(name, span).ok_or_else(|| {
        let message =
            format!("column {} is called `{name}`, which no field can be: name it with AS", index + 1);
        syn::Error::new(span, message)
    })
}

/// A name of SQL as one of Rust, a raw one if it is a keyword.
pub(crate) fn identifier(name: &str, span: Span) -> Option<Ident> {
    // The compiler reports what it cannot read as a token, whatever becomes of it here.
    let is_word =
        name.starts_with(|first| first == '_' || is_xid_start(first)) && name.chars().all(is_xid_continue);
    if is_word {
        let ident = Ident::new(name, span);
        // Of a keyword, syn makes no identifier; one in another form of Unicode is another one by now.
        if syn::parse2::<Ident>(ident.to_token_stream()).is_ok_and(|parsed| parsed == name) {
            return Some(ident);
        }
    }
    // Keywords can be written raw, but for these.
    let is_raw =
        is_word && name.is_ascii() && !matches!(name, "" | "_" | "self" | "Self" | "super" | "crate");
    is_raw.then(|| Ident::new_raw(name, span))
}

/// A type with a name in the place of each `_` that its author leaves to the compiler; the names are added to the others.
pub(crate) fn named(rust: TokenStream, names: &mut Vec<Ident>) -> TokenStream {
    let tokens = rust.into_iter().map(|token| match token {
        TokenTree::Ident(ident) if ident == "_" => {
            let name = Ident::new(&format!("__T{}", names.len()), ident.span());
            names.push(name.clone());
            TokenTree::Ident(name)
        }
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), named(group.stream(), names));
            inner.set_span(group.span());
            TokenTree::Group(inner)
        }
        token => token,
    });
    tokens.collect()
}

/// The type that a column is read as. It has a `_` where its author leaves something to the compiler.
pub(crate) fn rust_type(column: &Column, config: &Config, span: Span) -> syn::Result<TokenStream> {
    let Column { value, cast, .. } = column;
    let bare = match cast.as_deref() {
        Some(cast) => {
            let message = format!("`{cast}` in the name of a column is no Rust type");
            let cast: Type = syn::parse_str(cast).map_err(|_| syn::Error::new(span, message))?;
            quote!(#cast)
        }
        None => match of_folder(value, config) {
            Some((declared, rust)) => {
                let message =
                    format!("`{rust}` is no Rust type: `[types]` of onward.toml names it for `{declared}`");
                let rust: Type = syn::parse_str(rust).map_err(|_| syn::Error::new(span, message))?;
                quote!(#rust)
            }
            None => natural(value),
        },
    };
    Ok(match value.null {
        Null::Never => bare,
        Null::Unknown | Null::Possible => quote!(::core::option::Option<#bare>),
    })
}

/// The declared type of a column, and the type that the folder says it is read as.
fn of_folder<'v>(value: &'v Value, config: &'v Config) -> Option<(&'v str, &'v str)> {
    let declared = value.source.as_ref()?.declared_type.as_str();
    Some((declared, config.rust_type(declared)?))
}

/// The type for what is known of a value; rusqlite's own, which holds anything, if it is not enough.
fn natural(value: &Value) -> TokenStream {
    match natural_name(value) {
        "bool" => quote!(bool),
        "i64" => quote!(i64),
        "f64" => quote!(f64),
        "String" => quote!(::std::string::String),
        "Vec<u8>" => quote!(::std::vec::Vec<u8>),
        _ => quote!(::onward::rusqlite::types::Value),
    }
}

fn natural_name(value: &Value) -> &'static str {
    let declared = value.source.as_ref().map(|source| source.declared_type.to_ascii_uppercase());
    let is_boolean = declared.is_some_and(|declared| declared.starts_with("BOOL"));
    match value.classes {
        Classes::INTEGER if is_boolean => "bool",
        Classes::INTEGER => "i64",
        Classes::REAL | Classes::NUMBER => "f64",
        Classes::TEXT => "String",
        Classes::BLOB => "Vec<u8>",
        _ => "Value",
    }
}

/// What messages call the type that a column is read as, whether or not it may be NULL.
pub(crate) fn type_name<'c>(column: &'c Column, config: &'c Config) -> &'c str {
    let of_folder = || of_folder(&column.value, config).map(|(_, rust)| rust);
    column.cast.as_deref().or_else(of_folder).unwrap_or_else(|| natural_name(&column.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_open_gets_a_name() {
        let mut names = Vec::new();
        let shown = [quote!(i64), quote!(_), quote!(Option<[Json<_>; 2]>), quote!((_, a::_b))]
            .map(|rust| named(rust, &mut names).to_string().replace(' ', ""));
        assert_eq!(shown, ["i64", "__T0", "Option<[Json<__T1>;2]>", "(__T2,a::_b)"]);
        assert_eq!(names.len(), 3);
    }

    #[test]
    fn a_name_is_an_identifier_as_it_is_or_none() {
        let shown = |name| identifier(name, Span::call_site()).map(|found| found.to_string());
        for (name, expected) in [
            ("jobs", Some("jobs")),
            ("größe", Some("größe")),
            ("type", Some("r#type")),
            ("self", None),
            ("_", None),
            ("", None),
            (" jobs", None),
            ("jobs /* all */", None),
            ("r#type", None),
            ("m²", None),
            ("count(*)", None),
            ("1st", None),
        ] {
            assert_eq!(shown(name).as_deref(), expected, "{name}");
        }
    }
}
