//! What is said of an INSERT or an UPDATE that fails whatever the tables hold.

use std::cell::OnceCell;
use std::ops::Range;

use onward_core::name::Ident;
use onward_core::token::{Kind, significant};
use onward_schema::{Column, Table};

use super::attempt::{self, Refused, attempt};
use super::refused::Text;
use super::spot::Spots;
use crate::analysis::Analysis;
use crate::checks::application::{null_refused, required_column_missing, value_type_mismatch};
use crate::diagnostic::Diagnostic;
use crate::file::{File, FileId, Files, Place};
use crate::query::rowid;
use crate::query::syntax::Parsed;
use crate::query::trigger::is_early;
use crate::query::write::{What, Write, writes};
use crate::replay::Replay;
use crate::sqlite::sandbox::Sandbox;

/// The first fault of a statement that can never write what it is to write.
///
/// A BEFORE trigger may see to it that the row is not written at all, and a table of others may be another one than is said:
/// of these nothing is said.
pub(super) fn fault(
    analysis: &Analysis,
    replay: &Replay,
    sandbox: &Sandbox,
    Text { path, text }: Text<'_>,
    sql: &str,
    parsed: &Parsed<'_>,
) -> Option<super::Refused> {
    let files = OnceCell::new();
    let file = || {
        let (_, file): &(Files, FileId) = files.get_or_init(|| {
            let mut files = analysis.history.files.clone();
            let file = files.add(File::statement(path, text));
            (files, file)
        });
        *file
    };
    let start = sql.as_ptr() as usize - text.as_ptr() as usize;
    let writes = writes(&replay.known, parsed);
    if writes.is_empty() {
        return None;
    }
    let spots = Spots::read(sql);
    let diagnostic = writes.iter().enumerate().find_map(|(index, write)| {
        let table = ordinary(analysis, replay, &write.table)?;
        // What an upsert updates, it has tried to insert.
        let events: Vec<&str> = writes[..=index].iter().map(|write| write.what.event()).collect();
        if is_early(&replay.schema, table, &events) {
            return None;
        }
        let at = |range: Range<usize>| file().at(start + range.start..start + range.end);
        let found = Found { analysis, sandbox, table, write };
        found.left_out(|| at(spots.target())).or_else(|| {
            found.given(|row, at_column, name| match write.what {
                What::Update => at(spots.set(name)),
                What::Insert | What::Copy => at(spots.value(row, at_column)),
            })
        })
    })?;
    let (files, _) = files.into_inner()?;
    Some(super::Refused { diagnostic: Box::new(diagnostic), files })
}

/// A table that the history makes and SQLite keeps: one of others may be another than is said, and a module may do anything.
pub(crate) fn ordinary<'r>(analysis: &Analysis, replay: &'r Replay, name: &str) -> Option<&'r Table> {
    let table = replay.schema.table(name).filter(|table| table.module.is_none())?;
    let mut external = analysis.history.config.external.iter();
    let is_external = external.any(|found| found.schema.is_none() && Ident(&found.name) == name);
    (!is_external).then_some(table)
}

/// Whether a default is a literal, so that SQLite need not be asked.
fn is_never_null(default: &str) -> bool {
    let mut tokens = significant(default);
    let is_literal = tokens.next().is_some_and(|token| {
        let words = ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"];
        matches!(token.kind, Kind::String | Kind::Number) || words.iter().any(|word| token.is(word))
    });
    is_literal && tokens.next().is_none()
}

struct Found<'f> {
    analysis: &'f Analysis,
    sandbox: &'f Sandbox,
    table: &'f Table,
    write: &'f Write,
}

