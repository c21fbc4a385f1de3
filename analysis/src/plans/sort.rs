//! The indexes that would spare a statement its sorts.

use onward_core::name::Ident;
use onward_schema::Table;

use super::advice::{Advice, Fault};
use super::clause::{Clause, clauses};
use super::few;
use super::index::{NewIndex, Term};
use super::line::{By, Line};
use super::plan::Plan;
use super::scratch::Scratch;
use super::words::Words;

/// Adds to what spares a statement its scans what spares it a sort. An index that does both takes the place of one that does one.
pub(super) fn spare(scratch: &Scratch, words: &Words, before: &Plan, mut found: Vec<Advice>) -> Vec<Advice> {
    let indexes = indexes(&found);
    let plan =
        if indexes.is_empty() { Some(before.clone()) } else { scratch.plan_with(&words.sql, &indexes) };
    let Some(mut plan) = plan else { return found };
    for clause in words.texts().flat_map(clauses) {
        if plan.sorts() == 0 {
            break;
        }
        let tables = scratch.tables().filter(|table| words.has(&table.name) && has_all(table, &clause));
        let tried = tables.flat_map(|table| candidates(table, &clause, &plan, &found, words));
        let better =
            tried.into_iter().find_map(|index| try_one(scratch, words, &plan, &clause, &found, index));
        if let Some((advice, better)) = better {
            (found, plan) = (advice, better);
        }
    }
    found
}

fn indexes(found: &[Advice]) -> Vec<NewIndex> {
    found.iter().flat_map(|advice| advice.indexes.clone()).collect()
}

fn has_all(table: &Table, clause: &Clause) -> bool {
    clause.terms.iter().all(|term| table.column(&term.column).is_some())
}

/// Indexes that may have the rows in this order: behind the columns by which they are looked up, or alone.
fn candidates(table: &Table, clause: &Clause, plan: &Plan, found: &[Advice], words: &Words) -> Vec<NewIndex> {
    let advised = indexes(found);
    let own = |name: &str| {
        table.indexes.iter().any(|index| Ident(&index.name) == name)
            || advised
                .iter()
                .enumerate()
                .any(|(at, index)| Scratch::name(at) == name && Ident(&index.table) == table.name)
    };
    let mut prefixes: Vec<Vec<&str>> = Vec::new();
    for line in &plan.lines {
        if let Line::Search { by: By::Index(name), terms, .. } = line
            && own(name)
        {
            let columns = terms.iter().take_while(|term| term.equal).map(|term| term.column.as_str());
            prefixes.push(columns.filter(|column| table.column(column).is_some()).collect());
        }
    }
    // A column with few values is worth it where the first rows alone are wanted.
    if clause.has_limit {
        let names = table.columns.iter().map(|column| column.name.as_str());
        let few = names
            .filter(|name| words.has(name) && (few::values(table, name).is_some() || words.is_vague(name)));
        prefixes.extend(few.map(|name| vec![name]));
    }
    prefixes.push(Vec::new());
    prefixes.dedup();
    prefixes.into_iter().filter_map(|prefix| behind(table, &prefix, clause)).collect()
}

/// An index of these columns and then of the clause's.
fn behind(table: &Table, prefix: &[&str], clause: &Clause) -> Option<NewIndex> {
    let mut index = NewIndex::new(&table.name, prefix.iter().copied());
    let mut terms = clause.terms.clone();
    // Rows with equal values come in the order of the rowid anyway.
    let is_rowid = |term: &Term| table.rowid().is_some_and(|rowid| Ident(&rowid.name) == term.column);
    terms.pop_if(|term| is_rowid(term));
    // An index is read backwards as well.
    if terms.iter().all(|term| term.descending) {
        terms.iter_mut().for_each(|term| term.descending = false);
    }
    for term in terms {
        let column = table.column(&term.column)?.name.clone();
        if !index.has(&column) {
            index.terms.push(Term { column, ..term });
        }
    }
    let is_there = |terms: &[Term]| {
        table.indexes.iter().filter(|index| index.partial.is_none()).any(|index| {
            index.columns.len() >= terms.len()
                && index.columns.iter().zip(terms).all(|(own, term)| {
                    Ident(&own.name_or_expression) == term.column && own.descending == term.descending
                })
        })
    };
    (index.terms.len() > prefix.len() && !is_there(&index.terms)).then_some(index)
}

/// What is advised with this index as well, and the plan then, if that spares a sort for certain.
fn try_one(
    scratch: &Scratch,
    words: &Words,
    plan: &Plan,
    clause: &Clause,
    found: &[Advice],
    index: NewIndex,
) -> Option<(Vec<Advice>, Plan)> {
    let mut found = found.to_vec();
    // One that begins with all of another does what that does.
    let begins = |short: &NewIndex| short.table == index.table && index.terms.starts_with(&short.terms);
    let slot = found.iter_mut().flat_map(|advice| &mut advice.indexes).find(|short| begins(short));
    match slot {
        Some(short) => *short = index.clone(),
        None => found.push(Advice { fault: Fault::Sort, label: String::new(), indexes: vec![index.clone()] }),
    }
    let all = indexes(&found);
    let at = all.iter().position(|other| *other == index)?;
    let after = scratch.plan_with(&words.sql, &all)?;
    let line = after.line_of(&Scratch::name(at))?;
    // Where all rows are wanted, to sort them costs no more than to read the table in the order of an index.
    let is_better = match line {
        Line::Search { terms, covering, .. } => {
            terms.iter().any(|term| term.equal) && (*covering || clause.has_limit)
        }
        Line::Scan { covering, .. } => *covering || clause.takes_first,
        _ => false,
    };
    if !is_better || !after.spares_a_sort(plan) {
        return None;
    }
    // The others are still needed.
    let is_used = |at: usize| after.line_of(&Scratch::name(at)).is_some();
    if !(0..all.len()).all(is_used) {
        return None;
    }
    if let (Some(last), Some(label)) = (found.last_mut(), line.label())
        && last.label.is_empty()
    {
        label.clone_into(&mut last.label);
    }
    Some((found, after))
}
