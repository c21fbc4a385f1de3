//! What is missing, or in the way, only because an earlier statement was refused, and so is not the user's second fault.

use std::collections::HashSet;

use onward_core::kind::{Change, Kind, ObjectKind};
use onward_core::token::significant;

use crate::sqlite::message::{Cause, Refusal};

/// Names that refused statements would have made, in lower case.
#[derive(Debug, Default)]
pub(super) struct Lost {
    names: HashSet<String>,
    columns: HashSet<String>,
    /// What refused statements would have taken away: tables and the like, and columns.
    kept: HashSet<String>,
    kept_columns: HashSet<String>,
    databases: bool,
}

impl Lost {
    /// Notes what a refused statement would have made.
    pub(super) fn add(&mut self, kind: &Kind, cause: &Cause, sql: &str) {
        let lower = |name: &str| name.to_ascii_lowercase();
        // What was not there is not there now either.
        if !matches!(cause, Cause::NoTable(_) | Cause::NoObject(..) | Cause::NoColumn { .. }) {
            match kind {
                Kind::Alter { change: Some(Change::Drop(from) | Change::Rename(from, _)), .. } => {
                    self.kept_columns.insert(lower(&from.text));
                }
                Kind::Alter { table, change: Some(Change::RenameTable(_)) } => {
                    self.kept.insert(lower(&table.text));
                }
                Kind::Drop { name, .. } => {
                    self.kept.insert(lower(&name.text));
                }
                _ => {}
            }
        }
        match kind {
            // The table is there, only without what this statement wanted it to have.
            Kind::Create { object: ObjectKind::Table | ObjectKind::View, name, .. } => {
                if !matches!(cause, Cause::Exists(_)) {
                    self.names.insert(lower(&name.text));
                }
                self.columns.extend(words(sql));
            }
            Kind::Create { name, .. } => {
                self.names.insert(lower(&name.text));
            }
            Kind::Alter { change: Some(Change::Add(to) | Change::Rename(_, to)), .. } => {
                self.columns.insert(lower(&to.text));
            }
            Kind::Alter { change: Some(Change::RenameTable(to)), .. } => {
                self.names.insert(lower(&to.text));
            }
            Kind::Alter { change: Some(Change::Drop(_)), .. } | Kind::Drop { .. } => {}
            Kind::Other if *cause != Cause::Syntax => {}
            _ => {
                self.names.extend(words(sql));
                self.columns.extend(words(sql));
            }
        }
    }

    /// Notes a statement that is left out because it can be part of no migration.
    pub(super) fn skip(&mut self, kind: &Kind) {
        self.databases |= *kind == Kind::Outside;
    }

    /// Whether a refusal follows from an earlier one.
    pub(super) fn explains(&self, refusal: &Refusal) -> bool {
        match &refusal.cause {
            Cause::NoTable(name) if self.databases && name.contains('.') => true,
            Cause::NoTable(name) | Cause::NoObject(_, name) => {
                self.names.contains(&name.to_ascii_lowercase())
            }
            Cause::ColumnExists(name) => self.kept_columns.contains(&name.to_ascii_lowercase()),
            Cause::Exists(name) => self.kept.contains(&name.to_ascii_lowercase()),
            Cause::NoColumn { name, .. } => self.columns.contains(&name.to_ascii_lowercase()),
            Cause::Other => self.databases && refusal.message.starts_with("unknown database"),
            _ => false,
        }
    }
}

fn words(sql: &str) -> impl Iterator<Item = String> {
    significant(sql).filter_map(|token| token.name()).map(|name| name.to_ascii_lowercase())
}
