//! From an analysis to the tokens that embed the history, or that say what is wrong with it.

use onward_analysis::checks::files::{hook_missing, hook_not_marked};
use onward_analysis::diagnostic::render;
use onward_analysis::replay::Replay;
use onward_analysis::{Diagnostic, History};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::cache;
use crate::folder::Folder;
use crate::input::{From, Hook, Version, twice};
use crate::origin::{self, Origin};
use crate::warning;

/// More errors than these are counted and not shown.
const MOST: usize = 50;

pub(crate) fn expand(folder: &Folder, hooks: &[Hook], from: Option<&From>) -> TokenStream {
    let analysis = cache::analyze(&folder.dir);
    let origin = from.map(|from| origin::of(&analysis.history, from));
    let tracked = folder.track(&analysis);
    let grouped = analysis.grouped();
    let (errors, warnings): (Vec<_>, Vec<_>) = grouped.iter().partition(|found| found.is_error());
    let warnings = warnings
        .into_iter()
        .map(|found| warning::of(found, &message(found, &analysis.history, folder), folder.span));
    // Of files that could not be put in order, nobody knows which versions there are.
    let known = analysis.replay.as_ref().map(|_| &analysis.history);
    let unknown: Vec<_> = (0..hooks.len()).filter_map(|at| unknown(&hooks[..=at], known?)).collect();
    let unlike = match known {
        // One that is meant for another version is told once.
        Some(history) if unknown.is_empty() => unlike(history, hooks, folder),
        _ => Vec::new(),
    };
    let wrong = [unknown, unlike].concat();
    let value = match &analysis.replay {
        Some(replay) if errors.is_empty() && wrong.is_empty() => match origin.transpose() {
            Ok(origin) => embed(&analysis.history, replay, folder, hooks, origin),
            Err(error) => refused(error.into_compile_error()),
        },
        _ => {
            let shown = errors.iter().take(MOST).map(|found| message(found, &analysis.history, folder));
            let rest = errors.len().saturating_sub(MOST);
            let rest = (rest > 0).then(|| format!("and {rest} more: `cargo onward check` shows all"));
            // A replay that did not come about has its error as well; this is for the case that it has not.
            let none = (errors.is_empty() && wrong.is_empty())
                .then(|| "the migrations could not be replayed".to_owned());
            let errors = shown.chain(rest).chain(none).map(|message| syn::Error::new(folder.span, message));
            // The other macros of the crate need not say it again.
            cache::is_first(cache::BROKEN, &folder.dir);
            refused(errors.chain(wrong).map(syn::Error::into_compile_error).collect())
        }
    };
    quote!({ #tracked #(#warnings)* #value })
}

/// Where hooks and files do not say the same: hooks of migrations that are not marked, and marks without a hook.
fn unlike(history: &History, hooks: &[Hook], folder: &Folder) -> Vec<syn::Error> {
    let error = |span: Span, found: &Diagnostic| syn::Error::new(span, message(found, history, folder));
    let not_marked = hooks.iter().filter_map(|hook| {
        let name = match name(&hook.function) {
            Some(name) => format!("`{name}`"),
            None => CLOSURE.to_owned(),
        };
        let found = hook_not_marked::check(history, history.find(&hook.version.text)?, &name)?;
        Some(error(hook.version.span, &found))
    });
    let hooked: Vec<usize> = hooks.iter().filter_map(|hook| history.find(&hook.version.text)).collect();
    let missing = hook_missing::check(history, &hooked).map(|found| error(folder.span, &found));
    not_marked.chain(missing).collect()
}

/// An expression of the right type, so that rustc reports the errors and nothing else.
pub(crate) fn refused(errors: TokenStream) -> TokenStream {
    quote!({ #errors ::onward::__private::refused() })
}

fn message(diagnostic: &Diagnostic, history: &History, folder: &Folder) -> String {
    render::message(diagnostic, &history.files, &folder.prefix)
}

/// What is wrong with the last of these: the versions that there are, the newest first, if its own is none of them, or
/// that an earlier one has it.
fn unknown(hooks: &[Hook], history: &History) -> Option<syn::Error> {
    let (hook, earlier) = hooks.split_last()?;
    let Version { text, span } = &hook.version;
    if let Some(at) = history.find(text) {
        let is_taken = earlier.iter().any(|earlier| history.find(&earlier.version.text) == Some(at));
        return is_taken.then(|| syn::Error::new(*span, twice(text)));
    }
    let message = format!("there is no migration {text}, so nothing can run after it; {}", versions(history));
    Some(syn::Error::new(*span, message))
}

/// Which versions there are, the newest first.
pub(crate) fn versions(history: &History) -> String {
    let mut labels = history.migrations.iter().rev().map(|migration| migration.label.as_str());
    let shown = labels.by_ref().take(10).collect::<Vec<_>>().join(", ");
    match labels.count() {
        0 if shown.is_empty() => "there are none".to_owned(),
        0 => format!("there are {shown}"),
        rest => format!("there are {shown} and {rest} older"),
    }
}

fn embed(
    history: &History,
    replay: &Replay,
    folder: &Folder,
    hooks: &[Hook],
    origin: Option<Origin>,
) -> TokenStream {
    let packed = history.packed(Some(replay), &folder.prefix);
    let (text, table) = (packed.text(), Literal::byte_string(packed.table()));
    let origin = match origin.map(origin::embed) {
        Some(origin) => quote!(::core::option::Option::Some(#origin)),
        None => quote!(::core::option::Option::None),
    };
    let hooks =
        hooks.iter().filter_map(|hook| Some(after(history.find(&hook.version.text)?, &hook.function)));
    // It warns where the application links another SQLite.
    let unnamed = history
        .config
        .engine
        .sqlite
        .is_none()
        .then(|| quote_spanned!(folder.span=> const _: () = ::onward::__private::SQLITE_OF_THE_REPLAY;));
    quote! {
        #unnamed
        const EMBEDDED: ::onward::__private::Embedded<'static> =
            ::onward::__private::Embedded::new(#text, #table, &[#(#hooks),*]);
        ::onward::Migrations { __source: ::onward::__private::Source::Embedded(EMBEDDED), __origin: #origin }
    }
}

/// The hook of the migration at this index. The closure is only there to make one type of all: it takes nothing from
/// around it, and so can be part of a `static`.
fn after(at: usize, function: &Expr) -> TokenStream {
    let name = name(function).unwrap_or_else(|| CLOSURE.to_owned());
    let at = Literal::usize_unsuffixed(at);
    // Hygiene keeps the function from seeing it.
    let transaction = Ident::new("transaction", Span::mixed_site());
    let call = quote_spanned!(function.span()=> ::onward::__private::call(#function, #transaction));
    quote!(::onward::__private::Hook::new(#at, #name, |#transaction| #call))
}

const CLOSURE: &str = "a closure";

/// What a hook is called, unless it has no name.
fn name(function: &Expr) -> Option<String> {
    match function {
        Expr::Path(path) => Some(path.to_token_stream().to_string().replace(' ', "")),
        _ => None,
    }
}
