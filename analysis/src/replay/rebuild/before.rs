//! The schema before a migration that may lose something of it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use onward_core::kind::{Change, Kind, ObjectKind};
use onward_schema::Schema;
use rusqlite::Result;

use crate::folder::history::History;
use crate::sqlite::sandbox::Sandbox;

/// The schema before a migration that may lose something of it.
pub(crate) struct Before {
    pub(super) schema: Schema,
    /// The statements that made indexes, triggers and views: kind, name, text.
    pub(super) texts: Vec<(String, String, String)>,
    /// Tables that are there and put aside, by their names in lower case.
    aside: Arc<BTreeSet<String>>,
}

impl Before {
    /// Reads the schema, if these migrations drop or rename anything of tables, or drop views.
    pub(crate) fn read(
        history: &History,
        migrations: Range<usize>,
        sandbox: &Sandbox,
        aside: Arc<BTreeSet<String>>,
    ) -> Result<Option<Before>> {
        let takes = |kind: &Kind| match kind {
            Kind::Drop { object, .. } => matches!(object, ObjectKind::Table | ObjectKind::View),
            Kind::Alter { change, .. } => matches!(change, Some(Change::RenameTable(_) | Change::Drop(_))),
            _ => false,
        };
        let mut statements = history.migrations[migrations].iter().flat_map(|found| &found.statements);
        if !statements.any(|statement| takes(&statement.kind)) {
            return Ok(None);
        }
        let mut query = sandbox.conn().prepare(
            "SELECT type, lower(name), sql FROM main.sqlite_schema
             WHERE type IN ('index', 'trigger', 'view') AND sql IS NOT NULL",
        )?;
        let texts = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(Some(Before { texts: texts.collect::<Result<_>>()?, schema: sandbox.schema()?, aside }))
    }

    /// Whether there is an ordinary table of this name in lower case.
    pub(super) fn has_table(&self, name: &str) -> bool {
        self.schema.tables.get(name).is_some_and(|table| table.module.is_none()) || self.aside.contains(name)
    }

    pub(super) fn text(&self, kind: ObjectKind, name: &str) -> Option<String> {
        let is_it = |(found, other, _): &&(String, String, String)| {
            found == kind.as_str() && other.eq_ignore_ascii_case(name)
        };
        self.texts.iter().find(is_it).map(|(_, _, sql)| onward_schema::fold(sql))
    }
}
