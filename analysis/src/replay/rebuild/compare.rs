//! Holds the schema after a migration against the one before.

use std::collections::BTreeMap;

use onward_core::kind::{Change, Kind, ObjectKind};
use onward_schema::{Affinity, Classes, Schema, Table};
use rusqlite::Result;

use super::before::Before;
use super::constraint::{same, stands_in};
use super::flow::Flow;
use super::part::{Loss, Part};
use super::table::{Rebuild, renames};
use super::{instead, left, lifted, moved};
use crate::folder::history::{At, History};
use crate::replay::plan::Plan;
use crate::sqlite::sandbox::Sandbox;

impl Before {
    /// Holds the schema after the migration against the one before.
    pub(crate) fn losses(&self, history: &History, plan: &Plan, sandbox: &Sandbox) -> Result<Vec<Loss>> {
        let after = sandbox.schema()?;
        let mut found = Vec::new();
        let flow = Flow::read(history, &self.schema, plan);
        for (key, old) in &self.schema.tables {
            let rebuild = Rebuild { history, plan, before: self, flow: &flow, key, old };
            if let Some(new) = after.tables.get(key) {
                rebuild.compare(new, &after, &mut found);
                moved::find(&rebuild, new, &after, &mut found);
            }
            rebuild.data(after.tables.get(key), &mut found);
        }
        self.views(history, plan, &after, &mut found);
        instead::find(self, history, plan, &after, &mut found);
        Ok(found)
    }

    /// Views that are dropped for the sake of a rebuild, and not made again.
    fn views(&self, history: &History, plan: &Plan, after: &Schema, found: &mut Vec<Loss>) {
        for step in &plan.steps {
            let Kind::Drop { object: ObjectKind::View, name } = &history.statement(step.at).kind else {
                continue;
            };
            let key = name.text.to_ascii_lowercase();
            if after.views.contains_key(&key) {
                continue;
            }
            let Some(sql) = self.text(ObjectKind::View, &key) else { continue };
            let reads = |table: &str| {
                let mut tokens = onward_core::token::significant(&sql);
                tokens.any(|token| token.name().is_some_and(|name| name.eq_ignore_ascii_case(table)))
            };
            let later = plan.drops.iter().filter(|(at, _)| *at > step.at);
            let rebuilt =
                later.map(|(_, table)| table).find(|table| reads(table) && after.tables.contains_key(*table));
            if let Some(table) = rebuilt {
                let what = Part::View { name: name.text.clone(), sql };
                found.push(Loss { at: step.at, table: table.clone(), what });
            }
        }
    }
}

