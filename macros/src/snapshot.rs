//! `snapshot!`

use onward_analysis::snapshot::Snapshot;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::input::Input;
use crate::schema::Schema;

/// So many zeros in a row are left out: to say where it goes on takes about as much room.
const GAP: usize = 32;

pub(crate) fn expand(input: Input) -> syn::Result<TokenStream> {
    let schema = Schema::find(input.folder.as_ref());
    if let Some(hook) = input.hooks.first() {
        let message = "hooks do not run in a snapshot: leave `after` out here";
        return Err(syn::Error::new(hook.version.span, message));
    }
    if let Some(from) = &input.from {
        let message = "a snapshot adopts no database: leave `from` out here";
        return Err(syn::Error::new(from.span, message));
    }
    let once = schema.once();
    let files = &schema.analysis.history.files;
    let none = quote!(::onward::__private::snapshot(0, &[], &[]));
    if schema.analysis.replay.is_none() {
        return Err(syn::Error::new(schema.folder.span, schema.unchecked()));
    }
    if schema.is_broken() {
        return Ok(quote!({ #once #none }));
    }
    let Snapshot { bytes, times } = match schema.analysis.snapshot() {
        Ok(snapshot) => snapshot,
        Err(found) => {
            let errors = found.iter().map(|found| {
                syn::Error::new(schema.folder.span, schema.message(found, files)).into_compile_error()
            });
            return Ok(quote!({ #once #(#errors)* #none }));
        }
    };
    let size = Literal::usize_unsuffixed(bytes.len());
    let parts = parts(&bytes).into_iter().map(|(start, bytes)| {
        let (start, bytes) = (Literal::usize_unsuffixed(start), Literal::byte_string(bytes));
        quote!((#start, #bytes))
    });
    let times = times.into_iter().map(Literal::usize_unsuffixed);
    Ok(quote!({ #once ::onward::__private::snapshot(#size, &[#(#parts),*], &[#(#times),*]) }))
}

/// What of the bytes is not zero, and where: the pages of tables without rows are almost empty.
fn parts(image: &[u8]) -> Vec<(usize, &[u8])> {
    let mut parts: Vec<(usize, usize)> = Vec::new();
    for (at, _) in image.iter().enumerate().filter(|(_, byte)| **byte != 0) {
        match parts.last_mut() {
            Some((_, end)) if at - *end < GAP => *end = at + 1,
            _ => parts.push((at, at + 1)),
        }
    }
    parts.into_iter().map(|(start, end)| (start, &image[start..end])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_zeros_are_left_out() {
        let mut image = vec![0; 200];
        assert_eq!(parts(&image), []);
        (image[3], image[5], image[60], image[199]) = (1, 2, 3, 4);
        assert_eq!(parts(&image), [(3, &[1, 0, 2][..]), (60, &[3]), (199, &[4])]);
        let mut copy = vec![0; 200];
        for (start, bytes) in parts(&image) {
            copy[start..start + bytes.len()].copy_from_slice(bytes);
        }
        assert_eq!(copy, image);
    }
}
