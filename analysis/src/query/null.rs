//! Comparisons with NULL where a condition is asked for. Nothing equals NULL, so that none is ever true.
//!
//! Elsewhere NULL may be what is wanted of one: in a list of results, beside IS, in `coalesce`.

use sqlite3_parser::ast::{
    ColumnConstraint, CreateTableBody, Expr, FromClause, FunctionCallOrder, FunctionTail, InsertBody,
    JoinConstraint, Limit, OneSelect, Operator, Over, ResultColumn, Select, SelectTable, Set, SortedColumn,
    Stmt, TableConstraint, TriggerCmd, UnaryOperator, Upsert, UpsertDo, Window, With,
};

use super::registered::Registered;
use super::shape::conditional;
use super::syntax::parts;
use super::write::{Given, given};

/// How many of them a statement has.
pub(crate) fn comparisons(registered: Registered<'_>, statement: &Stmt<'_>) -> usize {
    let mut found = Comparisons { registered, count: 0 };
    found.statement(statement);
    found.count
}

struct Comparisons<'c> {
    registered: Registered<'c>,
    count: usize,
}

impl Comparisons<'_> {
    fn statement(&mut self, statement: &Stmt<'_>) {
        match statement {
            Stmt::Select(select) | Stmt::CreateView { select, .. } => self.select(select),
            Stmt::Insert { with, body, returning, .. } => {
                self.with(with.as_ref());
                if let InsertBody::Select(select, upsert) = body {
                    self.select(select);
                    self.upserts(*upsert);
                }
                self.results(returning.unwrap_or_default());
            }
            Stmt::Update { with, sets, from, where_clause, returning, order_by, limit, .. } => {
                self.with(with.as_ref());
                self.sets(sets);
                self.from(from.as_ref());
                self.conditions(where_clause.as_ref());
                self.results(returning.unwrap_or_default());
                self.order(*order_by, *limit);
            }
            Stmt::Delete { with, where_clause, returning, order_by, limit, .. } => {
                self.with(with.as_ref());
                self.conditions(where_clause.as_ref());
                self.results(returning.unwrap_or_default());
                self.order(*order_by, *limit);
            }
            Stmt::CreateTable { body, .. } => self.table(body),
            Stmt::CreateIndex { where_clause, .. } => self.conditions(where_clause.as_ref()),
            Stmt::CreateTrigger { when_clause, commands, .. } => {
                self.conditions(when_clause.as_ref());
                commands.iter().for_each(|command| self.command(command));
            }
            _ => {}
        }
    }

    fn table(&mut self, body: &CreateTableBody<'_>) {
        match body {
            CreateTableBody::AsSelect(select) => self.select(select),
            CreateTableBody::ColumnsAndConstraints { columns, constraints, .. } => {
                for named in columns.iter().flat_map(|column| column.constraints) {
                    if let ColumnConstraint::Check(condition) = &named.constraint {
                        self.condition(condition);
                    }
                }
                for named in constraints.unwrap_or_default() {
                    if let TableConstraint::Check(condition, _) = &named.constraint {
                        self.condition(condition);
                    }
                }
            }
        }
    }

    fn command(&mut self, command: &TriggerCmd<'_>) {
        match command {
            TriggerCmd::Update { sets, from, where_clause, .. } => {
                self.sets(sets);
                self.from(from.as_ref());
                self.conditions(where_clause.as_ref());
            }
            TriggerCmd::Insert { select, upsert, .. } => {
                self.select(select);
                self.upserts(*upsert);
            }
            TriggerCmd::Delete { where_clause, .. } => self.conditions(where_clause.as_ref()),
            TriggerCmd::Select(select) => self.select(select),
        }
    }

    /// What the target of an upsert says has to be what the index says.
    fn upserts(&mut self, mut next: Option<&Upsert<'_>>) {
        while let Some(upsert) = next {
            if let UpsertDo::Set { sets, where_clause } = &upsert.do_clause {
                self.sets(sets);
                self.conditions(where_clause.as_ref());
            }
            next = upsert.next;
        }
    }

    fn with(&mut self, with: Option<&With<'_>>) {
        with.iter().flat_map(|with| with.ctes).for_each(|table| self.select(table.select));
    }

    fn select(&mut self, select: &Select<'_>) {
        self.with(select.with.as_ref());
        let compounds = select.body.compounds.as_deref().unwrap_or_default();
        self.one(&select.body.select);
        compounds.iter().for_each(|compound| self.one(&compound.select));
        self.order(select.order_by, select.limit);
    }

    fn one(&mut self, select: &OneSelect<'_>) {
        match select {
            OneSelect::Select { columns, from, where_clause, group_by, having, window_clause, .. } => {
                self.results(columns);
                self.from(from.as_ref());
                self.conditions(where_clause.iter().chain(having).copied());
                self.values(group_by.unwrap_or_default());
                let windows = window_clause.unwrap_or_default();
                windows.iter().for_each(|named| self.window(&named.window));
            }
            OneSelect::Values(rows) => rows.iter().for_each(|row| self.values(row)),
        }
    }

    fn from(&mut self, from: Option<&FromClause<'_>>) {
        let Some(from) = from else { return };
        from.select.iter().for_each(|table| self.item(table));
        for join in from.joins.as_deref().unwrap_or_default() {
            self.item(&join.table);
            if let Some(JoinConstraint::On(condition)) = &join.constraint {
                self.condition(condition);
            }
        }
    }

    fn item(&mut self, table: &SelectTable<'_>) {
        match table {
            SelectTable::Table(..) => {}
            SelectTable::TableCall(_, arguments, _) => self.values(arguments.unwrap_or_default()),
            SelectTable::Select(select, _) => self.select(select),
            SelectTable::Sub(from, _) => self.from(Some(from)),
        }
    }

    fn results(&mut self, results: &[ResultColumn<'_>]) {
        for result in results {
            if let ResultColumn::Expr(value, _) = result {
                self.value(value);
            }
        }
    }

    fn sets(&mut self, sets: &[Set<'_>]) {
        sets.iter().for_each(|set| self.value(&set.expr));
    }

    fn order(&mut self, order_by: Option<&[SortedColumn<'_>]>, limit: Option<&Limit<'_>>) {
        order_by.unwrap_or_default().iter().for_each(|term| self.value(&term.expr));
        if let Some(limit) = limit {
            self.value(&limit.expr);
            limit.offset.iter().for_each(|offset| self.value(offset));
        }
    }

    fn window(&mut self, window: &Window<'_>) {
        self.values(window.partition_by.unwrap_or_default());
        self.order(window.order_by, None);
    }

    fn conditions<'e>(&mut self, conditions: impl IntoIterator<Item = &'e Expr<'e>>) {
        conditions.into_iter().for_each(|condition| self.condition(condition));
    }

    /// What has to be true.
    fn condition(&mut self, condition: &Expr<'_>) {
        use Operator::*;
        match condition {
            Expr::Parenthesized(values) if values.len() == 1 => self.condition(&values[0]),
            // What is not true of NULL is not false of it either.
            Expr::Unary(UnaryOperator::Not, value) => self.condition(value),
            Expr::Binary(left, And | Or, right) => self.conditions([*left, *right]),
            Expr::Binary(left, Equals | NotEquals | Less | LessEquals | Greater | GreaterEquals, right) => {
                self.count += usize::from(is_with_null(left, right));
                self.values([*left, *right]);
            }
            _ => self.value(condition),
        }
    }

    fn values<'e>(&mut self, values: impl IntoIterator<Item = &'e Expr<'e>>) {
        values.into_iter().for_each(|value| self.value(value));
    }

    /// A value of which nobody says what it has to be, with the conditions inside of it.
    fn value(&mut self, value: &Expr<'_>) {
        match value {
            Expr::Case { base: Some(base), when_then_pairs, else_expr } => {
                for (when, then) in *when_then_pairs {
                    self.count += usize::from(is_null(when) && !matches!(base, Expr::Literal(_)));
                    self.values([when, then]);
                }
                self.values(else_expr.iter().copied().chain([*base]));
            }
            Expr::Case { base: None, when_then_pairs, else_expr } => {
                for (when, then) in *when_then_pairs {
                    self.condition(when);
                    self.value(then);
                }
                self.values(else_expr.iter().copied());
            }
            Expr::FunctionCall { name, args, order_by, filter_over, .. } => {
                let arguments = args.unwrap_or_default();
                let name = self.registered.name(name, arguments.len());
                if ["iif", "if"].contains(&&*name) && arguments.len() > 1 {
                    let (pairs, otherwise) = conditional(arguments);
                    for (condition, value) in pairs {
                        self.condition(condition);
                        self.value(value);
                    }
                    self.values(otherwise);
                } else {
                    self.values(arguments);
                }
                if let Some(FunctionCallOrder::SortList(terms)) = order_by {
                    self.order(Some(terms), None);
                }
                self.tail(filter_over.as_ref());
            }
            Expr::FunctionCallStar { filter_over, .. } => self.tail(filter_over.as_ref()),
            Expr::Subquery(select) | Expr::Exists(select) => self.select(select),
            Expr::InSelect { lhs, rhs, .. } => {
                self.value(lhs);
                self.select(rhs);
            }
            Expr::InTable { lhs, args, .. } => {
                self.value(lhs);
                self.values(args.unwrap_or_default());
            }
            _ => self.values(parts(value)),
        }
    }

    fn tail(&mut self, tail: Option<&FunctionTail<'_>>) {
        let Some(tail) = tail else { return };
        self.conditions(tail.filter_clause);
        if let Some(Over::Window(window)) = tail.over_clause {
            self.window(window);
        }
    }
}

