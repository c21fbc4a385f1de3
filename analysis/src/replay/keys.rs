//! Which tables refer to which, so that foreign keys are looked at where a migration can have broken one: to look at all of
//! them, migration by migration, is what grows fastest with a history.

use std::collections::{BTreeMap, BTreeSet};

use onward_core::kind::{Kind, ObjectKind};
use onward_core::token::significant;
use onward_schema::{Violation, pragma};
use rusqlite::Result;

use super::plan::Plan;
use crate::folder::history::History;
use crate::sqlite::sandbox::Sandbox;

/// The parents of each table that has any. All names are in lower case.
#[derive(Debug, Default)]
pub(super) struct Keys(BTreeMap<String, BTreeSet<String>>);

impl Keys {
    /// Of all tables there are.
    pub(super) fn read(sandbox: &Sandbox) -> Result<Keys> {
        let mut keys = Keys::default();
        let mut tables =
            sandbox.conn().prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'")?;
        let tables = tables.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>>>()?;
        tables.into_iter().try_for_each(|table| keys.look(sandbox, table.to_ascii_lowercase()))?;
        Ok(keys)
    }

    /// Looks again where a migration that has run may have changed something.
    pub(super) fn follow(&mut self, sandbox: &Sandbox, plan: &Plan) -> Result<()> {
        if plan.is_undone {
            // The schema itself may have been written to.
            *self = Keys::read(sandbox)?;
            return Ok(());
        }
        let altered = plan.altered();
        // A table that gets another name gets it in the keys that lead to it.
        let mut tables = self.around(&altered);
        tables.extend(altered);
        tables.into_iter().try_for_each(|table| self.look(sandbox, table))
    }

    /// The rows whose foreign keys lead nowhere, in the tables that a migration can have touched or taken parents from; in
    /// all, if nobody can be sure which they are.
    pub(super) fn violations(
        &self,
        history: &History,
        sandbox: &Sandbox,
        plan: &Plan,
    ) -> Result<Vec<Violation>> {
        let names = || plan.steps.iter().flat_map(|step| significant(history.sql(step.at)));
        let names = names().filter_map(|token| token.name()).map(|name| name.to_ascii_lowercase());
        let names: BTreeSet<String> = names.collect();
        let makes_trigger = plan.steps.iter().any(|step| {
            matches!(history.statement(step.at).kind, Kind::Create { object: ObjectKind::Trigger, .. })
        });
        let foreign_keys = history.migrations[plan.migration()].foreign_keys;
        let is_schema = |name: &&str| names.contains(*name);
        let writes_schema = ["sqlite_schema", "sqlite_master"].iter().any(is_schema);
        if foreign_keys || plan.is_undone || writes_schema || makes_trigger || fires(sandbox, &names)? {
            return Violation::read(sandbox.conn());
        }
        Violation::of(sandbox.conn(), self.around(&names))
    }

    /// These tables, as far as they have parents, and their children.
    fn around(&self, names: &BTreeSet<String>) -> BTreeSet<String> {
        let is_near = |(child, parents): &(&String, &BTreeSet<String>)| {
            names.contains(*child) || parents.iter().any(|parent| names.contains(parent))
        };
        self.0.iter().filter(is_near).map(|(child, _)| child.clone()).collect()
    }

    fn look(&mut self, sandbox: &Sandbox, table: String) -> Result<()> {
        let mut list = pragma(sandbox.conn(), "foreign_key_list", &table)?;
        let parents = list.query_map([], |row| Ok(row.get::<_, String>(2)?.to_ascii_lowercase()))?;
        let parents = parents.collect::<Result<BTreeSet<_>>>()?;
        match parents.is_empty() {
            true => drop(self.0.remove(&table)),
            false => drop(self.0.insert(table, parents)),
        }
        Ok(())
    }
}

/// Whether one of these tables or views has a trigger.
fn fires(sandbox: &Sandbox, names: &BTreeSet<String>) -> Result<bool> {
    let mut watched =
        sandbox.conn().prepare("SELECT tbl_name FROM main.sqlite_schema WHERE type = 'trigger'")?;
    let mut rows = watched.query([])?;
    while let Some(row) = rows.next()? {
        if names.contains(&row.get::<_, String>(0)?.to_ascii_lowercase()) {
            return Ok(true);
        }
    }
    Ok(false)
}
