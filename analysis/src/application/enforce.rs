//! The migration that has SQLite see to it that a primary key is never NULL.

use onward_core::name::{Ident, quoted};
use onward_core::statement::statements;
use onward_core::token::{Token, list};
use onward_schema::Table;

use crate::analysis::Analysis;
use crate::config::schema::takes_null;
use crate::sqlite::sandbox::Sandbox;

/// A longer one is no help in a message.
const MOST: usize = 24;

impl Analysis {
    /// A rebuild of a table with NOT NULL at each column of its primary key; `None` if it would be too long to show.
    pub(crate) fn enforced(&self, table: &str) -> Option<String> {
        let replay = self.replay.as_ref()?;
        let table = replay.schema.table(table)?;
        let config = &self.history.config;
        let sql = replay.with_sandbox(config, |sandbox| {
            let sql = rebuild(sandbox, table)?;
            works(&sandbox.copy(config).ok()?, &sql, &table.name).then_some(sql)
        });
        sql.flatten().filter(|sql| sql.lines().count() <= MOST)
    }
}

/// Whether it does what it is for. Views on the table may be in its way.
fn works(copy: &Sandbox, sql: &str, table: &str) -> bool {
    let done = statements(sql).iter().all(|found| copy.run(&sql[found.range.clone()], false).is_ok());
    let schema = copy.schema().ok().filter(|_| done);
    let table = schema.as_ref().and_then(|schema| schema.table(table));
    table.is_some_and(|table| !table.columns.iter().any(|column| takes_null(table, column)))
}

fn rebuild(sandbox: &Sandbox, table: &Table) -> Option<String> {
    let known = sandbox.known(&table.name).ok()?;
    let (name, text) = known.table.as_ref()?;
    let (name, new) = (quoted(name), quoted(&format!("{name}_new")));
    let columns = table.columns.iter().filter(|column| column.generated.is_none());
    let columns = columns.map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ");
    let mut lines = vec![
        format!("CREATE TABLE {new} {};", not_null(text, table)?),
        format!("INSERT INTO {new}({columns}) SELECT {columns} FROM {name};"),
        format!("DROP TABLE {name};"),
        format!("ALTER TABLE {new} RENAME TO {name};"),
    ];
    let parts = known.indexes.iter().chain(&known.triggers);
    lines.extend(parts.map(|part| format!("{part};")));
    Some(lines.join("\n"))
}

/// What stands behind the name in a CREATE TABLE, with NOT NULL behind each column of the primary key that takes NULL.
fn not_null(text: &str, table: &Table) -> Option<String> {
    let start = |token: &Token<'_>| token.text.as_ptr() as usize - text.as_ptr() as usize;
    let tokens = list(text);
    let opens = tokens.iter().position(|token| token.text == "(")?;
    let (mut depth, mut first, mut ends) = (0, opens + 1, Vec::new());
    for (index, token) in tokens.iter().enumerate().skip(opens) {
        match token.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && token.text == ",") {
            let name = tokens.get(first).and_then(Token::name)?;
            let column = table.columns.iter().find(|column| Ident(&column.name) == name);
            // A constraint of the table begins with a word that is no column's, unless it is quoted.
            if column.is_some_and(|column| takes_null(table, column)) && index > first {
                ends.push(start(&tokens[index - 1]) + tokens[index - 1].text.len());
            }
            first = index + 1;
        }
        if depth == 0 {
            break;
        }
    }
    let mut made = text[start(&tokens[opens])..].to_owned();
    for end in ends.into_iter().rev() {
        made.insert_str(end - start(&tokens[opens]), " NOT NULL");
    }
    Some(made)
}
