//! Names and parts of the syntax tree.

use onward_core::token::unquoted;
use sqlite3_parser::ast::{Expr, LikeOperator, Literal, Name, Operator};

/// The name that SQLite gives a result column without an alias, as far as something can refer to it.
pub(super) fn column_name(value: &Expr<'_>) -> String {
    match value {
        Expr::Id(name) => unquoted(name.0),
        Expr::Name(name) | Expr::Qualified(_, name) | Expr::DoublyQualified(_, _, name) => plain(name),
        Expr::Parenthesized(values) if values.len() == 1 => column_name(&values[0]),
        Expr::Collate(value, _) => column_name(value),
        _ => String::new(),
    }
}

/// A name without its quotes.
pub(super) fn plain(name: &Name<'_>) -> String {
    unquoted(name.0)
}

/// The expressions that an expression is made of.
pub(super) fn parts<'e>(value: &'e Expr<'e>) -> Vec<&'e Expr<'e>> {
    match value {
        Expr::Between { lhs, start, end, .. } => vec![lhs, start, end],
        Expr::Binary(left, _, right) => vec![left, right],
        Expr::Case { base, when_then_pairs, else_expr } => {
            let pairs = when_then_pairs.iter().flat_map(|(when, then)| [when, then]);
            pairs.chain(*base).chain(*else_expr).collect()
        }
        Expr::Cast { expr, .. } => vec![expr],
        Expr::Collate(value, _) | Expr::IsNull(value) | Expr::NotNull(value) | Expr::Unary(_, value) => {
            vec![value]
        }
        Expr::FunctionCall { args, .. } => args.unwrap_or_default().iter().collect(),
        Expr::InList { lhs, rhs, .. } => rhs.unwrap_or_default().iter().chain([*lhs]).collect(),
        Expr::InSelect { lhs, .. } | Expr::InTable { lhs, .. } => vec![lhs],
        Expr::Like { lhs, rhs, escape, .. } => [*lhs, *rhs].into_iter().chain(*escape).collect(),
        Expr::Parenthesized(values) => values.iter().collect(),
        Expr::DoublyQualified(..)
        | Expr::Exists(_)
        | Expr::FunctionCallStar { .. }
        | Expr::Id(_)
        | Expr::Literal(_)
        | Expr::Name(_)
        | Expr::Qualified(..)
        | Expr::Raise(..)
        | Expr::Subquery(_)
        | Expr::Variable(_) => Vec::new(),
    }
}

/// Calls `found` for the columns that cannot be NULL where the condition is true.
pub(super) fn some_when_true(condition: &Expr<'_>, found: &mut dyn FnMut(Option<&str>, &str)) {
    use Operator::*;
    match condition {
        Expr::Parenthesized(values) if values.len() == 1 => some_when_true(&values[0], found),
        Expr::Binary(left, And, right) => {
            some_when_true(left, found);
            some_when_true(right, found);
        }
        Expr::Binary(left, Equals | NotEquals | Less | LessEquals | Greater | GreaterEquals, right) => {
            column(left, found);
            column(right, found);
        }
        Expr::Binary(left, IsNot, Expr::Literal(Literal::Null)) | Expr::NotNull(left) => column(left, found),
        Expr::Between { lhs, .. }
        | Expr::InList { lhs, not: false, .. }
        | Expr::InSelect { lhs, not: false, .. } => {
            column(lhs, found);
        }
        Expr::Like { op: LikeOperator::Like | LikeOperator::Glob, lhs, .. } => column(lhs, found),
        Expr::Id(_) | Expr::Name(_) | Expr::Qualified(..) | Expr::DoublyQualified(..) => {
            column(condition, found)
        }
        _ => {}
    }
}

fn column(value: &Expr<'_>, found: &mut dyn FnMut(Option<&str>, &str)) {
    match value {
        Expr::Id(name) => found(None, &unquoted(name.0)),
        Expr::Name(name) => found(None, &plain(name)),
        Expr::Qualified(table, name) | Expr::DoublyQualified(_, table, name) => {
            found(Some(&plain(table)), &plain(name));
        }
        Expr::Parenthesized(values) if values.len() == 1 => column(&values[0], found),
        Expr::Collate(value, _) => column(value, found),
        _ => {}
    }
}
