//! The settings of the user's connection: put to what the replay had, and back again.

use std::cell::Cell;
use std::time::Duration;

use onward_core::switch::{Switch, all};
use onward_schema::switch;
use rusqlite::{Connection, Result};

/// What a connection's settings were. [`Settings::restore`] puts them back, and so does a drop.
pub(crate) struct Settings<'c> {
    conn: &'c Connection,
    before: Vec<(Switch, bool)>,
    /// Whether the connection took questions alone before code of the application had it, which may have set anything; `None`
    /// if none has had it.
    query_only: Cell<Option<bool>>,
    /// Whether the connection had no journal, and has one for the run.
    journal: Cell<bool>,
    restored: bool,
}

impl<'c> Settings<'c> {
    /// Notes the settings and puts them to the replay's.
    pub(crate) fn prepare(conn: &'c Connection) -> Result<Settings<'c>> {
        let lasting = all().filter(|switch| switch.lasts());
        let before =
            lasting.map(|switch| Ok((switch, switch::is_on(conn, switch)?))).collect::<Result<_>>()?;
        // Nothing is changed before all is noted: from here on, a drop puts everything back.
        let settings = Settings {
            conn,
            before,
            query_only: Cell::new(None),
            journal: Cell::new(false),
            restored: false,
        };
        for &(switch, was) in &settings.before {
            if was != switch.in_run() {
                switch::set(conn, switch, switch.in_run())?;
            }
        }
        Ok(settings)
    }

    /// Puts everything to the replay's again, before and behind code of the application.
    pub(crate) fn again(&self) -> Result<()> {
        match self.query_only.get() {
            // Whoever has it on before wants nothing to be written, and the run fails.
            None => self.query_only.set(Some(query_only(self.conn)?)),
            Some(was) => put_query_only(self.conn, was)?,
        }
        switch::put_all(self.conn)
    }

    /// Whether double quotes may be strings.
    pub(crate) fn strings(&self, on: bool) -> Result<()> {
        switch::strings(self.conn, on)
    }

    /// Whether foreign keys are enforced.
    pub(crate) fn foreign_keys(&self, on: bool) -> Result<()> {
        onward_schema::enforce_foreign_keys(self.conn, on)
    }

    /// Switches a journal on for the run, outside any transaction: without one nothing can be rolled back, and what SQLite
    /// does instead damages the file (<https://www.sqlite.org/pragma.html#pragma_journal_mode>).
    pub(crate) fn journal(&self) -> Result<()> {
        self.journal.set(true);
        // A database in memory takes the second only.
        for mode in ["DELETE", "MEMORY"] {
            let sql = format!("PRAGMA main.journal_mode = {mode}");
            let found: String = self.conn.query_row(&sql, [], |row| row.get(0))?;
            if found != NO_JOURNAL {
                return Ok(());
            }
        }
        let refused = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_MISUSE);
        Err(rusqlite::Error::SqliteFailure(refused, Some("the journal mode stays off".to_owned())))
    }

    pub(crate) fn restore(mut self) -> Result<()> {
        self.put_back()
    }

    /// Tries every setting, and gives back the first error. The journal comes before the switches, one of which makes
    /// turning it off do nothing.
    fn put_back(&mut self) -> Result<()> {
        self.restored = true;
        let code = self.query_only.get();
        let mut outcome = code.map_or(Ok(()), |was| put_query_only(self.conn, was));
        if self.journal.get() {
            outcome = outcome.and(self.no_journal());
        }
        for &(switch, was) in self.before.iter().rev() {
            // A statement of a migration changes only what a call can tell; the rest would be a statement each to ask.
            if code.is_some() || switch::is_cheap(switch) || was != switch.in_run() {
                outcome = outcome.and(switch::put(self.conn, switch, was).map(drop));
            }
        }
        outcome
    }

    /// Another process may have changed the file to WAL meanwhile, which is for good and not ours to take back.
    fn no_journal(&self) -> Result<()> {
        match journal_mode(self.conn)?.as_str() {
            "delete" | "memory" => self.conn.execute_batch("PRAGMA main.journal_mode = OFF"),
            _ => Ok(()),
        }
    }
}

