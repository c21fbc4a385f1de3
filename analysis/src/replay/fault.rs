//! A statement that SQLite refused, and where it names what is wrong with it.

use std::ops::Range;

use onward_core::kind::{Change, Kind, ObjectKind};
use onward_core::token::{Token, significant};
use onward_schema::Violation;

use crate::file::Place;
use crate::folder::history::{At, History};
use crate::sqlite::message::{Cause, Refusal};

/// The code under which a directive allows strings in double quotes, which changes how the statement is run.
pub const DOUBLE_QUOTED_STRING: &str = "double_quoted_string";

/// Since when SQLite refuses a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Since {
    /// The statement that brought it about.
    pub(crate) at: At,
    /// Whether the refused statement would have worked before it.
    pub(crate) worked: bool,
}

/// Rows at the end of the history whose foreign keys lead nowhere.
#[derive(Debug, Clone)]
pub(crate) struct Orphans {
    /// The index of the migration that left the first of them.
    pub(crate) migration: usize,
    pub(crate) violations: Vec<Violation>,
}

/// A statement that SQLite refused.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// Which statement.
    pub(crate) at: At,
    /// What SQLite said.
    pub(crate) refusal: Refusal,
    /// A name that exists and is spelled almost like the one that does not.
    pub(crate) near: Option<String>,
    /// The first later statement after which SQLite no longer says so.
    pub(crate) mended: Option<At>,
    /// The earlier statement since which SQLite says so.
    pub(crate) since: Option<Since>,
}

impl Fault {
    /// Where the statement names the thing that is wrong with it: SQLite's own offset if it gives one, else the last
    /// token of that name, else the statement.
    pub(crate) fn place(&self, history: &History, name: &str) -> Place {
        let range = culprit(history.sql(self.at), &self.refusal, name);
        let mut place = history.place(self.at);
        if let Some(range) = range {
            let start = place.range.start;
            place.range = start + range.start..start + range.end;
        }
        place
    }
}

/// Where a refused statement names what it is refused for.
pub(crate) fn culprit(sql: &str, refusal: &Refusal, name: &str) -> Option<Range<usize>> {
    // SQLite puts the schema before a table's name if the statement does.
    let plain = name.rsplit('.').next().unwrap_or(name);
    let is_it = |found: String| found.eq_ignore_ascii_case(name) || found.eq_ignore_ascii_case(plain);
    let named = |token: &Token<'_>| token.name().is_some_and(is_it);
    let from = refusal.offset.unwrap_or(0);
    let tokens: Vec<Token<'_>> = significant(sql).filter(|token| token.range.end > from).collect();
    let token = match (refusal.offset, &refusal.cause) {
        // A qualified name begins before its last part.
        (Some(_), _) => tokens.iter().take(5).find(|token| named(token)).or_else(|| tokens.first()),
        // The same name may qualify a column elsewhere.
        (None, Cause::NoTable(_)) => {
            let is_table = |before: &Token<'_>| TABLE_FOLLOWS.iter().any(|word| before.is(word));
            let pair = tokens.windows(2).find(|pair| is_table(&pair[0]) && named(&pair[1]));
            pair.map(|pair| &pair[1]).or_else(|| tokens.iter().rfind(|token| named(token)))
        }
        (None, _) => tokens.iter().rfind(|token| named(token)),
    };
    token.map(|token| token.range.clone())
}

/// Words after which a table is named.
const TABLE_FOLLOWS: [&str; 5] = ["FROM", "JOIN", "INTO", "UPDATE", "TABLE"];

/// Where `made` brings in `name`: the name itself if it can be seen, else the statement.
pub(crate) fn place_of_origin(history: &History, made: At, name: &str) -> Place {
    if let Kind::Alter { table, change: Some(Change::RenameTable(to)) } = &history.statement(made).kind
        && !to.is(name)
        && !table.is(name)
    {
        // A table that was rebuilt has its columns from what made it under the name it had before.
        let mut built: Vec<At> = history.statements().take_while(|&at| at < made).collect();
        built.retain(|&at| shapes(&history.statement(at).kind, &table.text));
        if let Some(place) = built.into_iter().rev().find_map(|at| named(history, at, name)) {
            return place;
        }
    }
    named(history, made, name).unwrap_or_else(|| history.place(made))
}

/// Whether a statement gives a table of this name its columns.
fn shapes(kind: &Kind, table: &str) -> bool {
    match kind {
        Kind::Create { object: ObjectKind::Table, name, .. } => name.is(table),
        Kind::Alter { table: altered, change: Some(Change::Add(_) | Change::Rename(..)) } => {
            altered.is(table)
        }
        _ => false,
    }
}

/// Where a statement names this: last in an ALTER, whose table may have the same name as its column, else first.
pub(super) fn named(history: &History, at: At, name: &str) -> Option<Place> {
    let mut places = history.named(at, name).into_iter();
    match history.statement(at).kind {
        Kind::Alter { .. } => places.next_back(),
        _ => places.next(),
    }
}
