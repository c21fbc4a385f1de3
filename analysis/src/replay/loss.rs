//! What has become of a table's rows in a migration that keeps the table.

use onward_core::token::list;
use rusqlite::Result;
use rusqlite::types::Value;

use super::contents::Contents;
use super::finding::{Finding, What};
use super::plan::Plan;
use super::sample::Rows;
use super::value::shown;
use super::write::{Copy, Item, Write};
use crate::folder::history::At;
use crate::sqlite::sandbox::Sandbox;

/// Compares the rows of a table before and after a migration.
pub(super) fn find(
    sandbox: &Sandbox,
    plan: &Plan,
    table: &str,
    before: &Contents,
    after: &Contents,
    rows: Rows,
) -> Result<Vec<Finding>> {
    let aliases = plan.aliases(table);
    let is_mild = rows == Rows::Mild;
    let deletes = plan.writes.iter().any(|(_, write)| match write {
        Write::Delete { table, .. } => aliases.contains(table),
        _ => false,
    });
    // Copies of this table's rows, whatever they were called at the time.
    let was = |name: &str| name == table || plan.renames.iter().any(|(from, to)| from == table && to == name);
    let from_here = |copy: &Copy| copy.sources.iter().any(|source| was(source));
    let copies: Vec<(At, &Copy)> = plan.copies().filter(|(_, copy)| aliases.contains(&copy.table)).collect();
    let is_rebuilt = plan.is_dropped(table) || plan.renames.iter().any(|(from, _)| from == table);
    if after.rows.len() < before.rows.len() {
        let (count, left) = (before.rows.len(), after.rows.len());
        let lost = |at, certain| {
            let what = What::RowsLost { table: table.to_owned(), before: count, after: left, cascade: false };
            vec![Finding { at, certain: certain && is_mild, what }]
        };
        if deletes {
            return Ok(Vec::new());
        }
        let all = plan.copies();
        if !is_rebuilt || !all.into_iter().any(|(_, copy)| from_here(copy)) {
            return Ok(Vec::new());
        }
        let picks = copies.iter().any(|(_, copy)| copy.picks || !before.is_told_apart(&copy.groups));
        let certain = copies.iter().all(|(_, copy)| copy.is_plain());
        return Ok(match copies.last() {
            Some((at, _)) if !picks => lost(*at, certain),
            _ => Vec::new(),
        });
    }
    let mut found = Vec::new();
    if !is_rebuilt {
        return Ok(found);
    }
    for (at, copy) in copies.iter().filter(|(_, copy)| from_here(copy) && copy.is_plain()) {
        let Some(pairs) = copy.pairs(&after.columns, &before.columns) else { continue };
        for (column, item) in pairs {
            let (Some(old), Some(new)) = (before.values(column), after.values(column)) else { continue };
            let is_updated = plan.writes.iter().any(|(_, write)| match write {
                Write::Update { table, columns } => {
                    aliases.contains(table) && columns.iter().any(|set| set == column)
                }
                _ => false,
            });
            let has = |name: &String| before.columns.contains(name);
            let (other, is_text) = match item {
                Item::Column(other)
                    if other != column
                        && copy.is_by_position()
                        && has(&other)
                        && after.columns.contains(&other) =>
                {
                    (other, false)
                }
                // In double quotes, what is no column is a string.
                Item::Column(other) if !has(&other) => (other, true),
                Item::Text(other) if has(&other) => (other, true),
                _ => continue,
            };
            // A column that was added or renamed before has other values than the names say.
            let is_that =
                |value: &&Value| matches!(value, Value::Text(text) if text.eq_ignore_ascii_case(&other));
            if !is_updated && old != new && (!is_text || new.iter().all(is_that)) {
                let first = |values: &[&Value]| values.first().map(|value| shown(value)).unwrap_or_default();
                let values = (first(&old), first(&new));
                let what = What::Changed {
                    table: table.to_owned(),
                    column: column.to_owned(),
                    other,
                    is_text,
                    values,
                };
                found.push(Finding { at: *at, certain: is_mild, what });
            }
        }
        let mut ids = (before.rowids(), after.rowids());
        ids.0.sort_by_key(|id| shown(id));
        ids.1.sort_by_key(|id| shown(id));
        if ids.0 != ids.1
            && let Some(index) = full_text(sandbox, table, &after.columns)?
            && !plan.tables().contains(&index.to_ascii_lowercase())
        {
            let what = What::Renumbered { table: table.to_owned(), index };
            found.push(Finding { at: *at, certain: false, what });
        }
    }
    Ok(found)
}

/// An FTS5 table that knows the rows of this one by their rowids.
fn full_text(sandbox: &Sandbox, table: &str, columns: &[String]) -> Result<Option<String>> {
    let mut query = sandbox.conn().prepare(
        "SELECT name, sql FROM main.sqlite_schema WHERE type = 'table' AND rootpage = 0 AND sql IS NOT NULL",
    )?;
    let tables = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    for found in tables {
        let (name, sql) = found?;
        let tokens = list(&sql);
        let option = |word: &str| {
            let at = tokens.windows(2).position(|pair| pair[0].is(word) && pair[1].is("="))?;
            tokens.get(at + 2)?.name()
        };
        let is_fts5 = tokens.iter().any(|token| token.is("fts5"));
        // A column of its own is carried over as it is.
        let by_column =
            option("content_rowid").is_some_and(|column| columns.contains(&column.to_ascii_lowercase()));
        if is_fts5
            && !by_column
            && option("content").is_some_and(|content| content.eq_ignore_ascii_case(table))
        {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
