//! What the analysis has to say about a history: plain data, one [`Diagnostic`] per fault.

use crate::checks::Rule;
use crate::file::Place;

/// Whether a diagnostic stops the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It stops the build.
    Error,
    /// It is shown and the build goes on.
    Warning,
}

impl Severity {
    /// `error` or `warning`, as in the JSON form.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// Another place that explains the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What is there, in a few words.
    pub message: String,
}

/// One fault of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule it breaks; its code is the diagnostic's.
    pub rule: &'static Rule,
    /// Whether it stops the build: the rule's word, unless the data or `onward.toml` says otherwise.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// Where it is wrong.
    pub place: Place,
    /// A few words under the place itself.
    pub label: String,
    /// Other places that explain it.
    pub related: Vec<Related>,
    /// What it does to a user's database.
    pub notes: Vec<String>,
    /// What to write instead.
    pub help: String,
}

impl Diagnostic {
    /// A diagnostic that says what is wrong and where.
    pub(crate) fn new(rule: &'static Rule, place: Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            rule,
            severity: rule.severity,
            message: message.into(),
            place,
            label: String::new(),
            related: Vec::new(),
            notes: Vec::new(),
            help: String::new(),
        }
    }

    pub(crate) fn severity(mut self, severity: Severity) -> Diagnostic {
        self.severity = severity;
        self
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    pub(crate) fn related(mut self, place: Place, message: impl Into<String>) -> Diagnostic {
        self.related.push(Related { place, message: message.into() });
        self
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = help.into();
        self
    }

    /// Whether it stops the build.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Puts diagnostics in the order of the history: files are numbered as they were read.
pub(crate) fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|diagnostic| {
        (
            diagnostic.place.file,
            diagnostic.place.range.start,
            diagnostic.rule.code,
            diagnostic.message.clone(),
        )
    });
}
