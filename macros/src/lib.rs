//! The macros of [onward](https://docs.rs/onward): use them from there.
#![deny(missing_docs)]
// A panic at compile time or at start-up is a fault of ours whatever the input.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cache;
mod expand;
mod folder;
mod input;

use proc_macro::TokenStream;

/// Embeds a folder of migrations, replayed and checked while the crate compiles.
///
/// `migrations!()` reads the folder `migrations` beside Cargo.toml, `migrations!("db/history")` another one, relative
/// to Cargo.toml as well. It is an expression of the type `onward::Migrations` for a `static` or a `const`.
///
/// Everything that is wrong with the history is a compile error or a warning at the path. An edit or removal of a file
/// rebuilds the crate; so that an added one does too, put this into `build.rs`:
///
/// ```no_run
/// println!("cargo::rerun-if-changed=migrations");
/// ```
#[proc_macro]
pub fn migrations(input: TokenStream) -> TokenStream {
    input::parse(input.into())
        .map(|input| expand::expand(&folder::find(&input)))
        .unwrap_or_else(|error| expand::refused(error.to_compile_error()))
        .into()
}
