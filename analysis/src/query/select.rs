//! The columns of a SELECT, a view or a RETURNING: their names, and what is known of their values.
//!
//! SQLite prepares the statement first, so every name in it is known to mean something. What is not understood here is
//! unknown, never wrong.

use onward_core::name::Ident;
use onward_schema::Schema;
use sqlite3_parser::ast::{
    As, Cmd, CommonTableExpr, CompoundOperator, FromClause, JoinConstraint, JoinOperator, JoinType,
    JoinedSelectTable, OneSelect, QualifiedName, ResultColumn, Select, SelectTable, Stmt, With,
};
use sqlite3_parser::lexer::sql::Parser;
use sqlite3_parser::{Bump, FallibleIterator};

use super::aggregate::{self, Aggregates};
use super::context::{Context, Tables};
use super::expression::expression;
use super::scope::{self, Column, Item, Scope};
use super::syntax::{column_name, plain, some_when_true};
use super::value::{Null, Value};
use crate::sqlite::outside;

/// Views within views, and subqueries within subqueries, are followed so far.
const DEPTH: usize = 50;

/// The columns of one statement; `None` if it has none that are understood.
pub(super) fn columns(schema: &Schema, sql: &str) -> Option<Vec<Column>> {
    statement(schema, sql, &Tables::default())
}

fn statement(schema: &Schema, sql: &str, tables: &Tables) -> Option<Vec<Column>> {
    let bump = Bump::new();
    let Cmd::Stmt(statement) = Parser::new(&bump, sql.as_bytes()).next().ok()?? else { return None };
    let context = Context { schema, tables };
    match statement {
        Stmt::Select(select) => context.select(select, None),
        Stmt::CreateView { columns, select, .. } => {
            let names = columns.map(|columns| columns.iter().map(|column| plain(&column.col_name)).collect());
            renamed(context.select(select, None), names)
        }
        Stmt::Insert { with, tbl_name, returning, .. }
        | Stmt::Update { with, tbl_name, returning, .. }
        | Stmt::Delete { with, tbl_name, returning, .. } => {
            let tables = context.with(with.as_ref());
            let context = Context { schema, tables: &tables };
            let table = plain(&tbl_name.name);
            // RETURNING knows the table by its own name alone.
            let item = scope::table(schema, &meant(schema, &tbl_name), table.clone())
                .unwrap_or_else(|| Item::new(table, None));
            let scope = Scope { items: vec![item], ..Scope::default() };
            context.results(returning?, &scope)
        }
        _ => None,
    }
}

/// Under which name the schema has the table that is meant.
fn meant(schema: &Schema, name: &QualifiedName<'_>) -> String {
    outside::meant(schema, name.db_name.as_ref().map(plain).as_deref(), &plain(&name.name))
}

