//! Which rows are in the way of a statement that breaks a constraint.

use onward_core::name::{Ident, quoted};
use onward_core::token::{Token, list};

use crate::create::{IndexText, depth_after, find, fold, group, span, split};
use crate::{Schema, Table};

/// Queries that find the rows for which a statement breaks a constraint, the best first; none if the statement is too
/// intricate. `message` is what SQLite says, and the schema is that at the moment of the failure.
///
/// They are for people. Not each of them can be prepared on a database from which the schema has been rolled back.
///
/// ```
/// # fn main() -> rusqlite::Result<()> {
/// let conn = rusqlite::Connection::open_in_memory()?;
/// conn.execute_batch("CREATE TABLE jobs(name TEXT); INSERT INTO jobs VALUES ('a'), ('a')")?;
/// let sql = "CREATE UNIQUE INDEX by_name ON jobs(name)";
/// let error = conn.execute_batch(sql).unwrap_err();
/// assert_eq!(
///     onward_schema::offending(&onward_schema::Schema::read(&conn)?, sql, "UNIQUE constraint failed: jobs.name"),
///     ["SELECT name, count(*) FROM jobs WHERE name IS NOT NULL GROUP BY name HAVING count(*) > 1"]
/// );
/// # Ok(()) }
/// ```
pub fn offending(schema: &Schema, sql: &str, message: &str) -> Vec<String> {
    let tokens = list(sql);
    let is_index = tokens.first().is_some_and(|token| token.is("create"))
        && tokens.get(1).is_some_and(|token| token.is("unique"));
    if is_index {
        return indexed(sql, &tokens).into_iter().collect();
    }
    let Some(written) = written(schema, sql, &tokens) else { return Vec::new() };
    let Some(find) = condition(written.table, schema, message) else { return Vec::new() };
    let mut name = "written".to_owned();
    while tokens.iter().any(|token| token.is_name(&name)) {
        name.push('_');
    }
    let one =
        |rows: &String| format!("WITH {name}{} AS ({rows}) {}", written.columns, find.replace(ROWS, &name));
    written.rows.iter().map(one).collect()
}

/// Stands for the name of the rows in a condition: no name that anybody can write.
const ROWS: &str = "\u{0}";

/// What a table would hold, as far as a statement writes it.
struct Written<'s> {
    table: &'s Table,
    /// The names of its columns, in brackets, or nothing if the query below has them.
    columns: String,
    /// Queries that give the rows, the most complete first.
    rows: Vec<String>,
}

