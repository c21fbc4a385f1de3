//! What a code stands for, as data; each is made beside its check.

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

/// What a code stands for.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The code.
    pub code: &'static str,
    /// Whether it stops a build.
    pub severity: Severity,
    /// What the rule asks for, in a sentence.
    pub summary: &'static str,
    /// What it does to the users of an application, in a sentence.
    pub effect: &'static str,
    /// Files that break it and files that do not, each file behind a line `-- <its path>`; empty where SQL alone cannot
    /// show it.
    pub bad: &'static str,
    /// As [`bad`](Rule::bad), with nothing wrong.
    pub good: &'static str,
    /// Whether `-- onward: allow(code) reason` may silence it.
    pub allowable: bool,
    /// Whether it is about the files rather than the SQL in them; with such an error nothing can be replayed.
    pub about_files: bool,
    /// Whether it is about query plans, which nobody looks at unless `[plans]` of `onward.toml` asks for it.
    pub of_plans: bool,
    /// Whether `onward.toml` mends it, so that it is news of a released migration as well.
    pub of_config: bool,
}

impl Rule {
    pub(crate) const fn error(code: &'static str, summary: &'static str) -> Rule {
        Rule {
            code,
            severity: Severity::Error,
            summary,
            effect: "",
            bad: "",
            good: "",
            allowable: false,
            about_files: false,
            of_plans: false,
            of_config: false,
        }
    }

    pub(crate) const fn warning(code: &'static str, summary: &'static str) -> Rule {
        Rule { severity: Severity::Warning, ..Rule::error(code, summary) }
    }

    pub(crate) const fn allowable(self) -> Rule {
        Rule { allowable: true, ..self }
    }

    pub(crate) const fn effect(self, effect: &'static str) -> Rule {
        Rule { effect, ..self }
    }

    pub(crate) const fn examples(self, bad: &'static str, good: &'static str) -> Rule {
        Rule { bad, good, ..self }
    }

    pub(crate) const fn of_plans(self) -> Rule {
        Rule { of_plans: true, ..self }
    }

    pub(crate) const fn of_config(self) -> Rule {
        Rule { of_config: true, ..self }
    }

    pub(crate) const fn about_files(self) -> Rule {
        Rule { about_files: true, ..self }
    }
}
