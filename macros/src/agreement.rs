//! The columns that all combinations of a statement have.

use onward_analysis::query::{Column, Null, Query};

use crate::record::type_name;
use crate::whole::Whole;

/// The columns of every combination, none if they give no rows: NULL may be where it may be in one of them.
///
/// # Errors
/// If two of them have other columns.
pub(crate) fn columns(whole: &Whole<'_>, queries: &[Query]) -> syn::Result<Vec<Column>> {
    all_or_none(whole, queries)?;
    let mut agreed = queries[0].columns.clone();
    for (index, query) in queries.iter().enumerate().skip(1) {
        let (wanted, found) = (agreed.len(), query.columns.len());
        if wanted != found {
            return Err(differ(whole, index, &counted(found), &counted(wanted)));
        }
        let config = &whole.schema().analysis.history.config;
        for (at, (agreed, column)) in agreed.iter_mut().zip(&query.columns).enumerate() {
            let is = |column: &Column| format!("`{}`, {}", column.name, type_name(column, config));
            let (wanted, found) = (is(agreed), is(column));
            if wanted != found {
                return Err(differ(whole, index, &format!("the column {} ({found})", at + 1), &wanted));
            }
            agreed.vouched |= column.vouched;
            agreed.value.null = agreed.value.null.max(column.value.null);
        }
    }
    for column in &mut agreed {
        column.vouched &= column.value.null == Null::Never;
    }
    Ok(agreed)
}

/// # Errors
/// If some combinations give rows and others none.
pub(crate) fn all_or_none(whole: &Whole<'_>, queries: &[Query]) -> syn::Result<()> {
    let has_rows = |query: &Query| !query.columns.is_empty();
    let says = |has: bool| if has { "rows" } else { "no rows" };
    let first = has_rows(&queries[0]);
    match queries.iter().position(|query| has_rows(query) != first) {
        Some(index) => Err(differ(whole, index, says(!first), says(first))),
        None => Ok(()),
    }
}

fn counted(columns: usize) -> String {
    if columns == 1 { "one column".to_owned() } else { format!("{columns} columns") }
}

fn differ(whole: &Whole<'_>, index: usize, has: &str, first: &str) -> syn::Error {
    let message = format!(
        "every combination of a statement gives the same columns, and this one gives {has} with {}, and {first} with {}",
        whole.against(index, 0),
        whole.against(0, index)
    );
    syn::Error::new(whole.other(index), message)
}
