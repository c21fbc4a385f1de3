//! The indexes that would spare a statement its scans.
//!
//! Nobody reads its conditions for that, the views' behind it, or the subqueries': an index of each column that is named
//! is tried, and SQLite shows which it would use. Those grow by one column after the other, as long as rows are looked up
//! by all of them.

use onward_core::name::Ident;
use onward_schema::Table;

use super::advice::{Advice, Fault};
use super::few;
use super::index::{NewIndex, Term};
use super::line::Line;
use super::plan::Plan;
use super::scratch::Scratch;
use super::words::Words;

/// More columns than these are not tried for a statement.
const TRIED: usize = 60;
/// An index that is advised looks rows up by no more columns than these.
const MOST: usize = 3;

/// The indexes that would spare a statement with this plan a scan.
pub(super) fn spare(scratch: &Scratch, words: &Words, before: &Plan) -> Vec<Advice> {
    let slow = before.slow();
    if slow.is_empty() {
        return Vec::new();
    }
    let spared = |indexes: &[NewIndex]| {
        let plan = scratch.plan_with(&words.sql, indexes)?;
        plan.spares_a_scan(before).then_some(plan)
    };
    let mut chosen = used(scratch, words, &slow);
    if spared(&chosen).is_none() {
        // What is not worth it alone leads SQLite astray.
        chosen.retain(|index| spared(std::slice::from_ref(index)).is_some());
    }
    for at in 0..chosen.len() {
        grow(scratch, words, &mut chosen, at);
    }
    let Some(after) = spared(&chosen) else { return Vec::new() };
    let mut found: Vec<Advice> = Vec::new();
    for (at, index) in chosen.into_iter().enumerate() {
        let Some(Line::Search { label, .. }) = after.line_of(&Scratch::name(at)) else { continue };
        match found.iter_mut().find(|advice| advice.label == *label) {
            Some(advice) => advice.indexes.push(index),
            None => {
                let is_made = before.automatic().contains(&label.as_str());
                let fault = if is_made { Fault::Automatic } else { Fault::Scan };
                found.push(Advice { fault, label: label.clone(), indexes: vec![index] });
            }
        }
    }
    found
}

/// Of indexes of one column each, those that SQLite would look up rows in that are read one by one.
fn used(scratch: &Scratch, words: &Words, slow: &[&str]) -> Vec<NewIndex> {
    let named = scratch.tables().filter(|table| words.has(&table.name));
    let singles = named.flat_map(|table| {
        let columns = columns(table, words).filter(|column| !is_first(table, column));
        columns.map(|column| NewIndex::new(&table.name, [column]))
    });
    let singles: Vec<NewIndex> = singles.take(TRIED).collect();
    if singles.is_empty() {
        return singles;
    }
    let Some(plan) = scratch.plan_with(&words.sql, &singles) else { return Vec::new() };
    let is_used = |at: usize| matches!(plan.line_of(&Scratch::name(at)), Some(Line::Search { label, .. }) if slow.contains(&label.as_str()));
    singles.into_iter().enumerate().filter(|(at, _)| is_used(*at)).map(|(_, index)| index).collect()
}

/// Adds columns to one of the indexes, as long as SQLite looks rows up by all of them.
fn grow(scratch: &Scratch, words: &Words, chosen: &mut [NewIndex], at: usize) {
    let Some(table) = scratch.schema().table(&chosen[at].table) else { return };
    while chosen[at].terms.len() < MOST {
        let longer: Vec<NewIndex> = columns(table, words)
            .filter(|column| !chosen[at].has(column))
            .map(|column| chosen[at].and(Term::of(column)))
            .take(TRIED)
            .collect();
        let others = chosen.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, index)| index);
        let tried: Vec<NewIndex> = longer.iter().chain(others).cloned().collect();
        let Some(plan) = scratch.plan_with(&words.sql, &tried) else { return };
        let width = |tried: usize| plan.line_of(&Scratch::name(tried)).map_or(0, Line::width);
        let best = (0..longer.len()).find(|tried| width(*tried) > chosen[at].terms.len());
        let Some(best) = best else { return };
        chosen[at] = longer[best].clone();
    }
}

/// The columns of a table that are named, but those by which a look-up may find a great share of the rows.
fn columns<'t>(table: &'t Table, words: &Words) -> impl Iterator<Item = &'t str> {
    let rowid = table.rowid().map(|column| column.name.as_str());
    let is_worth = |column: &&'t str| {
        words.has(column)
            && rowid != Some(*column)
            && few::values(table, column).is_none()
            && !words.is_vague(column)
    };
    let columns = table.columns.iter().map(|column| column.name.as_str());
    columns.filter(is_worth).collect::<Vec<_>>().into_iter()
}

/// Whether an index of all rows begins with this column, so that another one of it alone is of no use.
fn is_first(table: &Table, column: &str) -> bool {
    let own = table.column(column).map(|column| column.collation.as_str());
    table.indexes.iter().filter(|index| index.partial.is_none()).any(|index| {
        index.columns.first().is_some_and(|first| {
            !first.is_expression
                && Ident(&first.name_or_expression) == column
                && own.is_some_and(|own| Ident(own) == first.collation)
        })
    })
}
