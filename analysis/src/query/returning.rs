//! What RETURNING gives: the rows that a statement has written or deleted.

use onward_schema::Table;
use sqlite3_parser::ast::{
    Expr, FromClause, InsertBody, Name, QualifiedName, ResultColumn, Set, Stmt, UpsertDo, With,
};

use super::context::{Context, Tables};
use super::facts::Facts;
use super::item::{Column, Item};
use super::proof::{Outcome, Proof};
use super::scope::Scope;
use super::select::meant;
use super::syntax::plain;
use super::table;
use super::trigger::is_early;
use super::value::Null;

/// The columns of a statement's RETURNING.
pub(super) fn columns(context: Context<'_>, statement: &Stmt<'_>) -> Option<Vec<Column>> {
    let (with, name, returning) = match statement {
        Stmt::Insert { with, tbl_name, returning, .. }
        | Stmt::Update { with, tbl_name, returning, .. }
        | Stmt::Delete { with, tbl_name, returning, .. } => (with.as_ref(), tbl_name, (*returning)?),
        _ => return None,
    };
    written(context, statement, with, name, returning)
}

fn written(
    context: Context<'_>,
    statement: &Stmt<'_>,
    with: Option<&With<'_>>,
    name: &QualifiedName<'_>,
    returning: &[ResultColumn<'_>],
) -> Option<Vec<Column>> {
    let tables = context.with(with);
    let context = context.with_tables(&tables);
    let schema = context.schema;
    let meant = meant(schema, name);
    let table =
        schema.table(&meant).filter(|table| !is_early(schema, table, &["INSERT", "UPDATE", "DELETE"]));
    let known = table.map(|table| match statement {
        Stmt::Insert { columns, body, .. } => {
            let names = columns.as_ref().map(|columns| columns.iter().map(plain).collect());
            inserted(context, table, names, body)
        }
        Stmt::Update { sets, from, where_clause, .. } => {
            updated(context, table, name, sets, from.as_ref(), where_clause.as_ref())
        }
        Stmt::Delete { where_clause, .. } => {
            let scope = found(context, name, None, where_clause.as_ref());
            some_columns(table, |index| scope.facts().columns.contains(&(0, index)))
        }
        _ => Facts::default(),
    });
    // RETURNING knows the table by its own name alone.
    let plain = plain(&name.name);
    let item = table::item(context, &meant, plain.clone()).unwrap_or_else(|| Item::new(plain, None));
    let mut scope = Scope::within(None);
    scope.items.push(item);
    scope.set_facts(known.unwrap_or_default());
    context.results(returning, &scope)
}

fn some_columns(table: &Table, is_some: impl Fn(usize) -> bool) -> Facts {
    let columns = (0..table.columns.len()).filter(|&index| is_some(index));
    Facts::of_columns(columns.map(|index| (0, index)).collect())
}

/// The rows that an UPDATE or a DELETE finds, the table first.
fn found<'s>(
    context: Context<'_>,
    name: &QualifiedName<'_>,
    from: Option<&FromClause<'_>>,
    condition: Option<&Expr<'_>>,
) -> Scope<'s> {
    let alias = name.alias.as_ref().unwrap_or(&name.name);
    let mut scope = Scope::within(None);
    // The table comes first, so that what is known of it is known of what RETURNING calls by its name.
    let item = table::item(context, &meant(context.schema, name), plain(alias));
    scope.items.push(item.unwrap_or_else(|| Item::new(plain(alias), None)));
    // Where FROM is not understood, its columns are not known.
    if from.is_some_and(|from| context.from(from, &mut scope).is_none()) {
        scope.items.push(Item::new(String::new(), None));
    }
    if let Some(condition) = condition {
        let known = Proof::new(context, &scope).assume(scope.facts(), condition, Outcome::True);
        scope.set_facts(known.unwrap_or_default());
    }
    scope
}

fn updated(
    context: Context<'_>,
    table: &Table,
    name: &QualifiedName<'_>,
    sets: &[Set<'_>],
    from: Option<&FromClause<'_>>,
    condition: Option<&Expr<'_>>,
) -> Facts {
    let scope = found(context, name, from, condition);
    let before = scope.facts();
    let is_never = |value: &Expr<'_>| context.value(&scope, value).null == Null::Never;
    some_columns(table, |index| {
        let column = &table.columns[index];
        // Of two values for one column the last counts.
        let set = sets.iter().rev().find_map(|set| {
            let position = set.col_names.iter().rposition(|name| is_name(name, &column.name))?;
            Some(match &set.expr {
                Expr::Parenthesized(values) if set.col_names.len() > 1 => {
                    values.get(position).is_some_and(is_never)
                }
                value => set.col_names.len() == 1 && is_never(value),
            })
        });
        // What is computed may be another value now.
        set.unwrap_or_else(|| column.generated.is_none() && before.columns.contains(&(0, index)))
    })
}

fn is_name(name: &Name<'_>, column: &str) -> bool {
    plain(name).eq_ignore_ascii_case(column)
}

fn inserted(context: Context<'_>, table: &Table, names: Option<Vec<String>>, body: &InsertBody<'_>) -> Facts {
    let plain_columns = || table.columns.iter().filter(|column| column.generated.is_none());
    let (names, values) = match body {
        InsertBody::DefaultValues => (Vec::new(), Vec::new()),
        InsertBody::Select(select, upsert) => {
            let mut next = *upsert;
            while let Some(upsert) = next {
                if matches!(upsert.do_clause, UpsertDo::Set { .. }) {
                    // The row may be one that was there.
                    return Facts::default();
                }
                next = upsert.next;
            }
            let names = names.unwrap_or_else(|| plain_columns().map(|column| column.name.clone()).collect());
            (names, context.select(select, None).unwrap_or_default())
        }
    };
    some_columns(table, |index| {
        let column = &table.columns[index];
        let given = names.iter().position(|name| name.eq_ignore_ascii_case(&column.name));
        let null = match (given, &column.default) {
            (Some(position), _) => values.get(position).map(|value| value.value.null),
            (None, Some(default)) if column.generated.is_none() => {
                let tables = Tables::default();
                let value = context.with_tables(&tables).statement(&format!("SELECT {default}"));
                value.and_then(|value| Some(value.first()?.value.null))
            }
            (None, _) => None,
        };
        null == Some(Null::Never)
    })
}
