//! Views, triggers and foreign keys that only a later migration makes work.
//!
//! SQLite takes them as they come. Within a migration the order is no fault, since nobody sees what is in between.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashSet};

use onward_core::kind::{Change, Kind, ObjectKind};
use onward_core::name::{Ident, quoted};
use onward_schema::{Schema, pragma};
use rusqlite::{OptionalExtension, Result};

use super::broken;
use super::step::Step;
use crate::folder::history::{At, History};
use crate::sqlite::message::{Cause, Refusal};
use crate::sqlite::sandbox::Sandbox;

/// Something that did not work when its migration had run.
#[derive(Debug, Clone)]
pub(crate) struct Unresolved {
    pub(crate) at: At,
    pub(crate) name: String,
    pub(crate) what: Waiting,
    /// The later statement that brings what was missing; `None` if nothing does.
    pub(crate) mended: Option<At>,
}

#[derive(Debug, Clone)]
pub(crate) enum Waiting {
    /// A view or a trigger, with what it misses and a statement that shows it.
    Body { object: ObjectKind, cause: Cause, probe: String },
    /// A foreign key, with the parent that is not there, or has no such key.
    Key { parent: String, missing: bool },
}

/// What is waiting, and what has come.
#[derive(Debug, Default)]
pub(super) struct Waiters {
    waiting: Vec<Unresolved>,
    pub(super) come: Vec<Unresolved>,
}

impl Waiters {
    /// Looks at what a migration has made, and at what has waited for it.
    pub(super) fn look(&mut self, history: &History, steps: &[Step], sandbox: &Sandbox) -> Result<()> {
        let changes = |step: &&Step| history.statement(step.at).kind.changes_schema();
        let Some(last) = steps.iter().rfind(changes) else { return Ok(()) };
        let tables = Tables::of(sandbox);
        for mut unresolved in std::mem::take(&mut self.waiting) {
            match unresolved.what.works(sandbox, &tables, &unresolved.name)? {
                Some(true) => {
                    let missing = unresolved.what.missing();
                    let brings = |step: &&Step| !history.named(step.at, missing).is_empty();
                    unresolved.mended = Some(steps.iter().filter(changes).rfind(brings).unwrap_or(last).at);
                    self.come.push(unresolved);
                }
                Some(false) => self.waiting.push(unresolved),
                None => {}
            }
        }
        for step in steps {
            self.made(history, step.at, sandbox, &tables)?;
        }
        Ok(())
    }

    /// The names of what is waiting, in lower case.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.waiting.iter().map(|unresolved| unresolved.name.to_ascii_lowercase()).collect()
    }

    fn made(&mut self, history: &History, at: At, sandbox: &Sandbox, tables: &Tables<'_>) -> Result<()> {
        let (object, name) = match &history.statement(at).kind {
            Kind::Create { object, name, temporary: false, .. } => (*object, &name.text),
            Kind::Alter { table, change: Some(Change::Add(_)) } => (ObjectKind::Table, &table.text),
            Kind::Alter { change: Some(Change::RenameTable(to)), .. } => (ObjectKind::Table, &to.text),
            _ => return Ok(()),
        };
        let mut wait = |what| {
            self.waiting.push(Unresolved { at, name: name.clone(), what, mended: None });
        };
        match object {
            ObjectKind::Table => {
                if history.sql(at).to_ascii_uppercase().contains("REFERENCES")
                    || matches!(
                        history.statement(at).kind,
                        Kind::Alter { change: Some(Change::RenameTable(_)), .. }
                    )
                {
                    unmatched(tables, name)?.into_iter().for_each(&mut wait);
                }
            }
            ObjectKind::View | ObjectKind::Trigger => {
                let probe = match object {
                    ObjectKind::View => Some(format!("SELECT * FROM {}", quoted(name))),
                    _ => probe(sandbox, name)?,
                };
                if let Some(probe) = probe
                    && let Err(error) = sandbox.prepare(&probe, true)
                {
                    let cause = Refusal::from(error).cause;
                    if cause.missing().is_some() {
                        wait(Waiting::Body { object, cause, probe });
                    }
                }
            }
            ObjectKind::Index => {}
        }
        Ok(())
    }
}

impl Waiting {
    /// Whether it works now; `None` if it is not there any more.
    fn works(&self, sandbox: &Sandbox, tables: &Tables<'_>, name: &str) -> Result<Option<bool>> {
        match self {
            Waiting::Body { object, probe, .. } => {
                let is_there = sandbox.text(name, *object == ObjectKind::Trigger)?.is_some();
                Ok(is_there.then(|| sandbox.prepare(probe, true).is_ok()))
            }
            Waiting::Key { parent, .. } => {
                if sandbox.text(name, false)?.is_none() {
                    return Ok(None);
                }
                let left = unmatched(tables, name)?;
                Ok(Some(!left.iter().any(|key| Ident(key.missing()) == parent)))
            }
        }
    }

