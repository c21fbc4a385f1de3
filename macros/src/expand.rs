//! From an analysis to the tokens that embed the history, or that say what is wrong with it.

use onward_analysis::history::{At, Run};
use onward_analysis::render::{Style, render};
use onward_analysis::replay::{DOUBLE_QUOTED_STRING, Replay};
use onward_analysis::{Checksum, Diagnostic, History, Migration};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{quote, quote_spanned};

use crate::cache;
use crate::folder::Folder;

/// More errors than these are counted and not shown.
const MOST: usize = 50;

pub(crate) fn expand(folder: &Folder) -> TokenStream {
    let analysis = cache::analyze(&folder.dir);
    let tracked = folder.track(&analysis);
    let (errors, warnings): (Vec<_>, Vec<_>) =
        analysis.diagnostics.iter().partition(|found| found.is_error());
    let warnings = warnings.into_iter().map(|found| warning(found, &analysis.history, folder));
    let value = match &analysis.replay {
        Some(replay) if errors.is_empty() => embed(&analysis.history, replay, folder),
        _ => {
            let shown = errors.iter().take(MOST).map(|found| message(found, &analysis.history, folder));
            let rest = errors.len().saturating_sub(MOST);
            let rest = (rest > 0).then(|| format!("and {rest} more: `cargo onward check` shows all"));
            // A replay that did not come about has its error as well; this is for the case that it has not.
            let none = errors.is_empty().then(|| "the migrations could not be replayed".to_owned());
            let errors = shown
                .chain(rest)
                .chain(none)
                .map(|message| syn::Error::new(folder.span, message).into_compile_error());
            refused(errors.collect())
        }
    };
    quote!({ #tracked #(#warnings)* #value })
}

/// An expression of the right type, so that rustc reports the errors and nothing else.
pub(crate) fn refused(errors: TokenStream) -> TokenStream {
    quote!({ #errors ::onward::__private::refused() })
}

/// rustc puts its own `error: ` before the message, so what is drawn has no title.
fn message(diagnostic: &Diagnostic, history: &History, folder: &Folder) -> String {
    let style = Style { prefix: &folder.prefix, title: false, color: false };
    format!("{}\n{}", diagnostic.message, render(diagnostic, &history.files, style))
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

fn embed(history: &History, replay: &Replay, folder: &Folder) -> TokenStream {
    let migrations = (0..history.migrations.len())
        .map(|index| migration(history, index, &history.migrations[index], folder));
    let objects = &replay.objects;
    let fingerprint = bytes(replay.fingerprint.as_bytes());
    quote! {
        const MIGRATIONS: &[::onward::__private::Migration] = &[#(#migrations),*];
        ::onward::__private::migrations(MIGRATIONS, &[#(#objects),*], #fingerprint)
    }
}

fn migration(history: &History, index: usize, migration: &Migration, folder: &Folder) -> TokenStream {
    let Migration {
        version, label, name, file, checksum: Checksum(checksum), chain: Checksum(chain), ..
    } = migration;
    let file = history.files.get(*file);
    let path = format!("{}{}", folder.prefix, file.path);
    let text = &file.text;
    let (checksum, chain) = (bytes(checksum), bytes(chain));
    let run = (0..migration.statements.len())
        .map(|statement| history.statement(At { migration: index, statement }));
    let run = run.filter(|statement| matches!(statement.kind.run(), Run::Yes | Run::Undone));
    let statements = run.map(|statement| {
        let (start, end) = (number(statement.range.start), number(statement.range.end));
        let strings = statement.allows(DOUBLE_QUOTED_STRING);
        let undone = statement.kind.run() == Run::Undone;
        quote!(::onward::__private::statement(#start, #end, #strings, #undone))
    });
    quote! {
        ::onward::__private::migration(#version, #label, #name, #path, #text, &[#(#statements),*], #checksum, #chain)
    }
}

fn bytes(sum: &[u8; 32]) -> TokenStream {
    let literal = Literal::byte_string(sum);
    quote!(*#literal)
}

fn number(offset: usize) -> Literal {
    Literal::usize_unsuffixed(offset)
}
