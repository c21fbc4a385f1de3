//! The columns of a SELECT, a view or a RETURNING: their names, and what is known of their values.
//!
//! SQLite prepares the statement first, so every name in it is known to mean something. What is not understood here is
//! unknown, never wrong.

use std::collections::BTreeSet;

use onward_core::name::Ident;
use onward_schema::Schema;
use sqlite3_parser::ast::{
    As, CommonTableExpr, CompoundOperator, Expr, FromClause, OneSelect, QualifiedName, ResultColumn, Select,
    SelectTable, With,
};

use super::aggregate::{self, Aggregates};
use super::context::{Context, Tables};
use super::facts::Facts;
use super::item::{Column, Item};
use super::join::{self, Start};
use super::proof::{Outcome, Proof};
use super::scope::Scope;
use super::syntax::{column_name, is_stable, plain};
use super::value::{Null, Value};
use super::window::has_current_row;
use super::{builtin, table};
use crate::sqlite::outside;

/// Views within views, and subqueries within subqueries, are followed so far.
const DEPTH: usize = 50;

/// Under which name the schema has the table that is meant.
pub(super) fn meant(schema: &Schema, name: &QualifiedName<'_>) -> String {
    outside::meant(schema, name.db_name.as_ref().map(plain).as_deref(), &plain(&name.name))
}

