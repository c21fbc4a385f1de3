//! Carries rows through the whole history, under the runtime's own rules, and sees what becomes of them.
//!
//! A witness is a database of its own that runs the statements which have worked on the empty one. After each migration,
//! rows are put into the tables that have none. What fails is noted, the rows in its way are taken out, and the witness
//! goes on.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

use onward_core::kind::{Change, Kind, ObjectKind};
use onward_core::name::quoted;
use onward_core::token::significant;
use onward_schema::Violation;
use rusqlite::{OptionalExtension, Result, types::Value};

use super::absent;
use super::cascade::{self, Trial, Watch};
use super::contents::Contents;
use super::finding::{What, Witness};
use super::idle::{Idle, Later};
use super::keys::Keys;
use super::loss;
use super::null_key;
use super::offender;
use super::plan::Plan;
use super::rows::Filler;
use super::sample::Rows;
use super::step::{Base, Step};
use super::trial::Trials;
use super::value::shown;
use super::write::{Copy, Item, Write};
use crate::folder::history::{At, History};
use crate::folder::release::Stop;
use crate::sqlite::message::{Cause, Refusal};
use crate::sqlite::sandbox::Sandbox;

/// What came of one witness.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) found: Vec<Witness>,
    /// The tables that could not be populated, and why.
    pub(super) empty: BTreeMap<String, String>,
    /// Where the rows could be carried no further.
    pub(super) stopped: Option<At>,
    /// The migrations of which a statement fails, by their indexes, and none with foreign keys on.
    pub(super) acting: HashSet<usize>,
    /// The last statement before a COMMIT that failed.
    pub(super) uncommitted: Option<(At, Refusal)>,
}

/// Runs one witness, with rows in those of the locked tables that are reached; nothing is said of migrations with faults,
/// where what is missing may only follow from them.
pub(super) fn run(
    base: &Base<'_>,
    reached: &BTreeSet<String>,
    plans: &[Plan],
    later: &Later,
    faulty: &HashSet<usize>,
    rows: Rows,
) -> Result<Outcome> {
    let sandbox = base.sandbox()?;
    let mut carrier = Carrier {
        history: base.history,
        // What was refused at first may run late, out of its order.
        idle: faulty.is_empty().then(|| Idle::new(later)),
        keys: Keys::read(&sandbox)?,
        sandbox,
        filler: Filler::new(rows),
        rows,
        has_keys: base.locked.is_some(),
        since: Since::default(),
        released: BTreeSet::new(),
        outcome: Outcome::default(),
    };
    carrier.plant(&Since { tables: reached.clone(), ..Since::default() })?;
    let mut trials = Trials::new(base.history);
    let (mut tried, mut together) = (Vec::new(), 0);
    for (number, plan) in plans.iter().enumerate() {
        if number == together && rows == Rows::Harsh {
            together += trials.together(&plans[number..]);
            tried.extend(trials.find(&carrier.sandbox, &plans[number..together])?);
        }
        carrier.migration(plan, plan.migrations().any(|migration| faulty.contains(&migration)))?;
        if carrier.outcome.stopped.is_some() {
            break;
        }
        // Migrations without a statement that runs have no plan.
        let next = plans.get(number + 1).map_or(base.history.migrations.len(), Plan::migration);
        carrier.stop(plan.migration()..next)?;
        carrier.put_aside(plan.migration()..next)?;
    }
    carrier.bring_back()?;
    // So that it is known of which tables nothing was seen.
    let rest = std::mem::take(&mut carrier.since);
    carrier.plant(&rest)?;
    if let (Some(last), None) = (plans.last(), carrier.outcome.stopped) {
        carrier.commit(last);
    }
    let found: HashSet<At> = carrier.outcome.found.iter().map(|witness| witness.at).collect();
    let is_new = |witness: &Witness| !found.contains(&witness.at) && !faulty.contains(&witness.at.migration);
    carrier.outcome.found.extend(tried.into_iter().filter(is_new));
    // All that is pending is applied at once, so what a later migration mends is no fault.
    let end = Violation::read(carrier.sandbox.conn())?;
    carrier.outcome.found.retain(|witness| match &witness.what {
        What::Orphans { violations, .. } => violations
            .iter()
            .any(|found| end.iter().any(|left| left.table == found.table && left.parent == found.parent)),
        _ => true,
    });
    carrier.outcome.empty = carrier.filler.empty;
    Ok(carrier.outcome)
}

