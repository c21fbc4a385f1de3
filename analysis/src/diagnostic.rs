//! What the analysis has to say about a history: plain data, one [`Diagnostic`] per fault.

pub mod renamed;
pub mod render;
pub mod rule;

pub use crate::diagnostic::rule::{Rule, Severity};
use crate::file::{Files, Place};

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
    /// Whether it is a warning about released migrations alone, which nobody can change any more.
    pub released: bool,
    /// Whether it tells what the statement says itself, which is no news unless a team wants to hear it.
    pub(crate) in_words: bool,
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
            released: false,
            in_words: false,
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

    pub(crate) fn in_words(mut self, in_words: bool) -> Diagnostic {
        self.in_words = in_words;
        self
    }

    /// Whether it stops the build.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// More warnings than these that differ in their places alone are said once.
const EQUAL: usize = 3;
/// Of so many of them the places are named.
const NAMED: usize = 10;

/// The diagnostics, with the first of many equal warnings in place of all, and a note on where the others are.
pub(crate) fn grouped(diagnostics: &[Diagnostic], files: &Files) -> Vec<Diagnostic> {
    let same = |a: &Diagnostic, b: &Diagnostic| {
        let words = |found: &Diagnostic| (found.rule.code, found.severity, found.released);
        words(a) == words(b) && (&a.message, &a.notes, &a.help) == (&b.message, &b.notes, &b.help)
    };
    let is_first = |at: usize| !diagnostics[..at].iter().any(|other| same(other, &diagnostics[at]));
    let mut shown = Vec::new();
    for (at, diagnostic) in diagnostics.iter().enumerate() {
        let equal: Vec<&Diagnostic> = match diagnostic.is_error() {
            true => Vec::new(),
            false => diagnostics.iter().filter(|other| same(other, diagnostic)).collect(),
        };
        if equal.len() <= EQUAL {
            shown.push(diagnostic.clone());
        } else if is_first(at) {
            let place = |found: &&Diagnostic| {
                format!("{}:{}", files.get(found.place.file).path, files.position(&found.place).line)
            };
            let places: Vec<String> = equal[1..].iter().take(NAMED).map(place).collect();
            let rest = if equal.len() - 1 > NAMED { ", …" } else { "" };
            let note = format!("the same in {} more places: {}{rest}", equal.len() - 1, places.join(", "));
            shown.push(diagnostic.clone().note(note));
        }
    }
    shown
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

#[cfg(test)]
mod tests {
    use crate::checks::testing::folder;

    #[test]
    fn many_equal_warnings_are_said_once() {
        let shown = |count: usize| {
            let names: Vec<String> = (1..=count).map(|number| format!("{number:04}_m.sql")).collect();
            let files: Vec<(&str, &str)> =
                names.iter().map(|name| (name.as_str(), "BEGIN;\nSELECT 1;")).collect();
            let analysis = folder(&files);
            assert_eq!(analysis.diagnostics.len(), count);
            analysis.grouped()
        };
        assert_eq!(shown(3).len(), 3);
        let many = shown(15);
        assert_eq!(many.len(), 1);
        let note = many[0].notes.last().unwrap();
        assert!(note.starts_with("the same in 14 more places: 0002_m.sql:1, 0003_m.sql:1, "), "{note}");
        assert!(note.ends_with("0011_m.sql:1, …"), "{note}");
    }

    /// Each error has to be mended, and is shown.
    #[test]
    fn errors_are_all_shown() {
        let table = "CREATE TABLE t(a); INSERT INTO t VALUES (1, 2); INSERT INTO t VALUES (1, 2); \
                     INSERT INTO t VALUES (1, 2); INSERT INTO t VALUES (1, 2);";
        assert_eq!(folder(&[("1_a.sql", table)]).grouped().len(), 4);
    }
}
