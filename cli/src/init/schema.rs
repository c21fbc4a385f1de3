//! A database's schema as the SQL of a first migration.

use onward::rusqlite::types::ValueRef;
use onward::rusqlite::{Connection, Result};
use onward_core::kind::ObjectKind;
use onward_core::ledger::{LEDGER, is_ledger};
use onward_core::name::{Ident, quoted};
use onward_core::token::tokens;
use onward_core::tool::Tool;
use onward_schema::Schema;

/// What the owner of a database has made.
#[derive(Default)]
pub(super) struct Owned {
    /// Tables, each with its indexes behind it, then views, then triggers.
    pub(super) objects: Vec<Object>,
    /// The ledgers of other tools, and the tools.
    pub(super) left_out: Vec<(String, Tool)>,
    /// Whether onward has migrated it.
    pub(super) has_ledger: bool,
}

/// A table, an index, a view or a trigger.
#[derive(Clone)]
pub(super) struct Object {
    pub(super) kind: ObjectKind,
    pub(super) name: String,
    pub(super) table: String,
    pub(super) sql: String,
}

/// Reads what the owner of the database has made, in an order that runs.
pub(super) fn read(conn: &Connection) -> Result<Owned> {
    let ledger = |object: &Object| Tool::with_ledger(&[&object.table]).into_iter().next();
    let (others, mut own): (Vec<_>, Vec<_>) =
        objects(conn)?.into_iter().partition(|object| ledger(object).is_some());
    let has_ledger = own.iter().any(|object| Ident(&object.name) == LEDGER);
    let ledgers: Vec<String> = own
        .iter()
        .filter(|object| is_ledger(&object.name, &object.sql))
        .map(|object| object.name.clone())
        .collect();
    own.retain(|object| !ledgers.iter().any(|ledger| Ident(&object.table) == ledger));
    let of = |kind: ObjectKind| own.iter().filter(move |object| object.kind == kind);
    let mut objects = Vec::new();
    for table in of(ObjectKind::Table) {
        objects.push(table.clone());
        objects.extend(of(ObjectKind::Index).filter(|index| Ident(&index.table) == table.name).cloned());
    }
    objects.extend(of(ObjectKind::View).chain(of(ObjectKind::Trigger)).cloned());
    let tables = others.iter().filter(|object| object.kind == ObjectKind::Table);
    let left_out = tables.filter_map(|table| Some((table.name.clone(), ledger(table)?)));
    Ok(Owned { left_out: left_out.collect(), objects, has_ledger })
}

impl Owned {
    /// The names of its tables.
    pub(super) fn tables(&self) -> Vec<&str> {
        self.of(ObjectKind::Table).map(|object| object.name.as_str()).collect()
    }

    /// The objects of this kind.
    pub(super) fn of(&self, kind: ObjectKind) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(move |object| object.kind == kind)
    }

    /// The object of this kind and name.
    pub(super) fn find(&self, other: &Object) -> Option<&Object> {
        self.objects.iter().find(|object| object.kind == other.kind && Ident(&object.name) == other.name)
    }

    /// As SQL that makes it.
    pub(super) fn sql(&self) -> String {
        text(self.objects.iter().map(Object::statement))
    }
}

impl Object {
    /// The statement that makes it.
    pub(super) fn statement(&self) -> String {
        let sql = self.sql.trim_end().trim_end_matches(';');
        let text = if self.kind == ObjectKind::Table { broken_up(sql) } else { sql.to_owned() };
        // Behind a comment, a semicolon would be part of it.
        let ends_in_comment = sql.lines().next_back().is_some_and(|line| line.contains("--"));
        format!("{text}{};", if ends_in_comment { "\n" } else { "" })
    }
}

/// What these texts make, one after the other.
pub(super) fn made(texts: &[String]) -> Result<Schema> {
    let conn = Connection::open_in_memory()?;
    conn.execute_batch("PRAGMA foreign_keys = OFF")?;
    texts.iter().try_for_each(|text| conn.execute_batch(text))?;
    Schema::read(&conn)
}

/// Statements below each other, with a line between what is longer than one.
pub(super) fn text(statements: impl IntoIterator<Item = String>) -> String {
    let mut text = String::new();
    for statement in statements {
        if statement.contains('\n') && !text.is_empty() {
            text.push('\n');
        }
        text += &statement;
        text.push('\n');
    }
    text
}

/// Everything but SQLite's own tables and the shadow tables of virtual ones, in the order in which it was made.
fn objects(conn: &Connection) -> Result<Vec<Object>> {
    let sql = "SELECT type, name, tbl_name, sql FROM main.sqlite_schema
               WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND tbl_name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
                 AND lower(tbl_name) NOT IN
                     (SELECT lower(name) FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow')
               ORDER BY rowid";
    let mut statement = conn.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        let kind: String = row.get(0)?;
        Ok((ObjectKind::from_sql(&kind), row.get(1)?, row.get(2)?, row.get(3)?))
    })?;
    let rows: Vec<_> = rows.collect::<Result<_>>()?;
    let object = |(kind, name, table, sql)| Some(Object { kind: kind?, name, table, sql });
    Ok(rows.into_iter().filter_map(object).collect())
}

