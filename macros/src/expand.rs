//! From an analysis to the tokens that embed the history, or that say what is wrong with it.

use onward_analysis::config::external::External;
use onward_analysis::config::{Config, Stub};
use onward_analysis::diagnostic::render;
use onward_analysis::folder::embedded::{File, Statement};
use onward_analysis::replay::Replay;
use onward_analysis::{Diagnostic, History, Migration};
use onward_core::checksum::Checksum;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::cache;
use crate::folder::Folder;
use crate::input::{From, Hook, twice};
use crate::origin;

/// More errors than these are counted and not shown.
const MOST: usize = 50;

pub(crate) fn expand(folder: &Folder, hooks: &[Hook], from: Option<&From>) -> TokenStream {
    let analysis = cache::analyze(&folder.dir);
    let origin = from.map(|from| origin::of(&analysis.history, from));
    let tracked = folder.track(&analysis);
    let grouped = analysis.grouped();
    let shown = grouped.iter().filter(|found| !is_for_code(found, &analysis.history, hooks));
    let (errors, warnings): (Vec<_>, Vec<_>) = shown.partition(|found| found.is_error());
    let warnings = warnings.into_iter().map(|found| warning(found, &analysis.history, folder));
    // Of files that could not be put in order, nobody knows which versions there are.
    let known = analysis.replay.as_ref().map(|_| &analysis.history);
    let unknown: Vec<_> = (0..hooks.len()).filter_map(|at| unknown(&hooks[..=at], known?)).collect();
    let value = match &analysis.replay {
        Some(replay) if errors.is_empty() && unknown.is_empty() => {
            let value = embed(&analysis.history, replay, folder, hooks);
            origin.into_iter().fold(value, origin::add)
        }
        _ => {
            let shown = errors.iter().take(MOST).map(|found| message(found, &analysis.history, folder));
            let rest = errors.len().saturating_sub(MOST);
            let rest = (rest > 0).then(|| format!("and {rest} more: `cargo onward check` shows all"));
            // A replay that did not come about has its error as well; this is for the case that it has not.
            let none = (errors.is_empty() && unknown.is_empty())
                .then(|| "the migrations could not be replayed".to_owned());
            let errors = shown.chain(rest).chain(none).map(|message| syn::Error::new(folder.span, message));
            // The other macros of the crate need not say it again.
            cache::is_first(cache::BROKEN, &folder.dir);
            refused(errors.chain(unknown).map(syn::Error::into_compile_error).collect())
        }
    };
    quote!({ #tracked #(#warnings)* #value })
}

/// Whether it is about a migration that has no statements because code runs after it.
fn is_for_code(diagnostic: &Diagnostic, history: &History, hooks: &[Hook]) -> bool {
    let is_its = |at: usize| history.migrations[at].file == diagnostic.place.file;
    diagnostic.rule.code == "empty_migration"
        && hooks.iter().filter_map(|hook| history.find(&hook.version)).any(is_its)
}

/// An expression of the right type, so that rustc reports the errors and nothing else.
pub(crate) fn refused(errors: TokenStream) -> TokenStream {
    quote!({ #errors ::onward::__private::refused() })
}

fn message(diagnostic: &Diagnostic, history: &History, folder: &Folder) -> String {
    render::message(diagnostic, &history.files, &folder.prefix)
}

/// Stable Rust lets a macro warn in one way only: by the use of something deprecated.
fn warning(diagnostic: &Diagnostic, history: &History, folder: &Folder) -> TokenStream {
    let note = message(diagnostic, history, folder);
    let code = Ident::new(diagnostic.rule.code, folder.span);
    quote_spanned! {folder.span=>
        const _: () = {
            #[deprecated(note = #note)]
            #[allow(non_upper_case_globals)]
            const #code: () = ();
            #code
        };
    }
}

/// What is wrong with the last of these: the versions that there are, the newest first, if its own is none of them, or
/// that an earlier one has it.
fn unknown(hooks: &[Hook], history: &History) -> Option<syn::Error> {
    let (hook, earlier) = hooks.split_last()?;
    if let Some(at) = history.find(&hook.version) {
        let is_taken = earlier.iter().any(|earlier| history.find(&earlier.version) == Some(at));
        return is_taken.then(|| syn::Error::new(hook.span, twice(&hook.version)));
    }
    let mut labels = history.migrations.iter().rev().map(|migration| migration.label.as_str());
    let shown = labels.by_ref().take(10).collect::<Vec<_>>().join(", ");
    let rest = match labels.count() {
        0 => String::new(),
        rest => format!(" and {rest} older"),
    };
    let message = format!(
        "there is no migration {}, so nothing can run after it; there are {shown}{rest}",
        hook.version
    );
    Some(syn::Error::new(hook.span, message))
}

fn embed(history: &History, replay: &Replay, folder: &Folder, hooks: &[Hook]) -> TokenStream {
    let places: Vec<_> = hooks.iter().map(|hook| history.find(&hook.version)).collect();
    let migrations = history.migrations.iter().enumerate().map(|(at, found)| {
        let migration = migration(history, found, folder);
        match hooks.iter().zip(&places).find(|(_, place)| **place == Some(at)) {
            Some((hook, _)) => after(migration, &hook.function),
            None => migration,
        }
    });
    let objects = &replay.objects;
    let fingerprint = bytes(replay.fingerprint.as_bytes());
    let sqlite = history.oldest_sqlite().number();
    let value = stubs(
        quote!(::onward::__private::migrations(MIGRATIONS, &[#(#objects),*], #fingerprint)),
        &history.config,
    );
    // It warns where the application links another SQLite.
    let unnamed = history
        .config
        .engine
        .sqlite
        .is_none()
        .then(|| quote_spanned!(folder.span=> const _: () = ::onward::__private::SQLITE_OF_THE_REPLAY;));
    quote! {
        #unnamed
        const MIGRATIONS: &[::onward::__private::Migration] = &[#(#migrations),*];
        ::onward::__private::needs(#value, #sqlite)
    }
}

/// Adds what the application registers, for schemas that are made in memory to compare with.
fn stubs(value: TokenStream, config: &Config) -> TokenStream {
    let value = match config.others().next() {
        Some(_) => {
            let tables = config.others().map(|External { name, sql, .. }| quote!((#name, #sql)));
            quote!(::onward::__private::external(#value, &[#(#tables),*]))
        }
        None => value,
    };
    if config.functions.is_empty() && config.collations.is_empty() {
        return value;
    }
    let functions = config.stubs().map(|Stub { name, arguments, deterministic }| {
        quote!(::onward::__private::function(#name, #arguments, #deterministic))
    });
    let collations = &config.collations;
    quote!(::onward::__private::stubs(#value, &[#(#functions),*], &[#(#collations),*]))
}

fn migration(history: &History, migration: &Migration, folder: &Folder) -> TokenStream {
    let Migration { version, checksum: Checksum(checksum), chain: Checksum(chain), .. } = migration;
    let (up, down) = history.embedded(migration, &folder.prefix);
    let up = file(&up);
    let (checksum, chain) = (bytes(checksum), bytes(chain));
    let up = quote!(::onward::__private::migration(#version, #up, #checksum, #chain));
    let up = match migration.foreign_keys {
        true => quote!(::onward::__private::foreign_keys(#up)),
        false => up,
    };
    let Some(down) = down else { return up };
    let down = file(&down);
    quote!({
        const DOWN: &::onward::__private::File = &#down;
        ::onward::__private::down(#up, DOWN)
    })
}

fn file(File { whole, ends, statements }: &File) -> TokenStream {
    let ends = ends.map(number);
    let statements = statements.iter().map(|Statement { range, strings, undone }| {
        let (start, end) = (number(range.start), number(range.end));
        quote!(::onward::__private::statement(#start, #end, #strings, #undone))
    });
    quote!(::onward::__private::file(#whole, [#(#ends),*], &[#(#statements),*]))
}

/// Adds the hook of a migration. The closure is only there to make one type of all: it takes nothing from around it,
/// and so can be part of a `static`.
fn after(migration: TokenStream, function: &Expr) -> TokenStream {
    let name = match function {
        Expr::Path(path) => path.to_token_stream().to_string().replace(' ', ""),
        _ => "a closure".to_owned(),
    };
    // Hygiene keeps the function from seeing it.
    let transaction = Ident::new("transaction", Span::mixed_site());
    let call = quote_spanned!(function.span()=> ::onward::__private::call(#function, #transaction));
    quote!({
        const HOOK: &::onward::__private::Hook = &::onward::__private::hook(#name, |#transaction| #call);
        ::onward::__private::after(#migration, HOOK)
    })
}

fn bytes(sum: &[u8; 32]) -> TokenStream {
    let literal = Literal::byte_string(sum);
    quote!(*#literal)
}

fn number(offset: usize) -> Literal {
    Literal::usize_unsuffixed(offset)
}
