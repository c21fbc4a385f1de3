//! Which tables statements may touch: those they name, and what hangs together with these.

use std::collections::{BTreeMap, BTreeSet};

use onward_schema::token::significant;
use rusqlite::Result;

use super::Step;
use crate::history::History;
use crate::sandbox::Sandbox;

/// The names of these tables, in lower case.
///
/// What a statement does to a table it does not name goes by way of a foreign key, a trigger or a view, whose text names
/// both ends. A foreign key leads from the parent to the child alone: the parents of a table get rows when it does.
pub(super) fn tables(history: &History, steps: &[Step], sandbox: &Sandbox) -> Result<BTreeSet<String>> {
    let mut query = sandbox.conn().prepare(
        "SELECT lower(name), lower(tbl_name), sql, type = 'table' FROM main.sqlite_schema WHERE sql IS NOT NULL",
    )?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let rows = rows.collect::<Result<Vec<(String, String, String, bool)>>>()?;
    let known: BTreeSet<&str> = rows.iter().map(|(name, ..)| name.as_str()).collect();
    let named = |sql: &str| -> Vec<&str> {
        let names = significant(sql).filter_map(|token| token.name()).map(|name| name.to_ascii_lowercase());
        names.filter_map(|name| known.get(name.as_str()).copied()).collect()
    };
    let mut beside: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, table, sql, is_table) in &rows {
        for other in named(sql).into_iter().chain([table.as_str()]) {
            beside.entry(other).or_default().insert(name);
            if !is_table {
                beside.entry(name).or_default().insert(other);
            }
        }
    }
    let mut open: Vec<&str> = steps.iter().flat_map(|step| named(history.sql(step.at))).collect();
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    while let Some(name) = open.pop() {
        if reached.insert(name) {
            open.extend(beside.get(name).into_iter().flatten());
        }
    }
    let tables = rows.iter().filter(|(name, .., is_table)| *is_table && reached.contains(name.as_str()));
    Ok(tables.map(|(name, ..)| name.clone()).collect())
}
