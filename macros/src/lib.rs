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
/// Files are named `0001_name.sql`, `20260101120000_name.sql`, `V1__name.sql`, `0001_name.up.sql`, `0001_name/up.sql` or
/// `0001_name/migration.sql`; a folder keeps to one of these. Beside them may lie `onward.lock`, which
/// `cargo onward lock` writes and which makes edits of released migrations errors, and `onward.toml`, which names the
/// functions and collations that the application registers: `functions = ["uuid7"]`. In the SQL,
/// `-- onward: allow(code) reason` above a statement accepts what a check that can be allowed finds there.
///
/// Everything that is wrong with the history is a compile error or a warning at the path. Warnings are shown as uses of
/// something deprecated. The expansion names the crate `::onward`, so the dependency cannot be renamed. An edit or removal of a file
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
