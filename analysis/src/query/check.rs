//! What CHECK constraints prove. NULL passes: only what a condition proves by not being false.

use onward_schema::Table;
use sqlite3_parser::Bump;
use sqlite3_parser::ast::{OneSelect, ResultColumn, Stmt};

use super::context::{Context, Effort, Tables};
use super::item::{Column, Item};
use super::proof::{Outcome, Proof};
use super::scope::Scope;
use super::syntax::parse;
use super::value::Null;

/// Marks the columns of a table of which its constraints say that they are not NULL.
pub(super) fn narrow(context: Context<'_>, table: &Table, columns: &mut [Column]) {
    if table.checks.is_empty() {
        return;
    }
    let mut scope = Scope::within(None);
    scope.items.push(Item::new(table.name.clone(), Some(columns.to_vec())));
    let (tables, effort) = (Tables::default(), Effort::default());
    let proof = Proof::new(Context { tables: &tables, effort: &effort, ..context }, &scope);
    let mut facts = scope.facts();
    for check in &table.checks {
        let (bump, sql) = (Bump::new(), format!("SELECT {check}"));
        if let Some(Stmt::Select(select)) = parse(&bump, &sql)
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