/// Whether one side is NULL and the other something that might be: of `1 = NULL` nobody knows what it is for.
fn is_with_null(left: &Expr<'_>, right: &Expr<'_>) -> bool {
    let is_literal = |value: &Expr<'_>| matches!(value, Expr::Literal(_));
    (is_null(left) && !is_literal(right)) || (is_null(right) && !is_literal(left))
}

fn is_null(value: &Expr<'_>) -> bool {
    given(value) == Given::Null
}

#[cfg(test)]
mod tests {
    use sqlite3_parser::Bump;

    use super::super::syntax::parse;
    use super::*;

    fn count(sql: &str) -> usize {
        let bump = Bump::new();
        let statement = parse(&bump, sql).unwrap_or_else(|| panic!("{sql}"));
        comparisons(Registered::default(), &statement)
    }

    #[test]
    fn a_comparison_is_seen_wherever_a_condition_stands() {
        for sql in [
            "SELECT 1 FROM t WHERE a = NULL",
            "DELETE FROM t WHERE (b = 1 OR NULL <> a)",
            "SELECT 1 FROM t JOIN u ON a = NULL",
            "UPDATE t SET a = 1 FROM u WHERE c = NULL",
            "UPDATE t SET a = 1 FROM u JOIN v ON c = NULL WHERE t.a = 1",
            "UPDATE t SET a = (SELECT b FROM u WHERE c = NULL)",
            "SELECT 1 FROM t WHERE NOT (a = NULL)",
            "SELECT 1 FROM t WHERE :a == NULL",
            "SELECT 1 FROM t WHERE a = (NULL)",
            "SELECT 1 FROM t WHERE +NULL <> a",
            "SELECT 1 FROM t WHERE a = CAST(NULL AS TEXT)",
            "SELECT 1 FROM t WHERE a = NULL COLLATE nocase",
            "SELECT CASE a WHEN -(NULL) THEN 1 END FROM t",
            "SELECT 1 FROM (SELECT 1 FROM t WHERE a = NULL)",
            "SELECT 1 FROM (t JOIN u ON a = NULL)",
            "SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM u WHERE a >= NULL)",
            "SELECT (SELECT 1 FROM u WHERE NULL < a)",
            "SELECT 1 FROM t WHERE b IN (SELECT 1 FROM u WHERE a != NULL)",
            "SELECT 1 UNION SELECT 1 FROM t WHERE a = NULL",
            "SELECT count(*) FROM t GROUP BY b HAVING max(a) = NULL",
            "SELECT count(*) FILTER (WHERE a = NULL) FROM t",
            "SELECT sum(a) FILTER (WHERE b = 1 AND a = NULL) OVER () FROM t",
            "WITH u AS (SELECT 1 FROM t WHERE a = NULL) SELECT * FROM u",
            "WITH u AS (SELECT 1 FROM t WHERE a = NULL) DELETE FROM v",
            "SELECT CASE WHEN a = NULL THEN 1 ELSE 2 END FROM t",
            "UPDATE t SET a = CASE WHEN b = 1 THEN NULL WHEN b = NULL THEN 1 END",
            "SELECT CASE a WHEN NULL THEN 1 ELSE 2 END FROM t",
            "SELECT coalesce(iif(a = NULL, 1, 2), 3) FROM t",
            "SELECT max(a) OVER (PARTITION BY CASE WHEN a = NULL THEN 1 END) FROM t",
            "SELECT 1 FROM t ORDER BY CASE WHEN a = NULL THEN 1 ELSE 0 END",
            "INSERT INTO t SELECT 1 FROM u WHERE a = NULL",
            "INSERT INTO t VALUES ((SELECT 1 FROM u WHERE a = NULL))",
            "INSERT INTO t(a) VALUES (1) ON CONFLICT DO UPDATE SET a = 1 WHERE a = NULL",
            "CREATE TABLE x(a CHECK (a <> NULL))",
            "CREATE TABLE x(a, CHECK (a > 1 OR a = NULL))",
            "CREATE INDEX i ON t(a) WHERE a <> NULL",
            "CREATE VIEW w AS SELECT 1 FROM t WHERE a = NULL",
            "CREATE TRIGGER g AFTER UPDATE ON t WHEN old.a = NULL BEGIN SELECT 1; END",
            "CREATE TRIGGER g AFTER UPDATE ON t BEGIN DELETE FROM u WHERE a = NULL; END",
        ] {
            assert_eq!(count(sql), 1, "{sql}");
        }
        assert_eq!(count("SELECT 1 FROM t WHERE a = NULL AND (SELECT b = NULL FROM u WHERE c = NULL)"), 2);
    }

