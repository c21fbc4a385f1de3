//! The settings of the user's connection: put to what the replay had, and back again.

use std::time::Duration;

use rusqlite::config::DbConfig::{self, SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_DQS_DML};
use rusqlite::{Connection, Result};

/// Switches that change what a statement does; the replay has them all off.
///
/// `foreign_keys` does nothing inside a transaction, so it has to be off before: a table rebuild would otherwise fire
/// ON DELETE CASCADE (<https://www.sqlite.org/lang_altertable.html#otheralter>).
const SWITCHES: [&str; 5] = [
    "foreign_keys",
    "legacy_alter_table",
    "writable_schema",
    "ignore_check_constraints",
    "recursive_triggers",
];

const STRINGS: [DbConfig; 2] = [SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_DQS_DML];

/// What a connection's settings were. [`Settings::restore`] puts them back, and so does a drop.
pub(crate) struct Settings<'c> {
    conn: &'c Connection,
    switches: [bool; SWITCHES.len()],
    strings: [bool; STRINGS.len()],
    restored: bool,
}

impl<'c> Settings<'c> {
    /// Notes the settings and puts them to the replay's.
    pub(crate) fn prepare(conn: &'c Connection) -> Result<Settings<'c>> {
        let (mut switches, mut strings) = ([false; SWITCHES.len()], [false; STRINGS.len()]);
        for (was, name) in switches.iter_mut().zip(SWITCHES) {
            *was = conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))?;
        }
        for (was, config) in strings.iter_mut().zip(STRINGS) {
            *was = conn.db_config(config)?;
        }
        // Nothing is changed before all is noted: from here on, a drop puts everything back.
        let settings = Settings { conn, switches, strings, restored: false };
        settings.off()?;
        settings.strings(false)?;
        Ok(settings)
    }

    /// Puts every switch off that is on. `foreign_keys` stays as it is inside a transaction.
    pub(crate) fn off(&self) -> Result<()> {
        for name in SWITCHES {
            if self.conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))? {
                // After writing to the schema, RESET makes SQLite read it again, as the next start would.
                set(self.conn, name, if name == "writable_schema" { "RESET" } else { "OFF" })?;
            }
        }
        Ok(())
    }

    /// Whether double quotes may be strings.
    pub(crate) fn strings(&self, on: bool) -> Result<()> {
        STRINGS.iter().try_for_each(|config| self.conn.set_db_config(*config, on).map(drop))
    }

    /// Whether foreign keys are enforced. Unlike the pragma, the call has its effect inside a transaction too.
    pub(crate) fn foreign_keys(&self, on: bool) -> Result<()> {
        self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, on).map(drop)
    }

    pub(crate) fn restore(mut self) -> Result<()> {
        self.put_back()
    }

    /// Tries every setting, and gives back the first error.
    fn put_back(&mut self) -> Result<()> {
        self.restored = true;
        let mut outcome = Ok(());
        for (was, name) in self.switches.iter().zip(SWITCHES) {
            outcome = outcome.and(set(self.conn, name, if *was { "ON" } else { "OFF" }));
        }
        for (was, config) in self.strings.iter().zip(STRINGS) {
            outcome = outcome.and(self.conn.set_db_config(config, *was).map(drop));
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
            conn.busy_timeout(PATIENCE.min(busy_timeout))?;
        }
        Ok(Impatience { conn, busy_timeout })
    }
}

impl Drop for Impatience<'_> {
    fn drop(&mut self) {
        if !self.busy_timeout.is_zero() {
            // It was set before, so SQLite takes it.
            let _ = self.conn.busy_timeout(self.busy_timeout);
        }
    }
}

fn set(conn: &Connection, name: &str, value: &str) -> Result<()> {
    conn.execute_batch(&format!("PRAGMA {name} = {value}"))
}

#[cfg(test)]
mod tests {
    use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

    use super::*;

    fn all(conn: &Connection) -> Result<Vec<i64>> {
        let mut values = Vec::new();
        for name in SWITCHES.iter().chain(&["busy_timeout"]) {
            values.push(conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))?);
        }
        for config in STRINGS {
            values.push(i64::from(conn.db_config(config)?));
        }
        Ok(values)
    }

    fn connection(switch: &str) -> Result<Connection> {
        let conn = Connection::open_in_memory()?;
        for name in SWITCHES {
            set(&conn, name, switch)?;
        }
        Ok(conn)
    }

    #[test]
    fn settings_come_back() -> Result<()> {
        for switch in ["OFF", "ON"] {
            let conn = connection(switch)?;
            let before = all(&conn)?;
            let (impatience, settings) = (Impatience::begin(&conn)?, Settings::prepare(&conn)?);
            let mut during = all(&conn)?;
            assert_eq!(during.remove(SWITCHES.len()), 15);
            assert!(during.iter().all(|&value| value == 0));
            set(&conn, "recursive_triggers", "ON")?;
            settings.restore()?;
            drop(impatience);
            assert_eq!(all(&conn)?, before);
            drop(Settings::prepare(&conn)?);
            assert_eq!(all(&conn)?, before);
        }
        Ok(())
    }

    /// Turned off, `writable_schema` would leave SQLite with the schema that it read before.
    #[test]
    fn a_schema_that_was_written_to_is_read_again() -> Result<()> {
        let conn = connection("ON")?;
        conn.execute_batch(
            "CREATE TABLE t(a NOT NULL); UPDATE sqlite_schema SET sql = 'CREATE TABLE t(a)' WHERE name = 't'",
        )?;
        assert!(conn.execute("INSERT INTO t VALUES (NULL)", []).is_err());
        let settings = Settings::prepare(&conn)?;
        conn.execute("INSERT INTO t VALUES (NULL)", [])?;
        settings.restore()
    }

    #[test]
    fn a_new_connection_gets_the_timeout_back_that_it_had() -> Result<()> {
        let conn = Connection::open_in_memory()?;
        let timeout = || conn.query_row("PRAGMA busy_timeout", [], |row| row.get::<_, i64>(0));
        let before = timeout()?;
        let impatience = Impatience::of_new(&conn)?;
        assert_eq!(timeout()?, 15);
        drop(impatience);
        assert_eq!(timeout()?, before);
        Ok(())
    }

    #[test]
    fn settings_come_back_when_one_of_them_is_denied() -> Result<()> {
        for denied in SWITCHES {
            for reading in [true, false] {
                // Up to rusqlite 0.37 the hooks need no `mut`.
                #[allow(unused_mut)]
                let mut conn = connection("ON")?;
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
