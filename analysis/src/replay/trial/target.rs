//! The statements of migrations that may refuse rows which were legal before them.

use std::collections::{BTreeMap, BTreeSet};

use onward_core::kind::{Change, Kind, ObjectKind};
use onward_core::token::{list, significant};
use rusqlite::Result;

use super::demand::{Demands, plain};
use crate::folder::history::{At, History};
use crate::replay::plan::Plan;
use crate::replay::write::{Copy, Write};
use crate::sqlite::sandbox::Sandbox;

/// A statement, and the table whose rows it may refuse.
#[derive(Debug)]
pub(super) struct Target<'p> {
    pub(super) at: At,
    /// The name of the table before the migrations.
    pub(super) origin: String,
    /// All names that its rows have had since, with the one before.
    pub(super) names: BTreeSet<String>,
    pub(super) what: What<'p>,
}

#[derive(Debug)]
pub(super) enum What<'p> {
    /// The rows are copied into a table that demands more.
    Copy { copy: &'p Copy, created: At, demands: Demands },
    /// They are copied, together with those of other tables.
    Joined { copy: &'p Copy, created: At },
    /// They are to differ.
    Index,
    /// These columns get values that are made of the old ones.
    Update(Vec<String>),
    /// A trigger may refuse it.
    Trigger,
}

impl Target<'_> {
    /// The targets of migrations that run together, in a database that stands before them.
    pub(super) fn all<'p>(
        history: &History,
        sandbox: &Sandbox,
        plans: &'p [Plan],
    ) -> Result<Vec<Target<'p>>> {
        let mut writes: BTreeMap<At, &Write> = BTreeMap::new();
        writes.extend(plans.iter().flat_map(|plan| &plan.writes).map(|(at, write)| (*at, write)));
        let steps: Vec<At> = plans.iter().flat_map(|plan| &plan.steps).map(|step| step.at).collect();
        let mut all = Vec::new();
        for (number, &at) in steps.iter().enumerate() {
            let before = &steps[..number];
            let mut add = |table: &str, what: What<'p>| {
                let (origin, names) = origin(history, &writes, before, table)?;
                all.push(Target { at, origin, names, what });
                Some(())
            };
            match (&history.statement(at).kind, writes.get(&at)) {
                (_, Some(Write::Copy(copy))) => {
                    let created = before.iter().rev().find(|&&at| creates(history, at, &copy.table));
                    match (&copy.source, created) {
                        (Some(source), Some(&created)) => {
                            let demands = Demands::read(history.sql(created));
                            add(source, What::Copy { copy, created, demands });
                        }
                        (None, Some(&created)) => {
                            for source in &copy.sources {
                                add(source, What::Joined { copy, created });
                            }
                        }
                        (_, None) => {}
                    }
                }
                (_, Some(Write::Update { table, columns })) => {
                    let own = own(history.sql(at), columns);
                    if !own.is_empty() {
                        add(table, What::Update(own));
                    }
                    add(table, What::Trigger);
                }
                (_, Some(Write::Delete { table, .. })) => {
                    add(table, What::Trigger);
                }
                (Kind::Create { object: ObjectKind::Index, on: Some(on), .. }, _)
                    if significant(history.sql(at)).nth(1).is_some_and(|token| token.is("UNIQUE")) =>
                {
                    add(&on.text.to_ascii_lowercase(), What::Index);
                }
                _ => {}
            }
        }
        let mut kept = Vec::new();
        for target in all {
            if target.demands_more(history, sandbox)? {
                kept.push(target);
            }
        }
        Ok(kept)
    }

    /// Whether the statement asks more of the rows than the table that they come from.
    fn demands_more(&self, history: &History, sandbox: &Sandbox) -> Result<bool> {
        let known = sandbox.known(&self.origin)?;
        let Some((_, text)) = &known.table else { return Ok(false) };
        match &self.what {
            What::Copy { copy, demands, .. } => {
                let sql = history.sql(self.at);
                Ok(copy.picks
                    || demands.exceed(&Demands::read(text))
                    || significant(sql).any(|token| token.is("NULLIF")))
            }
            What::Index => {
                let behind = |sql: &str| {
                    let tokens = list(sql);
                    let start = tokens.iter().position(|token| token.is("(")).unwrap_or(0);
                    (tokens.get(1).is_some_and(|token| token.is("UNIQUE")), plain(&tokens[start..]))
                };
                let own = behind(history.sql(self.at));
                Ok(!known.indexes.iter().any(|sql| behind(sql) == own))
            }
            What::Update(_) | What::Joined { .. } => Ok(true),
            What::Trigger => {
                let raises = |sql: &String| significant(sql).any(|token| token.is("RAISE"));
                Ok(known.triggers.iter().any(raises))
            }
        }
    }
}

fn creates(history: &History, at: At, table: &str) -> bool {
    matches!(&history.statement(at).kind, Kind::Create { object: ObjectKind::Table, name, .. } if name.is(table))
}

/// Where the rows of a table come from that it has after these statements: its name before them, and all since.
fn origin(
    history: &History,
    writes: &BTreeMap<At, &Write>,
    before: &[At],
    table: &str,
) -> Option<(String, BTreeSet<String>)> {
    let mut name = table.to_owned();
    let mut names = BTreeSet::from([name.clone()]);
    // Filled by a copy, before which the rows were in another table.
    let mut filled = None;
    for &at in before.iter().rev() {
        match (&history.statement(at).kind, writes.get(&at)) {
            (Kind::Alter { table, change: Some(Change::RenameTable(to)) }, _) if to.is(&name) => {
                name = table.text.to_ascii_lowercase();
                filled = None;
            }
            (_, Some(Write::Copy(copy))) if copy.table == name => {
                filled = Some(copy.source.clone());
                if creates(history, at, &name) {
                    name = filled.take()??;
                }
            }
            _ if creates(history, at, &name) => name = filled.take()??,
            _ => {}
        }
        names.insert(name.clone());
    }
    Some((name, names))
}

/// Those of the columns whose new value is made of the old one.
fn own(sql: &str, columns: &[String]) -> Vec<String> {
    let tokens = list(sql);
    let set = tokens.iter().position(|token| token.is("SET")).unwrap_or(0);
    let end = tokens.iter().rposition(|token| token.is("WHERE")).unwrap_or(tokens.len());
    let tokens = tokens.get(set..end).unwrap_or_default();
    let count = |column: &String| {
        tokens
            .iter()
            .filter(|token| token.name().is_some_and(|name| name.eq_ignore_ascii_case(column)))
            .count()
    };
    columns.iter().filter(|column| count(column) > 1).cloned().collect()
}
