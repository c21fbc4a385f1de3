//! What CHECK constraints prove. NULL passes: only what a condition proves by not being false.

use onward_schema::{Schema, Table};
use sqlite3_parser::ast::{Cmd, OneSelect, ResultColumn, Stmt};
use sqlite3_parser::lexer::sql::Parser;
use sqlite3_parser::{Bump, FallibleIterator};

use super::context::{Context, Effort, Tables};
use super::item::{Column, Item};
use super::proof::{Outcome, Proof};
use super::scope::Scope;
use super::value::Null;

/// Marks the columns of a table of which its constraints say that they are not NULL.
pub(super) fn narrow(schema: &Schema, table: &Table, columns: &mut [Column]) {
    if table.checks.is_empty() {
        return;
    }
    let mut scope = Scope::within(None);
    scope.items.push(Item::new(table.name.clone(), Some(columns.to_vec())));
    let (tables, effort) = (Tables::default(), Effort::default());
    let proof = Proof::new(Context { schema, tables: &tables, effort: &effort }, &scope);
    let mut facts = scope.facts();
    for check in &table.checks {
        let (bump, sql) = (Bump::new(), format!("SELECT {check}"));
        let parsed = Parser::new(&bump, sql.as_bytes()).next();
        if let Ok(Some(Cmd::Stmt(Stmt::Select(select)))) = parsed
            && let OneSelect::Select { columns: [ResultColumn::Expr(condition, None)], .. } =
                &select.body.select
        {
            let proven = proof.assume(facts.clone(), condition, Outcome::NotFalse);
            facts = proven.unwrap_or(facts);
        }
    }
    for (_, column) in facts.columns {
        columns[column].value.null = Null::Never;
    }
}