impl Found<'_> {
    /// The columns that an INSERT leaves out and must not.
    fn left_out(&self, place: impl Fn() -> Place) -> Option<Diagnostic> {
        if self.write.what == What::Update {
            return None;
        }
        let columns = self.table.columns.iter().filter(|column| {
            column.generated.is_none() && !self.is_rowid(column) && !self.write.gives(&column.name)
        });
        let refused = columns.filter_map(|column| Some((column, self.refuses_null(column, None)?)));
        let refused: Vec<(&Column, Refused)> = refused.filter(|(_, why)| *why != Refused::Type).collect();
        // What SQLite refuses comes first.
        let is_vouched = refused.iter().all(|(_, why)| *why == Refused::Vouched);
        let told = refused.iter().filter(|(_, why)| is_vouched || *why != Refused::Vouched);
        let missing: Vec<(&str, Place)> =
            told.map(|(column, _)| (column.name.as_str(), self.definition(column))).collect();
        if missing.is_empty() {
            return None;
        }
        let table = &self.table.name;
        Some(match is_vouched {
            true => required_column_missing::vouched(place(), table, self.write, &missing),
            false => {
                let is_ignored = refused.iter().any(|(_, why)| *why == Refused::Ignored);
                required_column_missing::diagnose(place(), table, self.write, is_ignored, &missing)
            }
        })
    }

    /// What NULL in a column does, written or left out.
    fn refuses_null(&self, column: &Column, given: Option<&str>) -> Option<Refused> {
        if given.is_none() && column.default.as_deref().is_some_and(is_never_null) {
            return None;
        }
        if column.not_null {
            return self.attempt(column, given);
        }
        let is_given_later = given.is_none() && column.default.is_some();
        (self.is_vouched(column) && !is_given_later).then_some(Refused::Vouched)
    }

    /// A key that is never NULL by onward.toml alone; a trigger may give it.
    fn is_vouched(&self, column: &Column) -> bool {
        let mut triggers = self.analysis.replay.iter().flat_map(|replay| replay.schema.triggers.values());
        self.analysis.history.config.vouches(self.table, column)
            && !triggers.any(|trigger| Ident(&trigger.table) == self.table.name)
    }

    /// The first value that its column never takes.
    fn given(&self, place: impl Fn(usize, usize, &str) -> Place) -> Option<Diagnostic> {
        for (row, values) in self.write.rows.iter().enumerate() {
            for (at, (name, given)) in self.write.columns.iter().zip(values).enumerate() {
                let (Some(value), Some(column)) = (attempt::certain(given), rowid::column(self.table, name))
                else {
                    continue;
                };
                let column = &*column;
                if self.is_written_twice(column) {
                    continue;
                }
                let Some(refused) = self.refuses(column, value) else { continue };
                let (place, definition) = (place(row, at, name), self.definition(column));
                return Some(match refused {
                    Refused::Null | Refused::Ignored => {
                        let is_ignored = refused == Refused::Ignored;
                        null_refused::diagnose(place, definition, self.table, column, self.write, is_ignored)
                    }
                    Refused::Vouched => {
                        null_refused::vouched(place, definition, self.table, column, self.write)
                    }
                    Refused::Type => value_type_mismatch::diagnose(
                        place,
                        definition,
                        self.table,
                        column,
                        value,
                        self.write.what,
                    ),
                });
            }
        }
        None
    }

    /// Of two values for one column, which one counts is SQLite's own affair.
    fn is_written_twice(&self, column: &Column) -> bool {
        let named = self.write.columns.iter().filter_map(|name| rowid::column(self.table, name));
        let is_it = |other: &Column| {
            other.name == column.name
                || (rowid::is_rowid(self.table, other) && rowid::is_rowid(self.table, column))
        };
        named.filter(|other| is_it(other)).count() > 1
    }

    fn refuses(&self, column: &Column, value: &str) -> Option<Refused> {
        if value == attempt::NULL {
            // To an INSERT it means the next number.
            return match self.is_rowid(column) {
                true => (self.write.what == What::Update).then_some(Refused::Type),
                false => self.refuses_null(column, Some(value)),
            };
        }
        let has_types = self.table.strict || self.is_rowid(column);
        has_types.then(|| self.attempt(column, Some(value))).flatten()
    }

    fn attempt(&self, column: &Column, given: Option<&str>) -> Option<Refused> {
        attempt(self.sandbox, self.table, column, given, self.write.conflict)
    }

    fn is_rowid(&self, column: &Column) -> bool {
        rowid::is_rowid(self.table, column)
    }

    fn definition(&self, column: &Column) -> Place {
        self.analysis.definition(&self.table.name, &column.name)
    }
}