struct Carrier<'h> {
    history: &'h History,
    sandbox: Sandbox,
    idle: Option<Idle<'h>>,
    keys: Keys,
    filler: Filler,
    rows: Rows,
    has_keys: bool,
    /// What has happened since an application could write.
    since: Since,
    /// The tables that were touched since a release.
    released: BTreeSet<String>,
    outcome: Outcome,
}

/// What migrations that run together have done.
#[derive(Default)]
struct Since {
    /// The tables whose rows or limits may be others.
    tables: BTreeSet<String>,
    /// Those of them whose limits may be.
    shaped: BTreeSet<String>,
    /// Columns that were added, with their tables.
    added: BTreeSet<(String, String)>,
    /// Those that rows have been inserted into.
    seeded: BTreeSet<String>,
    /// Columns that were given values, with their tables.
    updated: BTreeSet<(String, String)>,
}

impl Carrier<'_> {
    fn migration(&mut self, plan: &Plan, is_faulty: bool) -> Result<()> {
        let foreign_keys = self.history.migrations[plan.migration()].foreign_keys;
        self.has_keys |= plan.has_keys;
        let compares = !is_faulty && (plan.rebuilds() || foreign_keys);
        let before = if compares { self.contents(plan, foreign_keys)? } else { BTreeMap::new() };
        let checks_keys = !is_faulty && self.has_keys && plan.touches_rows();
        let violations = match checks_keys {
            true => self.keys.violations(self.history, &self.sandbox, plan)?,
            false => Vec::new(),
        };
        let trial = match self.rows == Rows::Harsh && checks_keys && !foreign_keys {
            true => Trial::of(self.history, plan, &self.sandbox)?,
            false => None,
        };
        let found = self.outcome.found.len();
        if foreign_keys {
            self.sandbox.foreign_keys(true)?;
        }
        let (mut failed, mut is_whole, mut acts, mut seldom) = (false, true, Vec::new(), Vec::new());
        for step in &plan.steps {
            self.touch(step.at)?;
            self.unseen(*step, is_faulty)?;
            let write = plan.write(step.at);
            let watch = match foreign_keys && compares {
                true => Watch::before(self.history, step.at, write, &self.sandbox)?,
                false => Watch::default(),
            };
            let rare = if is_faulty { None } else { self.rare(*step, write, plan)? };
            let mut outcome = self.sandbox.run(self.history.sql(step.at), step.strings);
            if outcome.is_err() && self.bring_back()? && !self.sandbox.is_lost() {
                // What there was before cannot be held against what there is with the others.
                is_whole = false;
                outcome = self.sandbox.run(self.history.sql(step.at), step.strings);
            }
            match outcome {
                Ok(()) => seldom.extend(rare),
                Err(error) => {
                    // What never ran has lost nothing.
                    failed = true;
                    self.failed(*step, Refusal::from(error), plan, is_faulty)?;
                }
            }
            if self.outcome.stopped.is_some() {
                return Ok(());
            }
            acts.extend(watch.after(&self.sandbox)?);
            self.follow(step.at);
        }
        if foreign_keys {
            self.sandbox.foreign_keys(false)?;
        }
        if plan.is_undone {
            self.sandbox.reset()?;
        }
        self.keys.follow(&self.sandbox, plan)?;
        if failed
            && let Some(trial) = trial
            && trial.works(self.history, plan)?
        {
            self.outcome.acting.extend(plan.migrations());
        }
        if !failed {
            for (table, before) in &before {
                if let Some(after) = Contents::read(&self.sandbox, table)? {
                    let found = loss::find(&self.sandbox, plan, table, before, &after, self.rows)?;
                    self.outcome.found.extend(found);
                }
            }
            let acts = cascade::lasting(acts, self.history, &before, &self.sandbox, self.rows)?;
            self.outcome.found.extend(acts);
            let lost = self.outcome.found.len() > found;
            if checks_keys && is_whole && !lost {
                self.orphans(plan, &violations)?;
            }
        }
        self.outcome.found.extend(seldom);
        // Databases stop behind any migration, and come from any: each is committed, or all of them at once.
        if self.rows == Rows::Harsh {
            self.commit(plan);
        }
        self.since.tables.extend(plan.tables());
        self.since.shaped.extend(plan.shaped());
        self.since.added.extend(plan.added.iter().cloned());
        for (_, write) in &plan.writes {
            match write {
                Write::Update { table, columns } => {
                    self.since.updated.extend(columns.iter().map(|column| (table.clone(), column.clone())));
                }
                Write::Insert { table } => drop(self.since.seeded.insert(table.clone())),
                Write::Copy(_) | Write::Delete { .. } => {}
            }
        }
        Ok(())
    }

    /// Between two releases an application writes whatever the schema allows by then. What runs together, no application
    /// comes in between.
    fn stop(&mut self, migrations: Range<usize>) -> Result<()> {
        let stops: Vec<Stop> =
            migrations.filter_map(|migration| self.history.releases.stop(migration)).collect();
        if stops.is_empty() {
            return Ok(());
        }
        let since = std::mem::take(&mut self.since);
        self.plant(&since)?;
        self.released.extend(since.tables);
        if stops.contains(&Stop::Certain) {
            for table in std::mem::take(&mut self.released) {
                self.filler.top_up(&self.sandbox, &table)?;
            }
        }
        Ok(())
    }

    /// Puts aside what no migration behind these can reach, if an application has written its rows.
    fn put_aside(&mut self, migrations: Range<usize>) -> Result<()> {
        let Some(idle) = self.idle.as_mut().filter(|_| self.since.tables.is_empty()) else { return Ok(()) };
        let mut last = None;
        for migration in migrations {
            last = Some(migration).filter(|_| idle.is_due(self.history, migration));
        }
        let Some(last) = last else { return Ok(()) };
        let gets_rows = |table: &str| !self.filler.has_filled(&self.sandbox, table);
        idle.put_aside(&self.sandbox, last, &BTreeSet::new(), gets_rows, || Ok(true))
    }

    fn bring_back(&mut self) -> Result<bool> {
        self.idle.as_mut().map_or(Ok(false), |idle| idle.bring_back(&self.sandbox))
    }

    fn plant(&mut self, since: &Since) -> Result<()> {
        if since.tables.is_empty() && since.seeded.is_empty() {
            return Ok(());
        }
        let (sandbox, filler) = (&self.sandbox, &mut self.filler);
        sandbox.with_catalogue(|| {
            for table in &since.tables {
                if !filler.fill(sandbox, table)? && since.shaped.contains(table) {
                    filler.loosen(sandbox, table, &since.added)?;
                }
            }
            filler.provide(sandbox, &since.seeded)
        })
    }

    /// Notes whose limits a statement may change that does not name the table, or not as one that it writes to.
    fn touch(&mut self, at: At) -> Result<()> {
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
        self.since.shaped.insert(table);
        Ok(())
    }

    fn commit(&mut self, plan: &Plan) {
        if let (Err(error), Some(last)) = (self.sandbox.commit(), plan.steps.last()) {
            self.outcome.uncommitted = Some((last.at, Refusal::at_commit(error)));
            self.outcome.stopped = Some(last.at);
        }
    }

    /// Tries a column that is added to a table which no row could be made for, with a row that is not legal.
    fn unseen(&mut self, step: Step, is_faulty: bool) -> Result<()> {
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
                self.outcome.found.push(Witness { at: step.at, certain: true, what });
            }
        }
        self.sandbox.conn().execute_batch("ROLLBACK TO unseen; RELEASE unseen")
    }

    /// What a statement says to what is legal and seldom: a table without rows, and a NULL in a key.
    fn rare(&self, step: Step, write: Option<&Write>, plan: &Plan) -> Result<Option<Witness>> {
        let (Some(write), Rows::Harsh) = (write, self.rows) else { return Ok(None) };
        let fails = |refusal, row| {
            let what = What::Fails { refusal, row: Some(row), acts: false };
            Some(Witness { at: step.at, certain: false, what })
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
        let found = null_key::refusal(&self.sandbox, &self.filler, sql, step, copy)?;
        let row = |key| {
            let table = written(copy.source.as_deref().unwrap_or(&copy.table));
            format!("a row of `{table}` with {key} = NULL")
        };
        Ok(found.and_then(|(refusal, key)| fails(refusal, row(key))))
    }

    /// What is in the tables that the migration may lose rows of.
    fn contents(&self, plan: &Plan, all: bool) -> Result<BTreeMap<String, Contents>> {
        let tables = match all {
            false => plan.tables().into_iter().collect(),
            true => onward_schema::objects(self.sandbox.conn())?,
        };
        let mut contents = BTreeMap::new();
        for table in tables {
            if let Some(found) = Contents::read(&self.sandbox, &table)? {
                contents.insert(table, found);
            }
        }
        Ok(contents)
    }

    /// Keeps count of which table has rows of ours.
    fn follow(&mut self, at: At) {
        let lower = |name: &str| name.to_ascii_lowercase();
        match &self.history.statement(at).kind {
            Kind::Alter { table, change: Some(Change::RenameTable(to)) } => {
                self.filler.rename(&lower(&table.text), &lower(&to.text));
            }
            Kind::Drop { name, .. } => self.filler.forget(&lower(&name.text)),
            _ => {}
        }
    }

    /// Notes a statement that the rows have made fail, and gets past it.
    fn failed(&mut self, step: Step, refusal: Refusal, plan: &Plan, is_faulty: bool) -> Result<()> {
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
            self.outcome.found.push(Witness { at, certain, what: What::Fails { refusal, row, acts: false } });
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

    fn orphans(&mut self, plan: &Plan, before: &[Violation]) -> Result<()> {
        let after = self.keys.violations(self.history, &self.sandbox, plan)?;
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
            let is_shape = matches!(
                kind,
                Kind::Create { object: ObjectKind::Table, .. }
                    | Kind::Alter { change: Some(Change::Add(_)), .. }
            );
            is_shape
                && significant(self.history.sql(*at))
                    .filter_map(|token| token.name())
                    .any(|name| name.eq_ignore_ascii_case(parent))
        };
        let shaped = plan.steps.iter().map(|step| step.at).rfind(is_about);
        let last = shaped.or(plan.steps.last().map(|step| step.at));
        let at = taken.map(|(at, _)| at).or(dropped).or(written).or(last);
        let certain = self.rows == Rows::Mild && (taken.is_some_and(|(_, all)| all) || dropped.is_some());
        let acts = self.acts(child, parent, at)?;
        let what = What::Orphans { violations, parent: parent.to_owned(), acts };
        self.outcome.found.extend(at.map(|at| Witness { at, certain, what }));
        Ok(())
    }

    /// Whether a foreign key of the child has an action for what a statement does to the parent.
    fn acts(&self, child: &str, parent: &str, at: Option<At>) -> Result<bool> {
        let first = at.and_then(|at| significant(self.history.sql(at)).next());
        let action = match first {
            Some(token) if token.is("DELETE") => "on_delete",
            Some(token) if token.is("UPDATE") => "on_update",
            _ => return Ok(false),
        };
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM pragma_foreign_key_list(?1, 'main')
                            WHERE \"table\" = ?2 COLLATE NOCASE AND {action} NOT IN ('NO ACTION', 'RESTRICT'))"
        );
        self.sandbox.conn().query_row(&sql, [child, parent], |row| row.get(0))
    }
}
