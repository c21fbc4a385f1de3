//! Subqueries that select a column which none of their own tables has: SQLite takes the column of the statement around
//! them, without a word.

use onward_core::name::Ident;
use onward_core::token::{Kind as TokenKind, Token, list};

use crate::folder::history::{At, History};
use crate::sqlite::message::{Cause, Refusal};
use crate::sqlite::sandbox::Sandbox;

/// A column that belongs to the statement around its subquery.
#[derive(Debug, Clone)]
pub(crate) struct Outer {
    pub(crate) at: At,
    /// The column as it is written, with its bytes in the statement.
    pub(crate) column: String,
    pub(crate) range: std::ops::Range<usize>,
    /// The table that the subquery reads first.
    pub(crate) table: String,
    pub(crate) place: Where,
    /// A column of that table which is spelled almost like it.
    pub(crate) near: Option<String>,
}

/// Where the subquery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Where {
    In,
    NotIn,
    Value,
}

/// Looks at a statement that SQLite has taken.
pub(super) fn find(history: &History, at: At, sandbox: &Sandbox) -> Vec<Outer> {
    let sql = history.sql(at);
    let tokens = list(sql);
    let mut found = Vec::new();
    for select in 1..tokens.len() {
        if tokens[select].is("SELECT") && tokens[select - 1].is("(") {
            found.extend(look(sql, &tokens, select - 1, sandbox, at));
        }
    }
    found
}

fn look(sql: &str, tokens: &[Token<'_>], open: usize, sandbox: &Sandbox, at: At) -> Option<Outer> {
    let before = |back: usize, word: &str| open.checked_sub(back).is_some_and(|at| tokens[at].is(word));
    // What EXISTS selects does not matter, and a table in FROM or WITH sees nothing of the outside.
    if ["EXISTS", "FROM", "JOIN", ",", "AS", "MATERIALIZED"].iter().any(|word| before(1, word)) {
        return None;
    }
    let place = match (before(1, "IN"), before(2, "NOT")) {
        (true, true) => Where::NotIn,
        (true, false) => Where::In,
        (false, _) => Where::Value,
    };
    let (column, from) = selected(&tokens[open + 2..])?;
    let name = column.name()?;
    let end = close(&tokens[open..])? + open;
    let text = sql.get(tokens[open + 1].range.start..tokens[end].range.start)?;
    let refusal = Refusal::from(sandbox.prepare(text, false).err()?);
    let Cause::NoColumn { name: missing, .. } = &refusal.cause else { return None };
    let is_it = Ident(missing) == name;
    let near = crate::replay::origin::near(sandbox.conn(), text, &refusal.cause);
    is_it.then(|| Outer { at, column: name, range: column.range.clone(), table: from, place, near })
}

/// The one column that a subquery selects, if that is all, and the first table of its FROM.
fn selected<'t, 'a>(tokens: &'t [Token<'a>]) -> Option<(&'t Token<'a>, String)> {
    let skipped = usize::from(tokens.first()?.is("DISTINCT") || tokens.first()?.is("ALL"));
    let tokens = &tokens[skipped..];
    let (column, rest) = tokens.split_first()?;
    let is_name = matches!(column.kind, TokenKind::Word | TokenKind::DoubleQuoted | TokenKind::Quoted);
    let rest = match rest {
        [word, _, rest @ ..] if word.is("AS") => rest,
        rest => rest,
    };
    match rest {
        [from, table, ..] if is_name && from.is("FROM") => table.name().map(|table| (column, table)),
        _ => None,
    }
}

/// Where the bracket closes that opens here.
fn close(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    tokens.iter().position(|token| {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth = depth.saturating_sub(1);
        }
        depth == 0
    })
}
