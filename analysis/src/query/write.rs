//! What an INSERT or an UPDATE gives to the columns of a table.

use onward_core::name::Ident;
use onward_core::token::{Token, significant};
use onward_schema::{Schema, Table};
use sqlite3_parser::ast::{
    Expr, InsertBody, Literal, OneSelect, QualifiedName, ResolveType, ResultColumn, Select, Set, Stmt,
    UnaryOperator, Upsert, UpsertDo,
};

use super::select::meant;
use super::syntax::{Parsed, plain};

/// A part of a statement that writes rows of one table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Write {
    /// The name under which the schema has the table.
    pub(crate) table: String,
    pub(crate) what: What,
    /// What follows a violated constraint: `OR IGNORE`. `None` leaves it to the constraint.
    pub(crate) conflict: Option<Conflict>,
    /// The columns that are written; an INSERT that names none writes all that are not generated.
    pub(crate) columns: Vec<String>,
    /// What they get, row by row; one row if it comes from a SELECT, or from the SET of an UPDATE. A row is shorter than the
    /// columns where it is not known what follows.
    pub(crate) rows: Vec<Vec<Given>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// INSERT … VALUES, or DEFAULT VALUES.
    Insert,
    /// INSERT … SELECT, which may give no rows.
    Copy,
    /// UPDATE, or DO UPDATE.
    Update,
}

impl What {
    /// The event that triggers wait for.
    pub(crate) fn event(self) -> &'static str {
        match self {
            What::Insert | What::Copy => "INSERT",
            What::Update => "UPDATE",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// ABORT, FAIL or ROLLBACK: an error.
    Error,
    Ignore,
    Replace,
}

/// A value as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Given {
    Null,
    /// A number, a string or a blob, as SQL.
    Literal(String),
    /// A parameter: its name with the sign before it, or the number behind the `?`, if any.
    Parameter(String),
    /// Whatever it is.
    Other,
}

/// What a statement writes: one table, or for an upsert the same table twice. Nothing if it is no such statement.
pub(crate) fn writes(known: &Schema, parsed: &Parsed<'_>) -> Vec<Write> {
    // Where nothing else asks for it, the syntax of what cannot write is not read for this.
    let may_write =
        |token: Token<'_>| ["INSERT", "REPLACE", "UPDATE", "WITH"].iter().any(|word| token.is(word));
    if !significant(parsed.sql).next().is_some_and(may_write) {
        return Vec::new();
    }
    let Some(statement) = parsed.statement() else { return Vec::new() };
    match statement {
        Stmt::Insert { or_conflict, tbl_name, columns, body, .. } => {
            let names = columns.as_ref().map(|columns| columns.iter().map(plain).collect());
            insert(known, tbl_name, *or_conflict, names, body)
        }
        Stmt::Update { or_conflict, tbl_name, sets, .. } => {
            vec![update(meant(known, tbl_name), or_conflict.map(conflict), sets)]
        }
        _ => Vec::new(),
    }
}

fn insert(
    known: &Schema,
    name: &QualifiedName<'_>,
    or_conflict: Option<ResolveType>,
    names: Option<Vec<String>>,
    body: &InsertBody<'_>,
) -> Vec<Write> {
    let table = meant(known, name);
    let all = || known.tables.get(&table.to_ascii_lowercase()).map(written).unwrap_or_default();
    let (what, columns, rows) = match body {
        // The columns in brackets are not looked at.
        InsertBody::DefaultValues => (What::Insert, Vec::new(), vec![Vec::new()]),
        InsertBody::Select(select, _) => {
            let (what, rows) = rows(select);
            (what, names.unwrap_or_else(all), rows)
        }
    };
    let insert = Write { table: table.clone(), what, conflict: or_conflict.map(conflict), columns, rows };
    let mut writes = vec![insert];
    let mut next: Option<&Upsert<'_>> = match body {
        InsertBody::Select(_, upsert) => *upsert,
        InsertBody::DefaultValues => None,
    };
    while let Some(upsert) = next {
        if let UpsertDo::Set { sets, .. } = &upsert.do_clause {
            // It aborts, whatever the INSERT and the constraint say.
            writes.push(update(table.clone(), Some(Conflict::Error), sets));
        }
        next = upsert.next;
    }
    writes
}

/// The columns that an INSERT writes which names none.
fn written(table: &Table) -> Vec<String> {
    let columns = table.columns.iter().filter(|column| column.generated.is_none());
    columns.map(|column| column.name.clone()).collect()
}

fn rows(select: &Select<'_>) -> (What, Vec<Vec<Given>>) {
    match &select.body.select {
        OneSelect::Values(rows) if select.body.compounds.is_none() => {
            (What::Insert, rows.iter().map(|row| row.iter().map(given).collect()).collect())
        }
        OneSelect::Select { columns, .. } if select.body.compounds.is_none() => {
            let is_value = |column: &&ResultColumn<'_>| matches!(column, ResultColumn::Expr(..));
            let value = |column: &ResultColumn<'_>| match column {
                ResultColumn::Expr(value, _) => given(value),
                ResultColumn::Star | ResultColumn::TableStar(_) => Given::Other,
            };
            (What::Copy, vec![columns.iter().take_while(is_value).map(value).collect()])
        }
        _ => (What::Copy, vec![Vec::new()]),
    }
}