impl Drop for Settings<'_> {
    fn drop(&mut self) {
        if !self.restored {
            // On the way out with an error already, which is the one to report.
            let _ = self.put_back();
        }
    }
}

/// Whether the connection takes questions alone.
pub(crate) fn query_only(conn: &Connection) -> Result<bool> {
    conn.query_row("PRAGMA query_only", [], |row| row.get(0))
}

fn put_query_only(conn: &Connection, on: bool) -> Result<()> {
    if query_only(conn)? == on { Ok(()) } else { conn.execute_batch(&format!("PRAGMA query_only = {on}")) }
}

/// What SQLite calls a journal mode without a journal.
pub(crate) const NO_JOURNAL: &str = "off";

/// How the database is kept whole, in SQLite's word.
pub(crate) fn journal_mode(conn: &Connection) -> Result<String> {
    conn.query_row("PRAGMA main.journal_mode", [], |row| row.get(0))
}

/// How long SQLite itself waits for a lock while we do. Not zero: a writer that waits inside SQLite
/// lets no new readers in, and so comes to its turn however many there are
/// (<https://www.sqlite.org/lockingv3.html#writer_starvation>).
const PATIENCE: Duration = Duration::from_millis(15);

/// The connection's own waiting for locks, short while this lives: SQLite sleeps up to 100 ms between two looks and
/// knows nothing of our timeout.
pub(crate) struct Impatience<'c> {
    conn: &'c Connection,
    busy_timeout: Duration,
}

