//! What foreign keys do to other tables while a migration has them on: a statement that deletes rows without a word, as
//! DROP TABLE and REPLACE do, takes those along that refer to them, or clears what refers to them.

use std::collections::{BTreeMap, BTreeSet};

use onward_core::token::significant;
use onward_schema::Violation;
use rusqlite::Result;
use rusqlite::types::Value;

use super::contents::Contents;
use super::finding::{Finding, What};
use super::plan::Plan;
use super::sample::Rows;
use super::write::Write;
use crate::folder::history::{At, History};
use crate::sqlite::sandbox::Sandbox;
use onward_core::kind::{Kind, ObjectKind};

/// Tables that foreign keys act on, with what is in them before a statement.
#[derive(Default)]
pub(super) struct Watch {
    at: Option<At>,
    tables: Vec<(Child, Contents)>,
}

/// What a statement has done to a table.
pub(super) struct Act {
    at: At,
    child: Child,
    /// Whether rows are gone; else a column is cleared.
    is_lost: bool,
}

/// A column that refers to a table, with what becomes of it when the row that it refers to is deleted. All names are in
/// lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Child {
    table: String,
    column: String,
    parent: String,
    cascades: bool,
}

impl Watch {
    /// Looks at the tables that a statement may touch by deleting rows without saying so.
    pub(super) fn before(
        history: &History,
        at: At,
        write: Option<&Write>,
        sandbox: &Sandbox,
    ) -> Result<Watch> {
        let table = match (&history.statement(at).kind, write) {
            (Kind::Drop { object: ObjectKind::Table, name }, _) => name.text.to_ascii_lowercase(),
            (_, Some(write)) if replaces(history.sql(at), write, sandbox)? => write.table().to_owned(),
            _ => return Ok(Watch::default()),
        };
        Ok(Watch { at: Some(at), tables: read(below(children(sandbox)?, table), sandbox)? })
    }

    /// What has become of them.
    pub(super) fn after(self, sandbox: &Sandbox) -> Result<Vec<Act>> {
        let mut acts = Vec::new();
        for (child, before) in self.tables {
            let (Some(at), Some(after)) = (self.at, Contents::read(sandbox, &child.table)?) else { continue };
            let is_lost = child.cascades && after.rows.len() < before.rows.len();
            let is_cleared = !child.cascades && after.values(&child.column) != before.values(&child.column);
            if is_lost || is_cleared {
                acts.push(Act { at, child, is_lost });
            }
        }
        Ok(acts)
    }
}

/// Which of these acts are there to see behind the migration, before which the tables held `before`.
pub(super) fn lasting(
    acts: Vec<Act>,
    history: &History,
    before: &BTreeMap<String, Contents>,
    sandbox: &Sandbox,
    rows: Rows,
) -> Result<Vec<Finding>> {
    let mut found: Vec<Finding> = Vec::new();
    let mut seen = BTreeSet::new();
    for Act { at, child, is_lost } in acts {
        let Child { table, column, parent, .. } = child;
        let (Some(before), Some(after)) = (before.get(&table), Contents::read(sandbox, &table)?) else {
            continue;
        };
        // Every row of a table that is dropped goes; which one a REPLACE hits depends on the data.
        let is_drop = matches!(history.statement(at).kind, Kind::Drop { .. });
        let certain = rows == Rows::Mild && is_drop;
        let (count, left) = (before.rows.len(), after.rows.len());
        let what = match is_lost {
            true if left < count && seen.insert((table.clone(), String::new())) => {
                What::RowsLost { table, before: count, after: left, cascade: true }
            }
            false if emptied(before, &after, &column) && seen.insert((table.clone(), column.clone())) => {
                What::Cleared { table, column, parent }
            }
            _ => continue,
        };
        found.push(Finding { at, certain, what });
    }
    Ok(found)
}

/// A database from before a migration that deletes parents with foreign keys off, to see what it would do with them on.
pub(super) struct Trial {
    sandbox: Sandbox,
    /// What foreign keys hit when the parent is built anew.
    kept: Vec<(Child, Contents)>,
}

