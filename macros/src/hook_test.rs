//! `test_hook!`: embeds the sample rows that a hook is tried on.

use onward_analysis::replay::{Insert, Samples};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Expr, LitStr, Token};

use crate::expand::versions;
use crate::input::{self, Version};
use crate::schema::Schema;

/// `test_hook!(MIGRATIONS, 3, …)`.
pub(crate) struct Test {
    migrations: Expr,
    at: Version,
    folder: Option<LitStr>,
    on: Option<Expr>,
    rows: Option<(Ident, Expr)>,
    to: Option<Version>,
}

const FORM: &str = "expected the migrations and the version of the one whose hook is tried, as in `test_hook!(MIGRATIONS, 3)`";
const MORE: &str = "expected `on = || …`, which opens a connection, `rows = |conn| …`, which changes the sample rows, `to = 5`, \
                    with which the test ends, or `migrations = \"…\"`, the folder";

impl Parse for Test {
    fn parse(input: ParseStream<'_>) -> syn::Result<Test> {
        let migrations: Expr = input.parse().map_err(|error| syn::Error::new(error.span(), FORM))?;
        input.parse::<Token![,]>().map_err(|error| syn::Error::new(error.span(), FORM))?;
        let at = input::version(input, FORM)?;
        let mut test = Test { migrations, at, folder: None, on: None, rows: None, to: None };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let key: Ident = input.parse().map_err(|error| syn::Error::new(error.span(), MORE))?;
            input.parse::<Token![=]>().map_err(|error| syn::Error::new(error.span(), MORE))?;
            match key.to_string().as_str() {
                "migrations" if test.folder.is_none() => test.folder = Some(input.parse()?),
                "on" if test.on.is_none() => test.on = Some(input.parse()?),
                "rows" if test.rows.is_none() => test.rows = Some((key, input.parse()?)),
                "to" if test.to.is_none() => {
                    test.to =
                        Some(input::version(input, "expected the version of a migration, as in `to = 5`")?);
                }
                "migrations" | "on" | "rows" | "to" => {
                    return Err(syn::Error::new(key.span(), format!("`{key}` stands here twice")));
                }
                _ => return Err(syn::Error::new(key.span(), MORE)),
            }
        }
        Ok(test)
    }
}

pub(crate) fn expand(test: Test) -> syn::Result<TokenStream> {
    let Test { migrations, at, folder, on, rows, to } = test;
    let schema = Schema::find(folder.as_ref());
    if schema.analysis.replay.is_none() {
        return Err(syn::Error::new(schema.folder.span, schema.unchecked()));
    }
    let once = schema.once();
    if schema.is_broken() {
        return Ok(quote!({ #once }));
    }
    let history = &schema.analysis.history;
    let index = |version: &Version| {
        history.find(&version.text).ok_or_else(|| {
            let message = format!("there is no migration {}; {}", version.text, versions(history));
            syn::Error::new(version.span, message)
        })
    };
    let hook = index(&at)?;
    let to = match to {
        Some(to) if index(&to)? < hook => {
            let message = "the test ends before the hook runs: name its migration or a later one";
            return Err(syn::Error::new(to.span, message));
        }
        Some(to) => {
            let to = Literal::usize_unsuffixed(index(&to)?);
            quote!(::core::option::Option::Some(#to))
        }
        None => quote!(::core::option::Option::None),
    };
    let unmade = || syn::Error::new(at.span, format!("no sample rows can be made before {}", at.text));
    let samples = schema.analysis.samples(hook).ok_or_else(unmade)?;
    if let (0, Some((key, _))) = (samples.from, &rows) {
        let message =
            "no release comes before this migration, and so no database with rows: leave `rows` out";
        return Err(syn::Error::new(key.span(), message));
    }
    let chain = history.migrations.last().map(|newest| newest.chain).unwrap_or_default().to_string();
    let samples = embedded(&samples, &chain, hook);
    let on = on.map_or_else(|| quote!(::onward::rusqlite::Connection::open_in_memory), |on| quote!(#on));
    let rows = match rows {
        Some((_, rows)) => quote!(#rows),
        None => quote!(|_| ::core::result::Result::<(), ::core::convert::Infallible>::Ok(())),
    };
    // Hygiene keeps what the test names from seeing it.
    let failure = Ident::new("failure", proc_macro2::Span::mixed_site());
    // What is of another type than it should be is marked, and not the whole.
    let migrations = quote_spanned!(migrations.span()=> &#migrations);
    Ok(quote!({
        #once
        if let ::core::result::Result::Err(#failure) = ::onward::__private::test_hook(
            #migrations,
            &#samples,
            #to,
            &::onward::__private::opener(#on),
            &::onward::__private::changes(#rows),
        ) {
            ::core::panic!("{}", #failure);
        }
    }))
}

fn embedded(samples: &Samples, chain: &str, index: usize) -> TokenStream {
    let (index, from) = (Literal::usize_unsuffixed(index), Literal::usize_unsuffixed(samples.from));
    let inserts = |inserts: &[Insert]| {
        let inserts = inserts.iter().map(|Insert { table, sql }| quote!((#table, #sql)));
        quote!(&[#(#inserts),*])
    };
    let (mild, harsh) = (inserts(&samples.mild), inserts(&samples.harsh));
    let empty = samples.empty.iter().map(|(table, reason)| quote!((#table, #reason)));
    quote! {
        ::onward::__private::Samples {
            chain: #chain,
            index: #index,
            from: #from,
            mild: #mild,
            harsh: #harsh,
            empty: &[#(#empty),*],
        }
    }
}
