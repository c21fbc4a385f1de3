//! What a statement's parameters meet: the columns that they are written into, or that they have to equal.

use onward_core::name::Ident;
use onward_core::token::{Kind, Token, tokens, unquoted};
use onward_schema::{Classes, Schema};
use sqlite3_parser::ast::{
    As, Expr, FromClause, JoinConstraint, OneSelect, Operator, QualifiedName, SelectTable, Stmt,
};

use super::rowid::column;
use super::select::meant;
use super::syntax::{Parsed, plain};
use super::write::{Given, What, writes};

/// What a column takes of a parameter's value, where it is certain that the other values fail or match nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Takes {
    /// The parameter's index, from zero.
    pub parameter: usize,
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// What refuses the others: `the INTEGER PRIMARY KEY`, `TEXT in a STRICT table`.
    pub is: String,
    /// The storage classes of the values that it takes or can equal.
    pub classes: Classes,
    /// Whether the value is written into the column; else it is compared with it.
    pub is_written: bool,
}

/// A parameter and a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meeting {
    /// The parameter's number, from one.
    pub(crate) parameter: usize,
    /// The name under which the schema has the table.
    pub(crate) table: String,
    pub(crate) column: String,
    /// By what it is written there; `None` if it is compared.
    pub(crate) written: Option<What>,
}

/// The parameters' meetings in a statement that is [`numbered`].
pub(crate) fn meetings(known: &Schema, parsed: &Parsed<'_>) -> Vec<Meeting> {
    let mut meetings = conditions(known, parsed);
    for write in writes(known, parsed) {
        for row in &write.rows {
            for (column, given) in write.columns.iter().zip(row) {
                if let Given::Parameter(number) = given
                    && let Ok(parameter) = number.parse()
                {
                    let (table, column) = (write.table.clone(), column.clone());
                    meetings.push(Meeting { parameter, table, column, written: Some(write.what) });
                }
            }
        }
    }
    meetings
}

/// The parameters of a statement as they stand there, each with its number, from one, as SQLite counts. `names` are SQLite's
/// names of them, in the order of their numbers; what is not among them has no number.
///
/// ```
/// let names = [None, Some(":b".to_owned())];
/// let found = onward_analysis::query::counted("a = ? AND b = :b OR c = ?1", &names);
/// assert_eq!(found.map(|(token, number)| (token.text, number)).collect::<Vec<_>>(), [
///     ("?", Some(1)),
///     (":b", Some(2)),
///     ("?1", Some(1)),
/// ]);
/// ```
pub fn counted<'t>(
    sql: &'t str,
    names: &'t [Option<String>],
) -> impl Iterator<Item = (Token<'t>, Option<usize>)> {
    let mut most = 0;
    tokens(sql).filter(|token| token.kind == Kind::Parameter).map(move |token| {
        let number = match token.text.strip_prefix('?') {
            Some("") => Some(most + 1),
            Some(number) => number.parse().ok().filter(|number| *number > 0),
            None => names.iter().position(|name| name.as_deref() == Some(token.text)).map(|at| at + 1),
        };
        most = most.max(number.unwrap_or_default());
        (token, number)
    })
}

/// The statement with the number of every parameter written out; `names` are SQLite's names of the parameters, in the order of
/// their numbers. `None` if they are not those that SQLite counts, or if there are none.
pub(crate) fn numbered(sql: &str, names: &[Option<String>]) -> Option<String> {
    if names.is_empty() {
        return None;
    }
    let mut numbered = String::new();
    let (mut at, mut most) = (0, 0);
    for (token, number) in counted(sql, names) {
        let number = number?;
        numbered += &sql[at..token.range.start];
        numbered += &format!("?{number}");
        (at, most) = (token.range.end, most.max(number));
    }
    numbered += &sql[at..];
    (most == names.len()).then_some(numbered)
}

/// What has to be equal in the rows of a statement, as far as it compares columns of tables.
fn conditions(known: &Schema, parsed: &Parsed<'_>) -> Vec<Meeting> {
    let mut found = Vec::new();
    let Some(statement) = parsed.statement() else { return found };
    match statement {
        Stmt::Select(select) if select.with.is_none() => {
            if let OneSelect::Select { from, where_clause, .. } = &select.body.select {
                let items = from.as_ref().map(|from| items(known, from)).unwrap_or_default();
                let context = Items { known, items };
                context.joins(from.as_ref(), &mut found);
                context.condition(*where_clause, &mut found);
            }
        }
        Stmt::Update { with: None, tbl_name, from, where_clause, .. } => {
            let mut items = from.as_ref().map(|from| items(known, from)).unwrap_or_default();
            items.push(item(known, tbl_name, &None));
            let context = Items { known, items };
            context.joins(from.as_ref(), &mut found);
            context.condition(where_clause.as_ref(), &mut found);
        }
        Stmt::Delete { with: None, tbl_name, where_clause, .. } => {
            let context = Items { known, items: vec![item(known, tbl_name, &None)] };
            context.condition(where_clause.as_ref(), &mut found);
        }
        _ => {}
    }
    found
}

/// The tables that a condition can name: by what they are called, and by the schema's name.
struct Items<'s> {
    known: &'s Schema,
    items: Vec<(String, Option<String>)>,
}

fn items(known: &Schema, from: &FromClause<'_>) -> Vec<(String, Option<String>)> {
    let joined = from.joins.as_deref().unwrap_or_default().iter().map(|join| &join.table);
    let all = from.select.into_iter().chain(joined);
    let item = |table: &SelectTable<'_>| match table {
        SelectTable::Table(name, alias, _) => item(known, name, alias),
        // Whatever it has, a name may be its.
        _ => (String::new(), None),
    };
    all.map(item).collect()
}

