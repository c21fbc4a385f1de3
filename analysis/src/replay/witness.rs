//! A row in the table that an ALTER TABLE … ADD COLUMN changes: SQLite takes some columns only while it is empty.

use onward_schema::Affinity;
use onward_schema::token::{Token, significant};
use rusqlite::Result;

use super::DOUBLE_QUOTED_STRING;
use crate::cause::Refusal;
use crate::history::{At, History};
use crate::sandbox::{Sandbox, quoted};
use crate::statement::{Change, Kind, Object};

/// A statement that works on an empty table only.
#[derive(Debug, Clone)]
pub(crate) struct Witness {
    pub(crate) at: At,
    pub(crate) refusal: Refusal,
}

/// Tries a statement that is about to run on a copy of its table with one row.
///
/// Where the table may be empty on every database, or no row can be made for it, nothing is said.
pub(super) fn find(history: &History, at: At, sandbox: &Sandbox) -> Result<Option<Witness>> {
    let Kind::Alter { table, change: Some(Change::Add(_)) } = &history.statement(at).kind else {
        return Ok(None);
    };
    let earlier = (0..at.statement).map(|statement| At { statement, ..at });
    if !may_fail(history.sql(at))
        || earlier.into_iter().any(|earlier| may_empty(history, earlier, &table.text))
    {
        return Ok(None);
    }
    let Some(made) = sandbox.text(&table.text, false)? else { return Ok(None) };
    let strings = history.statement(at).allows(DOUBLE_QUOTED_STRING);
    // On a copy without the row it has to work, or something else is missing there.
    let mut refusals = [None, None];
    for (with_row, refusal) in [false, true].into_iter().zip(&mut refusals) {
        let copy = Sandbox::open(&history.config)?;
        if copy.run(&made, false).is_err()
            || (with_row && copy.run(&row(&copy, &table.text)?, false).is_err())
        {
            return Ok(None);
        }
        *refusal = copy.run(history.sql(at), strings).err().map(Refusal::from);
    }
    Ok(match refusals {
        [None, Some(refusal)] => Some(Witness { at, refusal }),
        _ => None,
    })
}

/// Whether a column is of a kind that SQLite looks at the rows for; most are a type and a constant.
fn may_fail(sql: &str) -> bool {
    let tokens: Vec<_> = significant(sql).collect();
    let has = |word: &str| tokens.iter().any(|token| token.is(word));
    let default = tokens.iter().position(|token| token.is("DEFAULT")).and_then(|at| tokens.get(at + 1));
    let is_constant = |token: &Token<'_>| {
        !token.is("(") && !token.is("NULL") && !token.text.to_ascii_uppercase().starts_with("CURRENT_")
    };
    has("CHECK") || has("AS") || has("REFERENCES") || !default.map_or(!has("NOT"), is_constant)
}

/// Whether the table may be new or empty because of this statement, whatever the database.
fn may_empty(history: &History, at: At, table: &str) -> bool {
    match &history.statement(at).kind {
        Kind::Create { object: Object::Index | Object::View | Object::Trigger, .. } => false,
        Kind::Alter { change: Some(Change::Add(_) | Change::Drop(_) | Change::Rename(..)), .. } => false,
        _ => !history.named(at, table).is_empty(),
    }
}

/// The INSERT of a row with a value in every column.
fn row(sandbox: &Sandbox, table: &str) -> Result<String> {
    let mut query =
        sandbox.conn().prepare("SELECT name, type FROM pragma_table_xinfo(?1, 'main') WHERE hidden = 0")?;
    let columns = query.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let columns = columns.collect::<Result<Vec<(String, String)>>>()?;
    let names: Vec<String> = columns.iter().map(|(name, _)| quoted(name)).collect();
    let values: Vec<&str> = columns.iter().map(|(_, declared)| value(declared)).collect();
    Ok(format!("INSERT INTO main.{}({}) VALUES ({})", quoted(table), names.join(", "), values.join(", ")))
}

/// A value that a column of this type keeps as it is.
fn value(declared: &str) -> &'static str {
    match Affinity::of(declared) {
        // Well-formed JSON, for the columns that ask for it.
        Affinity::Text => "'{}'",
        Affinity::Blob => "x'00'",
        Affinity::Real => "1.5",
        Affinity::Integer | Affinity::Numeric => "1",
    }
}
