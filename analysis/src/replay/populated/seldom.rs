//! What a statement says to rows that are legal and seldom, tried beside those that are there.

use onward_core::kind::{Change, Kind};
use rusqlite::Result;

use super::Populated;
use crate::folder::history::At;
use crate::replay::finding::{Finding, What};
use crate::replay::plan::Plan;
use crate::replay::sample::Rows;
use crate::replay::step::Step;
use crate::replay::write::Write;
use crate::replay::{absent, null_key};
use crate::sqlite::message::Refusal;

impl Populated<'_> {
    /// Tries a column that is added to a table which no row could be made for, with a row that is not legal.
    pub(super) fn unseen(&mut self, step: Step, is_faulty: bool) -> Result<()> {
        let Kind::Alter { table, change: Some(Change::Add(_)) } = &self.history.statement(step.at).kind
        else {
            return Ok(());
        };
        let table = table.text.to_ascii_lowercase();
        if is_faulty || self.rows != Rows::Mild || !self.filler.empty.contains_key(&table) {
            return Ok(());
        }
        self.sandbox.conn().execute_batch("SAVEPOINT unseen")?;
        if self.filler.force(&self.sandbox, &table)?
            && let Err(error) = self.sandbox.run(self.history.sql(step.at), step.strings)
        {
            let refusal = Refusal::from(error);
            if refusal.message.starts_with("Cannot add") {
                let what = What::Fails { refusal, row: None, acts: false };
                self.outcome.found.push(Finding { at: step.at, certain: true, what });
            }
        }
        self.sandbox.conn().execute_batch("ROLLBACK TO unseen; RELEASE unseen")
    }

    /// What a statement says to what is legal and seldom: a table without rows, and a NULL in a key.
    pub(super) fn rare(&self, step: Step, write: Option<&Write>, plan: &Plan) -> Result<Option<Finding>> {
        let (Some(write), Rows::Harsh) = (write, self.rows) else { return Ok(None) };
        let fails = |refusal, row| {
            let what = What::Fails { refusal, row: Some(row), acts: false };
            Some(Finding { at: step.at, certain: false, what })
        };
        let written = |table: &str| self.history.written(table);
        if let Some((refusal, other)) = absent::refusal(self.history, &self.sandbox, step, write)? {
            let table = match write {
                Write::Copy(copy) => copy.sources.first().unwrap_or(&copy.table),
                _ => write.table(),
            };
            return Ok(fails(
                refusal,
                format!("a row of `{}` and none of `{}`", written(table), written(&other)),
            ));
        }
        let Write::Copy(copy) = write else { return Ok(None) };
        let is_seen_to = |(at, write): &(At, Write)| {
            let is_change = matches!(write, Write::Delete { .. } | Write::Update { .. });
            *at < step.at && is_change && copy.source.as_deref() == Some(write.table())
        };
        if plan.writes.iter().any(is_seen_to) {
            return Ok(None);
        }
        let sql = self.history.sql(step.at);
        // The team vouches for it that no row has such a key.
        if self.history.config.primary_keys.is_some() {
            return Ok(None);
        }
        let found = null_key::refusal(&self.sandbox, &self.filler, sql, step, copy)?;
        let row = |key| {
            let table = written(copy.source.as_deref().unwrap_or(&copy.table));
            format!("a row of `{table}` with {key} = NULL")
        };
        Ok(found.and_then(|(refusal, key)| fails(refusal, row(key))))
    }
}
