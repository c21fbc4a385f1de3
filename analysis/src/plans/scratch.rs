//! A copy of the database at the end of a history, in which indexes can be tried.

use onward_core::name::{Ident, quoted};
use onward_schema::{Schema, Table};
use rusqlite::Result;

use super::index::NewIndex;
use super::plan::{Plan, Row};
use super::statistics;
use crate::config::Config;
use crate::sqlite::sandbox::Sandbox;

/// A copy of the database at the end of a history, without rows and with statistics as of large tables.
#[derive(Debug)]
pub(crate) struct Scratch {
    sandbox: Sandbox,
    schema: Schema,
    /// The tables that an index may be advised for, by their names in lower case.
    tables: Vec<String>,
    small: Vec<String>,
}

/// What the indexes are called that are tried.
const NAME: &str = "onward_plan_";

impl Scratch {
    /// Of a sandbox that is a copy, and the schema of its database.
    pub(crate) fn of(sandbox: Sandbox, schema: &Schema, config: &Config) -> Result<Scratch> {
        let small = config.plans.small.clone();
        let is_eligible = |table: &&Table| {
            table.module.is_none()
                && !table.name.to_ascii_lowercase().starts_with("sqlite_")
                && !config.is_external(&table.name)
                && Ident(config.ledger().table()) != table.name
                && !small.iter().any(|name| Ident(name) == table.name)
        };
        let tables: Vec<&Table> = schema.tables.values().filter(is_eligible).collect();
        // An index over a hundred thousand rows of a seed would take its time.
        let empty = |table: &&Table| sandbox.write(&format!("DELETE FROM main.{}", quoted(&table.name)), &[]);
        sandbox.without_triggers(|| tables.iter().try_for_each(|table| empty(table).map(drop)))?;
        statistics::write(&sandbox, schema, &small)?;
        let tables = tables.iter().map(|table| table.name.to_ascii_lowercase()).collect();
        Ok(Scratch { sandbox, schema: schema.clone(), tables, small })
    }

    /// The schema at the end of the history.
    pub(crate) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The tables that an index may be advised for: those of the history that are not declared small.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.iter().filter_map(|name| self.schema.tables.get(name))
    }

    /// Whether a table is declared small.
    pub(crate) fn is_small(&self, table: &str) -> bool {
        self.small.iter().any(|name| Ident(name) == table)
    }

    /// The plan of a statement; `None` if SQLite refuses it or the plan has something that is not known.
    pub(super) fn plan(&self, sql: &str) -> Option<Plan> {
        Plan::read(&self.explain(sql).ok()?)
    }

    /// The lines of the plan of a statement; none if SQLite refuses it.
    pub(super) fn lines(&self, sql: &str) -> Vec<String> {
        self.explain(sql).unwrap_or_default().into_iter().map(|row| row.text).collect()
    }

    fn explain(&self, sql: &str) -> Result<Vec<Row>> {
        let mut plan = self.sandbox.conn().prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        // Nothing is bound to the parameters: nobody knows the values.
        let row =
            |row: &rusqlite::Row<'_>| Ok(Row { id: row.get(0)?, parent: row.get(1)?, text: row.get(3)? });
        plan.raw_query().mapped(row).collect()
    }

    /// The plan of a statement if there were these indexes, which go by [`Scratch::name`].
    pub(super) fn plan_with(&self, sql: &str, indexes: &[NewIndex]) -> Option<Plan> {
        let made = self.make(indexes);
        let plan = made.as_ref().ok().and_then(|()| self.plan(sql));
        for at in 0..indexes.len() {
            self.sandbox.write(&format!("DROP INDEX IF EXISTS main.{}", Scratch::name(at)), &[]).ok()?;
        }
        plan
    }

    /// What the index at this place of a list is called while it is tried.
    pub(super) fn name(at: usize) -> String {
        format!("{NAME}{at}")
    }

    /// Whether a statement that looks rows of a table up by these columns has to read all of it, and would not with an
    /// index of them.
    pub(crate) fn wants_index(&self, index: &NewIndex) -> bool {
        let columns: Vec<String> = index.columns().map(|column| format!("{} = ?", quoted(column))).collect();
        let sql = format!("SELECT 1 FROM main.{} WHERE {}", quoted(&index.table), columns.join(" AND "));
        let Some(before) = self.plan(&sql) else { return false };
        let after = || self.plan_with(&sql, std::slice::from_ref(index));
        !before.scans().is_empty() && after().is_some_and(|after| after.spares_a_scan(&before))
    }

    /// The statement that makes an index, as people write it.
    pub(crate) fn written(&self, index: &NewIndex) -> String {
        let name = index.name(&self.schema);
        index.sql(&name, |name| self.plain(name))
    }

    /// A name without quotes where it needs none.
    pub(crate) fn plain(&self, name: &str) -> String {
        let is_word = !name.is_empty()
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            && !name.starts_with(|first: char| first.is_ascii_digit());
        // A keyword is no name there.
        let sql = format!("WITH {name}({name}) AS (SELECT 1) SELECT {name} FROM {name}");
        let is_free = is_word && self.sandbox.prepare(&sql, false).is_ok();
        if is_free { name.to_owned() } else { quoted(name) }
    }

    fn make(&self, indexes: &[NewIndex]) -> Result<()> {
        for (at, index) in indexes.iter().enumerate() {
            let name = Scratch::name(at);
            self.sandbox.write(&index.sql(&name, quoted), &[])?;
            if let Some(table) = self.schema.table(&index.table) {
                statistics::add_new(&self.sandbox, table, index, &name)?;
            }
        }
        statistics::load(&self.sandbox)
    }
}