    #[test]
    fn where_null_may_be_wanted_nothing_is() {
        for sql in [
            "SELECT 1 FROM t WHERE a IS NULL",
            "UPDATE t SET a = NULL WHERE b = 1",
            "UPDATE t SET (a, b) = (NULL, 1)",
            "SELECT a = NULL FROM t",
            "SELECT 1 FROM t WHERE (a = NULL) IS NULL",
            "SELECT 1 FROM t WHERE coalesce(a = NULL, 1)",
            "SELECT 1 FROM t WHERE (a = NULL) = 0",
            "SELECT 1 FROM t WHERE 1 = NULL OR NULL = NULL",
            "SELECT CASE WHEN a = 1 THEN b = NULL END FROM t",
            "SELECT CASE NULL WHEN a THEN 1 END FROM t",
            "SELECT 1 FROM t ORDER BY a = NULL",
            "SELECT 1 FROM t GROUP BY a = NULL",
            "INSERT INTO t VALUES (a = NULL)",
            "INSERT INTO t(a) VALUES (1) ON CONFLICT (a) WHERE a <> NULL DO NOTHING",
            "CREATE TABLE x(a DEFAULT NULL, b AS (a = NULL))",
            "SELECT 1 FROM t WHERE a IN (1, NULL)",
        ] {
            assert_eq!(count(sql), 0, "{sql}");
        }
    }
}