impl Context<'_> {
    /// The columns of a SELECT; `outer` is what surrounds it, if it is part of an expression.
    pub(super) fn select(self, select: &Select<'_>, outer: Option<&Scope<'_>>) -> Option<Vec<Column>> {
        self.selected(select, outer).map(|(columns, _)| columns)
    }

    /// The value of a SELECT in brackets: its first row's only column, NULL if there is no row.
    pub(super) fn scalar(self, select: &Select<'_>, outer: &Scope<'_>) -> Value {
        let Some((columns, is_one_row)) = self.selected(select, Some(outer)) else { return Value::UNKNOWN };
        let [Column { value, .. }] = &columns[..] else { return Value::UNKNOWN };
        if is_one_row { value.clone() } else { value.clone().or_null() }
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
            let nulls: Vec<Null> = columns.iter().map(|column| column.value.null).collect();
            // The affinity of one side may convert the values of the other.
            columns = union(columns, other);
            if let CompoundOperator::Except | CompoundOperator::Intersect = compound.operator {
                // The rows are rows of the first SELECT.
                columns.iter_mut().zip(nulls).for_each(|(column, null)| column.value.null = null);
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
        let (columns, from, where_clause, group_by, having) = match select {
            OneSelect::Select { columns, from, where_clause, group_by, having, .. } => {
                (columns, from, where_clause, group_by, having)
            }
            OneSelect::Values(rows) => {
                let scope = Scope { outer, ..Scope::default() };
                let rows = rows.iter().map(|row| {
                    let values = row.iter().enumerate();
                    let column = |(index, value)| Column {
                        name: format!("column{}", index + 1),
                        value: expression(self, &scope, value),
                    };
                    values.map(column).collect()
                });
                return rows.reduce(union).map(|columns| (columns, true));
            }
        };
        let mut scope = Scope { outer, ..Scope::default() };
        if let Some(from) = from {
            self.from(from, &mut scope)?;
        }
        if let Some(condition) = where_clause {
            some_when_true(condition, &mut |table, name| scope.assume_some(table, name));
        }
        let results = columns.iter().filter_map(|column| match column {
            ResultColumn::Expr(value, _) => Some(value),
            ResultColumn::Star | ResultColumn::TableStar(_) => None,
        });
        // SQLite takes no aggregate in an ORDER BY unless there is one before it.
        let aggregates = aggregate::of(self, &scope, results.chain(*having));
        scope.empty.set(group_by.is_none() && aggregates != Aggregates::None);
        let is_one_row = having.is_none()
            && group_by.is_none()
            && (aggregates == Aggregates::Some || (from.is_none() && where_clause.is_none()));
        self.results(columns, &scope).map(|columns| (columns, is_one_row))
    }

    fn results(self, columns: &[ResultColumn<'_>], scope: &Scope<'_>) -> Option<Vec<Column>> {
        let mut results = Vec::new();
        for column in columns {
            match column {
                ResultColumn::Expr(value, alias) => {
                    let name = match alias {
                        Some(As::As(name) | As::Elided(name)) => plain(name),
                        None => column_name(value),
                    };
                    results.push(Column { name, value: expression(self, scope, value) });
                }
                ResultColumn::Star => results.extend(scope.star(None)?),
                ResultColumn::TableStar(table) => results.extend(scope.star(Some(&plain(table)))?),
            }
        }
        Some(results)
    }

    pub(super) fn from(self, from: &FromClause<'_>, scope: &mut Scope<'_>) -> Option<()> {
        let start = scope.items.len();
        self.item(from.select?, scope)?;
        let joins = from.joins.as_deref().unwrap_or_default();
        for JoinedSelectTable { operator, table, constraint } in joins {
            let middle = scope.items.len();
            self.item(table, scope)?;
            let kind = match operator {
                JoinOperator::TypedJoin(Some(kind)) => *kind,
                JoinOperator::TypedJoin(None) | JoinOperator::Comma => JoinType::INNER,
            };
            let names = match constraint {
                Some(JoinConstraint::Using(names)) => names.iter().map(plain).collect(),
                _ if kind.contains(JoinType::NATURAL) => scope.common(start, middle),
                _ => Vec::new(),
            };
            let (left, right) = (kind.contains(JoinType::LEFT), kind.contains(JoinType::RIGHT));
            let merged = scope.merging(middle, &names, left, right);
            if left {
                scope.make_outer(middle..scope.items.len());
            }
            if right {
                scope.make_outer(start..middle);
            }
            scope.merge(middle, merged);
            // What an outer join demands leaves the rows of one side, whatever they are.
            if let Some(JoinConstraint::On(condition)) = constraint
                && !left
                && !right
            {
                some_when_true(condition, &mut |table, name| scope.assume_some(table, name));
            }
        }
        Some(())
    }

    fn item(self, item: &SelectTable<'_>, scope: &mut Scope<'_>) -> Option<()> {
        let alias = |alias: &Option<As<'_>>| match alias {
            Some(As::As(name) | As::Elided(name)) => Some(plain(name)),
            None => None,
        };
        match item {
            SelectTable::Table(name, given, _) => scope.items.push(self.table(name, alias(given))),
            SelectTable::TableCall(name, _, given) => {
                let name = alias(given).unwrap_or_else(|| plain(&name.name));
                scope.items.push(Item::new(name, None));
            }
            SelectTable::Select(select, given) => {
                let columns = self.select(select, scope.outer);
                scope.items.push(Item::new(alias(given).unwrap_or_default(), columns));
            }
            SelectTable::Sub(from, None) => self.from(from, scope)?,
            SelectTable::Sub(from, given) => {
                let mut inner = Scope { outer: scope.outer, ..Scope::default() };
                self.from(from, &mut inner)?;
                scope.items.push(Item::new(alias(given).unwrap_or_default(), inner.star(None)));
            }
        }
        Some(())
    }

    fn table(self, name: &QualifiedName<'_>, alias: Option<String>) -> Item {
        let table = plain(&name.name);
        let alias = alias.unwrap_or_else(|| table.clone());
        if name.db_name.is_none() {
            let mut with = self.tables.with.iter().rev();
            if let Some((_, columns)) = with.find(|(name, _)| Ident(name) == table) {
                return Item::new(alias, columns.clone());
            }
        }
        if let Some(item) = scope::table(self.schema, &meant(self.schema, name), alias.clone()) {
            return item;
        }
        let view = self.schema.views.get(&table.to_ascii_lowercase());
        // A view knows nothing of the tables that WITH makes around it.
        let tables = Tables { with: Vec::new(), depth: self.tables.depth + 1 };
        Item::new(alias, view.and_then(|view| statement(self.schema, &view.definition, &tables)))
    }

    /// The tables in force below this WITH.
    fn with(self, with: Option<&With<'_>>) -> Tables {
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
            let next = Context { tables: &tables, ..self }.select(table.select, None);
            let next = renamed(next, names()).filter(|next| next.len() == columns.len())?;
            if next == columns {
                return Some(columns);
            }
            columns = next;
        }
        None
    }
}

fn union(columns: Vec<Column>, others: Vec<Column>) -> Vec<Column> {
    let pairs = columns.into_iter().zip(others);
    pairs.map(|(column, other)| Column { value: column.value.or(other.value), ..column }).collect()
}

fn renamed(columns: Option<Vec<Column>>, names: Option<Vec<String>>) -> Option<Vec<Column>> {
    let columns = columns?;
    let Some(names) = names else { return Some(columns) };
    let pairs = columns.into_iter().zip(names);
    Some(pairs.map(|(column, name)| Column { name, ..column }).collect())
}