fn update(table: String, conflict: Option<Conflict>, sets: &[Set<'_>]) -> Write {
    let (mut columns, mut row) = (Vec::new(), Vec::new());
    for Set { col_names, expr } in sets {
        let names: Vec<String> = col_names.iter().map(plain).collect();
        let values = match expr {
            Expr::Parenthesized(values) if names.len() > 1 && values.len() == names.len() => {
                values.iter().map(given).collect()
            }
            _ if names.len() > 1 => vec![Given::Other; names.len()],
            value => vec![given(value)],
        };
        columns.extend(names);
        row.extend(values);
    }
    Write { table, what: What::Update, conflict, columns, rows: vec![row] }
}

fn conflict(written: ResolveType) -> Conflict {
    match written {
        ResolveType::Abort | ResolveType::Fail | ResolveType::Rollback => Conflict::Error,
        ResolveType::Ignore => Conflict::Ignore,
        ResolveType::Replace => Conflict::Replace,
    }
}

/// A value as it is written.
pub(super) fn given(value: &Expr<'_>) -> Given {
    match value {
        Expr::Parenthesized(values) if values.len() == 1 => given(&values[0]),
        Expr::Collate(value, _) => given(value),
        Expr::Literal(Literal::Null) => Given::Null,
        // Whatever it is made, it stays NULL.
        Expr::Cast { expr, .. } | Expr::Unary(_, expr) if given(expr) == Given::Null => Given::Null,
        Expr::Unary(UnaryOperator::Positive, value) => given(value),
        Expr::Literal(Literal::Numeric(text) | Literal::String(text)) => Given::Literal((*text).to_owned()),
        Expr::Literal(Literal::Blob(digits)) => Given::Literal(format!("x'{digits}'")),
        Expr::Unary(UnaryOperator::Negative, Expr::Literal(Literal::Numeric(number))) => {
            Given::Literal(format!("-{number}"))
        }
        Expr::Variable(name) => Given::Parameter((*name).to_owned()),
        _ => Given::Other,
    }
}

impl Write {
    /// Whether it gives the column anything at all.
    pub(crate) fn gives(&self, column: &str) -> bool {
        self.columns.iter().any(|name| Ident(name) == column)
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use sqlite3_parser::Bump;

    use super::*;

    fn of(sql: &str) -> Vec<String> {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE t(a, b, c AS (a))").unwrap();
        let show = |write: Write| {
            let rows: Vec<String> = write.rows.iter().map(|row| format!("{row:?}")).collect();
            format!("{:?} {:?} {} = {}", write.what, write.conflict, write.columns.join(","), rows.join(" "))
        };
        let bump = Bump::new();
        writes(&Schema::read(&conn).unwrap(), &Parsed::new(&bump, sql)).into_iter().map(show).collect()
    }

    #[test]
    fn what_each_column_gets() {
        for (sql, expected) in [
            ("INSERT INTO t DEFAULT VALUES", "Insert None  = []"),
            ("INSERT INTO T VALUES (1, -2.5)", "Insert None a,b = [Literal(\"1\"), Literal(\"-2.5\")]"),
            (
                "REPLACE INTO t(b, A) VALUES ('x', ?), ((NULL), :a)",
                "Insert Some(Replace) b,A = [Literal(\"'x'\"), Parameter(\"\")] [Null, Parameter(\":a\")]",
            ),
            (
                "INSERT OR IGNORE INTO t SELECT CAST(+(NULL) AS TEXT), t.*, 1 FROM t",
                "Copy Some(Ignore) a,b = [Null]",
            ),
            (
                "REPLACE INTO t VALUES (+'x', +(+?)), (- NULL, -+1)",
                "Insert Some(Replace) a,b = [Literal(\"'x'\"), Parameter(\"\")] [Null, Other]",
            ),
            ("INSERT INTO t SELECT 1, 2 UNION ALL SELECT NULL, NULL", "Copy None a,b = []"),
            (
                "UPDATE OR FAIL t SET a = x'00', (b, a) = (NULL, a + 1), (a, b) = (SELECT 1, 2)",
                "Update Some(Error) a,b,a,a,b = [Literal(\"x'00'\"), Null, Other, Other, Other]",
            ),
        ] {
            assert_eq!(of(sql), [expected], "{sql}");
        }
        assert_eq!(
            of("INSERT INTO t(a) VALUES (1) ON CONFLICT(a) DO UPDATE SET b = NULL ON CONFLICT DO NOTHING"),
            ["Insert None a = [Literal(\"1\")]", "Update Some(Error) b = [Null]"]
        );
        assert_eq!(of("DELETE FROM t"), [""; 0]);
        assert_eq!(of("nonsense"), [""; 0]);
    }
}
