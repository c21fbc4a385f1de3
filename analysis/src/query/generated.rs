//! What the expression of a generated column proves of it.

use onward_schema::Table;
use sqlite3_parser::Bump;
use sqlite3_parser::ast::{OneSelect, ResultColumn, Stmt};

use super::context::{Context, Effort, Tables};
use super::item::{Column, Item};
use super::scope::Scope;
use super::syntax::parse;
use super::value::Null;

/// Marks the columns of a table whose expressions are never NULL, by what is known of the others.
pub(super) fn narrow(context: Context<'_>, table: &Table, columns: &mut [Column]) {
    let open = |columns: &[Column], index: usize| {
        table.columns[index].generated.is_some() && columns[index].value.null != Null::Never
    };
    let mut left: Vec<usize> = (0..table.columns.len()).filter(|&index| open(columns, index)).collect();
    // One may be made of another that stands behind it.
    while !left.is_empty() {
        let mut scope = Scope::within(None);
        scope.items.push(Item::new(table.name.clone(), Some(columns.to_vec())));
        let proven = |&index: &usize| {
            let generated = table.columns[index].generated.as_ref();
            generated.is_some_and(|generated| is_never_null(context, &scope, &generated.expression))
        };
        let (found, rest): (Vec<usize>, Vec<usize>) = left.iter().partition(|index| proven(index));
        if found.is_empty() {
            return;
        }
        found.into_iter().for_each(|index| columns[index].value.null = Null::Never);
        left = rest;
    }
}

fn is_never_null(context: Context<'_>, scope: &Scope<'_>, expression: &str) -> bool {
    let (bump, sql) = (Bump::new(), format!("SELECT {expression}"));
    let Some(Stmt::Select(select)) = parse(&bump, &sql) else { return false };
    let OneSelect::Select { columns: [ResultColumn::Expr(value, None)], .. } = &select.body.select else {
        return false;
    };
    let (tables, effort) = (Tables::default(), Effort::default());
    Context { tables: &tables, effort: &effort, ..context }.value(scope, value).null == Null::Never
}
