//! A statement of the application, read and checked.

use std::ops::Range;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use onward_analysis::application::{Error, Plans, Refused, Text as SourceText};
use onward_analysis::diagnostic::render;
use onward_analysis::file::{File, Files};
use onward_analysis::folder::regular;
use onward_analysis::query::relation::{Column, Key};
use onward_analysis::query::{Null, Source};
use onward_analysis::{Analysis, Diagnostic};
use onward_core::printable::printable;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::LitStr;

use crate::cache;
use crate::combination::Combination;
use crate::expand::{self, EMPTY};
use crate::folder::{self, Folder};
use crate::input::Version;
use crate::list::{self, Rewritten};

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
        self.analysis.replay.is_none() || self.analysis.diagnostics.iter().any(is_broken_by)
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
        let found = self.analysis.diagnostics.iter().find(|found| is_broken_by(found))?;
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
    fn told(&self, diagnostic: &Diagnostic) -> Option<String> {
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

/// Whether this is an error of the history. That a migration has no statements may be none: only `migrations!` knows whether
/// code runs after it.
fn is_broken_by(diagnostic: &Diagnostic) -> bool {
    diagnostic.is_error() && diagnostic.rule.code != EMPTY
}

impl std::fmt::Display for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.folder.prefix.as_str() {
            "" => f.write_str("migrations"),
            prefix => write!(f, "migrations in `{}`", printable(prefix)),
        }
    }
}

/// A statement, in one of its combinations, and the schema that it is held against.
pub(crate) struct Checked {
    pub(crate) schema: Rc<Schema>,
    /// The text as it was written.
    written: String,
    /// The text as it is run.
    pub(crate) list: Rewritten,
    /// Where it is written.
    pub(crate) span: Span,
    /// What it is written in, if not in a file.
    pub(crate) combination: Option<Combination>,
    /// The file, if it is in one, and what messages call it.
    file: Option<(PathBuf, String)>,
}

impl Checked {
    /// One that stands in the source.
    pub(crate) fn inline(schema: Rc<Schema>, combination: Combination) -> syn::Result<Checked> {
        let (written, span) = (combination.literals.value(), combination.literals.span());
        Checked {
            schema,
            written,
            list: Rewritten::default(),
            span,
            combination: Some(combination),
            file: None,
        }
        .with_lists()
    }

    /// One in a file.
    pub(crate) fn file(schema: Rc<Schema>, literal: &LitStr) -> syn::Result<Checked> {
        let (path, written) = read(literal)?;
        let shown = folder::shown(&path, &PathBuf::new());
        let (span, file) = (literal.span(), Some((path, shown)));
        Checked { schema, written, list: Rewritten::default(), span, combination: None, file }.with_lists()
    }

    fn with_lists(self) -> syn::Result<Checked> {
        match list::rewritten(&self.written) {
            Ok(list) => Ok(Checked { list, ..self }),
            Err(misplaced) => Err(syn::Error::new(self.at(misplaced.range), misplaced.message)),
        }
    }

    /// The text for the analysis.
    pub(crate) fn source(&self) -> SourceText<'_> {
        SourceText { path: self.path(), text: &self.list.text }
    }

    fn path(&self) -> &str {
        self.file.as_ref().map_or("", |(_, shown)| shown)
    }

    /// Its file as an input of the crate.
    pub(crate) fn track(&self) -> TokenStream {
        folder::track(self.file.iter().map(|(path, _)| path.clone()))
    }

    /// What is said of how it finds its rows.
    pub(crate) fn plans(&self) -> Plans {
        self.schema.analysis.plans(self.source())
    }

    /// The same one by one, at the bytes it is about in the text as it was written.
    pub(crate) fn refused(&self, Plans { diagnostics, files }: Plans) -> Vec<Refused> {
        let told = |found| self.as_written(Refused { diagnostic: Box::new(found), files: files.clone() });
        diagnostics.into_iter().map(told).collect()
    }

    /// What is wrong with it, at the bytes it is about in the text as it was written.
    pub(crate) fn fault(&self, error: Error) -> Error {
        match error {
            Error::Refused(refused) => Error::Refused(self.as_written(refused)),
            Error::Several(range) => Error::Several(self.list.written(&range)),
            error => error,
        }
    }

    fn as_written(&self, Refused { mut diagnostic, mut files }: Refused) -> Refused {
        if self.list.first().is_some() {
            let of_statement = diagnostic.place.file;
            let file = files.add(File::statement(self.path(), &self.written));
            let related = diagnostic.related.iter_mut().map(|related| &mut related.place);
            for place in [&mut diagnostic.place].into_iter().chain(related) {
                if place.file == of_statement {
                    *place = file.at(self.list.written(&place.range));
                }
            }
        }
        Refused { diagnostic, files }
    }

    /// A fault, where the compiler tells of it; `among` names the combinations that have it, if others have not.
    pub(crate) fn error(&self, error: Error, among: Option<String>) -> syn::Error {
        let of = |message: &str| match &among {
            Some(among) => format!("{message}: {among}"),
            None => message.to_owned(),
        };
        match error {
            Error::Empty => syn::Error::new(self.span, of("there is no statement here")),
            Error::Several(range) => {
                let message =
                    "this is more than one statement: run them one by one, or check them with `sql!`";
                syn::Error::new(self.at(range), of(message))
            }
            error if self.is_for_history(&error) => syn::Error::new(self.span, self.schema.unchecked()),
            Error::NoSchema => syn::Error::new(self.span, self.schema.unchecked()),
            Error::Refused(Refused { mut diagnostic, files }) => {
                let span = self.at(diagnostic.place.range.clone());
                let told = self.schema.told(&diagnostic);
                diagnostic.notes.extend(among);
                syn::Error::new(span, told.unwrap_or_else(|| self.schema.message(&diagnostic, &files)))
            }
        }
    }

    /// Whether the statement may be right, and only lack what the broken history should have made.
    pub(crate) fn is_for_history(&self, error: &Error) -> bool {
        match error {
            Error::NoSchema => true,
            Error::Refused(Refused { diagnostic, .. }) => {
                self.schema.analysis.lacks_schema() && diagnostic.rule.code != "syntax_error"
            }
            Error::Empty | Error::Several(_) => false,
        }
    }

    /// Where these bytes of the text as it was written are.
    pub(crate) fn at(&self, range: Range<usize>) -> Span {
        self.combination.as_ref().map_or(self.span, |combination| combination.literals.at(range))
    }
}

fn read(literal: &LitStr) -> syn::Result<(PathBuf, String)> {
    let name = literal.value();
    // An editor does not tell where the source is; then the file may be found from the package.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let beside = folder::source_folder(literal.span());
    let folders: Vec<PathBuf> =
        beside.into_iter().chain(package.map(|package| package.join("src"))).collect();
    let path = folders.iter().map(|folder| folder.join(&name)).find(|path| path.exists());
    let failed = |why: String| syn::Error::new(literal.span(), format!("cannot read `{name}`: {why}"));
    let path = path.ok_or_else(|| failed("there is no such file beside this source file".to_owned()))?;
    let bytes = regular::read(&path).map_err(|problem| failed(problem.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8".to_owned()))?;
    Ok((path, text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n")))
}
