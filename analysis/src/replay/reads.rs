//! Whether a SELECT reads all rows of one table, as its text says it.

use onward_core::token::unquoted;
use sqlite3_parser::ast::{
    CommonTableExpr, Expr, FromClause, Limit, Literal, Name, OneSelect, Operator, ResultColumn, Select,
    SelectTable, UnaryOperator,
};

/// The table that all rows of a FROM come from, also through `SELECT * FROM` it in brackets or in a WITH. `None` if there
/// are several, or if anything else is done on the way.
pub(super) fn source(from: &FromClause<'_>, commons: &[&CommonTableExpr<'_>]) -> Option<String> {
    if from.joins.as_ref().is_some_and(|joins| !joins.is_empty()) {
        return None;
    }
    match from.select? {
        SelectTable::Table(name, ..) => {
            let table = lower(&name.name);
            let is_it = |common: &&&CommonTableExpr<'_>| lower(&common.tbl_name) == table;
            match commons.iter().find(is_it).filter(|_| name.db_name.is_none()) {
                // In the brackets of a WITH another of its names may stand for the table: one that reads another is not
                // followed.
                Some(common) if common.columns.is_none() => {
                    let is_table =
                        |name: &String| commons.iter().all(|other| lower(&other.tbl_name) != *name);
                    star(common.select, &[]).filter(is_table)
                }
                Some(_) => None,
                None => Some(table),
            }
        }
        SelectTable::Select(select, _) => star(select, commons),
        _ => None,
    }
}

/// The table that a SELECT hands on as it is, with all its columns and rows.
fn star(select: &Select<'_>, commons: &[&CommonTableExpr<'_>]) -> Option<String> {
    let OneSelect::Select {
        distinctness: None,
        columns,
        from,
        where_clause,
        group_by: None,
        having: None,
        ..
    } = &select.body.select
    else {
        return None;
    };
    let is_whole = matches!(columns, [ResultColumn::Star | ResultColumn::TableStar(_)])
        && select.with.is_none()
        && select.body.compounds.as_ref().is_none_or(|compounds| compounds.is_empty())
        && select.limit.is_none_or(is_endless)
        && where_clause.is_none_or(is_true);
    source(from.as_ref().filter(|_| is_whole)?, commons)
}

/// Whether a LIMIT stops nothing: SQLite takes a number below zero for none.
pub(super) fn is_endless(limit: &Limit<'_>) -> bool {
    limit.offset.is_none()
        && matches!(limit.expr, Expr::Unary(UnaryOperator::Negative, Expr::Literal(Literal::Numeric(number)))
            if truth(number) == Some(true))
}

/// Whether a condition leaves no row out on purpose: it is true, or says which rows of two tables belong together.
pub(super) fn leaves_all(condition: &Expr<'_>) -> bool {
    match condition {
        Expr::Binary(left, Operator::And, right) => leaves_all(left) && leaves_all(right),
        Expr::Binary(Expr::Qualified(one, _), Operator::Equals, Expr::Qualified(other, _)) => {
            lower(one) != lower(other)
        }
        Expr::Parenthesized(inner) => matches!(&inner[..], [condition] if leaves_all(condition)),
        other => is_true(other),
    }
}

/// Whether a condition is true of every row, whatever it holds, as `WHERE true` in front of ON CONFLICT is.
pub(super) fn is_true(condition: &Expr<'_>) -> bool {
    match condition {
        Expr::Binary(left, Operator::And, right) => is_true(left) && is_true(right),
        Expr::Binary(left, Operator::Or, right) => is_true(left) || is_true(right),
        Expr::Binary(Expr::Literal(left), Operator::Equals | Operator::Is, Expr::Literal(right)) => {
            matches!(left, Literal::Numeric(_) | Literal::String(_)) && left == right
        }
        Expr::Parenthesized(inner) => matches!(&inner[..], [condition] if is_true(condition)),
        Expr::Unary(UnaryOperator::Not, inner) => constant(inner) == Some(false),
        other => constant(other) == Some(true),
    }
}

