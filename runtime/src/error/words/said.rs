//! What there is to say of one error, and how lists and statements look in it.

use std::fmt::Display;

use onward_core::printable::printable;

use crate::error::fault::Fault;

/// What there is to say of one error.
pub(super) struct Words {
    pub(super) fault: Fault,
    pub(super) is_verdict: bool,
    pub(super) what: String,
    pub(super) help: Option<String>,
    pub(super) because: Option<String>,
}

impl Words {
    pub(super) fn new(fault: Fault, what: impl Into<String>) -> Words {
        Words { fault, is_verdict: false, what: what.into(), help: None, because: None }
    }

    /// It says something of the database or its history.
    pub(super) fn verdict(self) -> Words {
        Words { is_verdict: true, ..self }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Words {
        Words { help: Some(help.into()), ..self }
    }

    /// What follows from another error.
    pub(super) fn because(self, because: String) -> Words {
        Words { because: Some(because), ..self }
    }
}

/// Some names, and how many more there are.
pub(super) fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(5).map(|name| format!("`{}`", printable(name))).collect();
    match names.len().saturating_sub(5) {
        0 => shown.join(", "),
        rest => format!("{} and {rest} more", shown.join(", ")),
    }
}

/// The first lines of a statement.
pub(super) fn indented(sql: &str) -> String {
    let mut lines: Vec<String> = sql.lines().take(8).map(|line| format!("    {line}")).collect();
    if sql.lines().count() > 8 {
        lines.push("    …".to_owned());
    }
    lines.join("\n")
}

/// Each of these on a line of its own, behind this text.
pub(super) fn lines<T: Display>(text: String, before: &str, each: impl IntoIterator<Item = T>) -> String {
    each.into_iter().fold(text, |text, one| format!("{text}\n{before}{one}"))
}
