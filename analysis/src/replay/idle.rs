//! Tables that nothing later can reach are put aside, so that SQLite need not read them again after each ALTER TABLE.
//!
//! An idle table keeps its pages, rows and all: only its entries in `sqlite_schema` are taken out, with those of its
//! indexes and triggers, and of views that nothing later can reach either. To bring it back, they are put in again. Where
//! anything fails, all are brought back first: what is said of a failure is said with the whole schema in sight.

mod entry;
mod later;
mod reach;

use std::collections::BTreeSet;
use std::sync::Arc;

use onward_core::name::quoted;
use rusqlite::{OptionalExtension, Result};

use crate::folder::history::History;
use crate::sqlite::sandbox::Sandbox;
use entry::Entry;
pub(super) use later::Later;
use reach::Reach;

/// With fewer objects it does not pay to look. The tests look after each migration.
const FEW: usize = if cfg!(test) { 0 } else { 16 };
/// To read the schema anew has its price: fewer objects than these stay, and so does less than this part of what is left.
const PAYS: usize = if cfg!(test) { 1 } else { 8 };
const PART: usize = if cfg!(test) { usize::MAX } else { 4 };
/// How often all is brought back before nothing is put aside any more.
const TIMES: usize = 20;

/// Has the greatest rowid while tables are put aside, so that what is made meanwhile comes after what is put back.
const MARK: &str = "sqlite_idle";

/// The tables of one database that are put aside.
#[derive(Debug)]
pub(super) struct Idle<'h> {
    later: &'h Later,
    entries: Vec<Entry>,
    names: Arc<BTreeSet<String>>,
    /// How many objects there are about.
    objects: usize,
    /// With how many it is worth looking.
    enough: usize,
    returned: usize,
}

