//! The settings of the user's connection: put to what the replay had, and back again.

use std::time::Duration;

use onward_schema::db_config;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, Result};

/// A setting that changes what a statement does.
#[derive(Clone, Copy)]
enum Switch {
    /// A call, which costs next to nothing, and the pragma for a rusqlite that does not have it. Without either the switch
    /// stays as it is: unknown names in double quotes are then strings, if the linked SQLite has it so.
    Config(fn() -> Option<DbConfig>, Option<&'static str>),
    /// Where there is no call, a statement.
    Pragma(&'static str),
}

/// The replay has them all off.
///
/// With `foreign_keys` on, a table rebuild would fire ON DELETE CASCADE
/// (<https://www.sqlite.org/lang_altertable.html#otheralter>). The two of double quotes make strings of unknown names.
const SWITCHES: [Switch; 7] = [
    Switch::Config(|| db_config!(SQLITE_DBCONFIG_ENABLE_FKEY), None),
    Switch::Config(|| db_config!(SQLITE_DBCONFIG_LEGACY_ALTER_TABLE), Some("legacy_alter_table")),
    Switch::Config(|| db_config!(SQLITE_DBCONFIG_WRITABLE_SCHEMA), Some(WRITABLE_SCHEMA)),
    STRINGS[0],
    STRINGS[1],
    Switch::Pragma("ignore_check_constraints"),
    Switch::Pragma("recursive_triggers"),
];

const STRINGS: [Switch; 2] = [
    Switch::Config(|| db_config!(SQLITE_DBCONFIG_DQS_DDL), None),
    Switch::Config(|| db_config!(SQLITE_DBCONFIG_DQS_DML), None),
];

const WRITABLE_SCHEMA: &str = "writable_schema";

impl Switch {
    /// The call or the pragma.
    fn way(self) -> (Option<DbConfig>, Option<&'static str>) {
        match self {
            Switch::Config(config, pragma) => (config(), pragma),
            Switch::Pragma(name) => (None, Some(name)),
        }
    }

    fn is_on(self, conn: &Connection) -> Result<bool> {
        match self.way() {
            (Some(config), _) => conn.db_config(config),
            (None, Some(name)) => conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)),
            (None, None) => Ok(false),
        }
    }

    fn set(self, conn: &Connection, on: bool) -> Result<()> {
        match self.way() {
            // After writing to the schema, RESET makes SQLite read it again, as the next start would.
            (_, Some(WRITABLE_SCHEMA)) if !on => conn.execute_batch("PRAGMA writable_schema = RESET"),
            (Some(config), _) => conn.set_db_config(config, on).map(drop),
            (None, Some(name)) => conn.execute_batch(&format!("PRAGMA {name} = {on}")),
            (None, None) => Ok(()),
        }
    }

    /// Only what is not as it should be is set.
    fn ensure(self, conn: &Connection, on: bool) -> Result<()> {
        if self.is_on(conn)? == on { Ok(()) } else { self.set(conn, on) }
    }
}

/// What a connection's settings were. [`Settings::restore`] puts them back, and so does a drop.
pub(crate) struct Settings<'c> {
    conn: &'c Connection,
    before: [bool; SWITCHES.len()],
    restored: bool,
}

