//! The SQLite that a history is replayed on: in memory, and unable to harm the machine it runs on.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use onward_core::kind::{Kind, ObjectKind};
use onward_core::name::{Ident, quoted};
use onward_schema::stub::{collation, function};
use onward_schema::{Schema, SchemaReader, driver, enforce_foreign_keys, run, switch};
use rusqlite::backup::Backup;
use rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER;
use rusqlite::hooks::Authorization;
use rusqlite::limits::Limit;
use rusqlite::types::Value;
use rusqlite::vtab::{array, series};
use rusqlite::{Connection, MAIN_DB, OptionalExtension, Result, Statement};

use super::authorizer::{Changes, Set, authorize};
use super::budget::{Budget, SLICE};
use super::catalogue::{Catalogue, Known};
use super::image::Image;
use super::table::TableModel;
use super::table::read::{Column, ForeignKey};
use crate::config::Config;

/// The greatest string or blob, in bytes.
const LENGTH: i32 = 32 << 20;
/// The greatest database, in pages of 4 KiB: 256 MiB.
const PAGES: u32 = 1 << 16;
/// What all replays of the process may take, in bytes. SQLite counts for the whole process, and nothing but `unsafe` code can
/// raise or lift the limit again: whoever replays and has databases of its own needs a process for each, as `cargo onward`
/// does. A macro has a SQLite of its own, which nobody else in rustc uses.
const HEAP: u32 = 768 << 20;

/// A sandboxed connection, inside a transaction.
pub(crate) struct Sandbox {
    conn: Connection,
    budget: Arc<Budget>,
    schemas: RefCell<SchemaReader>,
    /// What was read of the tables, and behind which change of the schema.
    catalogue: RefCell<(u64, Catalogue)>,
    changes: Arc<Changes>,
    /// Whether rows are filled in.
    is_filling: Cell<bool>,
    /// Whether double quotes may be strings.
    strings: Cell<bool>,
    /// Whether the engine enforces foreign keys, statement by statement.
    immediate: bool,
    /// Whether they are enforced now.
    enforced: Cell<bool>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").finish_non_exhaustive()
    }
}

impl Sandbox {
    pub(crate) fn open(config: &Config) -> Result<Sandbox> {
        // Up to rusqlite 0.37 the hooks need no `mut`.
        #[allow(unused_mut)]
        let mut conn = Connection::open_in_memory()?;
        conn.execute_batch(&format!(
            "PRAGMA hard_heap_limit = {HEAP}; PRAGMA max_page_count = {PAGES}; PRAGMA temp_store = MEMORY"
        ))?;
        conn.set_limit(Limit::SQLITE_LIMIT_LENGTH, LENGTH).done()?;
        for schema in attached(config) {
            conn.execute_batch(&format!("ATTACH ':memory:' AS {}", quoted(schema)))?;
        }
        conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0).done()?;
        switch::put_all(&conn)?;
        stub(&conn, config)?;
        // The runtime makes its ledger before the first migration, so the name is taken here as well.
        let ledger = config.ledger();
        conn.execute_batch(&ledger.create())?;
        config.others().try_for_each(|table| conn.execute_batch(&table.sql))?;