impl<'h> Idle<'h> {
    pub(super) fn new(later: &'h Later) -> Idle<'h> {
        Idle { later, entries: Vec::new(), names: Arc::default(), objects: 0, enough: FEW, returned: 0 }
    }

    /// Whether it is worth looking for idle tables behind a migration, and safe.
    pub(super) fn is_due(&mut self, history: &History, migration: usize) -> bool {
        let statements = &history.migrations[migration].statements;
        self.objects += statements.iter().filter(|statement| statement.kind.makes().is_some()).count();
        let is_last = migration + 1 == history.migrations.len();
        !is_last && self.objects >= self.enough && self.returned < TIMES && self.later.is_clear(migration)
    }

    /// The tables that are put aside, by their names in lower case. None of them is virtual.
    pub(super) fn names(&self) -> Arc<BTreeSet<String>> {
        Arc::clone(&self.names)
    }

    /// Puts aside what no migration after this one can reach, if it is safe, which is asked if it pays and may matter later.
    /// `kept` are tables that stay, by their names in lower case, and `gets_rows` says of a table whether it may get rows for
    /// the sake of another's.
    pub(super) fn put_aside(
        &mut self,
        sandbox: &Sandbox,
        migration: usize,
        kept: &BTreeSet<String>,
        gets_rows: impl Fn(&str) -> bool,
        is_safe: impl FnOnce() -> Result<bool>,
    ) -> Result<()> {
        let all = entries(sandbox)?;
        self.count(all.len());
        let last = all.last().map_or(0, |entry| entry.rowid);
        let Some(reach) = Reach::find(&all, self.later, migration, kept, gets_rows) else { return Ok(()) };
        let (stay, idle): (Vec<Entry>, Vec<Entry>) = all.into_iter().partition(|entry| reach.has(entry));
        if idle.len() < PAYS.max(stay.len() / PART) || self.later.tests(migration) && !is_safe()? {
            return Ok(());
        }
        let rowids: Vec<String> = idle.iter().map(|entry| entry.rowid.to_string()).collect();
        let rowids = rowids.join(", ");
        sandbox.conn().execute_batch(&format!(
            "PRAGMA writable_schema = ON;
             DELETE FROM main.sqlite_schema WHERE rowid IN ({rowids}) OR name = '{MARK}';
             INSERT INTO main.sqlite_schema(rowid, type, name, tbl_name, rootpage, sql)
             VALUES ({last} + 1, 'view', '{MARK}', '{MARK}', 0, 'CREATE VIEW {MARK} AS SELECT 1');
             PRAGMA writable_schema = RESET"
        ))?;
        self.count(stay.len());
        let tables = idle.iter().filter(|entry| entry.kind == "table");
        Arc::make_mut(&mut self.names).extend(tables.map(|entry| entry.name.to_ascii_lowercase()));
        self.entries.extend(idle);
        Ok(())
    }

    fn count(&mut self, objects: usize) {
        self.objects = objects;
        self.enough = if cfg!(test) { 0 } else { objects + objects / 2 + FEW };
    }

    /// Brings back all that is put aside; says whether there was any.
    pub(super) fn bring_back(&mut self, sandbox: &Sandbox) -> Result<bool> {
        let entries = std::mem::take(&mut self.entries);
        self.names = Arc::default();
        let conn = sandbox.conn();
        if entries.is_empty() {
            return Ok(false);
        }
        if !is_marked(sandbox)? {
            // SQLite has rolled the whole transaction back, and brought them back itself, but has not read them.
            conn.execute_batch("PRAGMA writable_schema = RESET")?;
            return Ok(true);
        }
        conn.execute_batch("PRAGMA writable_schema = ON")?;
        // SQLite may have rolled back what was put aside last, but not what was before.
        let mut put = conn.prepare(
            "INSERT OR IGNORE INTO main.sqlite_schema(rowid, type, name, tbl_name, rootpage, sql) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for Entry { rowid, kind, name, table, root, sql } in &entries {
            put.execute((rowid, kind, name, table, root, sql))?;
        }
        drop(put);
        conn.execute_batch(&format!(
            "DELETE FROM main.sqlite_schema WHERE name = '{MARK}'; PRAGMA writable_schema = RESET"
        ))?;
        self.objects += entries.len();
        self.enough = FEW;
        self.returned += 1;
        Ok(true)
    }
}

/// Whether SQLite finds all views and triggers right, as each ALTER TABLE that renames or drops something asks of them. One
/// that is not has to stay in sight.
pub(super) fn are_right(sandbox: &Sandbox) -> Result<bool> {
    let conn = sandbox.conn();
    let has_any = "SELECT 1 FROM main.sqlite_schema WHERE type IN ('view', 'trigger') LIMIT 1";
    if conn.query_row(has_any, [], |_| Ok(())).optional()?.is_none() {
        return Ok(true);
    }
    let probe = quoted("onward idle");
    conn.execute_batch("SAVEPOINT idle")?;
    let outcome =
        conn.execute_batch(&format!("CREATE TABLE main.{probe}(a); ALTER TABLE main.{probe} RENAME a TO b"));
    conn.execute_batch("ROLLBACK TO idle; RELEASE idle")?;
    Ok(outcome.is_ok())
}

fn entries(sandbox: &Sandbox) -> Result<Vec<Entry>> {
    let mut query = sandbox.conn().prepare(
        "SELECT rowid, type, name, tbl_name, rootpage, sql FROM main.sqlite_schema ORDER BY rowid",
    )?;
    let entries = query.query_map([], |row| {
        Ok(Entry {
            rowid: row.get(0)?,
            kind: row.get(1)?,
            name: row.get(2)?,
            table: row.get(3)?,
            root: row.get(4)?,
            sql: row.get(5)?,
        })
    })?;
    entries.collect()
}

fn is_marked(sandbox: &Sandbox) -> Result<bool> {
    let sql = "SELECT 1 FROM main.sqlite_schema WHERE name = ?1";
    Ok(sandbox.conn().query_row(sql, [MARK], |_| Ok(())).optional()?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{folder, history};
    use crate::config::Config;

    /// What is put aside behind the first of two migrations.
    fn aside(first: &str, second: &str) -> Vec<String> {
        let analysis = folder(&[("1_a.sql", first), ("2_b.sql", second)]);
        let later = Later::read(&analysis.history, 0);
        let sandbox = Sandbox::open(&Config::default()).unwrap();
        sandbox.conn().execute_batch(first).unwrap();
        let before = all(&sandbox);
        let mut idle = Idle::new(&later);
        if idle.is_due(&analysis.history, 0) {
            idle.put_aside(&sandbox, 0, &BTreeSet::new(), |_| false, || are_right(&sandbox)).unwrap();
        }
        let mut names: Vec<String> =
            idle.entries.iter().map(|entry| entry.name.to_ascii_lowercase()).collect();
        names.sort();
        assert_eq!(idle.bring_back(&sandbox).unwrap(), !names.is_empty());
        assert_eq!(all(&sandbox), before, "{first}");
        names
    }

    fn all(sandbox: &Sandbox) -> Vec<Vec<rusqlite::types::Value>> {
        sandbox.read("SELECT rowid, * FROM main.sqlite_schema ORDER BY rowid").unwrap()
    }

    const ABC: &str = "CREATE TABLE a(id INTEGER PRIMARY KEY, x UNIQUE); CREATE TABLE b(a REFERENCES a);
        CREATE TABLE c(a REFERENCES a); CREATE INDEX i ON c(a);";

    #[test]
    fn what_nothing_later_reaches_is_put_aside() {
        let other = "CREATE TABLE d(x);";
        assert_eq!(aside(ABC, other), ["a", "b", "c", "i", "sqlite_autoindex_a_1"]);
        // A table may grow, and its children need not know.
        for grown in
            ["ALTER TABLE a ADD COLUMN y;", "CREATE TABLE d(a REFERENCES A);", "CREATE INDEX j ON a(x);"]
        {
            assert_eq!(aside(ABC, grown), ["b", "c", "i"], "{grown}");
        }
        for changed in [
            "DELETE FROM a;",
            "DROP TABLE a;",
            "ALTER TABLE a RENAME TO z;",
            "UPDATE 'A' SET x = 1;",
            "WITH v(n) AS (VALUES (1)) UPDATE 'a' SET x = 1;",
            "CREATE TRIGGER t AFTER INSERT ON b BEGIN INSERT INTO b VALUES (1); DELETE FROM 'a'; END;",
        ] {
            assert_eq!(aside(ABC, changed), [""; 0], "{changed}");
        }
        // What refers to it, a child needs.
        assert_eq!(aside(ABC, "DELETE FROM b;"), ["c", "i"]);
        assert_eq!(aside(ABC, "DROP INDEX i;"), ["b"]);
        assert_eq!(aside(ABC, "INSERT INTO b VALUES ('c');"), ["c", "i"]);
    }

    #[test]
    fn views_and_triggers_stay_with_what_they_name() {
        let view = format!("{ABC} CREATE VIEW v AS SELECT b.a FROM b; CREATE VIEW w AS SELECT * FROM v;");
        assert_eq!(aside(&view, "CREATE TABLE d(x);").len(), 7);
        assert_eq!(aside(&view, "ALTER TABLE b ADD COLUMN y;"), ["c", "i"]);
        assert_eq!(aside(&view, "INSERT INTO c SELECT a FROM w;"), [""; 0]);
        let trigger =
            format!("{ABC} CREATE TRIGGER t AFTER INSERT ON b BEGIN INSERT INTO c VALUES (1); END;");
        assert_eq!(aside(&trigger, "INSERT INTO b VALUES (1);"), [""; 0]);
        assert_eq!(aside(&trigger, "DROP TRIGGER t;"), [""; 0]);
        assert_eq!(aside(&trigger, "CREATE TABLE d(x);").len(), 6);
    }

    #[test]
    fn where_nobody_can_be_sure_everything_stays() {
        for second in [
            "ANALYZE;",
            "DELETE FROM sqlite_master WHERE name = 'x';",
            "CREATE TABLE d AS SELECT name FROM pragma_table_info('d');",
            "INSERT OR ROLLBACK INTO d VALUES (1);",
        ] {
            assert_eq!(aside(ABC, second), [""; 0], "{second}");
        }
        let broken = format!("{ABC} CREATE VIEW v AS SELECT y FROM a;");
        for asks in ["RENAME TO e", "RENAME x TO y", "DROP COLUMN x"] {
            let second = format!("CREATE TABLE d(x, z); ALTER TABLE d {asks};");
            assert_eq!(aside(&broken, &second), [""; 0], "{asks}");
            assert_eq!(aside(ABC, &second).len(), 5, "{asks}");
        }
        // SQLite does not ask what is broken when a column is added.
        assert_eq!(aside(&broken, "CREATE TABLE d(x); ALTER TABLE d ADD COLUMN y;").len(), 6);
        let catalogue = format!("{ABC} CREATE VIEW v AS SELECT name FROM sqlite_schema;");
        assert_eq!(aside(&catalogue, "CREATE TABLE d(x);"), [""; 0]);
    }

    #[test]
    fn what_is_made_meanwhile_comes_after_what_is_put_back() {
        let analysis = folder(&[("1_a.sql", "CREATE TABLE a(x);"), ("2_b.sql", "CREATE TABLE b(x);")]);
        let later = Later::read(&analysis.history, 0);
        let sandbox = Sandbox::open(&Config::default()).unwrap();
        let run = |sql: &str| sandbox.conn().execute_batch(sql).unwrap();
        let mut idle = Idle::new(&later);
        let mut put = || idle.put_aside(&sandbox, 1, &BTreeSet::new(), |_| false, || Ok(true)).unwrap();
        run("CREATE TABLE a(x); INSERT INTO a VALUES (7); CREATE TABLE b(x)");
        put();
        run("CREATE TABLE c(x)");
        put();
        run("CREATE TABLE d(x); CREATE VIEW e AS SELECT 1");
        assert!(idle.bring_back(&sandbox).unwrap() && !idle.bring_back(&sandbox).unwrap());
        let names =
            sandbox.read("SELECT name FROM main.sqlite_schema WHERE name NOT LIKE 'onward%' ORDER BY rowid");
        let text = |name: &str| vec![rusqlite::types::Value::Text(name.into())];
        assert_eq!(names.unwrap(), ["a", "b", "c", "d", "e"].map(text));
        assert_eq!(sandbox.read("SELECT x FROM a").unwrap(), [[rusqlite::types::Value::Integer(7)]]);
        assert_eq!(sandbox.read("PRAGMA integrity_check").unwrap(), [text("ok")]);
    }

    #[test]
    fn what_sqlite_has_brought_back_itself_is_not_put_in_twice() {
        let analysis = folder(&[("1_a.sql", "CREATE TABLE a(x);")]);
        let later = Later::read(&analysis.history, 0);
        let sandbox = Sandbox::open(&Config::default()).unwrap();
        let mut idle = Idle::new(&later);
        for table in ["a", "b"] {
            sandbox.conn().execute_batch(&format!("CREATE TABLE {table}(x); COMMIT; BEGIN")).unwrap();
            idle.put_aside(&sandbox, 0, &BTreeSet::new(), |_| false, || Ok(true)).unwrap();
            if table == "a" {
                sandbox.commit().unwrap();
            }
        }
        sandbox.conn().execute_batch("ROLLBACK; BEGIN").unwrap();
        assert!(idle.bring_back(&sandbox).unwrap());
        assert_eq!(onward_schema::objects(sandbox.conn()).unwrap(), ["a", "b"]);
        // One that no commit has kept from being rolled back.
        idle.put_aside(&sandbox, 0, &BTreeSet::new(), |_| false, || Ok(true)).unwrap();
        sandbox.conn().execute_batch("ROLLBACK; BEGIN").unwrap();
        assert!(idle.bring_back(&sandbox).unwrap());
        assert!(sandbox.read("SELECT x FROM b").unwrap().is_empty());
    }

    /// A name in single quotes behind a list of values is a name all the same.
    #[test]
    fn a_trigger_that_works_is_not_said_to_have_waited() {
        let tables = "CREATE TABLE a(x); CREATE TABLE b(x); CREATE TABLE c(x);";
        let trigger =
            "CREATE TRIGGER g AFTER INSERT ON b BEGIN INSERT INTO c VALUES (1); DELETE FROM 'a'; END;";
        let update = "WITH v(n) AS (VALUES (1)) UPDATE 'a' SET x = 1; CREATE TABLE d(x);";
        assert_eq!(history(&[tables, trigger, update]), [""; 0]);
    }
}
