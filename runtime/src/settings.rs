//! The settings of the user's connection: put to what the replay had, and back again.

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
    switches: Vec<&'static str>,
    strings: [bool; 2],
    busy_timeout: i64,
    restored: bool,
}

impl<'c> Settings<'c> {
    /// Notes the settings and puts them to the replay's.
    pub(crate) fn prepare(conn: &'c Connection) -> Result<Settings<'c>> {
        let mut settings =
            Settings { conn, switches: Vec::new(), strings: [false; 2], busy_timeout: 0, restored: false };
        for name in SWITCHES {
            if conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, bool>(0))? {
                settings.switches.push(name);
            }
        }
        for (was, config) in settings.strings.iter_mut().zip(STRINGS) {
            *was = conn.db_config(config)?;
        }
        // SQLite's own waiting sleeps up to 100 ms between two looks; ours is shorter. A timeout of zero may be a busy
        // handler of the application, which must stay.
        settings.busy_timeout = conn.query_row("PRAGMA busy_timeout", [], |row| row.get(0))?;
        if settings.busy_timeout > 0 {
            settings.set("busy_timeout", 0)?;
        }
        settings.off()?;
        settings.strings(false)?;
        Ok(settings)
    }

    /// Puts every switch off that a migration may have put on. `foreign_keys` stays as it is inside a transaction.
    pub(crate) fn off(&self) -> Result<()> {
        SWITCHES.iter().try_for_each(|name| self.set(name, 0))
    }

    /// Whether double quotes may be strings.
    pub(crate) fn strings(&self, on: bool) -> Result<()> {
        STRINGS.iter().try_for_each(|config| self.conn.set_db_config(*config, on).map(drop))
    }

    pub(crate) fn restore(mut self) -> Result<()> {
        self.put_back()
    }

    fn put_back(&mut self) -> Result<()> {
        self.restored = true;
        self.off()?;
        self.switches.iter().try_for_each(|name| self.set(name, 1))?;
        for (was, config) in self.strings.iter().zip(STRINGS) {
            self.conn.set_db_config(config, *was)?;
        }
        if self.busy_timeout > 0 {
            self.set("busy_timeout", self.busy_timeout)?;
        }
        Ok(())
    }

    fn set(&self, name: &str, value: i64) -> Result<()> {
        self.conn.execute_batch(&format!("PRAGMA {name} = {value}"))
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

#[cfg(test)]
mod tests {
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

    #[test]
    fn settings_come_back() -> Result<()> {
        for on in [0, 1] {
            let conn = Connection::open_in_memory()?;
            for name in SWITCHES {
                conn.execute_batch(&format!("PRAGMA {name} = {on}"))?;
            }
            let before = all(&conn)?;
            let settings = Settings::prepare(&conn)?;
            assert!(all(&conn)?.iter().all(|&value| value == 0));
            settings.set("recursive_triggers", 1)?;
            settings.restore()?;
            assert_eq!(all(&conn)?, before);
            drop(Settings::prepare(&conn)?);
            assert_eq!(all(&conn)?, before);
        }
        Ok(())
    }
}