fn indexed(sql: &str, tokens: &[Token<'_>]) -> Option<String> {
    let IndexText { columns, partial } = IndexText::read(sql);
    let on = find(tokens, "on")?;
    let table = &tokens.get(on + 1)?.text;
    let condition = partial.map(|partial| format!("({partial})"));
    Some(repeated(table, &columns, condition))
}

/// Finds what is there more than once. NULLs are different from each other.
fn repeated(table: &str, columns: &[String], condition: Option<String>) -> String {
    let conditions: Vec<String> =
        condition.into_iter().chain(columns.iter().map(|column| format!("{column} IS NOT NULL"))).collect();
    let (columns, conditions) = (columns.join(", "), conditions.join(" AND "));
    format!(
        "SELECT {columns}, count(*) FROM {table} WHERE {conditions} GROUP BY {columns} HAVING count(*) > 1"
    )
}

/// How the rows that break this constraint of a table are found among those to be written.
fn condition(table: &Table, schema: &Schema, message: &str) -> Option<String> {
    let column = |of: &str| {
        let (name, column) = of.split_once('.')?;
        (Ident(name) == table.name).then(|| table.column(column)).flatten()
    };
    if let Some(of) = message.strip_prefix("NOT NULL constraint failed: ") {
        return Some(format!("SELECT * FROM {ROWS} WHERE {} IS NULL", quoted(&column(of)?.name)));
    }
    if let Some(check) = message.strip_prefix("CHECK constraint failed: ") {
        return Some(format!("SELECT * FROM {ROWS} WHERE NOT ({})", check_of(table, check)?));
    }
    let of = message.strip_prefix("UNIQUE constraint failed: ")?;
    if let Some(index) = of.strip_prefix("index '") {
        let (_, index) = schema.index(index.strip_suffix('\'')?)?;
        let columns: Vec<String> =
            index.columns.iter().map(|column| column.name_or_expression.clone()).collect();
        return Some(repeated(ROWS, &columns, index.partial.as_ref().map(|partial| format!("({partial})"))));
    }
    let collated = |of: &str| {
        let column = column(of)?;
        let name = quoted(&column.name);
        Some(match Ident(&column.collation) == "BINARY" {
            true => name,
            false => format!("{name} COLLATE {}", column.collation),
        })
    };
    let columns = of.split(", ").map(collated).collect::<Option<Vec<String>>>()?;
    Some(repeated(ROWS, &columns, None))
}

/// The condition of a CHECK, of which SQLite says the name or the text.
fn check_of(table: &Table, said: &str) -> Option<String> {
    let said = fold(said);
    if table.checks.contains(&said) {
        return Some(said);
    }
    let tokens = list(&table.definition);
    let at = tokens
        .windows(3)
        .position(|three| three[0].is("constraint") && three[2].is("check") && three[1].is_name(&said))?;
    Some(fold(span(&table.definition, group(&tokens, Some(at + 3))))).filter(|check| !check.is_empty())
}

fn written<'s>(schema: &'s Schema, sql: &str, tokens: &[Token<'_>]) -> Option<Written<'s>> {
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is(word));
    let mut at = if is(1, "or") { 3 } else { 1 };
    let inserts = is(0, "insert") || is(0, "replace");
    if inserts {
        at = if is(at, "into") { at + 1 } else { return None };
    } else if !is(0, "update") {
        return None;
    }
    if is(at, "main") && is(at + 1, ".") {
        at += 2;
    }
    let table = schema.table(&tokens.get(at)?.name()?)?;
    let rest = &tokens[at + 1..];
    if inserts { inserted(table, sql, rest) } else { updated(table, sql, rest) }
}

/// Whether one of these words stands outside all brackets.
fn has(tokens: &[Token<'_>], words: &[&str]) -> bool {
    let mut depth = 0;
    tokens.iter().any(|token| {
        depth = depth_after(depth, token);
        depth == 0 && words.iter().any(|word| token.is(word))
    })
}

fn inserted<'s>(table: &'s Table, sql: &str, rest: &[Token<'_>]) -> Option<Written<'s>> {
    let named = group(rest, Some(0));
    let (columns, rows) = match named.is_empty() {
        true => (stored(table), rest),
        false => (
            split(named).into_iter().map(|column| column.first()?.name()).collect::<Option<Vec<String>>>()?,
            &rest[named.len() + 2..],
        ),
    };
    let first = rows.first()?;
    if !(first.is("select") || first.is("values") || first.is("with"))
        || has(rows, &["returning", "conflict"])
    {
        return None;
    }
    let columns = columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
    let rows = fold(span(sql, rows));
    let beside = format!("SELECT {columns} FROM {} UNION ALL SELECT * FROM ({rows})", quoted(&table.name));
    Some(Written { table, columns: format!("({columns})"), rows: vec![beside, rows] })
}

fn updated<'s>(table: &'s Table, sql: &str, rest: &[Token<'_>]) -> Option<Written<'s>> {
    let [set, rest @ ..] = rest else { return None };
    if !set.is("set") || has(rest, &["from", "returning", "order", "limit"]) {
        return None;
    }
    let mut depth = 0;
    let end = rest.iter().position(|token| {
        depth = depth_after(depth, token);
        depth == 0 && token.is("where")
    });
    let (sets, condition) = match end {
        Some(end) => (&rest[..end], Some(fold(span(sql, &rest[end + 1..])))),
        None => (rest, None),
    };
    let set = |set: &[Token<'_>]| match set {
        [column, equals, value @ ..] if equals.is("=") => Some((column.name()?, fold(span(sql, value)))),
        _ => None,
    };
    let sets = split(sets).into_iter().map(set).collect::<Option<Vec<(String, String)>>>()?;
    let column = |column: String| {
        let name = quoted(&column);
        let value = sets.iter().find(|(set, _)| Ident(set) == column).map(|(_, value)| value);
        match (value, &condition) {
            (None, _) => name,
            (Some(value), None) => format!("{value} AS {name}"),
            (Some(value), Some(condition)) => {
                format!("CASE WHEN {condition} THEN {value} ELSE {name} END AS {name}")
            }
        }
    };
    let columns = stored(table).into_iter().map(column).collect::<Vec<_>>().join(", ");
    let rows = vec![format!("SELECT {columns} FROM {}", quoted(&table.name))];
    Some(Written { table, columns: String::new(), rows })
}

/// The names of the columns that hold what is written.
fn stored(table: &Table) -> Vec<String> {
    let columns = table.columns.iter().filter(|column| column.generated.is_none());
    columns.map(|column| column.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, Result};

    use super::*;

    /// Runs what fails, and gives how many rows the first query finds.
    #[track_caller]
    fn found(setup: &str, sql: &str) -> Result<usize> {
        let conn = Connection::open_in_memory()?;
        conn.execute_batch(setup)?;
        let Err(rusqlite::Error::SqliteFailure(_, Some(message))) = conn.execute(sql, []) else {
            panic!("no constraint failed: {sql}")
        };
        let queries = offending(&Schema::read(&conn)?, sql, &message);
        let Some(query) = queries.first() else { panic!("nothing for {message}") };
        let mut query = conn.prepare(query)?;
        let mut rows = query.query([])?;
        let mut count = 0;
        while rows.next()?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    #[test]
    fn the_rows_are_found() -> Result<()> {
        let jobs = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, name TEXT, size INT);
                    INSERT INTO jobs VALUES (1, 'a', 1), (2, 'a', NULL), (3, 'b', -1), (4, NULL, 5), (5, NULL, 5);";
        for (more, sql, expected) in [
            ("", "CREATE UNIQUE INDEX i ON jobs(name)", 1),
            ("", "CREATE UNIQUE INDEX IF NOT EXISTS main.i ON \"jobs\"(lower(name) DESC) WHERE id < 3", 1),
            (
                "CREATE TABLE n(id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE UNIQUE)",
                "INSERT INTO n(id, name) SELECT id, CASE id WHEN 2 THEN 'A' ELSE name END FROM jobs",
                1,
            ),
            (
                "CREATE TABLE n(name TEXT UNIQUE); INSERT INTO n VALUES ('b')",
                "INSERT INTO n SELECT DISTINCT name FROM jobs",
                1,
            ),
            (
                "CREATE TABLE n(id INTEGER PRIMARY KEY, name TEXT NOT NULL)",
                "INSERT INTO n SELECT id, name FROM jobs",
                2,
            ),
            ("CREATE TABLE n(size INT CHECK (size > 0))", "INSERT INTO main.n SELECT size FROM jobs", 1),
            (
                "CREATE TABLE n(size INT, g AS (1), CONSTRAINT positive CHECK (size > 0))",
                "INSERT OR ABORT INTO n SELECT size FROM jobs",
                1,
            ),
            (
                "CREATE TABLE written(a INT NOT NULL)",
                "INSERT INTO written WITH x(s) AS (SELECT size FROM jobs) SELECT s FROM x",
                1,
            ),
            (
                "CREATE UNIQUE INDEX i ON jobs(size, id)",
                "UPDATE jobs SET id = 9, size = (SELECT 1) WHERE id < 4",
                1,
            ),
            ("CREATE UNIQUE INDEX i ON jobs(lower(name)) WHERE id > 1", "UPDATE jobs SET name = 'x'", 1),
            (
                "CREATE TABLE n(a NOT NULL, b); INSERT INTO n VALUES (1, 2), (2, NULL)",
                "UPDATE n SET a = b",
                1,
            ),
        ] {
            assert_eq!(found(&format!("{jobs} {more}"), sql)?, expected, "{sql}");
        }
        Ok(())
    }

    #[test]
    fn nothing_is_said_of_what_is_too_intricate() -> Result<()> {
        let conn = Connection::open_in_memory()?;
        conn.execute_batch("CREATE TABLE t(a UNIQUE, b CHECK (b > 0)); CREATE TABLE u(a)")?;
        let schema = Schema::read(&conn)?;
        for (sql, message) in [
            ("", "UNIQUE constraint failed: t.a"),
            ("UPDATE t", "UNIQUE constraint failed: t.a"),
            ("UPDATE t SET (a, b) = (1, 2)", "UNIQUE constraint failed: t.a"),
            ("UPDATE t SET a = u.a FROM u", "UNIQUE constraint failed: t.a"),
            ("INSERT INTO t VALUES (1, 2) ON CONFLICT(b) DO NOTHING", "UNIQUE constraint failed: t.a"),
            ("INSERT INTO t DEFAULT VALUES", "UNIQUE constraint failed: t.a"),
            ("INSERT INTO u VALUES (1)", "UNIQUE constraint failed: t.a"),
            ("INSERT INTO t(a) VALUES (1)", "CHECK constraint failed: other"),
            ("INSERT INTO t(a) VALUES (1)", "FOREIGN KEY constraint failed"),
            ("DELETE FROM t", "CHECK constraint failed: b > 0"),
            ("INSERT INTO t(", "UNIQUE constraint failed: index 'i"),
        ] {
            assert_eq!(offending(&schema, sql, message), [""; 0], "{sql}");
        }
        Ok(())
    }
}
