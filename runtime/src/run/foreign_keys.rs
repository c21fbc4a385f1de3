//! Which foreign keys dangle after a run and did not before, of the tables that it can have touched.

use std::collections::BTreeSet;

use onward_core::token::significant;
use onward_schema::{Violations, reached};
use rusqlite::{Connection, Result};

use crate::history::Migration;

/// In how many pages all rows are looked at: to find out which tables a run touches takes longer than that.
const FEW_PAGES: i64 = 16;

/// What there was before a run.
pub(crate) struct Before {
    /// The tables that the run does not touch, in lower case, or none where nobody has asked.
    untouched: BTreeSet<String>,
    violations: Violations,
}

impl Before {
    /// Of a database in which there is nothing yet.
    pub(crate) fn empty() -> Before {
        Before { untouched: BTreeSet::new(), violations: Violations::default() }
    }

    /// Of a database on which these will run.
    pub(crate) fn count(conn: &Connection, list: &[Migration<'_>]) -> Result<Before> {
        let untouched = if is_small(conn) { BTreeSet::new() } else { untouched(conn, list)? };
        let violations = Violations::count(conn, &untouched)?;
        Ok(Before { untouched, violations })
    }

    /// What dangles now, and did not then.
    pub(crate) fn new_ones(&self, conn: &Connection) -> Result<Violations> {
        Ok(Violations::count(conn, &self.untouched)?.beyond(&self.violations))
    }
}

fn is_small(conn: &Connection) -> bool {
    let pages = conn.query_row("PRAGMA main.page_count", [], |row| row.get::<_, i64>(0));
    pages.is_ok_and(|pages| pages <= FEW_PAGES)
}

/// The tables whose rows these leave alone, and the rows that these refer to. None if nobody can be sure: code may do
/// anything, and so may a function, a virtual table, and whoever writes to the schema.
fn untouched(conn: &Connection, list: &[Migration<'_>]) -> Result<BTreeSet<String>> {
    let statements = || list.iter().copied().flat_map(Migration::statements).map(|(sql, _)| sql);
    let code = list.iter().any(|migration| migration.code().is_some() || migration.foreign_keys());
    if code || is_strange(conn, statements())? {
        return Ok(BTreeSet::new());
    }
    let touched = reached(conn, statements())?;
    let tables = |pages: &str| -> Result<Vec<String>> {
        let sql = format!("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage {pages}");
        Ok(column(conn, &sql)?.into_iter().map(|name| name.to_ascii_lowercase()).collect())
    };
    if tables("= 0")?.iter().any(|name| touched.contains(name)) {
        return Ok(BTreeSet::new());
    }
    Ok(tables("> 0")?.into_iter().filter(|table| !touched.contains(table)).collect())
}

/// Whether these, or what may run along with them, name something whose doing nobody knows.
fn is_strange<'s>(conn: &Connection, mut statements: impl Iterator<Item = &'s str>) -> Result<bool> {
    let Ok(functions) = column(conn, "SELECT name FROM pragma_function_list WHERE NOT builtin") else {
        return Ok(true);
    };
    let strange =
        functions.iter().map(String::as_str).chain(["sqlite_schema", "sqlite_master", "writable_schema"]);
    let strange: BTreeSet<String> = strange.map(str::to_ascii_lowercase).collect();
    let is_strange = |sql: &str| {
        let mut names = significant(sql).filter_map(|token| token.name());
        names.any(|name| strange.contains(&name.to_ascii_lowercase()))
    };
    let schema = column(
        conn,
        "SELECT sql FROM main.sqlite_schema WHERE sql IS NOT NULL AND NOT (type = 'table' AND rootpage = 0)",
    )?;
    let triggers = column(conn, "SELECT name FROM sqlite_temp_schema WHERE type = 'trigger'")?;
    Ok(!triggers.is_empty() || statements.any(is_strange) || schema.iter().any(|sql| is_strange(sql)))
}

fn column(conn: &Connection, sql: &str) -> Result<Vec<String>> {
    conn.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

#[cfg(test)]
mod tests {
    use onward_core::checksum::Checksum;
    use onward_core::packed::{File, Source, Statement, Step, pack};

    use super::*;
    use crate::history::Migrations;

    /// One migration of one statement.
    fn history(sql: &str, foreign_keys: bool) -> Migrations {
        let statements = vec![Statement { start: 0, end: sql.len(), strings: false, undone: false }];
        let up = File { path: "m.s".into(), label: "1", name: "", sql, statements };
        let steps =
            vec![Step { version: 1, checksum: Checksum::of(sql), foreign_keys, hook: false, up, down: None }];
        pack(&Source { steps, ..Source::default() }).into()
    }

    fn all(history: &Migrations) -> Vec<Migration<'_>> {
        history.list().iter().collect()
    }

    fn left_alone(sql: &str) -> Vec<String> {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(
            "CREATE TABLE parent(id INTEGER PRIMARY KEY); CREATE TABLE child(a REFERENCES parent);
             CREATE TABLE other(id INTEGER PRIMARY KEY); CREATE TABLE others(a REFERENCES other);
             CREATE TABLE log(id REFERENCES other); CREATE INDEX by_a ON others(a);
             CREATE TRIGGER r AFTER INSERT ON log BEGIN DELETE FROM parent; END;
             CREATE VIEW v AS SELECT 1 AS a;
             CREATE TRIGGER s INSTEAD OF INSERT ON v BEGIN DELETE FROM parent; END;
             CREATE VIRTUAL TABLE docs USING fts5(a);",
        )
        .unwrap();
        let tables = untouched(&conn, &all(&history(sql, false))).unwrap().into_iter();
        tables.filter(|table| !table.starts_with("docs")).collect()
    }

    #[test]
    fn what_a_run_cannot_touch() {
        for sql in ["UPDATE parent SET id = 2", "INSERT INTO 'Child' VALUES (1)", "DROP TABLE main.[parent]"]
        {
            let left = left_alone(sql);
            assert!(
                left.contains(&"others".to_owned()) && !left.contains(&"child".to_owned()),
                "{sql}: {left:?}"
            );
        }
        assert_eq!(left_alone("CREATE TABLE new(a)"), ["child", "log", "other", "others", "parent"]);
        // By way of a trigger, or of an index.
        for sql in ["INSERT INTO log VALUES (1)", "INSERT INTO v VALUES (1)"] {
            assert!(!left_alone(sql).contains(&"child".to_owned()), "{sql}");
        }
        assert!(!left_alone("DROP INDEX by_a").contains(&"others".to_owned()));
        for sql in [
            "INSERT INTO docs VALUES ('x')",
            "UPDATE sqlite_schema SET sql = ''",
            // A function that SQLite itself does not have.
            "SELECT bm25(1)",
        ] {
            assert_eq!(left_alone(sql), [""; 0], "{sql}");
        }
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE t(a)").unwrap();
        let keys_on = history("SELECT 1", true);
        assert!(untouched(&conn, &all(&keys_on)).unwrap().is_empty());
        assert_eq!(untouched(&conn, &[]).unwrap().len(), 1);
        conn.execute_batch("CREATE TEMP TRIGGER r AFTER INSERT ON main.t BEGIN DELETE FROM t; END").unwrap();
        assert!(untouched(&conn, &[]).unwrap().is_empty());
    }

    #[test]
    fn only_what_is_new_is_found() {
        for large in [false, true] {
            let conn = Connection::open_in_memory().unwrap();
            conn.execute_batch(
                "PRAGMA foreign_keys = OFF; CREATE TABLE p(id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1);
                 CREATE TABLE c(p REFERENCES p); INSERT INTO c VALUES (1), (7);
                 CREATE TABLE d(p REFERENCES p); INSERT INTO d VALUES (8);
                 CREATE TABLE big(a)",
            )
            .unwrap();
            if large {
                conn.execute_batch("INSERT INTO big VALUES (zeroblob(100000))").unwrap();
            }
            for (sql, new, untouched) in
                [("DELETE FROM p", 1, 1), ("CREATE TABLE e(p REFERENCES p)", 0, 1), ("DELETE FROM big", 0, 4)]
            {
                let before = Before::count(&conn, &all(&history(sql, false))).unwrap();
                assert_eq!(before.untouched.len(), if large { untouched } else { 0 }, "{sql}");
                conn.execute_batch(sql).unwrap();
                assert_eq!(before.new_ones(&conn).unwrap().total(), new, "{sql}");
            }
        }
    }
}