impl<'c> Impatience<'c> {
    pub(crate) fn begin(conn: &'c Connection) -> Result<Impatience<'c>> {
        let busy_timeout: u32 = conn.query_row("PRAGMA busy_timeout", [], |row| row.get(0))?;
        Impatience::instead_of(Duration::from_millis(busy_timeout.into()), conn)
    }

    /// Of a connection as rusqlite opens it: to ask it would take half as long as to see that all is applied.
    pub(crate) fn of_new(conn: &'c Connection) -> Result<Impatience<'c>> {
        Impatience::instead_of(Duration::from_secs(5), conn)
    }

    fn instead_of(busy_timeout: Duration, conn: &'c Connection) -> Result<Impatience<'c>> {
        // A timeout of zero may be a busy handler of the application, which must stay.
        if !busy_timeout.is_zero() {
            set_busy_timeout(conn, PATIENCE.min(busy_timeout))?;
        }
        Ok(Impatience { conn, busy_timeout })
    }
}

impl Drop for Impatience<'_> {
    fn drop(&mut self) {
        if !self.busy_timeout.is_zero() {
            // It was set before, so SQLite takes it.
            let _ = set_busy_timeout(self.conn, self.busy_timeout);
        }
    }
}

#[cfg(feature = "bundled")]
fn set_busy_timeout(conn: &Connection, timeout: Duration) -> Result<()> {
    conn.busy_timeout(timeout)
}

/// A statement: of rusqlite 0.41 on, the call links with SQLite 3.44 and later only.
#[cfg(not(feature = "bundled"))]
fn set_busy_timeout(conn: &Connection, timeout: Duration) -> Result<()> {
    conn.execute_batch(&format!("PRAGMA busy_timeout = {}", timeout.as_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What this SQLite and this rusqlite do not have stays as it is in a run.
    fn lasting() -> impl Iterator<Item = Switch> {
        let changes = |switch: &Switch| {
            let conn = Connection::open_in_memory()?;
            switch::set(&conn, *switch, !switch.in_run())?;
            Ok::<_, rusqlite::Error>(switch::is_on(&conn, *switch)? != switch.in_run())
        };
        all().filter(move |switch| switch.lasts() && changes(switch).unwrap_or(true))
    }

    fn are_on(conn: &Connection) -> Result<Vec<bool>> {
        lasting().map(|switch| switch::is_on(conn, switch)).collect()
    }

    fn in_run() -> Vec<bool> {
        lasting().map(Switch::in_run).collect()
    }

    fn busy_timeout(conn: &Connection) -> Result<i64> {
        conn.query_row("PRAGMA busy_timeout", [], |row| row.get(0))
    }

    fn connection(on: bool) -> Result<Connection> {
        let conn = Connection::open_in_memory()?;
        lasting().try_for_each(|switch| switch::set(&conn, switch, on))?;
        Ok(conn)
    }

    #[test]
    fn settings_come_back() -> Result<()> {
        for on in [false, true] {
            let conn = connection(on)?;
            let (before, timeout) = (are_on(&conn)?, busy_timeout(&conn)?);
            assert!(before.iter().all(|found| *found == on));
            let (impatience, settings) = (Impatience::begin(&conn)?, Settings::prepare(&conn)?);
            assert_eq!((are_on(&conn)?, busy_timeout(&conn)?), (in_run(), 15));
            settings.again()?;
            all().try_for_each(|switch| switch::set(&conn, switch, !switch.in_run()))?;
            settings.restore()?;
            drop(impatience);
            assert_eq!((are_on(&conn)?, busy_timeout(&conn)?), (before.clone(), timeout));
            drop(Settings::prepare(&conn)?);
            assert_eq!(are_on(&conn)?, before);
        }
        Ok(())
    }

    /// Turned off, `writable_schema` would leave SQLite with the schema that it read before.
    #[test]
    fn a_schema_that_was_written_to_is_read_again() -> Result<()> {
        let conn = Connection::open_in_memory()?;
        conn.execute_batch(
            "PRAGMA writable_schema = ON; CREATE TABLE t(a NOT NULL); UPDATE sqlite_schema SET sql = 'CREATE TABLE t(a)' WHERE name = 't'",
        )?;
        assert!(conn.execute("INSERT INTO t VALUES (NULL)", []).is_err());
        let settings = Settings::prepare(&conn)?;
        conn.execute("INSERT INTO t VALUES (NULL)", [])?;
        settings.restore()
    }

    #[test]
    fn what_code_changes_inside_the_transaction_is_put_right() -> Result<()> {
        let conn = Connection::open_in_memory()?;
        let settings = Settings::prepare(&conn)?;
        conn.execute_batch("BEGIN")?;
        all().try_for_each(|switch| switch::set(&conn, switch, !switch.in_run()))?;
        settings.again()?;
        assert_eq!(are_on(&conn)?, in_run());
        Ok(())
    }

    #[test]
    fn a_new_connection_gets_the_timeout_back_that_it_had() -> Result<()> {
        let conn = Connection::open_in_memory()?;
        let before = busy_timeout(&conn)?;
        let impatience = Impatience::of_new(&conn)?;
        assert_eq!(busy_timeout(&conn)?, 15);
        drop(impatience);
        assert_eq!(busy_timeout(&conn)?, before);
        Ok(())
    }

    /// Of rusqlite 0.41 on, an authorizer links with SQLite 3.44 and later only.
    #[cfg(feature = "bundled")]
    #[test]
    fn settings_come_back_when_one_of_them_is_denied() -> Result<()> {
        use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

        for denied in ["writable_schema", "ignore_check_constraints", "recursive_triggers"] {
            // That of the schema is read by a call, which nobody denies.
            for reading in [true, false].into_iter().skip(usize::from(denied == "writable_schema")) {
                // Up to rusqlite 0.37 the hooks need no `mut`.
                #[allow(unused_mut)]
                let mut conn = connection(true)?;
                let before = are_on(&conn)?;
                let deny = move |context: AuthContext<'_>| match context.action {
                    AuthAction::Pragma { pragma_name, pragma_value }
                        if pragma_name == denied && pragma_value.is_none() == reading =>
                    {
                        Authorization::Deny
                    }
                    _ => Authorization::Allow,
                };
                let _ = conn.authorizer(Some(deny));
                assert!(Settings::prepare(&conn).is_err(), "{denied}");
                let _ = conn.authorizer(None::<fn(AuthContext<'_>) -> Authorization>);
                assert_eq!(are_on(&conn)?, before, "{denied} {reading}");
            }
        }
        Ok(())
    }
}
