//! A statement that the rows have made fail: whether it always does, for which row, and how to get past it.

use std::collections::HashSet;

use onward_core::kind::{Change, Kind};
use onward_core::name::quoted;
use onward_core::token::significant;
use rusqlite::{Result, types::Value};

use super::Populated;
use crate::folder::history::At;
use crate::replay::contents::Contents;
use crate::replay::finding::{Finding, What};
use crate::replay::offender;
use crate::replay::plan::Plan;
use crate::replay::sample::Rows;
use crate::replay::step::Step;
use crate::replay::value::shown;
use crate::replay::write::{Copy, Item, Write};
use crate::sqlite::message::{Cause, Refusal};

impl Populated<'_> {
    /// Notes a statement that the rows have made fail, and gets past it.
    pub(super) fn failed(
        &mut self,
        step: Step,
        refusal: Refusal,
        plan: &Plan,
        is_faulty: bool,
    ) -> Result<()> {
        let Step { at, strings } = step;
        let sql = self.history.sql(at);
        let kind = &self.history.statement(at).kind;
        let is_add = matches!(kind, Kind::Alter { change: Some(Change::Add(_)), .. });
        let write = plan.write(at);
        // Rows that a migration brings along may meet ours by chance; functions of the application are only stubs.
        let named = significant(sql).filter_map(|token| token.name()).map(|name| name.to_ascii_lowercase());
        let named: HashSet<String> = named.collect();
        let all = onward_schema::objects(self.sandbox.conn())?;
        let is_seed = match write {
            Some(Write::Insert { .. }) => true,
            Some(Write::Copy(copy)) => {
                let tables = || all.iter().chain(&plan.made);
                !tables().any(|name| *name != copy.table && named.contains(name))
            }
            _ => false,
        };
        let is_stubbed = self.history.config.is_stub_called(sql);
        let is_limit = matches!(refusal.cause, Cause::Limit(_));
        if !is_limit && !is_seed && !is_stubbed && (is_add || !is_faulty) {
            let certain = self.rows == Rows::Mild && self.is_certain(at, &refusal, write, plan);
            let row = self.row(step, &refusal, write);
            self.outcome.found.push(Finding { at, certain, what: What::Fails { refusal, row, acts: false } });
        }
        if is_limit || self.sandbox.is_lost() {
            self.outcome.stopped = Some(at);
            return Ok(());
        }
        for tables in
            [all.iter().filter(|name| named.contains(*name)).collect::<Vec<_>>(), all.iter().collect()]
        {
            self.sandbox.without_triggers(|| {
                for table in tables {
                    // Of views there is nothing to delete.
                    let _ = self.sandbox.run(&format!("DELETE FROM main.{}", quoted(table)), false);
                    self.filler.take_out(table);
                    // They come back behind the migration.
                    self.since.tables.insert(table.clone());
                }
                Ok(())
            })?;
            if self.sandbox.run(sql, strings).is_ok() {
                if let Kind::Alter { table, change: Some(Change::Add(_)) } = kind {
                    self.filler.fill(&self.sandbox, &table.text.to_ascii_lowercase())?;
                }
                return Ok(());
            }
        }
        self.outcome.stopped = Some(at);
        Ok(())
    }

    /// Whether the statement fails whatever the rows hold.
    fn is_certain(&self, at: At, refusal: &Refusal, write: Option<&Write>, plan: &Plan) -> bool {
        let message = refusal.message.as_str();
        match (&self.history.statement(at).kind, write) {
            (Kind::Alter { table, change: Some(Change::Add(column)) }, _) => {
                let names = |name: &str| {
                    significant(self.history.sql(at))
                        .any(|token| token.name().is_some_and(|found| found.eq_ignore_ascii_case(name)))
                };
                let contents = Contents::read(&self.sandbox, &table.text.to_ascii_lowercase());
                let others = contents.ok().flatten().map(|contents| contents.columns).unwrap_or_default();
                // What is held against another column depends on what is in there.
                message.to_ascii_lowercase().starts_with("cannot add")
                    || !others.iter().any(|other| !column.is(other) && !table.is(other) && names(other))
            }
            (Kind::Drop { .. }, _) => true,
            (_, Some(Write::Copy(copy))) if copy.is_plain() => {
                message.starts_with("UNIQUE") && !self.is_computed(copy)
                    || message.starts_with("NOT NULL") && self.leaves_out(copy, message, plan)
            }
            _ => false,
        }
    }

    /// Whether a value of the copy is more than what is in a column.
    fn is_computed(&self, copy: &Copy) -> bool {
        copy.items.iter().any(|item| !matches!(item, Item::Star | Item::Column(_)))
    }

    /// Whether the copy has nothing for the column that must not be NULL.
    fn leaves_out(&self, copy: &Copy, message: &str, plan: &Plan) -> bool {
        let Some(column) = message.rsplit('.').next().map(str::to_ascii_lowercase) else { return false };
        let read = |table: &str| {
            Contents::read(&self.sandbox, table).ok().flatten().map(|contents| contents.columns)
        };
        let into = read(&copy.table).unwrap_or_default();
        let from = copy.source.as_deref().and_then(read).unwrap_or_default();
        let Some(pairs) = copy.pairs(&into, &from) else { return false };
        match pairs.into_iter().find(|(name, _)| *name == column) {
            None | Some((_, Item::Null)) => true,
            // Nobody has had the time to put anything into a column that has come just now.
            Some((_, Item::Column(column))) => {
                let names = copy.source.as_deref().map(|source| plan.aliases(source)).unwrap_or_default();
                let is_it = |of: &(String, String)| of.1 == column && names.contains(&of.0);
                let is_set = plan.writes.iter().any(|(_, write)| match write {
                    Write::Update { table, columns } => names.contains(table) && columns.contains(&column),
                    _ => false,
                });
                let mut added = plan.added.iter().chain(&self.since.added);
                added.any(is_it) && !is_set && !self.since.updated.iter().any(is_it)
            }
            _ => false,
        }
    }

    /// The row that makes a statement fail, as far as it can be told.
    fn row(&self, step: Step, refusal: &Refusal, write: Option<&Write>) -> Option<String> {
        let table = match (&self.history.statement(step.at).kind, write) {
            (Kind::Alter { table, .. }, _) => table.text.to_ascii_lowercase(),
            (Kind::Create { on: Some(on), .. }, _) => on.text.to_ascii_lowercase(),
            (_, Some(Write::Copy(copy))) => copy.source.clone()?,
            (_, Some(write)) => write.table().to_owned(),
            _ => return None,
        };
        let contents = Contents::read(&self.sandbox, &table).ok()??;
        let (kind, rest) = refusal.message.split_once(" constraint failed: ").unwrap_or_default();
        let named: Vec<&str> = rest.split(", ").filter_map(|name| name.rsplit('.').next()).collect();
        let at = |name: &str| contents.columns.iter().position(|column| column.eq_ignore_ascii_case(name));
        let columns: Vec<usize> = named.into_iter().filter_map(at).collect();
        let row = match kind {
            "NOT NULL" => {
                contents.rows.iter().find(|row| columns.iter().any(|&at| row[at + 1] == Value::Null))
            }
            "UNIQUE" => contents.rows.iter().enumerate().find_map(|(place, row)| {
                let same = |other: &Vec<Value>| columns.iter().all(|&at| row[at + 1] == other[at + 1]);
                contents.rows[..place].iter().any(same).then_some(row)
            }),
            _ => None,
        };
        let found = || {
            offender::find(&self.sandbox, self.history.sql(step.at), step, refusal, &table, &contents).ok()?
        };
        let row = row.or_else(found).or(contents.rows.first())?;
        // What a CHECK refuses is in the row itself.
        let alone = match kind != "CHECK" && self.filler.is_stranger(&table, &contents.columns, &row[1..]) {
            true => " that matches no row of another table,",
            false => "",
        };
        let values =
            contents.columns.iter().zip(&row[1..]).map(|(name, value)| format!("{name} = {}", shown(value)));
        // The columns in question come first.
        let mut values: Vec<(bool, String)> =
            values.enumerate().map(|(at, text)| (!columns.contains(&at), text)).collect();
        values.sort_by_key(|(other, _)| *other);
        let more = if values.len() > 5 { ", …" } else { "" };
        let values: Vec<String> = values.into_iter().take(5).map(|(_, text)| text).collect();
        let table = self.history.written(&table);
        Some(format!("a row of `{table}`{alone} with {}{more}", values.join(", ")))
    }
}
