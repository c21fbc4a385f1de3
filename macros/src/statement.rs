//! A statement of the application, read and checked.

use std::ops::Range;
use std::path::PathBuf;
use std::rc::Rc;

use onward_analysis::application::{Error, Plans, Refused, Text as SourceText};
use onward_analysis::file::File;
use onward_analysis::folder::regular;
use proc_macro2::{Span, TokenStream};
use syn::LitStr;

use crate::combination::Combination;
use crate::folder;
use crate::list::{self, Rewritten};
use crate::schema::Schema;

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
