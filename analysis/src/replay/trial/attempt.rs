//! Runs migrations for a moment, and takes everything back.

use std::collections::BTreeSet;

use onward_core::name::quoted;
use onward_core::token::significant;
use rusqlite::Result;

use super::target::{Target, What};
use crate::folder::history::{At, History};
use crate::replay::contents::count_rows;
use crate::replay::plan::Plan;
use crate::replay::step::Step;
use crate::sqlite::message::{Cause, Refusal};
use crate::sqlite::sandbox::Sandbox;

/// What became of a statement.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) at: At,
    pub(super) how: How,
}

#[derive(Debug)]
pub(super) enum How {
    Refused(Refusal),
    /// An INSERT OR IGNORE has left rows of a table behind.
    Fewer(usize, usize),
}

/// Migrations that run together.
pub(super) struct Group<'p> {
    pub(super) history: &'p History,
    pub(super) plans: &'p [Plan],
    pub(super) targets: Vec<Target<'p>>,
}

impl Group<'_> {
    /// Runs the statements up to one, on what `plant` has put in, says which of them failed, and takes everything back.
    pub(super) fn attempt(&self, sandbox: &Sandbox, last: At, plant: impl FnOnce()) -> Result<Vec<Ended>> {
        plant();
        let mut ended = Vec::new();
        for plan in self.plans {
            let foreign_keys = self.history.enforces(plan.migration());
            if foreign_keys {
                sandbox.foreign_keys(true)?;
            }
            let mut goes_on = true;
            for step in &plan.steps {
                goes_on = self.step(sandbox, *step, &mut ended)? && step.at < last;
                if !goes_on {
                    break;
                }
            }
            if foreign_keys {
                sandbox.foreign_keys(false)?;
            }
            if !goes_on {
                break;
            }
            if plan.is_undone {
                sandbox.reset()?;
            }
        }
        if !sandbox.is_lost() {
            sandbox.conn().execute_batch("ROLLBACK")?;
        }
        sandbox.conn().execute_batch("BEGIN EXCLUSIVE")?;
        if self.plans.iter().any(|plan| plan.is_undone) {
            sandbox.reset()?;
        }
        Ok(ended)
    }

    /// Runs a statement, if need be without the rows of the tables that it names; says whether to go on.
    fn step(&self, sandbox: &Sandbox, step: Step, ended: &mut Vec<Ended>) -> Result<bool> {
        let sql = self.history.sql(step.at);
        let counted = self.ignores(step.at);
        let count = |table: &str| count_rows(sandbox, table).unwrap_or(0);
        let before = counted.map(|(source, table)| count(source) + count(table));
        let Err(error) = sandbox.run(sql, step.strings) else {
            if let (Some((_, table)), Some(before)) = (counted, before) {
                let after = count(table);
                if after < before {
                    let how = How::Fewer(before.unsigned_abs() as usize, after.unsigned_abs() as usize);
                    ended.push(Ended { at: step.at, how });
                }
            }
            return Ok(true);
        };
        let refusal = Refusal::from(error);
        let is_limit = matches!(refusal.cause, Cause::Limit(_));
        if is_limit || sandbox.is_lost() || self.history.config.is_stub_called(sql) {
            return Ok(false);
        }
        ended.push(Ended { at: step.at, how: How::Refused(refusal) });
        let named: BTreeSet<String> =
            significant(sql).filter_map(|token| token.name()).map(|name| name.to_ascii_lowercase()).collect();
        let all = onward_schema::objects(sandbox.conn())?;
        sandbox.without_triggers(|| {
            for table in all.iter().filter(|table| named.contains(*table)) {
                // Of views there is nothing to delete.
                let _ = sandbox.run(&format!("DELETE FROM main.{}", quoted(table)), false);
            }
            Ok(())
        })?;
        Ok(sandbox.run(sql, step.strings).is_ok())
    }

    /// From where to where an INSERT OR IGNORE copies all rows of a table that is then dropped.
    fn ignores(&self, at: At) -> Option<(&str, &str)> {
        let target = self.targets.iter().find(|target| target.at == at)?;
        let What::Copy { copy, .. } = &target.what else { return None };
        let source = copy.source.as_deref().filter(|_| copy.is_plain())?;
        let is_dropped = self.plans.iter().any(|plan| plan.is_dropped(source));
        let is_ignoring = significant(self.history.sql(at)).nth(2).is_some_and(|token| token.is("IGNORE"));
        (is_dropped && is_ignoring).then_some((source, copy.table.as_str()))
    }
}
