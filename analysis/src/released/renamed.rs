//! What the new migrations rename: SQLite rewrites what depends on it, which then means what it meant.

use onward_core::canonical::canonical;
use onward_core::kind::{Change, Kind, ObjectKind};
use onward_core::name::Ident;
use onward_core::token::significant;

use crate::analysis::Analysis;

/// The columns of a table that have other names now, in the order in which they got them.
pub(super) struct Renamed(Vec<(String, String)>);

impl Renamed {
    pub(super) fn none() -> Renamed {
        Renamed(Vec::new())
    }

    pub(super) fn of(then: &Analysis, now: &Analysis, table: &str) -> Renamed {
        let new = kinds(then, now).filter_map(|kind| match kind {
            Kind::Alter { table: altered, change: Some(Change::Rename(from, to)) } if altered.is(table) => {
                Some((from.text.clone(), to.text.clone()))
            }
            _ => None,
        });
        Renamed(new.collect())
    }

    /// What a column is called now.
    pub(super) fn column(&self, name: &str) -> String {
        let renamed = |name: String, (from, to): &(String, String)| {
            if Ident(&name) == *from { to.clone() } else { name }
        };
        self.0.iter().fold(name.to_owned(), renamed)
    }

    /// A condition as it is written now, in one spelling.
    pub(super) fn text(&self, condition: &str) -> String {
        let words = significant(condition).map(|token| match token.name() {
            Some(name) if !self.0.is_empty() => {
                let now = self.column(&name);
                if now == name { token.text.to_owned() } else { format!("\"{now}\"") }
            }
            _ => token.text.to_owned(),
        });
        canonical(&words.collect::<Vec<_>>().join(" "))
    }
}

/// Whether the new migrations make a view of this name.
pub(super) fn is_made(then: &Analysis, now: &Analysis, view: &str) -> bool {
    kinds(then, now)
        .any(|kind| matches!(kind, Kind::Create { object: ObjectKind::View, name, .. } if name.is(view)))
}

/// The table that a released one has become, if it has another name.
pub(super) fn table(then: &Analysis, now: &Analysis, name: &str) -> Option<String> {
    let known = &now.replay.as_ref()?.known;
    Some(latest(then, now, name)).filter(|found| Ident(found) != name && known.table(found).is_some())
}

/// The names by which the schema of now may mean a released table: its other one, if it has one. One that was renamed to be
/// made anew has its own, and what still says the other is told of elsewhere.
pub(super) fn names(then: &Analysis, now: &Analysis, name: &str) -> Vec<String> {
    match table(then, now, name) {
        Some(found) => vec![found],
        None => vec![name.to_owned(), latest(then, now, name)],
    }
}

fn latest(then: &Analysis, now: &Analysis, name: &str) -> String {
    let renamed = |name: String, kind: &Kind| match kind {
        Kind::Alter { table, change: Some(Change::RenameTable(to)) } if table.is(&name) => to.text.clone(),
        _ => name,
    };
    kinds(then, now).fold(name.to_owned(), renamed)
}

/// What the new migrations do, in order.
fn kinds<'n>(then: &Analysis, now: &'n Analysis) -> impl Iterator<Item = &'n Kind> {
    let first = then.history.migrations.len();
    let new = now.history.statements().filter(move |at| at.migration >= first);
    new.map(|at| &now.history.statement(at).kind)
}
