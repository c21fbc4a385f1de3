//! The columns of a statement, whichever kind it is of.

use onward_schema::Schema;
use sqlite3_parser::Bump;
use sqlite3_parser::ast::Stmt;

use super::context::{Context, Effort, Tables};
use super::item::Column;
use super::nulls::Nulls;
use super::registered::Registered;
use super::select::renamed;
use super::syntax::{Parsed, parse, plain};
use super::{builtin, returning};

/// The columns of one statement; `None` if it has none that are understood.
pub(super) fn columns(
    schema: &Schema,
    nulls: &Nulls,
    registered: Registered<'_>,
    parsed: &Parsed<'_>,
) -> Option<Vec<Column>> {
    let context =
        Context { schema, nulls, registered, tables: &Tables::default(), effort: &Effort::default() };
    Some(context.read(parsed.statement()?)?.into_iter().map(Column::settled).collect())
}

impl Context<'_> {
    /// The columns of a statement of which what surrounds it may prove more: the SELECT of a view.
    pub(super) fn statement(self, sql: &str) -> Option<Vec<Column>> {
        let bump = Bump::new();
        self.read(&parse(&bump, sql)?)
    }

    fn read(self, statement: &Stmt<'_>) -> Option<Vec<Column>> {
        match statement {
            Stmt::Select(select) => self.open(select, None),
            Stmt::CreateView { columns, select, .. } => {
                let names =
                    columns.map(|columns| columns.iter().map(|column| plain(&column.col_name)).collect());
                renamed(self.open(select, None), names)
            }
            Stmt::Pragma(name, _) => builtin::pragma(&plain(&name.name)),
            statement => returning::columns(self, statement),
        }
    }
}
