//! A statement that counts on another table's having rows at all.

use std::collections::BTreeSet;

use onward_core::name::{Ident, quoted};
use onward_core::token::significant;
use rusqlite::Result;

use super::offender;
use super::step::Step;
use super::write::Write;
use crate::folder::history::{At, History};
use crate::sqlite::message::Refusal;
use crate::sqlite::sandbox::Sandbox;
use onward_core::kind::{Change, Kind, ObjectKind};

/// What SQLite says to a statement while a table that it reads is empty, with the name of that table in lower case; the
/// statement itself is not run. No migration has put rows into that table.
pub(super) fn refusal(
    history: &History,
    sandbox: &Sandbox,
    step: Step,
    write: &Write,
) -> Result<Option<(Refusal, String)>> {
    let sql = history.sql(step.at);
    // Whose rows the statement goes through, and into which table.
    let (own, into) = match write {
        Write::Update { table, .. } => (table, table),
        Write::Copy(copy) => match copy.sources.first() {
            Some(source) => (source, &copy.table),
            None => return Ok(None),
        },
        Write::Insert { .. } | Write::Delete { .. } => return Ok(None),
    };
    let named = significant(sql).filter_map(|token| token.name()).map(|name| name.to_ascii_lowercase());
    let named: BTreeSet<String> = named.filter(|name| name != own && name != into).collect();
    if !is_any_there(sandbox, &named)? {
        return Ok(None);
    }
    let all = onward_schema::objects(sandbox.conn())?;
    let others: Vec<&String> = all.iter().filter(|name| named.contains(*name)).collect();
    if others.is_empty() || offender::gives_up(sandbox, sql)? {
        return Ok(None);
    }
    let keys = keys(sandbox)?;
    for table in others {
        let empty = empty_with(&keys, table);
        if empty.contains(own.as_str()) {
            continue;
        }
        sandbox.conn().execute_batch("SAVEPOINT absent")?;
        let emptied = sandbox.without_triggers(|| take_out(sandbox, &keys, &empty));
        let outcome = emptied.and_then(|()| sandbox.run(sql, step.strings));
        sandbox.conn().execute_batch("ROLLBACK TO absent; RELEASE absent")?;
        let Err(error) = outcome else { continue };
        let refusal = Refusal::from(error);
        if refusal.message.starts_with("NOT NULL") && !is_filled(history, step.at, table) {
            return Ok(Some((refusal, table.clone())));
        }
    }
    Ok(None)
}

