//! The columns by which an upsert tells whether its row is there: `ON CONFLICT(queue, name)`.

use onward_core::name::Ident;
use onward_schema::{Index, Table};

use crate::analysis::Analysis;
use crate::checks::application::conflict_target_mismatch::{RULE, diagnose, is_target};
use crate::diagnostic::Diagnostic;
use crate::query::relation::Relation;

impl Analysis {
    /// Whether an upsert of a table can find its row by these columns of it: they are its rowid, or exactly those of a UNIQUE
    /// index or of the primary key, in any order.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn conflict_target(&self, relation: &Relation, columns: &[String]) -> Result<(), Box<Diagnostic>> {
        let refused = |what: &str| {
            let message = format!("`{}` is a {what}, and an upsert writes ordinary tables", relation.whole());
            let first = columns.first().map(String::as_str).unwrap_or_default();
            let place = self.definition(&relation.whole(), first);
            Box::new(Diagnostic::new(&RULE, place, message).label("no ordinary table"))
        };
        let Some(table) = self.table_of(relation) else { return Err(refused("view")) };
        if table.module.is_some() {
            return Err(refused("virtual table"));
        }
        let has = |index: &&Index| {
            let is_named = |name: &str| columns.iter().any(|column| Ident(column) == name);
            let named = index.columns.iter().map(|column| column.name_or_expression.as_str());
            index.columns.len() == columns.len() && named.into_iter().all(is_named)
        };
        let indexes = || table.indexes.iter().filter(has);
        if is_rowid(table, columns) || indexes().any(is_target) {
            return Ok(());
        }
        let named: Vec<_> = columns
            .iter()
            .map(|column| (column.as_str(), self.definition(&relation.whole(), column)))
            .collect();
        let partial = indexes().find(|index| index.unique && index.partial.is_some());
        let place = |index: &Index| self.replay.as_ref()?.definition_of_index(&self.history, &index.name);
        let partial = partial.map(|index| (index, place(index)));
        let is_of_others = relation.schema.is_some() || self.history.config.is_of_others(&relation.name);
        diagnose(table, is_of_others, &named, partial)
            .map_or(Ok(()), |diagnostic| Err(Box::new(self.then(diagnostic))))
    }

    fn table_of(&self, relation: &Relation) -> Option<&Table> {
        let replay = self.replay.as_ref()?;
        match relation.schema {
            None => replay.schema.table(&relation.name),
            Some(_) => replay.known.table(&relation.whole()),
        }
    }
}

fn is_rowid(table: &Table, columns: &[String]) -> bool {
    let [column] = columns else { return false };
    match table.rowid() {
        Some(rowid) => Ident(&rowid.name) == column,
        None => !table.without_rowid && table.column(column).is_none() && Ident("rowid") == column,
    }
}
