//! Warnings of a macro.

use onward_analysis::Diagnostic;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

/// Has rustc warn at this place. Stable Rust lets a macro warn in one way only: by the use of something deprecated.
pub(crate) fn of(diagnostic: &Diagnostic, note: &str, span: Span) -> TokenStream {
    let code = Ident::new(diagnostic.rule.code, span);
    quote_spanned! {span=>
        const _: () = {
            #[deprecated(note = #note)]
            #[allow(non_upper_case_globals)]
            const #code: () = ();
            #code
        };
    }
}
