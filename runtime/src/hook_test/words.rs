//! What a test is told.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::{Display, Write};

use onward_core::printable::printable_lines;

use super::database::Rows;
use super::meeting::Meeting;
use crate::history::Migration;
use crate::text::counted;

/// So many tables are shown, and so many differences.
const MOST: usize = 20;

/// How a run has failed.
pub(super) enum Failure {
    Error(String),
    Panic(String),
    /// At the end of it, by what is left.
    End(String),
}

/// What is wrong with the hook of a migration.
pub(super) fn told(migration: Migration<'_>, hook: &str, what: &str) -> String {
    printable_lines(&format!("the test of `{hook}`, the hook of {}: {what}", migration.file()))
}

pub(super) fn of_another_history() -> String {
    "the migrations of this test are not those of its sample rows, which are made from the folder that the macro finds: name the \
     folder as `migrations!` does, `test_hook!(MIGRATIONS, 3, migrations = \"db/history\")`"
        .to_owned()
}

pub(super) fn no_hook(migration: Migration<'_>) -> String {
    let (file, label) = (migration.file(), migration.label());
    let example = label.trim_start_matches('0');
    printable_lines(&format!(
        "{file} has no hook in these migrations: `migrations!(after = {{ {example} => a_function }})` names it"
    ))
}

/// Where a run fails.
pub(super) struct At<'m> {
    pub(super) migration: Option<Migration<'m>>,
    /// Whether that comes before the hook that is tried, or behind it.
    pub(super) order: Ordering,
    /// Whether it is the hook of the migration.
    pub(super) is_hook: bool,
}

impl At<'_> {
    fn subject(&self) -> &'static str {
        match (self.is_hook, self.order) {
            (true, Ordering::Less) => "a hook before it",
            (true, Ordering::Equal) => "it",
            (true, Ordering::Greater) => "a hook behind it",
            (false, Ordering::Greater) => "a migration behind it",
            (false, _) => "a migration before it",
        }
    }
}

/// What a run fails with, and what rows were there.
pub(super) fn failed(
    failure: &Failure,
    at: At<'_>,
    rows: Rows,
    release: Option<Migration<'_>>,
    meeting: &Meeting,
) -> String {
    let release = release.map_or("", Migration::file);
    let on = match rows {
        Rows::None => "on a new database".to_owned(),
        Rows::Mild => format!("on ordinary sample rows, which programs may have written behind {release}"),
        Rows::Harsh => format!("on unusual sample rows, which the schema behind {release} allows"),
    };
    let file = at.migration.map_or("", Migration::file);
    let hook = match at.migration.and_then(Migration::hook) {
        Some(hook) if at.is_hook => format!(", then `{hook}`"),
        _ => String::new(),
    };
    let subject = at.subject();
    let mut told = match failure {
        Failure::Error(error) => format!("{subject} fails {on}\n  {file}{hook}: {error}"),
        Failure::Panic(panic) => format!("{subject} panics {on}\n  {file}{hook}: {panic}"),
        Failure::End(what) => format!("{what}, {on}"),
    };
    told += &shown(meeting);
    if rows == Rows::Harsh {
        told += "\nhelp: handle such rows in the hook, or before it; if no database can have them, have the schema refuse them, \
                 or change them here first: `test_hook!(…, rows = |conn| conn.execute(\"UPDATE …\", []))`";
        if at.order == Ordering::Greater {
            told += "; `to = …` ends the test with an earlier migration";
        }
    }
    told
}

/// That the hook names tables without rows.
pub(super) fn not_covered(empty: &BTreeMap<&str, Option<&str>>, rows: &BTreeMap<String, i64>) -> String {
    let why = |(table, reason): (&&str, &Option<&str>)| match reason {
        Some(reason) => format!("\n  `{table}`: {reason}"),
        None => format!("\n  `{table}`"),
    };
    let empty: String = empty.iter().map(why).collect();
    let there = rows.iter().filter(|(_, count)| **count > 0);
    let there: Vec<String> = there.take(MOST).map(|(table, count)| format!("`{table}` ({count})")).collect();
    let there = if there.is_empty() { "no table".to_owned() } else { there.join(", ") };
    format!(
        "it names tables without any sample row, so that nothing was seen of it there{empty}\n  rows were in {there}\nhelp: put \
         rows into them: `test_hook!(…, rows = |conn| conn.execute(\"INSERT …\", []))`"
    )
}

/// The first of a list.
pub(super) fn few<T: Display>(all: &[T]) -> String {
    let shown: Vec<String> = all.iter().take(MOST).map(T::to_string).collect();
    let more = if all.len() > MOST { "; and more" } else { "" };
    shown.join("; ") + more
}

/// The rows that were there.
fn shown(meeting: &Meeting) -> String {
    let tables = meeting.shown();
    if tables.is_empty() {
        return "\n  there were no rows".to_owned();
    }
    let mut told = "\n  these rows were there:".to_owned();
    for table in tables.iter().take(MOST) {
        let _ = write!(told, "\n    {}({})", table.name, table.columns.join(", "));
        for row in &table.rows {
            let _ = write!(told, "\n      {row}");
        }
        if let Some(more @ 1..) = table.count.checked_sub(table.rows.len()) {
            let _ = write!(told, "\n      and {more} more");
        }
    }
    if let Some(more @ 1..) = tables.len().checked_sub(MOST) {
        let _ = write!(told, "\n    and {}", counted(more, "other table", "other tables"));
    }
    told
}
