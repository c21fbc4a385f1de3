//! Which tables refer to which, so that foreign keys are looked at where a migration can have broken one: to look at all of
//! them, migration by migration, is what grows fastest with a history.

use std::collections::{BTreeMap, BTreeSet};

use onward_core::kind::{Kind, ObjectKind};
use onward_schema::Violation;
use rusqlite::Result;

use super::plan::Plan;
use crate::folder::history::History;
use crate::sqlite::sandbox::Sandbox;

/// Which tables refer to which. All names are in lower case.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// The parents of each table that has any.
    parents: BTreeMap<String, BTreeSet<String>>,
    children: BTreeMap<String, BTreeSet<String>>,
}

/// The tables in which rows may have foreign keys that lead nowhere.
#[derive(Debug, Clone)]
pub(super) enum Suspects {
    /// Nobody can be sure which they are.
    All,
    /// By their names in lower case.
    Some(BTreeSet<String>),
}

impl Suspects {
    /// The rows whose foreign keys lead nowhere.
    pub(super) fn violations(&self, sandbox: &Sandbox) -> Result<Vec<Violation>> {
        match self {
            Suspects::All => Violation::read(sandbox.conn()),
            Suspects::Some(tables) => Violation::of(sandbox.conn(), tables.clone()),
        }
    }
}

impl Keys {
    /// Of all tables there are.
    pub(super) fn read(sandbox: &Sandbox) -> Result<Keys> {
        let mut keys = Keys::default();
        // The text is asked first, since a pragma for each table takes its time.
        let tables = sandbox.tables("references")?;
        tables.into_iter().try_for_each(|table| keys.look(sandbox, table))?;
        Ok(keys)
    }

    /// Looks again where a migration that has run may have changed something.
    pub(super) fn follow(&mut self, sandbox: &Sandbox, plan: &Plan) -> Result<()> {
        if plan.is_undone {
            // The schema itself may have been written to.
            *self = Keys::read(sandbox)?;
            return Ok(());
        }
        let mut tables = plan.altered();
        if !plan.renames.is_empty() {
            // A table that gets another name gets it in the keys that lead to it.
            tables.extend(self.around(&tables));
        } else if !plan.has_keys {
            // A column that refers to nothing adds no key.
            tables.retain(|table| plan.made.contains(table) || plan.is_dropped(table));
        }
        tables.into_iter().try_for_each(|table| self.look(sandbox, table))
    }

    /// The tables that a migration can have touched or taken parents from.
    pub(super) fn suspects(&self, history: &History, sandbox: &Sandbox, plan: &Plan) -> Result<Suspects> {
        let names = plan.names(history);
        let makes_trigger = plan.steps.iter().any(|step| {
            matches!(history.statement(step.at).kind, Kind::Create { object: ObjectKind::Trigger, .. })
        });
        let foreign_keys = history.enforces(plan.migration());
        let is_schema = |name: &&str| names.contains(*name);
        let writes_schema = ["sqlite_schema", "sqlite_master"].iter().any(is_schema);
        if foreign_keys || plan.is_undone || writes_schema || makes_trigger || fires(sandbox, names)? {
            return Ok(Suspects::All);
        }
        Ok(Suspects::Some(self.around(names)))
    }

    /// These tables, as far as they have parents, and their children.
    fn around(&self, names: &BTreeSet<String>) -> BTreeSet<String> {
        let own = names.iter().filter(|name| self.parents.contains_key(*name));
        let children = names.iter().filter_map(|name| self.children.get(name)).flatten();
        own.chain(children).cloned().collect()
    }

    fn look(&mut self, sandbox: &Sandbox, table: String) -> Result<()> {
        let keys = sandbox.keys(&table)?;
        let parents: BTreeSet<String> = keys.iter().map(|key| key.parent.to_ascii_lowercase()).collect();
        for parent in self.parents.remove(&table).unwrap_or_default() {
            if let Some(children) = self.children.get_mut(&parent) {
                children.remove(&table);
            }
        }
        for parent in &parents {
            self.children.entry(parent.clone()).or_default().insert(table.clone());
        }
        if !parents.is_empty() {
            self.parents.insert(table, parents);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_table_is_near_its_parents_and_children_as_they_are_now() {
        let sandbox = Sandbox::open(&Config::default()).unwrap();
        let conn = sandbox.conn();
        conn.execute_batch("CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE C(p references P)").unwrap();
        let mut keys = Keys::read(&sandbox).unwrap();
        let near = |keys: &Keys, name: &str| Vec::from_iter(keys.around(&BTreeSet::from([name.to_owned()])));
        assert_eq!(
            (near(&keys, "p"), near(&keys, "c"), near(&keys, "x")),
            (vec!["c".into()], vec!["c".into()], vec![])
        );
        conn.execute_batch(
            "DROP TABLE c; CREATE TABLE q(id INTEGER PRIMARY KEY); CREATE TABLE c(q REFERENCES q)",
        )
        .unwrap();
        keys.look(&sandbox, "c".into()).unwrap();
        assert_eq!((near(&keys, "p"), near(&keys, "q")), (vec![], vec!["c".into()]));
    }
}
