//! Rows whose foreign keys lead nowhere behind a migration, and which statement is to blame.

use onward_core::kind::{Change, Kind, ObjectKind};
use onward_core::name::Ident;
use onward_core::token::significant;
use onward_schema::Violation;
use rusqlite::Result;

use super::Populated;
use crate::folder::history::At;
use crate::replay::finding::{Finding, What};
use crate::replay::keys::Suspects;
use crate::replay::plan::Plan;
use crate::replay::sample::Rows;
use crate::replay::write::Write;
use crate::sqlite::table::read::ForeignKey;

impl Populated<'_> {
    pub(super) fn orphans(&mut self, plan: &Plan, suspects: Suspects, before: &[Violation]) -> Result<()> {
        // Who refers to whom, and what fires, only the schema says.
        let suspects = match plan.changes_schema {
            true => self.keys.suspects(self.history, &self.sandbox, plan)?,
            false => suspects,
        };
        let after = suspects.violations(&self.sandbox)?;
        let mut violations = Violation::new_ones(before, after);
        while let Some(first) = violations.first() {
            let (child, parent) = (first.table.clone(), first.parent.clone());
            let of = |found: &Violation| found.table == child && found.parent == parent;
            let (group, rest) = violations.into_iter().partition(of);
            self.orphans_of(plan, &child.to_ascii_lowercase(), &parent.to_ascii_lowercase(), group)?;
            violations = rest;
        }
        Ok(())
    }

    fn orphans_of(
        &mut self,
        plan: &Plan,
        child: &str,
        parent: &str,
        violations: Vec<Violation>,
    ) -> Result<()> {
        let parents = plan.aliases(parent);
        let names = |name: &str| parents.contains(name) || plan.aliases(child).contains(name);
        let taken = plan.writes.iter().find_map(|(at, write)| match write {
            Write::Delete { table, all } if table == parent => Some((*at, *all)),
            _ => None,
        });
        // What is built anew under the same name has other rows, if any.
        let is_filled = plan.writes.iter().any(|(_, write)| match write {
            Write::Insert { table } => parents.contains(table),
            Write::Copy(copy) => parents.contains(&copy.table),
            _ => false,
        });
        let is_gone = !is_filled || self.sandbox.text(parent, false)?.is_none();
        let dropped = plan.drops.iter().find(|(_, dropped)| dropped == parent && is_gone).map(|(at, _)| *at);
        let written = plan.writes.iter().rfind(|(_, write)| names(write.table())).map(|(at, _)| *at);
        let is_about = |at: &At| {
            let kind = &self.history.statement(*at).kind;
            let is_definition = matches!(
                kind,
                Kind::Create { object: ObjectKind::Table, .. }
                    | Kind::Alter { change: Some(Change::Add(_)), .. }
            );
            is_definition
                && significant(self.history.sql(*at))
                    .filter_map(|token| token.name())
                    .any(|name| name.eq_ignore_ascii_case(parent))
        };
        let defined = plan.steps.iter().map(|step| step.at).rfind(is_about);
        let last = defined.or(plan.steps.last().map(|step| step.at));
        let at = taken.map(|(at, _)| at).or(dropped).or(written).or(last);
        let certain = self.rows == Rows::Mild && (taken.is_some_and(|(_, all)| all) || dropped.is_some());
        let acts = self.acts(child, parent, at)?;
        let what = What::Orphans { violations, parent: parent.to_owned(), acts };
        self.outcome.found.extend(at.map(|at| Finding { at, certain, what }));
        Ok(())
    }

    /// Whether a foreign key of the child has an action for what a statement does to the parent.
    fn acts(&self, child: &str, parent: &str, at: Option<At>) -> Result<bool> {
        let first = at.and_then(|at| significant(self.history.sql(at)).next());
        let Some(first) = first else { return Ok(false) };
        let action: fn(&ForeignKey) -> &str = match first {
            token if token.is("DELETE") => |key| &key.on_delete,
            token if token.is("UPDATE") => |key| &key.on_update,
            _ => return Ok(false),
        };
        let keys = self.sandbox.keys(child)?;
        let mut keys = keys.iter().filter(|key| Ident(&key.parent) == parent);
        Ok(keys.any(|key| !matches!(action(key), "NO ACTION" | "RESTRICT")))
    }
}