impl<'c> Settings<'c> {
    /// Notes the settings and puts them to the replay's.
    pub(crate) fn prepare(conn: &'c Connection) -> Result<Settings<'c>> {
        let mut before = [false; SWITCHES.len()];
        for (was, switch) in before.iter_mut().zip(SWITCHES) {
            *was = switch.is_on(conn)?;
        }
        // Nothing is changed before all is noted: from here on, a drop puts everything back.
        let settings = Settings { conn, before, restored: false };
        for (was, switch) in before.into_iter().zip(SWITCHES) {
            if was {
                switch.set(conn, false)?;
            }
        }
        Ok(settings)
    }

    /// Puts off what code of the application has left on.
    pub(crate) fn off(&self) -> Result<()> {
        SWITCHES.iter().try_for_each(|switch| switch.ensure(self.conn, false))
    }

    /// Whether double quotes may be strings.
    pub(crate) fn strings(&self, on: bool) -> Result<()> {
        STRINGS.iter().try_for_each(|switch| switch.set(self.conn, on))
    }

    /// Whether foreign keys are enforced. Unlike the pragma, the call has its effect inside a transaction too.
    pub(crate) fn foreign_keys(&self, on: bool) -> Result<()> {
        SWITCHES[0].set(self.conn, on)
    }

    pub(crate) fn restore(mut self) -> Result<()> {
        self.put_back()
    }

    /// Tries every setting, and gives back the first error.
    fn put_back(&mut self) -> Result<()> {
        self.restored = true;
        let mut outcome = Ok(());
        for (was, switch) in self.before.into_iter().zip(SWITCHES) {
            outcome = outcome.and(switch.ensure(self.conn, was));
        }
        outcome
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

    /// Of the switches that this rusqlite has.
    fn all(conn: &Connection) -> Result<Vec<bool>> {
        let there = SWITCHES.into_iter().filter(|switch| !matches!(switch.way(), (None, None)));
        there.map(|switch| switch.is_on(conn)).collect()
    }

    fn off(all: &[bool]) -> bool {
        all.iter().all(|on| !on)
    }

    fn busy_timeout(conn: &Connection) -> Result<i64> {
        conn.query_row("PRAGMA busy_timeout", [], |row| row.get(0))
    }

    fn connection(on: bool) -> Result<Connection> {
        let conn = Connection::open_in_memory()?;
        SWITCHES.into_iter().try_for_each(|switch| switch.set(&conn, on))?;
        Ok(conn)
    }

    #[test]
    fn settings_come_back() -> Result<()> {
        for on in [false, true] {
            let conn = connection(on)?;
            let (before, timeout) = (all(&conn)?, busy_timeout(&conn)?);
            assert!(before.iter().all(|was| *was == on), "{before:?}");
            let (impatience, settings) = (Impatience::begin(&conn)?, Settings::prepare(&conn)?);
            assert!(off(&all(&conn)?) && busy_timeout(&conn)? == 15);
            conn.execute_batch("PRAGMA recursive_triggers = ON; PRAGMA foreign_keys = ON")?;
            settings.restore()?;
            drop(impatience);
            assert_eq!((all(&conn)?, busy_timeout(&conn)?), (before.clone(), timeout));
            drop(Settings::prepare(&conn)?);
            assert_eq!(all(&conn)?, before);
        }
        Ok(())
    }

    /// Turned off, `writable_schema` would leave SQLite with the schema that it read before.
    #[test]
    fn a_schema_that_was_written_to_is_read_again() -> Result<()> {
        let conn = connection(true)?;
        conn.execute_batch(
            "CREATE TABLE t(a NOT NULL); UPDATE sqlite_schema SET sql = 'CREATE TABLE t(a)' WHERE name = 't'",
        )?;
        assert!(conn.execute("INSERT INTO t VALUES (NULL)", []).is_err());
        let settings = Settings::prepare(&conn)?;
        conn.execute("INSERT INTO t VALUES (NULL)", [])?;
        settings.restore()
    }

    #[test]
    fn a_call_and_a_pragma_are_the_same_switch() -> Result<()> {
        let names = ["foreign_keys", "legacy_alter_table", "writable_schema"];
        let conn = Connection::open_in_memory()?;
        for (name, switch) in names.into_iter().zip(SWITCHES) {
            for on in [true, false] {
                Switch::Pragma(name).set(&conn, on)?;
                assert_eq!(switch.is_on(&conn)?, on, "{name}");
                switch.set(&conn, !on)?;
                assert_eq!(Switch::Pragma(name).is_on(&conn)?, !on, "{name}");
            }
        }
        Ok(())
    }

    #[test]
    fn what_code_turns_on_inside_the_transaction_is_put_off() -> Result<()> {
        let conn = connection(false)?;
        let settings = Settings::prepare(&conn)?;
        conn.execute_batch("BEGIN")?;
        SWITCHES.into_iter().try_for_each(|switch| switch.set(&conn, true))?;
        settings.off()?;
        assert!(off(&all(&conn)?));
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
                let before = all(&conn)?;
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
                assert_eq!(all(&conn)?, before, "{denied} {reading}");
            }
        }
        Ok(())
    }
}