fn item(known: &Schema, name: &QualifiedName<'_>, alias: &Option<As<'_>>) -> (String, Option<String>) {
    let called = match (alias, &name.alias) {
        (Some(As::As(alias) | As::Elided(alias)), _) | (None, Some(alias)) => plain(alias),
        (None, None) => plain(&name.name),
    };
    let table = meant(known, name);
    let is_known = known.tables.contains_key(&table.to_ascii_lowercase());
    (called, is_known.then_some(table))
}

impl Items<'_> {
    fn joins(&self, from: Option<&FromClause<'_>>, found: &mut Vec<Meeting>) {
        for join in from.and_then(|from| from.joins.as_deref()).unwrap_or_default() {
            if let Some(JoinConstraint::On(condition)) = &join.constraint {
                self.condition(Some(condition), found);
            }
        }
    }

    fn condition(&self, condition: Option<&Expr<'_>>, found: &mut Vec<Meeting>) {
        use Operator::{And, Equals, Is, Or};
        let Some(condition) = condition else { return };
        match condition {
            Expr::Parenthesized(values) if values.len() == 1 => self.condition(values.first(), found),
            Expr::Binary(left, And | Or, right) => {
                self.condition(Some(left), found);
                self.condition(Some(right), found);
            }
            Expr::Binary(left, Equals | Is, right) => {
                self.equal(left, right, found);
                self.equal(right, left, found);
            }
            Expr::InList { lhs, not: false, rhs } => {
                for value in rhs.unwrap_or_default() {
                    self.equal(lhs, value, found);
                }
            }
            _ => {}
        }
    }

    fn equal(&self, column: &Expr<'_>, value: &Expr<'_>, found: &mut Vec<Meeting>) {
        let Expr::Variable(number) = value else { return };
        let Ok(parameter) = number.parse() else { return };
        let named = match column {
            Expr::Id(name) => self.find(None, &unquoted(name.0)),
            Expr::Name(name) => self.find(None, &plain(name)),
            Expr::Qualified(table, name) => self.find(Some(&plain(table)), &plain(name)),
            _ => None,
        };
        if let Some((table, column)) = named {
            found.push(Meeting { parameter, table, column, written: None });
        }
    }

    /// The table and the column that a name stands for, if that is certain.
    fn find(&self, called: Option<&str>, name: &str) -> Option<(String, String)> {
        let mut items =
            self.items.iter().filter(|(item, _)| called.is_none_or(|called| Ident(item) == called));
        let mut found = None;
        // Of a join, the name may be any item's.
        items.try_for_each(|(_, table)| {
            let table = self.known.tables.get(&table.as_ref()?.to_ascii_lowercase())?;
            if let Some(column) = table.column(name) {
                let is_first = found.is_none();
                found = Some((table.name.clone(), column.name.clone()));
                return is_first.then_some(());
            }
            Some(())
        })?;
        let items =
            || self.items.iter().filter(|(item, _)| called.is_none_or(|called| Ident(item) == called));
        // Of a join, whose rowid it is depends on which of them have one.
        let (Some((_, Some(only))), None) = (items().next(), items().nth(1)) else { return found };
        found.or_else(|| {
            let table = self.known.tables.get(&only.to_ascii_lowercase())?;
            Some((table.name.clone(), column(table, name)?.name.clone()))
        })
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use sqlite3_parser::Bump;

    use super::*;

    fn of(sql: &str) -> String {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE t(a, b); CREATE TABLE u(a, c); CREATE VIEW v AS SELECT a FROM t")
            .unwrap();
        let statement = conn.prepare(sql).unwrap();
        let names =
            (1..=statement.parameter_count()).map(|index| statement.parameter_name(index).map(str::to_owned));
        let names: Vec<_> = names.collect();
        let sql = numbered(sql, &names).unwrap();
        let bump = Bump::new();
        let meetings = meetings(&Schema::read(&conn).unwrap(), &Parsed::new(&bump, &sql));
        let show = |met: &Meeting| {
            let how = if met.written.is_some() { "=>" } else { "=" };
            format!("{} {how} {}.{}", met.parameter, met.table, met.column)
        };
        meetings.iter().map(show).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn each_parameter_meets_the_columns_that_are_certain() {
        for (sql, expected) in [
            (
                "SELECT * FROM t WHERE a = ? AND (? = t.b OR a IN (?, :x))",
                "1 = t.a, 2 = t.b, 3 = t.a, 4 = t.a",
            ),
            ("SELECT ?, 1 FROM t WHERE b IS ?2 AND a = ? AND b = ?1", "2 = t.b, 3 = t.a, 1 = t.b"),
            ("SELECT 1 FROM t x JOIN u ON u.a = :a WHERE x.a = @a AND c = $1", "1 = u.a, 2 = t.a, 3 = u.c"),
            ("SELECT 1 FROM t, (SELECT 1 AS z) WHERE t.a = ? AND z = ?", "1 = t.a"),
            ("SELECT 1 FROM t WHERE a > ? OR NOT b = ? OR a + 1 = ?", ""),
            ("SELECT 1 FROM v WHERE a = ?", ""),
            ("WITH t AS (SELECT 1 AS a) SELECT 1 FROM t WHERE a = ?", ""),
            ("INSERT INTO t(b, a) VALUES (?, ?), (:x, 1)", "1 => t.b, 2 => t.a, 3 => t.b"),
            ("UPDATE t SET a = ?2 WHERE b = ?1", "1 = t.b, 2 => t.a"),
            ("UPDATE t SET b = 1 FROM u WHERE t.a = ? AND c = ?", "1 = t.a, 2 = u.c"),
            ("DELETE FROM t WHERE a = ? RETURNING ?", "1 = t.a"),
        ] {
            assert_eq!(of(sql), expected, "{sql}");
        }
    }
}