/// A long table on one line, as a line for each column. White space is no part of a schema.
fn broken_up(sql: &str) -> String {
    const WIDTH: usize = 80;
    if sql.contains('\n') || sql.len() <= WIDTH {
        return sql.to_owned();
    }
    let (mut text, mut depth, mut is_fresh) = (String::new(), 0_usize, false);
    for token in tokens(sql) {
        let word = &sql[token.range.clone()];
        if is_fresh && !token.is_significant() {
            continue;
        }
        is_fresh = false;
        match word {
            "(" => {
                depth += 1;
                text.push('(');
                if depth == 1 {
                    text.push_str("\n    ");
                    is_fresh = true;
                }
            }
            ")" => {
                depth = depth.saturating_sub(1);
                text.push_str(if depth == 0 { "\n)" } else { ")" });
            }
            "," if depth == 1 => {
                text.push_str(",\n    ");
                is_fresh = true;
            }
            word => text.push_str(word),
        }
    }
    text
}

/// The rows of a table as INSERT statements, in the order of its key.
pub(super) fn rows(conn: &Connection, table: &str) -> Result<String> {
    let names = conn
        .prepare("SELECT name FROM pragma_table_info(?1)")?
        .query_map([table], |row| row.get(0))?
        .collect::<Result<Vec<String>>>()?;
    let list = |part: &dyn Fn(&String) -> String, between: &str| {
        names.iter().map(part).collect::<Vec<_>>().join(between)
    };
    let columns = list(&|name| quoted(name), ", ");
    let values = list(&|name| format!("quote({0}), {0}", quoted(name)), ", ");
    let mut statement =
        conn.prepare(&format!("SELECT {values} FROM main.{} ORDER BY {columns}", quoted(table)))?;
    let rows = statement.query_map([], |row| {
        let values = (0..names.len()).map(|at| Ok(literal(row.get(2 * at)?, row.get_ref(2 * at + 1)?)));
        Ok(values.collect::<Result<Vec<_>>>()?.join(", "))
    })?;
    rows.map(|values| Ok(format!("INSERT INTO {}({columns}) VALUES ({});\n", quoted(table), values?)))
        .collect()
}

/// A value in SQL, as SQLite writes it. It ends a text at a NUL.
fn literal(written: String, value: ValueRef<'_>) -> String {
    let ValueRef::Text(text) = value else { return written };
    if !text.contains(&0) {
        return written;
    }
    let bytes: String = text.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("CAST(X'{bytes}' AS TEXT)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(sql: &str) -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(sql).unwrap();
        conn
    }

    #[test]
    fn it_runs_whatever_the_order_in_which_things_were_made() {
        let conn = database(
            "CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT, n TEXT UNIQUE);
             CREATE VIEW v AS SELECT n FROM a -- all of them
             ;
             CREATE INDEX a_n ON a(n);
             CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET a = new.id; END;
             CREATE TABLE b(a INTEGER REFERENCES a(id), long TEXT DEFAULT 'x, (y', other TEXT, and_one_more NUMERIC(10, 2));
             CREATE VIRTUAL TABLE f USING fts5(n, content='a');
             ALTER TABLE b ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
             CREATE TABLE _sqlx_migrations(version BIGINT PRIMARY KEY);",
        );
        let written = read(&conn).unwrap();
        assert_eq!(written.tables(), ["a", "b", "f"]);
        assert_eq!(written.left_out, [("_sqlx_migrations".to_owned(), Tool::Sqlx)]);
        let again = database(&written.sql());
        conn.execute_batch("DROP TABLE _sqlx_migrations").unwrap();
        let schema = |conn| onward_schema::Schema::read(conn).unwrap();
        assert_eq!(schema(&conn).compare(&schema(&again)), []);
        assert!(written.sql().contains("\n    other TEXT,\n"), "{}", written.sql());
        assert!(written.sql().contains("NUMERIC(10, 2),\n    late INTEGER"), "{}", written.sql());
    }

    #[test]
    fn rows_come_back_as_they_were() {
        let setup = "CREATE TABLE t(a, b, c AS (a) STORED)";
        let conn =
            database(&format!("{setup}; INSERT INTO t VALUES (1, 'it''s'), (2.5, NULL), (x'00ff', '')"));
        let again = database(&format!("{setup}; {}", rows(&conn, "t").unwrap()));
        let read = |conn: &Connection| rows(conn, "t").unwrap();
        assert_eq!(read(&conn), read(&again));
        assert_eq!(read(&conn).lines().count(), 3);
        // A text that goes on behind a NUL, in either encoding, and a blob that only looks like one.
        for encoding in ["UTF-8", "UTF-16"] {
            let odd = "CREATE TABLE u(a, b); INSERT INTO u VALUES ('n\u{e4}' || char(0) || 'x', char(0)), (x'6e00', 'n')";
            let conn = database(&format!("PRAGMA encoding = '{encoding}'; {odd}"));
            let again = database(&format!("CREATE TABLE u(a, b); {}", rows(&conn, "u").unwrap()));
            let all = "SELECT group_concat(typeof(a) || hex(a) || typeof(b) || hex(b)) FROM (SELECT * FROM u ORDER BY a)";
            let all: String = again.query_row(all, [], |row| row.get(0)).unwrap();
            assert_eq!(all, "text6EC3A40078text00,blob6E00text6E", "{encoding}");
        }
    }
}
