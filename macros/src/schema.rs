//! The schema that an application's Rust is held against, and what is said of the history that makes it.

use std::sync::Arc;

use onward_analysis::diagnostic::render;
use onward_analysis::file::Files;
use onward_analysis::query::relation::{Column, Key};
use onward_analysis::query::{Null, Source};
use onward_analysis::{Analysis, Diagnostic};
use onward_core::printable::printable;
use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

use crate::cache;
use crate::expand;
use crate::folder::Folder;
use crate::input::Version;

/// A history and the folder it is from.
pub(crate) struct Schema {
    pub(crate) folder: Folder,
    pub(crate) analysis: Arc<Analysis>,
}

impl Schema {
    pub(crate) fn find(named: Option<&LitStr>) -> Schema {
        let folder = Folder::find(named);
        let analysis = cache::analyze(&folder.dir);
        Schema { folder, analysis }
    }

    /// The same behind the migration of this version.
    pub(crate) fn find_at(named: Option<&LitStr>, at: Option<&Version>) -> syn::Result<Schema> {
        let schema = Schema::find(named);
        let Some(at) = at else { return Ok(schema) };
        // Of files that could not be put in order, nobody knows which versions there are.
        if schema.analysis.replay.is_none() {
            return Ok(schema);
        }
        let history = &schema.analysis.history;
        let unknown = || {
            let message = format!("there is no migration {}; {}", at.text, expand::versions(history));
            syn::Error::new(at.span, message)
        };
        let migration = history.find(&at.text).ok_or_else(unknown)?;
        let earlier = cache::up_to(&schema.folder.dir, &schema.analysis, migration);
        let unmade =
            || syn::Error::new(at.span, format!("the schema after {} cannot be made again", at.text));
        Ok(Schema { analysis: earlier.ok_or_else(unmade)?, ..schema })
    }

    /// What a crate expands to once for a folder: its files as inputs, and a word if they are not sound, which
    /// `migrations!` explains at length.
    pub(crate) fn once(&self) -> TokenStream {
        let track = match cache::is_first("track", &self.folder.dir) {
            true => self.folder.track(&self.analysis),
            false => TokenStream::new(),
        };
        let broken = match self.is_broken() && self.is_first_to_tell() {
            true => {
                let error = syn::Error::new(self.folder.span, self.broken()).into_compile_error();
                quote!(const _: () = { #error };)
            }
            false => TokenStream::new(),
        };
        quote!(#track #broken)
    }

    /// Whether the history has an error or was not replayed.
    pub(crate) fn is_broken(&self) -> bool {
        self.analysis.replay.is_none() || self.analysis.has_errors()
    }

    /// Whether no other macro of the crate has told yet that the history is broken. Whoever asks has to tell it.
    fn is_first_to_tell(&self) -> bool {
        cache::is_first(cache::BROKEN, &self.folder.dir)
    }

    /// What is wrong with the history, in a line: `migrations!` and the command line explain it at length.
    fn broken(&self) -> String {
        let have = match &self.analysis.replay {
            Some(_) => "have an error",
            None => "cannot be replayed",
        };
        let at = self.first_error().map(|at| format!(" ({at})")).unwrap_or_default();
        format!("the {self} {have}{at}: `cargo onward check` shows what is wrong")
    }

    /// What to say of what cannot be checked as long as the history is broken: one cause has one error, and the other places
    /// point there.
    pub(crate) fn unchecked(&self) -> String {
        match self.is_first_to_tell() {
            true => self.broken(),
            false => match self.first_error() {
                Some(at) => format!("not checked: the migrations have an error ({at})"),
                None => "not checked: the migrations cannot be replayed".to_owned(),
            },
        }
    }

    /// Where the first error of the history is: file, line and column.
    fn first_error(&self) -> Option<String> {
        let found = self.analysis.diagnostics.iter().find(|found| found.is_error())?;
        let files = &self.analysis.history.files;
        let file = files.get(found.place.file);
        // It is about the folder itself, which is named anyway.
        if file.path.is_empty() {
            return None;
        }
        let path = printable(&format!("{}{}", self.folder.prefix, file.path)).into_owned();
        if file.text.is_empty() {
            return Some(path);
        }
        let position = files.position(&found.place);
        Some(format!("{path}:{}:{}", position.line, position.column))
    }

    /// Where the history defines a column: file, line and column.
    pub(crate) fn definition(&self, source: &Source) -> String {
        self.place(&source.table, &source.column)
    }

    /// The same of a column by its name.
    pub(crate) fn place(&self, table: &str, column: &str) -> String {
        let place = self.analysis.definition(table, column);
        let files = &self.analysis.history.files;
        let position = files.position(&place);
        let path = format!("{}{}", self.folder.prefix, files.get(place.file).path);
        format!("{}:{}:{}", printable(&path), position.line, position.column)
    }

    /// Whether a column may be NULL in its own table.
    pub(crate) fn is_nullable(&self, source: &Source) -> bool {
        self.column(source).is_none_or(|column| column.value.null == Null::Possible)
    }

    /// Whether it may be although it is part of the primary key.
    pub(crate) fn takes_null(&self, source: &Source) -> bool {
        self.column(source).is_some_and(|column| column.key == Key::TakesNull)
    }

    fn column(&self, source: &Source) -> Option<Column> {
        self.analysis.relation(&source.table)?.column(&source.column).cloned()
    }

    /// In one line, what is missing from the schema, if another macro of the crate has told at length that it is: one cause has
    /// one explanation, and the other places say no more than they must.
    ///
    /// An editor keeps the process alive, so the line has to do by itself.
    pub(crate) fn told(&self, diagnostic: &Diagnostic) -> Option<String> {
        let is_of_schema =
            ["unknown_column", "unknown_table", "unknown_function"].contains(&diagnostic.rule.code);
        let line = match diagnostic.help.as_str() {
            "" => diagnostic.message.clone(),
            help => format!("{}; {help}", diagnostic.message),
        };
        let is_told = is_of_schema && !cache::is_first(&line, &self.folder.dir);
        is_told.then(|| printable(&line).into_owned())
    }

    /// A diagnostic as rustc is to show it, which puts its own `error: ` before it.
    pub(crate) fn message(&self, diagnostic: &Diagnostic, files: &Files) -> String {
        render::message(diagnostic, files, &self.folder.prefix)
    }
}

impl std::fmt::Display for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.folder.prefix.as_str() {
            "" => f.write_str("migrations"),
            prefix => write!(f, "migrations in `{}`", printable(prefix)),
        }
    }
}
