//! What the connection alone has: temporary tables, views, indexes and triggers. SQLite takes a name for theirs first, and
//! a temporary trigger fires on the database's own tables (<https://www.sqlite.org/lang_naming.html>).

use onward_core::kind::Kind;
use onward_core::token::{list, significant};
use rusqlite::{Connection, Result};

use crate::history::{List, Migrations};

/// An object of the connection.
struct Temporary {
    kind: String,
    name: String,
    /// The table that an index or a trigger is on.
    table: String,
    sql: String,
}

/// What of the connection stands between these migrations and the database, in words. Anything else does no harm.
///
/// A table, view or index does if the history makes something of that name, or SQLite itself does, and one of the pending
/// statements names it; a trigger, if it is on a table of the history.
pub(crate) fn find(conn: &Connection, migrations: &Migrations, pending: List<'_>) -> Result<Vec<String>> {
    let temporary = temporary(conn)?;
    if temporary.is_empty() {
        return Ok(Vec::new());
    }
    let made: Vec<String> =
        migrations.list().texts().filter_map(made).chain([migrations.ledger().table().to_owned()]).collect();
    let named: Vec<String> = pending.texts().flat_map(named).collect();
    // Nobody knows what code names.
    let code = pending.iter().any(|migration| migration.code().is_some());
    let is_own = |table: &str| {
        temporary.iter().any(|other| matches!(&*other.kind, "table" | "view") && fold(&other.name) == table)
    };
    let in_the_way = temporary.iter().filter(|object| {
        let (name, table) = (fold(&object.name), fold(&object.table));
        if object.kind == "trigger" {
            let on_main = !is_own(&table) || is_qualified(&object.sql);
            return (on_main && made.contains(&table)) || made.contains(&name) && named.contains(&name);
        }
        (code && made.contains(&name))
            || named.contains(&name) && (made.contains(&name) || name.starts_with("sqlite_"))
    });
    let words = in_the_way.map(|Temporary { kind, name, table, .. }| match kind.as_str() {
        "index" | "trigger" => format!("{kind} `{name}` on `{table}`"),
        _ => format!("{kind} `{name}`"),
    });
    Ok(words.collect())
}

fn temporary(conn: &Connection) -> Result<Vec<Temporary>> {
    // To look into the temporary database makes one, where there is none yet.
    let mut databases = conn.prepare("PRAGMA database_list")?;
    let numbers = databases.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>>>()?;
    if !numbers.contains(&1) {
        return Ok(Vec::new());
    }
    let mut objects =
        conn.prepare("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_temp_schema")?;
    let read = objects.query_map([], |row| {
        Ok(Temporary { kind: row.get(0)?, name: row.get(1)?, table: row.get(2)?, sql: row.get(3)? })
    })?;
    read.collect()
}

/// What a statement makes, in lower case.
fn made(sql: &str) -> Option<String> {
    Kind::of(sql).makes().map(|name| fold(&name.text))
}

/// Everything in a statement that can be a name, in lower case, but for what is said to be the database's own.
fn named(sql: &str) -> Vec<String> {
    let tokens = list(sql);
    let is_main = |at: usize| at >= 2 && tokens[at - 1].is(".") && tokens[at - 2].is("main");
    let names = tokens.iter().enumerate().filter(|(at, _)| !is_main(*at));
    names.filter_map(|(_, token)| token.name()).map(|name| fold(&name)).collect()
}

/// Whether `main` is named.
fn is_qualified(sql: &str) -> bool {
    significant(sql).any(|token| token.is("main"))
}

fn fold(name: &str) -> String {
    name.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_statement_names() {
        assert_eq!(named("UPDATE main.Jobs SET [a] = 1"), ["update", "main", "set", "a"]);
    }
}
