//! Rows that a table took twice, or no longer tells apart.

use onward_core::name::Ident;
use onward_core::token::significant;
use onward_schema::{Index, IndexColumn, Origin, Table};

use super::change::{self, Change, Fact, Shows, Sides};
use super::constraint::{is_written, listed, narrower, refuses};
use super::otherwise;
use super::renamed::Renamed;
use crate::diagnostic::Severity;
use crate::query::write::{Conflict, What, Write};

pub(super) fn changes(sides: &Sides<'_>) -> Vec<Change> {
    narrower(sides, found)
}

fn found(was: &Table, is: &Table, write: &Write, renamed: &Renamed) -> Vec<Change> {
    let keys = |table: &Table, renamed: &Renamed| -> Vec<Key> {
        table.indexes.iter().filter(|index| index.unique).map(|index| Key::of(index, renamed)).collect()
    };
    let (before, after) = (keys(was, renamed), keys(is, &Renamed::none()));
    let rowid = was.rowid().map(|rowid| renamed.column(&rowid.name));
    let is_of_rowid = |key: &Key| {
        rowid
            .as_ref()
            .is_some_and(|rowid| key.columns.iter().any(|column| Ident(&column.0) == rowid.as_str()))
    };
    let mut found = Vec::new();
    let unique = is.indexes.iter().filter(|index| index.unique);
    for (index, key) in unique.zip(&after) {
        let is_known = is_of_rowid(key) || before.iter().any(|before| before.is_within(key));
        if !is_known && is_met(is, write, index) {
            let names: Vec<String> =
                index.columns.iter().map(|column| column.name_or_expression.clone()).collect();
            let columns = listed(&names);
            let is_every = is_every(is, write, index);
            let message = match is_every {
                true => format!(
                    "fails for every row but one: it leaves out {columns}, and one row of `{}` alone may have the default",
                    is.name
                ),
                false => format!(
                    "{} for a second row with the same {columns} in `{}`, which took it",
                    refuses(write),
                    is.name
                ),
            };
            let about = if index.origin == Origin::Created { &index.name } else { &is.name };
            let shows = Shows::Table(is.name.clone(), Fact::Unique(names));
            let change = Change::narrower(message, about.clone(), shows);
            found.push(Change {
                severity: if is_every { Severity::Error } else { change.severity },
                ..change
            });
        }
    }
    if matches!(write.conflict, Some(Conflict::Ignore | Conflict::Replace)) && write.what != What::Update {
        for key in before.iter().filter(|key| !after.iter().any(|after| after.is_within(key))) {
            let columns: Vec<String> = key.columns.iter().map(|(name, _)| name.clone()).collect();
            let message = format!(
                "writes a second row with the same {} into `{}`: nothing refuses it any more",
                listed(&columns),
                is.name
            );
            let shows = Shows::Table(is.name.clone(), Fact::Unique(columns));
            let change = Change::narrower(message, is.name.clone(), shows);
            found.push(Change { kind: change::Kind::Lost, ..change });
        }
    }
    found
}

/// What makes two rows the same: columns with their collations, and which rows are asked.
struct Key {
    columns: Vec<(String, String)>,
    partial: Option<String>,
}

impl Key {
    fn of(index: &Index, renamed: &Renamed) -> Key {
        let column = |column: &IndexColumn| {
            let name = match column.is_expression {
                true => renamed.text(&column.name_or_expression),
                false => renamed.column(&column.name_or_expression),
            };
            (name.to_ascii_lowercase(), column.collation.to_ascii_lowercase())
        };
        let columns = index.columns.iter().map(column).collect();
        Key { columns, partial: index.partial.as_ref().map(|condition| renamed.text(condition)) }
    }

    /// Whether it refuses whatever the other one does.
    fn is_within(&self, other: &Key) -> bool {
        self.columns.iter().all(|column| other.columns.contains(column))
            && (self.partial.is_none() || self.partial == other.partial)
    }
}

/// Whether an INSERT that leaves all of an index to constants can be run once at most.
fn is_every(table: &Table, write: &Write, index: &Index) -> bool {
    let is_constant = |default: &String| otherwise::constant(default).is_some();
    let is_left = |column: &IndexColumn| {
        !column.is_expression
            && !is_written(write, &column.name_or_expression)
            && table
                .column(&column.name_or_expression)
                .is_some_and(|column| column.default.as_ref().is_some_and(is_constant))
    };
    let fails = matches!(write.conflict, Some(Conflict::Error) | None);
    write.what == What::Insert && fails && index.partial.is_none() && index.columns.iter().all(is_left)
}

/// Whether what is written may be in an index twice. What an INSERT does not give is the default, or NULL, which is never twice
/// there; of an expression nobody knows what it reads.
fn is_met(table: &Table, write: &Write, index: &Index) -> bool {
    let written =
        |column: &IndexColumn| column.is_expression || is_written(write, &column.name_or_expression);
    let default = |column: &IndexColumn| {
        let found = table.column(&column.name_or_expression);
        found.is_some_and(|column| column.default.is_some() || column.generated.is_some())
    };
    let mut columns = index.columns.iter();
    match write.what {
        What::Update => {
            let chosen = |name: &String| {
                index
                    .partial
                    .as_ref()
                    .is_some_and(|condition| significant(condition).any(|token| token.is_name(name)))
            };
            columns.any(written) || write.columns.iter().any(chosen)
        }
        What::Insert | What::Copy => columns.all(|column| written(column) || default(column)),
    }
}
