//! Puts rows in where an application may write, and puts aside what nothing later can reach.

use std::collections::BTreeSet;
use std::ops::Range;

use onward_core::kind::{Kind, ObjectKind};
use onward_core::token::significant;
use rusqlite::{OptionalExtension, Result};

use super::{Populated, Since};
use crate::folder::history::At;
use crate::folder::release::Stop;

impl Populated<'_> {
    /// Between two releases an application writes whatever the schema allows by then. What runs together, no application
    /// comes in between.
    pub(super) fn stop(&mut self, migrations: Range<usize>) -> Result<()> {
        let stops: Vec<Stop> =
            migrations.filter_map(|migration| self.history.releases.stop(migration)).collect();
        if stops.is_empty() {
            return Ok(());
        }
        let since = std::mem::take(&mut self.since);
        self.plant(&since)?;
        self.released.extend(since.tables);
        if stops.contains(&Stop::Certain) {
            let (sandbox, filler) = (&self.sandbox, &mut self.filler);
            let released = std::mem::take(&mut self.released);
            sandbox.filling(|| released.iter().try_for_each(|table| filler.top_up(sandbox, table)))?;
        }
        Ok(())
    }

    pub(super) fn plant(&mut self, since: &Since) -> Result<()> {
        if since.tables.is_empty() && since.seeded.is_empty() {
            return Ok(());
        }
        let (sandbox, filler) = (&self.sandbox, &mut self.filler);
        sandbox.filling(|| {
            for table in &since.tables {
                if !filler.fill(sandbox, table)? && since.altered.contains(table) {
                    filler.loosen(sandbox, table, &since.added)?;
                }
            }
            filler.provide(sandbox, &since.seeded)
        })
    }

    /// Notes whose limits a statement may change that does not name the table, or not as one that it writes to.
    pub(super) fn touch(&mut self, at: At) -> Result<()> {
        let table = match &self.history.statement(at).kind {
            Kind::Create { on: Some(table), .. } | Kind::Alter { table, .. } => {
                table.text.to_ascii_lowercase()
            }
            Kind::Drop { object: ObjectKind::Index | ObjectKind::Trigger, name } => {
                let sql = "SELECT lower(tbl_name) FROM main.sqlite_schema
                           WHERE name = ?1 COLLATE NOCASE AND type IN ('index', 'trigger')";
                let found = self.sandbox.conn().query_row(sql, [&name.text], |row| row.get(0)).optional()?;
                let Some(table) = found else { return Ok(()) };
                table
            }
            _ => return Ok(()),
        };
        self.since.tables.insert(table.clone());
        if self.limits(at) {
            self.since.altered.insert(table);
        }
        Ok(())
    }

    /// Whether a statement that makes or drops part of a table, or changes one, can change its limits (`Limits`): an index does
    /// if it is unique, and a trigger if it raises an error.
    fn limits(&self, at: At) -> bool {
        let mut tokens = significant(self.history.sql(at));
        match &self.history.statement(at).kind {
            Kind::Create { object: ObjectKind::Index, .. } => {
                tokens.nth(1).is_some_and(|token| token.is("UNIQUE"))
            }
            Kind::Create { object: ObjectKind::Trigger, .. } => tokens.any(|token| token.is("RAISE")),
            _ => true,
        }
    }

    /// Puts aside what no migration behind these can reach, if an application has written its rows.
    pub(super) fn put_aside(&mut self, migrations: Range<usize>) -> Result<()> {
        let Some(idle) = self.idle.as_mut().filter(|_| self.since.tables.is_empty()) else { return Ok(()) };
        let mut last = None;
        for migration in migrations {
            last = Some(migration).filter(|_| idle.is_due(self.history, migration));
        }
        let Some(last) = last else { return Ok(()) };
        let gets_rows = |table: &str| !self.filler.has_filled(&self.sandbox, table);
        idle.put_aside(&self.sandbox, last, &BTreeSet::new(), gets_rows, || Ok(true))
    }

    pub(super) fn bring_back(&mut self) -> Result<bool> {
        self.idle.as_mut().map_or(Ok(false), |idle| idle.bring_back(&self.sandbox))
    }
}
