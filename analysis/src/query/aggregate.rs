//! Which SELECT an aggregate belongs to.
//!
//! Not always the one it stands in: `(SELECT max(jobs.id))` counts the rows of the SELECT around it that has `jobs`. An
//! aggregate belongs to the innermost SELECT of which its arguments name a column, and to its own if they name none.

use onward_core::token::unquoted;
use sqlite3_parser::ast::{Expr, FromClause, OneSelect, ResultColumn, Select, SelectTable};

use super::context::Context;
use super::function;
use super::scope::Scope;
use super::syntax::{parts, plain};

/// Whether a SELECT has aggregates of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Aggregates {
    None,
    /// It cannot be told.
    Maybe,
    Some,
}

/// Whether aggregates in these expressions, or in the SELECTs inside of them, belong to the SELECT of this scope.
pub(super) fn of<'e>(
    context: Context<'_>,
    scope: &Scope<'_>,
    values: impl IntoIterator<Item = &'e Expr<'e>>,
) -> Aggregates {
    let mut found = Aggregates::None;
    for value in values {
        walk(context, scope, value, &mut |home| {
            found = found.max(match home {
                Home::Scope(home) if std::ptr::eq(home, std::ptr::from_ref(scope).cast()) => Aggregates::Some,
                Home::Scope(_) => Aggregates::None,
                Home::Unknown => Aggregates::Maybe,
            });
        });
    }
    found
}

/// Whether an aggregate with these arguments belongs to the SELECT it stands in, for certain.
pub(super) fn is_own(scope: &Scope<'_>, arguments: &[Expr<'_>]) -> bool {
    matches!(home(scope, arguments), Home::Scope(home) if std::ptr::eq(home, std::ptr::from_ref(scope).cast()))
}

/// The SELECT that an aggregate belongs to, by the address of its scope: nothing is read through it.
enum Home {
    Scope(*const ()),
    Unknown,
}

fn home(scope: &Scope<'_>, arguments: &[Expr<'_>]) -> Home {
    let mut names = Vec::new();
    for argument in arguments {
        if !columns(argument, &mut names) {
            return Home::Unknown;
        }
    }
    let mut next = Some(scope);
    while let Some(scope) = next {
        for (table, name) in &names {
            match scope.has(table.as_deref(), name) {
                Some(true) => return Home::Scope(std::ptr::from_ref(scope).cast()),
                Some(false) => {}
                None => return Home::Unknown,
            }
        }
        next = scope.outer.filter(|_| !names.is_empty());
    }
    Home::Scope(std::ptr::from_ref(scope).cast())
}

/// Adds the columns that an expression names; `false` if there is a SELECT in it.
fn columns(value: &Expr<'_>, names: &mut Vec<(Option<String>, String)>) -> bool {
    match value {
        Expr::Id(name) => names.push((None, unquoted(name.0))),
        Expr::Name(name) => names.push((None, plain(name))),
        Expr::Qualified(table, name) | Expr::DoublyQualified(_, table, name) => {
            names.push((Some(plain(table)), plain(name)));
        }
        Expr::Subquery(_) | Expr::Exists(_) | Expr::InSelect { .. } => return false,
        _ => {}
    }
    parts(value).into_iter().all(|part| columns(part, names))
}

fn walk(context: Context<'_>, scope: &Scope<'_>, value: &Expr<'_>, found: &mut dyn FnMut(Home)) {
    match value {
        Expr::FunctionCall { name, args, filter_over, .. }
            if filter_over.as_ref().is_none_or(|tail| tail.over_clause.is_none()) =>
        {
            let arguments = args.unwrap_or_default();
            let name = context.registered.name(name, arguments.len());
            if function::is_aggregate(&name, arguments.len()) {
                found(home(scope, arguments));
            }
        }
        Expr::FunctionCallStar { name, filter_over }
            if filter_over.as_ref().is_none_or(|tail| tail.over_clause.is_none())
                && function::is_aggregate(&context.registered.name(name, 0), 0) =>
        {
            found(home(scope, &[]));
        }
        Expr::Subquery(select) | Expr::Exists(select) | Expr::InSelect { rhs: select, .. } => {
            inside(context, scope, select, found);
        }
        _ => {}
    }
    parts(value).into_iter().for_each(|part| walk(context, scope, part, found));
}

/// Looks into a SELECT that stands in the scope.
fn inside(context: Context<'_>, outer: &Scope<'_>, select: &Select<'_>, found: &mut dyn FnMut(Home)) {
    let Some(tables) = context.below(select) else { return found(Home::Unknown) };
    let context = context.with_tables(&tables);
    let compounds = select.body.compounds.as_deref().unwrap_or_default();
    for one in std::iter::once(&select.body.select).chain(compounds.iter().map(|compound| &compound.select)) {
        let OneSelect::Select { columns, from, where_clause, group_by, having, .. } = one else { continue };
        let mut scope = Scope::within(Some(outer));
        if let Some(from) = from {
            if context.from(from, &mut scope).is_none() {
                return found(Home::Unknown);
            }
            subqueries(from, &mut |select| inside(context, outer, select, found));
        }
        let results = columns.iter().filter_map(|column| match column {
            ResultColumn::Expr(value, _) => Some(value),
            ResultColumn::Star | ResultColumn::TableStar(_) => None,
        });
        let values = results.chain(*where_clause).chain(*having).chain(group_by.unwrap_or_default());
        values.for_each(|value| walk(context, &scope, value, found));
    }
}

/// The SELECTs in a FROM clause.
fn subqueries(from: &FromClause<'_>, found: &mut dyn FnMut(&Select<'_>)) {
    let joined = from.joins.as_deref().unwrap_or_default().iter().map(|join| &join.table);
    for table in from.select.into_iter().chain(joined) {
        match table {
            SelectTable::Select(select, _) => found(select),
            SelectTable::Sub(from, _) => subqueries(from, found),
            SelectTable::Table(..) | SelectTable::TableCall(..) => {}
        }
    }
}