impl Context<'_> {
    /// The same where it is known what is around.
    fn meant(self, name: &QualifiedName<'_>) -> String {
        let table = plain(&name.name);
        let is_there = || {
            self.schema.table(&table).is_some() || self.schema.views.contains_key(&table.to_ascii_lowercase())
        };
        if self.tables.in_view && is_there() { table } else { meant(self.schema, name) }
    }

    /// The columns of a SELECT; `outer` is what surrounds it, if it is part of an expression.
    pub(super) fn select(self, select: &Select<'_>, outer: Option<&Scope<'_>>) -> Option<Vec<Column>> {
        Some(self.open(select, outer)?.into_iter().map(Column::settled).collect())
    }

    /// The columns of a SELECT of which what surrounds it may prove more.
    pub(super) fn open(self, select: &Select<'_>, outer: Option<&Scope<'_>>) -> Option<Vec<Column>> {
        self.selected(select, outer).map(|(columns, _)| columns)
    }

    /// The value of a SELECT in brackets: its first row's only column, NULL if there is no row.
    pub(super) fn scalar(self, select: &Select<'_>, outer: &Scope<'_>) -> Value {
        let Some((columns, is_one_row)) = self.selected(select, Some(outer)) else { return Value::UNKNOWN };
        let [column] = &columns[..] else { return Value::UNKNOWN };
        let value = column.clone().settled().value;
        if is_one_row { value } else { value.or_null() }
    }

    /// The columns, and whether there is a row whatever the tables hold.
    fn selected(self, select: &Select<'_>, outer: Option<&Scope<'_>>) -> Option<(Vec<Column>, bool)> {
        let tables = self.below(select)?;
        let context = self.with_tables(&tables);
        let compounds = select.body.compounds.as_deref().unwrap_or_default();
        let (mut columns, is_one_row) = context.one(&select.body.select, outer)?;
        for compound in compounds {
            let (other, _) = context.one(&compound.select, outer)?;
            if other.len() != columns.len() {
                return None;
            }
            let pairs: Vec<(Null, Null)> = columns.iter().zip(&other).map(nulls).collect();
            // The affinity of one side may convert the values of the other.
            columns = union(columns, other);
            for (column, (first, second)) in columns.iter_mut().zip(pairs) {
                match compound.operator {
                    CompoundOperator::Except => column.value.null = first,
                    CompoundOperator::Intersect => column.value.null = first.min(second),
                    CompoundOperator::Union | CompoundOperator::UnionAll => {}
                }
            }
        }
        Some((columns, is_one_row && compounds.is_empty() && select.limit.is_none()))
    }

    /// The tables for the inside of a SELECT; `None` if it is too deep.
    pub(super) fn below(self, select: &Select<'_>) -> Option<Tables> {
        let mut tables = self.with(select.with.as_ref());
        tables.depth += 1;
        (tables.depth <= DEPTH).then_some(tables)
    }

    pub(super) fn with_tables<'t>(self, tables: &'t Tables) -> Context<'t>
    where
        Self: 't,
    {
        Context { tables, ..self }
    }

    fn one(self, select: &OneSelect<'_>, outer: Option<&Scope<'_>>) -> Option<(Vec<Column>, bool)> {
        let (columns, from, where_clause, group_by, having, windows) = match select {
            OneSelect::Select { columns, from, where_clause, group_by, having, window_clause, .. } => {
                (columns, from, where_clause, group_by, having, window_clause)
            }
            OneSelect::Values(rows) => {
                let scope = Scope::within(outer);
                let rows = rows.iter().map(|row| {
                    let values = row.iter().enumerate();
                    let column = |(index, value)| {
                        Column::new(format!("column{}", index + 1), self.value(&scope, value))
                    };
                    values.map(column).collect()
                });
                return rows.reduce(union).map(|columns| (columns, true));
            }
        };
        let mut scope = Scope::within(outer);
        for window in windows.unwrap_or_default() {
            scope.windows.push((plain(&window.name), has_current_row(&window.window)));
        }
        if let Some(from) = from {
            self.from(from, &mut scope)?;
        }
        if let Some(condition) = where_clause {
            let facts = self.kept(&scope, columns, condition);
            scope.set_facts(facts);
        }
        let results = columns.iter().filter_map(|column| match column {
            ResultColumn::Expr(value, _) => Some(value),
            ResultColumn::Star | ResultColumn::TableStar(_) => None,
        });
        // SQLite takes no aggregate in an ORDER BY unless there is one before it.
        let aggregates = aggregate::of(self, &scope, results.chain(*having));
        scope.end_rows(group_by.is_none() && aggregates != Aggregates::None);
        if let Some(condition) = having {
            let facts = self.kept(&scope, columns, condition);
            scope.end_groups(facts);
        }
        let is_one_row = having.is_none()
            && group_by.is_none()
            && (aggregates == Aggregates::Some || (from.is_none() && where_clause.is_none()));
        self.results(columns, &scope).map(|columns| (columns, is_one_row))
    }

    /// What is known of the rows that a condition leaves; it may call results by their aliases.
    fn kept(self, scope: &Scope<'_>, results: &[ResultColumn<'_>], condition: &Expr<'_>) -> Facts {
        let proof = Proof { results, ..Proof::new(self, scope) };
        proof.assume(scope.facts(), condition, Outcome::True).unwrap_or_else(|| scope.facts())
    }

    pub(super) fn results(self, columns: &[ResultColumn<'_>], scope: &Scope<'_>) -> Option<Vec<Column>> {
        let mut results = Vec::new();
        for column in columns {
            match column {
                ResultColumn::Expr(value, alias) => {
                    let name = match alias {
                        Some(As::As(name) | As::Elided(name)) => plain(name),
                        None => column_name(value),
                    };
                    results.push(self.result(name, value, scope));
                }
                ResultColumn::Star => results.extend(scope.star(None)?),
                ResultColumn::TableStar(table) => results.extend(scope.star(Some(&plain(table)))?),
            }
        }
        Some(results)
    }

    /// A result that is not NULL may say that sides of outer joins are there.
    fn result(self, name: String, value: &Expr<'_>, scope: &Scope<'_>) -> Column {
        let plain = || Column::new(name.clone(), self.value(scope, value));
        if !scope.has_sides() || !is_stable(self.registered, value) {
            return plain();
        }
        let known = scope.facts();
        let Some(some) = Proof::new(self, scope).assume(known.clone(), value, Outcome::Some) else {
            return plain();
        };
        let sides: BTreeSet<usize> = some.sides.difference(&known.sides).copied().collect();
        scope.with(scope.with_sides(known, &sides), || Column { sides, ..plain() })
    }

    pub(super) fn from(self, from: &FromClause<'_>, scope: &mut Scope<'_>) -> Option<()> {
        let start = Start::now(scope);
        self.item(from.select?, scope)?;
        for join in from.joins.as_deref().unwrap_or_default() {
            let middle = Start::now(scope);
            self.item(&join.table, scope)?;
            join::join(self, scope, start, middle, join);
        }
        Some(())
    }

    fn item(self, item: &SelectTable<'_>, scope: &mut Scope<'_>) -> Option<()> {
        let alias = |alias: &Option<As<'_>>| match alias {
            Some(As::As(name) | As::Elided(name)) => Some(plain(name)),
            None => None,
        };
        match item {
            SelectTable::Table(name, given, _) => self.table(name, alias(given), scope),
            SelectTable::TableCall(name, _, given) => {
                let table = plain(&name.name);
                let alias = alias(given).unwrap_or_else(|| table.clone());
                let known = table::item(self, &self.meant(name), alias.clone());
                let item = known.or_else(|| builtin::table(&table, alias.clone()));
                scope.items.push(item.unwrap_or_else(|| Item::new(alias, None)));
            }
            SelectTable::Select(select, given) => {
                let columns = self.open(select, scope.outer);
                scope.push(alias(given).unwrap_or_default(), columns);
            }
            SelectTable::Sub(from, None) => {
                scope.has_brackets = true;
                let first = std::mem::replace(&mut scope.first, scope.items.len());
                let found = self.from(from, scope);
                scope.first = first;
                found?;
            }
            SelectTable::Sub(from, given) => {
                let mut inner = Scope::within(scope.outer);
                self.from(from, &mut inner)?;
                scope.push(alias(given).unwrap_or_default(), inner.star(None));
            }
        }
        Some(())
    }

    fn table(self, name: &QualifiedName<'_>, alias: Option<String>, scope: &mut Scope<'_>) {
        let table = plain(&name.name);
        let alias = alias.unwrap_or_else(|| table.clone());
        if name.db_name.is_none() {
            let mut with = self.tables.with.iter().rev();
            if let Some((_, columns)) = with.find(|(name, _)| Ident(name) == table) {
                return scope.push(alias, columns.clone());
            }
        }
        let meant = self.meant(name);
        if let Some(item) = table::item(self, &meant, alias.clone()) {
            return scope.items.push(item);
        }
        let view = self.schema.views.get(&table.to_ascii_lowercase());
        if view.is_none()
            && let Some(item) = builtin::table(&table, alias.clone())
        {
            return scope.items.push(item);
        }
        // A view knows nothing of the tables that WITH makes around it.
        let tables = Tables { with: Vec::new(), depth: self.tables.depth + 1, in_view: true };
        scope.push(alias, view.and_then(|view| self.with_tables(&tables).statement(&view.definition)));
    }

    /// The tables in force below this WITH.
    pub(super) fn with(self, with: Option<&With<'_>>) -> Tables {
        let mut tables = self.tables.clone();
        // They may refer to each other in any order.
        let all = || with.iter().flat_map(|with| with.ctes);
        tables.with.extend(all().map(|table| (plain(&table.tbl_name), None)));
        for table in all() {
            let columns = Context { tables: &tables, ..self }.common(table);
            tables.with.push((plain(&table.tbl_name), columns));
        }
        tables
    }

    /// The columns of a common table expression. It may refer to itself, so it is looked at until nothing changes.
    fn common(self, table: &CommonTableExpr<'_>) -> Option<Vec<Column>> {
        let names =
            || table.columns.map(|columns| columns.iter().map(|column| plain(&column.col_name)).collect());
        let mut tables = self.tables.clone();
        tables.depth += 1;
        tables.with.push((plain(&table.tbl_name), None));
        let inner = Context { tables: &tables, ..self }.with(table.select.with.as_ref());
        let first = Context { tables: &inner, ..self }.one(&table.select.body.select, None);
        let mut columns = renamed(first.map(|(columns, _)| columns), names())?;
        // Each round can only admit more; the classes and NULL are a handful of steps.
        for _ in 0..8 {
            if let Some(last) = tables.with.last_mut() {
                last.1 = Some(columns.clone());
            }
            let next = Context { tables: &tables, ..self }.open(table.select, None);
            let next = renamed(next, names()).filter(|next| next.len() == columns.len())?;
            if next == columns {
                return Some(columns);
            }
            columns = next;
        }
        None
    }
}

/// Whether two columns may be NULL, when nothing more is proven of either.
fn nulls((column, other): (&Column, &Column)) -> (Null, Null) {
    let null = |column: &Column| column.clone().settled().value.null;
    (null(column), null(other))
}

fn union(columns: Vec<Column>, others: Vec<Column>) -> Vec<Column> {
    let settled = |columns: Vec<Column>| columns.into_iter().map(Column::settled);
    let pairs = settled(columns).zip(settled(others));
    pairs.map(|(column, other)| Column { value: column.value.or(other.value), ..column }).collect()
}

/// The columns under these names, if there are such.
pub(super) fn renamed(columns: Option<Vec<Column>>, names: Option<Vec<String>>) -> Option<Vec<Column>> {
    let columns = columns?;
    let Some(names) = names else { return Some(columns) };
    let pairs = columns.into_iter().zip(names);
    Some(pairs.map(|(column, name)| Column { name, ..column }).collect())
}