/// Whether an object has one of these names, in lower case. Most statements name no other than those that they write to and read,
/// and to list the objects takes much longer.
fn is_any_there(sandbox: &Sandbox, names: &BTreeSet<String>) -> Result<bool> {
    let mut query = sandbox.conn().prepare("SELECT name FROM main.sqlite_schema")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        // One that is no text is not looked at here.
        let Ok(name) = row.get_ref(0)?.as_str() else { return Ok(true) };
        if names.contains(&name.to_ascii_lowercase()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A column that refers to a table. All names are in lower case.
struct Reference {
    table: String,
    column: String,
    parent: String,
    nullable: bool,
}

fn keys(sandbox: &Sandbox) -> Result<Vec<Reference>> {
    let mut references = Vec::new();
    for table in sandbox.tables("references")? {
        let (keys, columns) = (sandbox.keys(&table)?, sandbox.columns(&table)?);
        let is_nullable = |name: &str| {
            let column = columns.iter().find(|column| Ident(&column.name) == name);
            column.is_some_and(|column| !column.not_null)
        };
        for key in keys.iter() {
            references.extend(key.columns.iter().map(|column| Reference {
                table: table.clone(),
                column: column.to_ascii_lowercase(),
                parent: key.parent.to_ascii_lowercase(),
                nullable: is_nullable(column),
            }));
        }
    }
    Ok(references)
}

/// The tables that have no rows either where this one has none.
fn empty_with<'k>(keys: &'k [Reference], table: &'k str) -> BTreeSet<&'k str> {
    let mut empty = BTreeSet::from([table]);
    loop {
        let before = empty.len();
        let bound = keys.iter().filter(|key| !key.nullable && empty.contains(key.parent.as_str()));
        let bound: Vec<&str> = bound.map(|key| key.table.as_str()).collect();
        empty.extend(bound);
        if empty.len() == before {
            return empty;
        }
    }
}

fn take_out(sandbox: &Sandbox, keys: &[Reference], empty: &BTreeSet<&str>) -> Result<()> {
    for table in empty {
        sandbox.write(&format!("DELETE FROM main.{}", quoted(table)), &[])?;
    }
    for key in
        keys.iter().filter(|key| empty.contains(key.parent.as_str()) && !empty.contains(key.table.as_str()))
    {
        let (table, column) = (quoted(&key.table), quoted(&key.column));
        sandbox.write(&format!("UPDATE main.{table} SET {column} = NULL"), &[])?;
    }
    Ok(())
}

/// Whether a migration before puts rows into a table, under whatever name it had.
fn is_filled(history: &History, at: At, table: &str) -> bool {
    let before: Vec<At> = history.statements().take_while(|&other| other < at).collect();
    let mut names = BTreeSet::from([table.to_owned()]);
    for &other in before.iter().rev() {
        if let Kind::Alter { table, change: Some(Change::RenameTable(to)) } = &history.statement(other).kind
            && names.contains(&to.text.to_ascii_lowercase())
        {
            names.insert(table.text.to_ascii_lowercase());
        }
    }
    let is_named = |sql: &str| {
        significant(sql)
            .any(|token| token.name().is_some_and(|name| names.contains(&name.to_ascii_lowercase())))
    };
    let fills = |&other: &At| match Write::parse(history.sql(other)) {
        // What a trigger writes is not read here.
        None if is_trigger(&history.statement(other).kind) => is_named(history.sql(other)),
        Some(Write::Insert { table }) => names.contains(&table),
        // A rebuild puts in what was there.
        Some(Write::Copy(copy)) => {
            names.contains(&copy.table) && !copy.sources.iter().any(|source| names.contains(source))
        }
        _ => false,
    };
    before.iter().any(fills)
}

fn is_trigger(kind: &Kind) -> bool {
    matches!(kind, Kind::Create { object: ObjectKind::Trigger, .. })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    const POSTS: &str = "CREATE TABLE posts(id INTEGER PRIMARY KEY, title TEXT NOT NULL);";
    const USERS: &str = "CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL);";

    fn owned(owner: &str) -> String {
        format!(
            "CREATE TABLE n(id INTEGER PRIMARY KEY, title TEXT NOT NULL, owner INTEGER NOT NULL);
             INSERT INTO n SELECT id, title, {owner} FROM posts; DROP TABLE posts; ALTER TABLE n RENAME TO posts;"
        )
    }

    #[test]
    fn a_table_that_is_read_may_be_empty() {
        let first = "(SELECT id FROM users ORDER BY id LIMIT 1)";
        for owner in
            [first, "(SELECT min(id) FROM users)", "CASE WHEN EXISTS (SELECT 1 FROM users) THEN 1 END"]
        {
            let both = format!("{POSTS} {USERS}");
            assert_eq!(
                history(&[&both, &owned(owner)]),
                ["failure_with_some_rows 0002_m.sql:2:14"],
                "{owner}"
            );
            let later = history(&[POSTS, USERS, &owned(owner)]);
            assert_eq!(later, ["failure_with_some_rows 0003_m.sql:2:14"], "{owner}");
            let else_one = owned(&format!("coalesce({owner}, 1)"));
            assert_eq!(history(&[&both, &else_one]), [""; 0], "{owner}");
            // There is always one.
            let seeded = format!("{both} INSERT INTO users VALUES (1, 'root');");
            assert_eq!(history(&[&seeded, &owned(owner)]), [""; 0], "{owner}");
            let renamed = [&both.replace("users", "people"), "INSERT INTO people VALUES (1, 'root');"];
            let renamed = [renamed[0], renamed[1], "ALTER TABLE people RENAME TO users;", &owned(owner)];
            assert_eq!(history(&renamed), [""; 0], "{owner}");
            let none = owned(owner).replace("FROM posts;", "FROM posts WHERE EXISTS (SELECT 1 FROM users);");
            assert_eq!(history(&[&both, &none]), [""; 0], "{owner}");
        }
        let key =
            owned(first).replace("owner INTEGER NOT NULL", "owner INTEGER NOT NULL REFERENCES users(id)");
        let found = history(&[&format!("{POSTS} {USERS}"), &key]);
        assert_eq!(found, ["failure_with_some_rows 0002_m.sql:2:14"]);
        let update = "ALTER TABLE posts ADD COLUMN owner INTEGER NOT NULL DEFAULT 0; UPDATE posts SET owner = (SELECT id FROM users LIMIT 1);";
        assert_eq!(history(&[POSTS, USERS, update]).len(), 1);
        let bound = POSTS.replace("title TEXT", "by INTEGER NOT NULL REFERENCES users(id), title TEXT");
        assert_eq!(history(&[&format!("{USERS} {bound}"), update]), [""; 0]);
        let filled = "INSERT INTO users(name) SELECT DISTINCT title FROM posts;";
        assert_eq!(history(&[POSTS, &format!("{USERS} {filled}"), update]), [""; 0]);
        let found = folder(&[("1_a.sql", POSTS), ("2_b.sql", USERS), ("3_c.sql", &owned(first))]);
        assert_eq!(
            found.diagnostics[0].notes,
            ["with a row of `posts` and none of `users`, SQLite says: NOT NULL constraint failed: n.owner"]
        );
    }
}
