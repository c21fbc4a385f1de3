//! What a statement stores that comes from chance or the clock by way of a view.
//!
//! The views that it names are read for such functions, and SQLite's own program for the statement is asked whether it calls them:
//! it leaves out the columns of a view that nobody reads.

use std::collections::BTreeSet;
use std::ops::Range;

use onward_core::batch::Target;
use onward_core::kind::{Kind, ObjectKind};
use rusqlite::Result;
use rusqlite::types::Value;

use super::broken::probe;
use crate::folder::history::{At, History};
use crate::sqlite::sandbox::Sandbox;
use crate::sqlite::volatile::{Call, Part, Source, calls_of, names, sources, volatile};

/// A value that a statement stores and a view makes.
#[derive(Debug, Clone)]
pub(crate) struct Indirect {
    pub(crate) at: At,
    /// The bytes of the statement that name the view.
    pub(crate) range: Range<usize>,
    /// The view whose text has the function, as it was made.
    pub(crate) view: String,
    pub(crate) what: String,
    pub(crate) source: Source,
    pub(crate) part: Part,
}

struct View {
    name: String,
    calls: Vec<Call>,
    names: BTreeSet<String>,
}

/// Looks at a statement that is to run, or at a trigger that was made.
pub(super) fn find(history: &History, at: At, sandbox: &Sandbox) -> Vec<Indirect> {
    match &history.config.engine.target {
        Some((Target::Rqlite, _)) => look(history, at, sandbox).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Whether it is to be looked at behind the statement.
pub(super) fn is_behind(kind: &Kind) -> bool {
    matches!(kind, Kind::Create { object: ObjectKind::Trigger, .. })
}

fn look(history: &History, at: At, sandbox: &Sandbox) -> Result<Vec<Indirect>> {
    let (sql, kind) = (history.sql(at), &history.statement(at).kind);
    let named = names(sql);
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let views = views(sandbox)?;
    // It may come by several ways, and one is told of.
    let mut told: Vec<Source> = volatile(sql).iter().map(|found| found.source).collect();
    let mut found = Vec::new();
    let mut program = None;
    for (name, range, part) in named {
        for view in below(&views, &name) {
            for Call { what, source } in &view.calls {
                if told.contains(source) {
                    continue;
                }
                if program.is_none() {
                    program = Some(called(sandbox, &runs(sql, kind, sandbox)?)?);
                }
                let function = what.trim_end_matches("()").to_ascii_lowercase();
                let count = program.iter().flatten().filter(|name| **name == function).count();
                let of_its_own = if is_behind(kind) { 0 } else { calls_of(sql, &function) };
                if count > of_its_own {
                    told.push(*source);
                    let (view, what) = (view.name.clone(), what.clone());
                    found.push(Indirect { at, range: range.clone(), view, what, source: *source, part });
                }
            }
        }
    }
    Ok(found)
}

fn views(sandbox: &Sandbox) -> Result<Vec<View>> {
    let mut query = sandbox.conn().prepare("SELECT name, sql FROM main.sqlite_schema WHERE type = 'view'")?;
    let views = query.query_map([], |row| {
        let (name, sql): (String, String) = (row.get(0)?, row.get(1)?);
        let names = onward_core::token::significant(&sql).filter_map(|token| token.name());
        let names = names.map(|name| name.to_ascii_lowercase()).collect();
        Ok(View { name, calls: sources(&sql), names })
    })?;
    views.collect()
}

/// The view of this name, if it is one, and those that it reads.
fn below<'v>(views: &'v [View], name: &str) -> Vec<&'v View> {
    let is = |view: &View, name: &str| view.name.eq_ignore_ascii_case(name);
    let mut found: Vec<&View> = views.iter().filter(|view| is(view, name)).collect();
    let mut next = 0;
    while let Some(view) = found.get(next).copied() {
        let is_known = |other: &View| found.iter().any(|known| is(known, &other.name));
        let read = views.iter().filter(|other| view.names.contains(&other.name.to_ascii_lowercase()));
        let more: Vec<&View> = read.filter(|other| !is_known(other)).collect();
        found.extend(more);
        next += 1;
    }
    found
}

/// The statement itself, or one that sets off the trigger that it makes.
fn runs(sql: &str, kind: &Kind, sandbox: &Sandbox) -> Result<String> {
    let Kind::Create { object: ObjectKind::Trigger, on: Some(table), .. } = kind else {
        return Ok(sql.to_owned());
    };
    let columns = "SELECT name FROM pragma_table_xinfo(?1) WHERE hidden = 0";
    let mut columns = sandbox.conn().prepare(columns)?;
    let columns = columns.query_map([&table.text], |row| row.get(0))?.collect::<Result<Vec<String>>>()?;
    Ok(probe(sql, &table.text, &columns).unwrap_or_else(|| sql.to_owned()))
}

/// The functions that SQLite's program for a statement calls, each as often as it does.
fn called(sandbox: &Sandbox, sql: &str) -> Result<Vec<String>> {
    let name = |row: Vec<Value>| match (row.get(1)?, row.get(5)?) {
        (Value::Text(opcode), Value::Text(function))
            if ["Function", "PureFunc"].contains(&opcode.as_str()) =>
        {
            Some(function.split('(').next()?.to_ascii_lowercase())
        }
        _ => None,
    };
    Ok(sandbox.read(&format!("EXPLAIN {sql}"))?.into_iter().filter_map(name).collect())
}