/// What a number or a word says by itself; the parser takes `true` for a name.
fn constant(expression: &Expr<'_>) -> Option<bool> {
    match expression {
        Expr::Literal(Literal::Numeric(number)) => truth(number),
        Expr::Id(id) if id.0.eq_ignore_ascii_case("true") => Some(true),
        Expr::Id(id) if id.0.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Whether a number counts as true; `None` for one that is written in another way.
fn truth(number: &str) -> Option<bool> {
    number.parse().ok().map(|number: f64| number != 0.0)
}

pub(super) fn lower(name: &Name<'_>) -> String {
    folded(name.0)
}

/// A name or string as the parser hands it over, without its quotes and in lower case.
pub(super) fn folded(text: &str) -> String {
    unquoted(text).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use crate::replay::write::{Copy, Write};

    fn copied(sql: &str) -> Copy {
        match Write::parse(sql) {
            Some(Write::Copy(copy)) => copy,
            other => panic!("{sql}: {other:?}"),
        }
    }

    #[test]
    fn a_condition_that_is_true_leaves_nothing_out() {
        for (behind, is_plain) in [
            ("WHERE true", true),
            ("WHERE 1", true),
            ("WHERE (1.5)", true),
            ("WHERE 1 = 1 AND 'a' IS 'a'", true),
            ("WHERE a OR TRUE", true),
            ("WHERE NOT false", true),
            ("WHERE NOT 0", true),
            ("LIMIT -1", true),
            ("ORDER BY a", true),
            ("WHERE false", false),
            ("WHERE 0", false),
            ("WHERE 0.0", false),
            ("WHERE 'a' = 'b'", false),
            ("WHERE NULL IS NULL AND a", false),
            ("WHERE NULL = NULL", false),
            ("WHERE \"true\"", false),
            ("WHERE true AND a > 1", false),
            ("WHERE a = a", false),
            ("WHERE 'true'", false),
            ("LIMIT 1", false),
            ("LIMIT -1 OFFSET 1", false),
            ("WHERE true ON CONFLICT DO NOTHING", true),
            ("WHERE true ON CONFLICT(a) DO UPDATE SET b = 1", false),
            ("WHERE true ON CONFLICT(a) DO NOTHING ON CONFLICT(b) DO UPDATE SET b = 1", false),
        ] {
            let copy = copied(&format!("INSERT INTO n SELECT a FROM o {behind}"));
            assert_eq!(copy.is_plain(), is_plain, "{behind}");
        }
        assert!(!copied("INSERT INTO n SELECT o.a FROM o, p WHERE o.a = p.a AND true").picks);
    }

    #[test]
    fn what_is_handed_on_as_it_is_comes_from_one_table() {
        for sql in [
            "INSERT INTO n SELECT * FROM (SELECT * FROM O)",
            "INSERT INTO n SELECT s.a, b FROM (SELECT o.* FROM o WHERE true) AS s",
            "INSERT INTO n SELECT * FROM (SELECT * FROM (SELECT * FROM main.o))",
            "WITH s AS (SELECT * FROM o) INSERT INTO n SELECT * FROM S",
            "INSERT INTO n WITH s AS MATERIALIZED (SELECT * FROM o ORDER BY a) SELECT * FROM s",
            "WITH s AS (SELECT * FROM o) INSERT INTO n SELECT * FROM (SELECT * FROM s)",
            "CREATE TABLE n AS WITH s AS (SELECT * FROM o) SELECT * FROM s",
        ] {
            let copy = copied(sql);
            assert_eq!((copy.source.as_deref(), copy.is_plain()), (Some("o"), true), "{sql}");
            assert_eq!(copy.sources, ["o"], "{sql}");
        }
        // Another table that a value comes from is read as well.
        let beside = "WITH m AS (SELECT max(a) FROM p) INSERT INTO n SELECT a, (SELECT * FROM m) FROM o";
        let copy = copied(beside);
        assert!(copy.is_plain() && copy.sources == ["o", "p"], "{copy:?}");
        for sql in [
            "INSERT INTO n SELECT * FROM (SELECT a FROM o)",
            "INSERT INTO n SELECT * FROM (SELECT *, 1 FROM o)",
            "INSERT INTO n SELECT * FROM (SELECT * FROM o WHERE a)",
            "INSERT INTO n SELECT * FROM (SELECT DISTINCT * FROM o)",
            "INSERT INTO n SELECT * FROM (SELECT * FROM o LIMIT 1)",
            "INSERT INTO n SELECT * FROM (SELECT * FROM o GROUP BY a)",
            "INSERT INTO n SELECT * FROM (SELECT * FROM o UNION SELECT * FROM o)",
            "INSERT INTO n SELECT * FROM (SELECT * FROM o, p)",
            "WITH s AS (SELECT * FROM o WHERE a) INSERT INTO n SELECT * FROM s",
            "WITH s(b) AS (SELECT * FROM o) INSERT INTO n SELECT * FROM s",
            "WITH t AS (SELECT * FROM o WHERE a), s AS (SELECT * FROM t) INSERT INTO n SELECT * FROM s",
            "WITH s AS (SELECT * FROM o), t AS (SELECT * FROM o) INSERT INTO n SELECT * FROM s, t",
        ] {
            assert!(!copied(sql).is_plain(), "{sql}");
        }
    }
}
