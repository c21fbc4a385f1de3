//! Names and parts of the syntax tree.

use std::cell::OnceCell;

use onward_core::token::unquoted;
use sqlite3_parser::ast::{Cmd, Expr, Name, Stmt};
use sqlite3_parser::lexer::sql::Parser;
use sqlite3_parser::{Bump, FallibleIterator};

use super::function;
use super::registered::Registered;

/// A statement's text with its syntax, which is read once, as soon as somebody asks for it.
pub(crate) struct Parsed<'s> {
    pub(crate) sql: &'s str,
    bump: &'s Bump,
    statement: OnceCell<Option<Stmt<'s>>>,
}

impl<'s> Parsed<'s> {
    pub(crate) fn new(bump: &'s Bump, sql: &'s str) -> Parsed<'s> {
        Parsed { sql, bump, statement: OnceCell::new() }
    }

    /// What the text says; `None` if it is not understood.
    pub(crate) fn statement(&self) -> Option<&Stmt<'s>> {
        self.statement.get_or_init(|| parse(self.bump, self.sql)).as_ref()
    }
}

/// The first statement of a text.
pub(crate) fn parse<'s>(bump: &'s Bump, sql: &'s str) -> Option<Stmt<'s>> {
    match Parser::new(bump, sql.as_bytes()).next() {
        Ok(Some(Cmd::Stmt(statement))) => Some(statement),
        _ => None,
    }
}

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

/// The table and the column that a name stands for.
pub(super) fn name_of(value: &Expr<'_>) -> Option<(Option<String>, String)> {
    match value {
        Expr::Id(name) => Some((None, unquoted(name.0))),
        Expr::Name(name) => Some((None, plain(name))),
        Expr::Qualified(table, name) | Expr::DoublyQualified(_, table, name) => {
            Some((Some(plain(table)), plain(name)))
        }
        _ => None,
    }
}

/// Whether it is of a size that people write, with room to spare.
pub(super) fn is_small(value: &Expr<'_>) -> bool {
    fn count(value: &Expr<'_>, left: &mut u32) -> bool {
        *left = left.saturating_sub(1);
        *left > 0 && parts(value).into_iter().all(|part| count(part, left))
    }
    count(value, &mut 100)
}

/// Whether it has the same value wherever it is written in the statement, for one row.
pub(super) fn is_stable(registered: Registered<'_>, value: &Expr<'_>) -> bool {
    is_small(value) && is_constant(registered, value)
}

fn is_constant(registered: Registered<'_>, value: &Expr<'_>) -> bool {
    let is_it = match value {
        Expr::FunctionCall { name, args, order_by: None, filter_over: None, .. } => {
            let arguments = args.map_or(0, <[_]>::len);
            function::is_stable(&registered.name(name, arguments), arguments)
        }
        // Each `?` is another one.
        Expr::Variable(name) => !["", "?"].contains(name),
        Expr::Exists(_)
        | Expr::FunctionCall { .. }
        | Expr::FunctionCallStar { .. }
        | Expr::InSelect { .. }
        | Expr::InTable { .. }
        | Expr::Raise(..)
        | Expr::Subquery(_) => false,
        _ => true,
    };
    is_it && parts(value).into_iter().all(|part| is_constant(registered, part))
}
