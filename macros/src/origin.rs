//! What is embedded of another tool, beside the history: its names for the files and their checksums.

use onward_analysis::History;
use onward_analysis::moving::{self, Known, Moving};
use onward_core::tool::Lag;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use crate::folder::track;
use crate::input::From;

/// What a tool has of a history's files.
pub(crate) struct Origin {
    reader: Ident,
    moving: Moving,
}

/// # Errors
/// That these are no files of the tool's.
pub(crate) fn of(history: &History, from: &From) -> syn::Result<Origin> {
    let moving = moving::of(history, from.tool).map_err(|problem| {
        let message = format!("{problem}, so its databases cannot be adopted with these files");
        syn::Error::new(from.span, message)
    })?;
    let name = from.tool.name().to_uppercase().replace('-', "_");
    Ok(Origin { reader: Ident::new(&name, Span::call_site()), moving })
}

/// What it is in the program.
pub(crate) fn embed(origin: Origin) -> TokenStream {
    let Origin { reader, moving: Moving { files, inputs } } = origin;
    let tracked = track(inputs.into_iter());
    let files = files.into_iter().map(|Known { key, sums, lag }| {
        let sums = sums.join(" ");
        let lag = match lag {
            Lag::Never => format_ident!("Never"),
            Lag::Row => format_ident!("Row"),
            Lag::Statements => format_ident!("Statements"),
        };
        quote!(::onward::__private::known(#key, #sums, ::onward::__private::Lag::#lag))
    });
    quote!({
        #tracked
        const FILES: &[::onward::__private::Known] = &[#(#files),*];
        const ORIGIN: &::onward::__private::Origin =
            &::onward::__private::origin(&::onward::__private::other::#reader, FILES);
        ::onward::__private::OriginOf::Program(ORIGIN)
    })
}