        let budget = Arc::new(Budget::new());
        let spent = Arc::clone(&budget);
        Set::done(conn.progress_handler(SLICE, Some(move || spent.is_over())))?;
        let changes = Arc::new(Changes::new());
        authorize(&mut conn, ledger.table(), false, &changes)?;
        conn.execute_batch("BEGIN EXCLUSIVE")?;
        Ok(Sandbox {
            conn,
            budget,
            schemas: RefCell::default(),
            catalogue: RefCell::default(),
            changes,
            is_filling: Cell::new(false),
            strings: Cell::new(false),
            immediate: config.engine.foreign_keys,
            enforced: Cell::new(false),
        })
    }

    /// Another one with the same database; what is on the connection alone is not there.
    pub(crate) fn copy(&self, config: &Config) -> Result<Sandbox> {
        let mut copy = Sandbox::open(config)?;
        // SQLite copies nothing out of a transaction that writes, or into one.
        self.conn.execute_batch("COMMIT")?;
        copy.conn.execute_batch("COMMIT")?;
        Backup::new(&self.conn, &mut copy.conn)?.step(-1)?;
        self.conn.execute_batch("BEGIN EXCLUSIVE")?;
        copy.conn.execute_batch("BEGIN EXCLUSIVE")?;
        Ok(copy)
    }

    /// One with the database of an image; `None` if the image is none.
    pub(crate) fn restore(config: &Config, image: &Image) -> Option<Sandbox> {
        let bytes = image.bytes()?;
        let mut sandbox = Sandbox::open(config).ok()?;
        let mut kept = Connection::open_in_memory().ok()?;
        driver::deserialize(&mut kept, &bytes[..], bytes.len(), true).ok()?;
        sandbox.conn.execute_batch("COMMIT").ok()?;
        Backup::new(&kept, &mut sandbox.conn).ok()?.step(-1).ok()?;
        sandbox.conn.execute_batch("BEGIN EXCLUSIVE").ok()?;
        Some(sandbox)
    }

    /// The database as it is now, without what is on the connection alone.
    pub(crate) fn image(&mut self) -> Result<Image> {
        self.conn.execute_batch("COMMIT")?;
        let image = Image::of(&self.conn.serialize(MAIN_DB)?);
        self.conn.execute_batch("BEGIN EXCLUSIVE")?;
        Ok(image)
    }

    /// Makes what others have outside the database, for statements of the application: no migration can see it. Nor can one
    /// ATTACH, which an application may.
    pub(crate) fn surround(&mut self, config: &Config) -> Result<()> {
        // A migration may have left its own for its hook.
        let left = self.temporary()?;
        let is_left = |name: &str| left.iter().any(|left| Ident(left) == name);
        let outside = config.external.iter().filter(|table| table.schema.is_some() && !is_left(&table.name));
        outside.into_iter().try_for_each(|table| self.conn.execute_batch(&table.sql))?;
        let functions = config.external.iter().filter(|table| table.is_function);
        functions.into_iter().try_for_each(|function| self.conn.execute_batch(&function.call))?;
        authorize(&mut self.conn, config.ledger().table(), true, &self.changes)
    }

    /// The names of the temporary tables.
    fn temporary(&self) -> Result<Vec<String>> {
        let mut tables = self.conn.prepare("SELECT name FROM sqlite_temp_schema WHERE type = 'table'")?;
        tables.query_map([], |row| row.get(0))?.collect()
    }

    /// An empty one outside any transaction, for a statement of the application that changes its connection.
    pub(crate) fn aside(config: &Config) -> Result<Sandbox> {
        let sandbox = Sandbox::open(config)?;
        sandbox.conn.execute_batch("COMMIT")?;
        Ok(sandbox)
    }

    /// The database as the bytes of a file, once `write` has written what no migration may.
    pub(crate) fn into_bytes(self, write: impl FnOnce(&Connection) -> Result<()>) -> Result<Vec<u8>> {
        // From rusqlite 0.41 on this needs `mut`.
        #[allow(unused_mut)]
        let mut conn = self.conn;
        Set::done(conn.authorizer(None::<fn(rusqlite::hooks::AuthContext<'_>) -> Authorization>))?;
        write(&conn)?;
        conn.execute_batch("COMMIT")?;
        Ok(conn.serialize(MAIN_DB)?.to_vec())
    }

    pub(crate) fn conn(&self) -> &Connection {
        &self.conn
    }

    /// The schema as it is now.
    pub(crate) fn schema(&self) -> Result<Schema> {
        self.schemas.borrow_mut().read(&self.conn)
    }

    /// Ends a migration: what it leaves on its connection alone is not there when the next one runs years later.
    pub(crate) fn reset(&self) -> Result<()> {
        self.put_undone()?;
        match self.changes.has_temporary.swap(false, Ordering::Relaxed) {
            true => run::drop_temporary(&self.conn, &[]),
            false => Ok(()),
        }
    }

    /// Takes back what a migration has set on its connection.
    pub(crate) fn put_undone(&self) -> Result<()> {
        if switch::put_undone(&self.conn)? {
            // Reads a schema that was written to, and fails if it is none.
            self.conn.execute_batch("SELECT 1 FROM sqlite_schema")?;
        }
        Ok(())
    }

    /// The text that SQLite keeps of an object. Triggers have names of their own; tables, indexes and views share theirs.
    pub(crate) fn text(&self, name: &str, is_trigger: bool) -> Result<Option<String>> {
        let sql = "SELECT sql FROM main.sqlite_schema
                   WHERE name = ?1 COLLATE NOCASE AND (type = 'trigger') = ?2 AND sql IS NOT NULL";
        self.conn.query_row(sql, (name, is_trigger), |row| row.get(0)).optional()
    }

    /// Calls to write rows while the schema stays as it is: a statement that comes again is not prepared again. Double quotes
    /// are read as when rows are written, all the time: SQLite forgets what it has prepared when that changes.
    pub(crate) fn filling<T>(&self, call: impl FnOnce() -> Result<T>) -> Result<T> {
        self.is_filling.set(true);
        let result = self.with_strings(call);
        self.is_filling.set(false);
        self.conn.flush_prepared_statement_cache();
        result
    }

    /// Asks what is known of the tables as they are now. Nothing that was read before the schema may have changed is
    /// believed, nor anything while SQLite has rolled the transaction back: which schema that has brought back it does not say.
    fn catalogue<T: PartialEq + fmt::Debug>(
        &self,
        ask: impl Fn(&mut Catalogue, &Connection) -> Result<T>,
    ) -> Result<T> {
        if self.is_lost() {
            return ask(&mut Catalogue::default(), &self.conn);
        }
        let (state, known) = &mut *self.catalogue.borrow_mut();
        let now = self.changes.schema();
        if *state != now {
            *known = Catalogue::default();
        }
        *state = now;
        let answer = ask(known, &self.conn);
        if cfg!(test) {
            let fresh = ask(&mut Catalogue::default(), &self.conn);
            assert_eq!(answer.as_ref().ok(), fresh.as_ref().ok(), "what was read before is no more so");
        }
        answer
    }

    /// What there is of a table: its text, and those of its indexes and triggers.
    pub(crate) fn known(&self, table: &str) -> Result<Arc<Known>> {
        self.catalogue(|catalogue, conn| catalogue.known(conn, table))
    }

    /// The ordinary tables that have a word in their texts, by their names in lower case, in SQLite's order.
    pub(crate) fn tables(&self, word: &str) -> Result<Vec<String>> {
        self.catalogue(|catalogue, conn| catalogue.tables(conn, word))
    }

    /// The columns of a table or view.
    pub(crate) fn columns(&self, table: &str) -> Result<Arc<[Column]>> {
        self.catalogue(|catalogue, conn| catalogue.columns(conn, table))
    }

    /// The foreign keys of a table, the one written last first.
    pub(crate) fn keys(&self, table: &str) -> Result<Arc<[ForeignKey]>> {
        self.catalogue(|catalogue, conn| catalogue.foreign_keys(conn, table))
    }

    /// A table as those see it who put rows into it; `None` for one that is virtual or not there.
    pub(crate) fn model(&self, table: &str) -> Result<Option<Arc<TableModel>>> {
        self.catalogue(|catalogue, conn| catalogue.model(conn, table))
    }

    /// Whether SQLite has rolled the whole transaction back, which some errors make it do.
    pub(crate) fn is_lost(&self) -> bool {
        self.conn.is_autocommit()
    }

    /// Runs one statement to its end; `strings` reads double quotes as SQLite by default does.
    pub(crate) fn run(&self, sql: &str, strings: bool) -> Result<()> {
        let before = self.changes.schema();
        let outcome = self.sent(sql, strings);
        if self.changes.schema() != before {
            // It was asked about before it ran, and has run since.
            self.changes.schema_may_be_another();
        }
        outcome
    }

    /// An engine that enforces foreign keys is sent no DROP TABLE, which is told by itself: what comes behind it is seen as if it
    /// dropped the table alone.
    fn sent(&self, sql: &str, strings: bool) -> Result<()> {
        let is_sent = !self.immediate || !self.enforced.get() || !is_table_dropped(sql);
        if is_sent {
            return self.reading(strings, || run::to_end(&self.conn, sql));
        }
        self.foreign_keys(false)?;
        let outcome = self.reading(strings, || run::to_end(&self.conn, sql));
        self.foreign_keys(true)?;
        outcome
    }

    /// Whether SQLite takes the statement, without running it.
    pub(crate) fn prepare(&self, sql: &str, strings: bool) -> Result<()> {
        self.reading(strings, || self.conn.prepare(sql).map(drop))
    }

    /// Runs a statement of ours with values. Triggers read double quotes as they do on the application's connection.
    pub(crate) fn write(&self, sql: &str, values: &[Value]) -> Result<usize> {
        self.budget.begin();
        if self.is_filling.get() {
            return self.conn.prepare_cached(sql)?.execute(rusqlite::params_from_iter(values));
        }
        self.with_strings(|| self.conn.prepare(sql)?.execute(rusqlite::params_from_iter(values)))
    }

    /// The rows of a query of ours.
    pub(crate) fn read(&self, sql: &str) -> Result<Vec<Vec<Value>>> {
        self.budget.begin();
        if self.is_filling.get() {
            return rows(&mut *self.conn.prepare_cached(sql)?);
        }
        rows(&mut self.conn.prepare(sql)?)
    }

    /// Calls while triggers do not fire.
    pub(crate) fn without_triggers<T>(&self, call: impl FnOnce() -> Result<T>) -> Result<T> {
        self.conn.set_db_config(SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
        let result = call();
        self.conn.set_db_config(SQLITE_DBCONFIG_ENABLE_TRIGGER, true)?;
        result
    }

    /// Enforces foreign keys from here on, or no more, as the runtime does for a migration that asks for it, or as the engine
    /// does.
    pub(crate) fn foreign_keys(&self, on: bool) -> Result<()> {
        self.enforced.set(on);
        enforce_foreign_keys(&self.conn, on)?;
        if on && self.immediate { self.conn.execute_batch("PRAGMA defer_foreign_keys = OFF") } else { Ok(()) }
    }

    /// Commits what has run so far and goes on behind it.
    ///
    /// # Errors
    /// What SQLite says to the COMMIT. What was to be committed is gone then.
    pub(crate) fn commit(&self) -> Result<()> {
        let is_known = !self.is_lost() && self.catalogue.borrow().0 == self.changes.schema();
        let outcome = self.conn.execute_batch("COMMIT");
        if outcome.is_err() && !self.is_lost() {
            self.conn.execute_batch("ROLLBACK")?;
        }
        self.conn.execute_batch("BEGIN EXCLUSIVE")?;
        if is_known && outcome.is_ok() {
            // The schema is the one that was committed.
            self.catalogue.borrow_mut().0 = self.changes.schema();
        }
        outcome
    }

    /// Calls while double quotes are read as SQLite by default does: what is no name is a string.
    pub(crate) fn with_strings<T>(&self, call: impl FnOnce() -> Result<T>) -> Result<T> {
        if self.strings.replace(true) {
            return call();
        }
        switch::strings(&self.conn, true)?;
        let result = call();
        self.strings.set(false);
        switch::strings(&self.conn, false)?;
        result
    }

    fn reading(&self, strings: bool, call: impl FnOnce() -> Result<()>) -> Result<()> {
        let spend = || self.budget.spend(call);
        if strings { self.with_strings(spend) } else { spend() }
    }
}

fn rows(statement: &mut Statement<'_>) -> Result<Vec<Vec<Value>>> {
    let count = statement.column_count();
    let rows = statement.query_map([], |row| (0..count).map(|column| row.get(column)).collect())?;
    rows.collect()
}

/// The databases that the application attaches.
fn attached(config: &Config) -> BTreeSet<&str> {
    let schemas = config.external.iter().filter_map(|table| table.outside());
    schemas.filter(|schema| Ident(schema) != "temp").collect()
}

/// Stands in for what the application registers.
fn stub(conn: &Connection, config: &Config) -> Result<()> {
    config.stubs().try_for_each(|found| function(conn, found))?;
    config.collations.iter().try_for_each(|name| collation(conn, name))?;
    if config.external.iter().any(|table| table.is_module("generate_series")) {
        series::load_module(conn)?;
    }
    if config.external.iter().any(|table| table.is_module("rarray")) {
        array::load_module(conn)?;
    }
    Ok(())
}

fn is_table_dropped(sql: &str) -> bool {
    matches!(Kind::of(sql), Kind::Drop { object: ObjectKind::Table, .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::message::{Cause, Limit, Refusal};

    fn refused(sql: &str) -> Refusal {
        let sandbox = Sandbox::open(&Config::default()).unwrap();
        Refusal::from(sandbox.run(sql, false).expect_err(sql))
    }

    #[test]
    fn what_is_temporary_is_gone_behind_a_migration() {
        let sandbox = Sandbox::open(&Config::default()).unwrap();
        sandbox.run("CREATE TABLE t(a)", false).unwrap();
        sandbox.reset().unwrap();
        for sql in [
            "CREATE TEMP TABLE x(a)",
            "CREATE TABLE temp.x(a)",
            "CREATE TEMPORARY TABLE x AS SELECT 1 AS a",
            "CREATE TEMP VIEW x AS SELECT 1",
            "CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END",
            "CREATE VIRTUAL TABLE temp.x USING fts5(a)",
        ] {
            sandbox.run(sql, false).unwrap();
            assert!(!run::temporary(sandbox.conn()).unwrap().is_empty(), "{sql}");
            sandbox.reset().unwrap();
            assert!(run::temporary(sandbox.conn()).unwrap().is_empty(), "{sql}");
        }
    }

    #[test]
    fn what_is_read_while_rows_are_filled_in_is_as_the_schema_is_then() {
        let sandbox = Sandbox::open(&Config::default()).unwrap();
        for sql in ["CREATE TABLE t(a)", "ALTER TABLE t ADD COLUMN b", "ALTER TABLE t DROP COLUMN a"] {
            sandbox.run(sql, false).unwrap();
            let once = |strings: bool| {
                sandbox.write("INSERT INTO t SELECT * FROM t WHERE false", &[]).unwrap();
                let text = sandbox.known("T").unwrap().table.clone().unwrap().1;
                (
                    text,
                    sandbox.read("SELECT * FROM t").unwrap(),
                    sandbox.prepare("SELECT \"x\"", false).is_ok() == strings,
                )
            };
            let filled = sandbox.filling(|| Ok(once(true))).unwrap();
            assert_eq!(filled, once(false), "{sql}");
            sandbox.run("INSERT INTO t DEFAULT VALUES", false).unwrap();
        }
    }

    #[test]
    fn what_does_not_end_is_stopped() {
        let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n";
        assert_eq!(refused(sql).cause, Cause::Limit(Limit::Steps));
    }

    #[test]
    fn what_eats_memory_is_stopped() {
        assert_eq!(refused("SELECT hex(zeroblob(100000000))").cause, Cause::Limit(Limit::Memory));
        let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000)";
        let table = format!("CREATE TABLE t AS {rows} SELECT zeroblob(1000000) FROM n");
        assert_eq!(refused(&table).cause, Cause::Limit(Limit::Memory));
    }

    #[test]
    fn files_are_out_of_reach() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out.db").display().to_string();
        for sql in [
            format!("ATTACH '{path}' AS other"),
            format!("VACUUM INTO '{path}'"),
            "SELECT load_extension('x')".to_owned(),
            format!("SELECT writefile('{path}', 'x')"),
        ] {
            refused(&sql);
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn stubs_stand_in_for_the_application() {
        let config = Config {
            functions: vec![crate::config::Function::named("slug")],
            collations: vec!["by_number".into()],
            ..Config::default()
        };
        let sandbox = Sandbox::open(&config).unwrap();
        sandbox.run("CREATE TABLE t(a TEXT COLLATE by_number)", false).unwrap();
        sandbox.run("CREATE INDEX i ON t(slug(a))", false).unwrap();
        sandbox.run("INSERT INTO t VALUES (slug())", false).unwrap();
    }
}