    /// What it waits for.
    fn missing(&self) -> &str {
        match self {
            Waiting::Body { cause, .. } => cause.missing().map_or("", |(_, name)| name),
            Waiting::Key { parent, .. } => parent,
        }
    }
}

/// The tables that there are, read when somebody asks.
struct Tables<'s> {
    sandbox: &'s Sandbox,
    /// Their names in lower case.
    names: OnceCell<HashSet<String>>,
}

impl Tables<'_> {
    fn of(sandbox: &Sandbox) -> Tables<'_> {
        Tables { sandbox, names: OnceCell::new() }
    }

    fn has(&self, name: &str) -> Result<bool> {
        let names = match self.names.get() {
            Some(names) => names,
            None => {
                let sql = "SELECT name FROM main.sqlite_schema WHERE type = 'table'";
                let mut query = self.sandbox.conn().prepare(sql)?;
                let names = query.query_map([], |row| Ok(row.get::<_, String>(0)?.to_ascii_lowercase()))?;
                let names = names.collect::<Result<_>>()?;
                self.names.get_or_init(|| names)
            }
        };
        Ok(names.contains(&name.to_ascii_lowercase()))
    }
}

/// The foreign keys of a table that nothing can match.
fn unmatched(tables: &Tables<'_>, table: &str) -> Result<Vec<Waiting>> {
    let mut found = orphaned(tables, table)?;
    found.extend(mismatched(tables, table)?);
    Ok(found)
}

/// Those whose parent is not there.
fn orphaned(tables: &Tables<'_>, table: &str) -> Result<Vec<Waiting>> {
    let mut found: Vec<Waiting> = Vec::new();
    for key in tables.sandbox.keys(table)?.iter() {
        let key = Waiting::Key { parent: key.parent.clone(), missing: true };
        if !tables.has(key.missing())? && !found.iter().any(|known| known.missing() == key.missing()) {
            found.push(key);
        }
    }
    Ok(found)
}

/// The first that has no unique key where it refers to: SQLite names no other.
fn mismatched(tables: &Tables<'_>, table: &str) -> Result<Option<Waiting>> {
    let check = pragma(tables.sandbox.conn(), "foreign_key_check", table);
    if let Err(error) = check.and_then(|mut check| check.query_row([], |_| Ok(())).optional())
        && let Refusal { message, .. } = Refusal::from(error)
        && let Some((_, parent)) = message.split_once(" referencing ")
        && message.starts_with("foreign key mismatch")
    {
        return Ok(Some(Waiting::Key { parent: parent.trim_matches('"').to_owned(), missing: false }));
    }
    Ok(None)
}

/// A statement that sets a trigger off.
pub(super) fn probe(sandbox: &Sandbox, trigger: &str) -> Result<Option<String>> {
    let sql =
        "SELECT tbl_name, sql FROM main.sqlite_schema WHERE type = 'trigger' AND name = ?1 COLLATE NOCASE";
    let found = sandbox.conn().query_row(sql, [trigger], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((table, text)): Option<(String, String)> = found else { return Ok(None) };
    // Of a view that cannot be read there are no columns to tell.
    let columns = sandbox.columns(&table).unwrap_or_default();
    let columns = columns.iter().filter(|column| !column.is_hidden).map(|column| column.name.clone());
    Ok(broken::probe(&text, &table, &columns.collect::<Vec<_>>()))
}

/// The foreign keys that nothing can match at the end.
pub(super) fn never(
    history: &History,
    ran: &[Step],
    schema: &Schema,
    sandbox: &Sandbox,
) -> Result<Vec<Unresolved>> {
    let mut found = Vec::new();
    let tables = Tables::of(sandbox);
    for table in schema.tables.values().filter(|table| !table.foreign_keys.is_empty()) {
        // Where the schema has all parents, SQLite need not be asked for them again.
        let mut what = match table.foreign_keys.iter().all(|key| schema.table(&key.parent).is_some()) {
            true => Vec::new(),
            false => orphaned(&tables, &table.name)?,
        };
        what.extend(mismatched(&tables, &table.name)?);
        for what in what {
            let made = ran.iter().map(|step| step.at).rfind(|&at| {
                let made = matches!(
                    &history.statement(at).kind,
                    Kind::Create { object: ObjectKind::Table, .. }
                        | Kind::Alter { change: Some(Change::Add(_)), .. }
                );
                made && !history.named(at, what.missing()).is_empty()
                    && history.sql(at).to_ascii_uppercase().contains("REFERENCES")
            });
            found.extend(made.map(|at| Unresolved { at, name: table.name.clone(), what, mended: None }));
        }
    }
    Ok(found)
}