impl Trial {
    /// Sets one up for a migration that takes away rows of a table and does something else to one that an action hits.
    pub(super) fn of(history: &History, plan: &Plan, sandbox: &Sandbox) -> Result<Option<Trial>> {
        let deleted = plan.writes.iter().filter(|(_, write)| matches!(write, Write::Delete { .. }));
        let deleted = deleted.map(|(_, write)| write.table());
        let gone: BTreeSet<&str> =
            deleted.chain(plan.drops.iter().map(|(_, table)| table.as_str())).collect();
        let touched = plan.writes.iter().map(|(_, write)| write.table());
        let touched: BTreeSet<&str> =
            touched.chain(plan.added.iter().map(|(table, _)| table.as_str())).collect();
        if gone.is_empty() || touched.is_empty() {
            return Ok(None);
        }
        let all = children(sandbox)?;
        let is_hit =
            |child: &Child| gone.contains(child.parent.as_str()) && touched.contains(child.table.as_str());
        if !all.iter().any(is_hit) {
            return Ok(None);
        }
        // Rows of a table that is dropped are meant to stay.
        let dropped = plan.drops.iter().flat_map(|(_, table)| below(all.clone(), table.clone()));
        let kept = read(dropped.collect(), sandbox)?;
        Ok(Some(Trial { sandbox: sandbox.copy(&history.config)?, kept }))
    }

    /// Whether all of the migration works with foreign keys on, and loses nothing that it puts back with them off.
    pub(super) fn works(self, history: &History, plan: &Plan) -> Result<bool> {
        let before = Violation::read(self.sandbox.conn())?;
        self.sandbox.foreign_keys(true)?;
        for step in &plan.steps {
            if self.sandbox.run(history.sql(step.at), step.strings).is_err() {
                return Ok(false);
            }
        }
        self.sandbox.foreign_keys(false)?;
        for (child, before) in &self.kept {
            let Some(after) = Contents::read(&self.sandbox, &child.table)? else { continue };
            if after.rows.len() < before.rows.len() || emptied(before, &after, &child.column) {
                return Ok(false);
            }
        }
        Ok(Violation::new_ones(&before, Violation::read(self.sandbox.conn())?).is_empty())
    }
}

/// What is in these tables.
fn read(children: Vec<Child>, sandbox: &Sandbox) -> Result<Vec<(Child, Contents)>> {
    let mut tables = Vec::new();
    for child in children {
        if let Some(contents) = Contents::read(sandbox, &child.table)? {
            tables.push((child, contents));
        }
    }
    Ok(tables)
}

/// Whether fewer rows have a value in a column than did.
fn emptied(before: &Contents, after: &Contents, column: &str) -> bool {
    let full = |contents: &Contents| {
        contents.values(column).unwrap_or_default().iter().filter(|value| ***value != Value::Null).count()
    };
    full(after) < full(before) && after.rows.len() >= before.rows.len()
}

/// Whether a statement deletes the rows that are in its way.
fn replaces(sql: &str, write: &Write, sandbox: &Sandbox) -> Result<bool> {
    let has = |sql: &str| significant(sql).any(|token| token.is("REPLACE"));
    Ok(match write {
        Write::Delete { .. } => false,
        Write::Insert { table } | Write::Update { table, .. } => has(sql) || has_clause(sandbox, table, has)?,
        Write::Copy(copy) => has(sql) || has_clause(sandbox, &copy.table, has)?,
    })
}

fn has_clause(sandbox: &Sandbox, table: &str, has: impl Fn(&str) -> bool) -> Result<bool> {
    Ok(sandbox.text(table, false)?.is_some_and(|sql| has(&sql)))
}

/// The columns whose foreign keys act when a row is deleted.
pub(super) fn children(sandbox: &Sandbox) -> Result<Vec<Child>> {
    let mut children = Vec::new();
    for table in sandbox.tables("delete")? {
        let keys = sandbox.keys(&table)?;
        for key in keys.iter().filter(|key| !matches!(&*key.on_delete, "NO ACTION" | "RESTRICT")) {
            children.extend(key.columns.iter().map(|column| Child {
                table: table.clone(),
                column: column.to_ascii_lowercase(),
                parent: key.parent.to_ascii_lowercase(),
                cascades: key.on_delete == "CASCADE",
            }));
        }
    }
    Ok(children)
}

/// Those that rows of a table going can have an effect on.
fn below(mut all: Vec<Child>, table: String) -> Vec<Child> {
    let mut found = Vec::new();
    let mut open = vec![table.clone()];
    while let Some(parent) = open.pop() {
        let (hit, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|child| child.parent == parent);
        open.extend(hit.iter().filter(|child| child.cascades).map(|child| child.table.clone()));
        found.extend(hit.into_iter().filter(|child| child.table != table));
        all = rest;
    }
    found
}