impl Rebuild<'_> {
    fn compare(&self, new: &Table, after: &Schema, found: &mut Vec<Loss>) {
        let mut lose = |at, what| found.push(Loss { at, table: self.old.name.clone(), what });
        for key in &new.foreign_keys {
            let is_there = |schema: &Schema, parent: &str| {
                schema.table(parent).is_some() || schema.views.contains_key(&parent.to_ascii_lowercase())
            };
            let was = self.old.foreign_keys.iter().find(|old| same(&old.columns, &key.columns));
            if let Some(was) = was.filter(|was| is_there(&self.before.schema, &was.parent))
                && !is_there(after, &key.parent)
                && !key.parent.eq_ignore_ascii_case(&was.parent)
            {
                let at = self.last(|kind| renames(kind, &key.parent)).unwrap_or(self.end());
                lose(at, Part::Parent { key: key.clone(), was: was.parent.clone() });
            }
        }
        if !self.is_rebuilt() || self.old.module.is_some() || new.module.is_some() {
            return;
        }
        let taken = self.taken();
        for index in &self.old.indexes {
            let has_columns = index
                .columns
                .iter()
                .all(|column| column.is_expression || new.column(&column.name_or_expression).is_some());
            if let Some(sql) =
                self.before.text(ObjectKind::Index, &index.name).filter(|_| index.definition.is_some())
                && has_columns
                && !self.drops(ObjectKind::Index, &index.name)
                && !stands_in(new, index)
                && after.index(&index.name).is_none()
            {
                lose(taken, Part::Index { name: index.name.clone(), sql, unique: index.unique });
            }
        }
        for trigger in self.before.schema.triggers.values() {
            if trigger.table.eq_ignore_ascii_case(&self.old.name)
                && !after.triggers.contains_key(&trigger.name.to_ascii_lowercase())
                && !self.drops(ObjectKind::Trigger, &trigger.name)
                && let Some(sql) = self.before.text(ObjectKind::Trigger, &trigger.name)
            {
                lose(taken, Part::Trigger { name: trigger.name.clone(), sql });
            }
        }
        let made = self.last(|kind| self.makes(kind)).unwrap_or(taken);
        lifted::find(self, new, after).into_iter().for_each(|what| lose(made, what));
        if let ([old], [column]) = (&self.old.primary_key()[..], &new.primary_key()[..])
            && old.name.eq_ignore_ascii_case(&column.name)
            && !self.old.is_nullable(old)
            && new.is_nullable(column)
        {
            lose(made, Part::NotNull(column.name.clone()));
        }
        for column in &self.old.columns {
            if let Some(other) = new.column(&column.name)
                && column.generated.is_none()
                && column.affinity == Affinity::Text
                && matches!(other.affinity, Affinity::Integer | Affinity::Real | Affinity::Numeric)
                && !other.held_by().meets(Classes::TEXT)
                && !new.strict
                && self.copies_as_is(&column.name, new)
            {
                let (from, to) = (column.declared_type.clone(), other.declared_type.clone());
                lose(made, Part::Affinity { column: column.name.clone(), from, to });
            }
        }
    }

    /// Data that is dropped on purpose.
    fn data(&self, new: Option<&Table>, found: &mut Vec<Loss>) {
        // The index of an external-content table holds nothing of its own.
        let is_index = |table: &Table| {
            table.module.as_ref().is_some_and(|module| {
                module.arguments.iter().any(|argument| argument.to_ascii_lowercase().starts_with("content"))
            })
        };
        if is_index(self.old) {
            return;
        }
        let mut lose = |at, what| found.push(Loss { at, table: self.old.name.clone(), what });
        let copied = self.copies().next().is_some();
        let gone = new.is_none() || self.is_rebuilt();
        if let Some(at) = self.dropped().filter(|_| gone && !copied) {
            if !self.is_read(at) && !self.is_emptied(at) {
                lose(at, Part::Rows);
            }
            return;
        }
        let Some(new) = new else { return };
        let mut taken: BTreeMap<At, Vec<String>> = BTreeMap::new();
        for column in self.old.columns.iter().filter(|column| column.generated.is_none()) {
            let name = &column.name;
            let moves = self.plan.steps.iter().any(|step| {
                let kind = &self.history.statement(step.at).kind;
                let reads = matches!(kind, Kind::Other | Kind::Create { object: ObjectKind::Table, .. });
                let renames = matches!(kind, Kind::Alter { change: Some(Change::Rename(from, _)), .. } if from.is(name));
                (reads || renames) && !self.history.named(step.at, name).is_empty()
            });
            if new.column(name).is_some() || moves || left::is_kept_elsewhere(self, name) {
                continue;
            }
            let is_it = |kind: &Kind| matches!(kind, Kind::Alter { change: Some(Change::Drop(dropped)), .. } if dropped.is(name));
            let at =
                self.last(is_it).or_else(|| self.last(|kind| self.makes(kind)).filter(|_| self.is_rebuilt()));
            if let Some(at) = at {
                taken.entry(at).or_default().push(name.clone());
            }
        }
        for (at, columns) in taken {
            let said = left::is_said(self, new, &columns);
            lose(at, Part::Values { columns, said });
        }
    }
}
