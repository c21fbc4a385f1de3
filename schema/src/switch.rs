//! Reads and sets those settings of a connection that a run puts to what the replay has.

use onward_core::setting::{FOREIGN_KEYS, LIKE, STRINGS, WRITABLE_SCHEMA};
use onward_core::switch::{Switch, all};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, Result};

use crate::db_config;

/// Whether double quotes may be strings.
///
/// # Errors
/// If this SQLite does not know the switches.
pub fn strings(conn: &Connection, on: bool) -> Result<()> {
    STRINGS.into_iter().filter_map(call).try_for_each(|config| conn.set_db_config(config, on).map(drop))
}

/// Whether a switch is read and set by a call, which costs next to nothing.
pub fn is_cheap(switch: Switch) -> bool {
    config(switch).is_some()
}

/// Whether a switch is on. What this SQLite does not know is as it is in a run.
///
/// # Errors
/// If the connection's authorizer denies the question.
pub fn is_on(conn: &Connection, switch: Switch) -> Result<bool> {
    if let Some(on) = config(switch).and_then(|config| conn.db_config(config).ok()) {
        return Ok(on);
    }
    match switch.pragma() {
        Some(LIKE) => is_like_case_sensitive(conn),
        Some(name) => {
            let sql = format!("PRAGMA {name}");
            Ok(conn.query_row(&sql, [], |row| row.get(0)).optional()?.unwrap_or(switch.in_run()))
        }
        None => Ok(switch.in_run()),
    }
}

/// Turns a switch on or off.
///
/// # Errors
/// If the connection's authorizer denies it, or a statement is running that SQLite would have to change.
pub fn set(conn: &Connection, switch: Switch, on: bool) -> Result<()> {
    // After writing to the schema, RESET makes SQLite read it again, as the next start would.
    if switch.config() == Some(WRITABLE_SCHEMA) && !on {
        return conn.execute_batch("PRAGMA writable_schema = RESET");
    }
    if config(switch).is_some_and(|config| conn.set_db_config(config, on).is_ok()) {
        return Ok(());
    }
    match switch.pragma() {
        Some(name) => conn.execute_batch(&format!("PRAGMA {name} = {on}")),
        None => Ok(()),
    }
}

/// Turns a switch on or off, if it is not; says whether it was another.
///
/// # Errors
/// As [`is_on`] and [`set`].
pub fn put(conn: &Connection, switch: Switch, on: bool) -> Result<bool> {
    let differs = is_on(conn, switch)? != on;
    if differs {
        set(conn, switch, on)?;
    }
    Ok(differs)
}

/// Puts every switch to what it is in a run.
///
/// ```
/// # fn main() -> rusqlite::Result<()> {
/// let conn = rusqlite::Connection::open_in_memory()?;
/// conn.execute_batch("PRAGMA recursive_triggers = ON; PRAGMA case_sensitive_like = ON")?;
/// onward_schema::switch::put_all(&conn)?;
/// assert!(!conn.query_row("PRAGMA recursive_triggers", [], |row| row.get::<_, bool>(0))?);
/// assert!(conn.query_row("SELECT 'a' LIKE 'A'", [], |row| row.get::<_, bool>(0))?);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As [`is_on`] and [`set`].
pub fn put_all(conn: &Connection) -> Result<()> {
    all().try_for_each(|switch| put(conn, switch, switch.in_run()).map(drop))
}

/// Puts those switches back that a migration can set, behind it; says whether one of them was another.
///
/// # Errors
/// As [`is_on`] and [`set`].
pub fn put_undone(conn: &Connection) -> Result<bool> {
    let undone = all().filter(|switch| switch.is_undone());
    undone.map(|switch| put(conn, switch, switch.in_run())).try_fold(false, |any, one| Ok(any | one?))
}

fn config(switch: Switch) -> Option<DbConfig> {
    switch.config().and_then(call)
}

/// A call costs next to nothing, a pragma is a statement to prepare; and some work inside a transaction by a call only.
fn call(number: i32) -> Option<DbConfig> {
    match number {
        FOREIGN_KEYS => db_config!(SQLITE_DBCONFIG_ENABLE_FKEY),
        1003 => db_config!(SQLITE_DBCONFIG_ENABLE_TRIGGER),
        1009 => db_config!(SQLITE_DBCONFIG_RESET_DATABASE),
        1010 => db_config!(SQLITE_DBCONFIG_DEFENSIVE),
        WRITABLE_SCHEMA => db_config!(SQLITE_DBCONFIG_WRITABLE_SCHEMA),
        1012 => db_config!(SQLITE_DBCONFIG_LEGACY_ALTER_TABLE),
        1013 => db_config!(SQLITE_DBCONFIG_DQS_DML),
        1014 => db_config!(SQLITE_DBCONFIG_DQS_DDL),
        1015 => db_config!(SQLITE_DBCONFIG_ENABLE_VIEW),
        1019 => db_config!(SQLITE_DBCONFIG_REVERSE_SCANORDER),
        1022 => db_config!(SQLITE_DBCONFIG_ENABLE_COMMENTS),
        _ => None,
    }
}

/// There is nothing to ask: the pragma replaces the function, that with ESCAPE as well. What the application has put in
/// its place is not the pragma's, and stays: it does not complain in SQLite's words.
fn is_like_case_sensitive(conn: &Connection) -> Result<bool> {
    let is_true =
        |sql| conn.query_row(sql, [], |row| row.get::<_, Option<bool>>(0)).map(|found| found == Some(true));
    if is_true("SELECT 'a' LIKE 'A'")? || is_true("SELECT 'a' LIKE 'A' ESCAPE '!'")? {
        return Ok(false);
    }
    let complaint = is_true("SELECT 'a' LIKE 'A' ESCAPE '!!'");
    Ok(complaint
        .is_err_and(|error| error.to_string().starts_with("ESCAPE expression must be a single character")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_can_be_turned_on_and_off() -> Result<()> {
        let conn = Connection::open_in_memory()?;
        for switch in all() {
            if switch.pragma().is_none()
                && config(switch).is_none_or(|config| conn.db_config(config).is_err())
            {
                println!("this SQLite, or this rusqlite, does not have {switch:?}");
                continue;
            }
            for on in [true, false, true, false] {
                set(&conn, switch, on)?;
                assert_eq!(is_on(&conn, switch)?, on, "{switch:?}");
            }
            put(&conn, switch, switch.in_run())?;
            assert_eq!(is_on(&conn, switch)?, switch.in_run(), "{switch:?}");
        }
        Ok(())
    }

    #[test]
    fn a_function_of_the_application_in_the_place_of_like_stays() -> Result<()> {
        use rusqlite::functions::{Context, FunctionFlags};
        let like = |context: &Context<'_>| Ok(context.get::<String>(0)? == context.get::<String>(1)?);
        for arguments in [&[2][..], &[2, 3]] {
            let conn = Connection::open_in_memory()?;
            for count in arguments {
                conn.create_scalar_function("like", *count, FunctionFlags::default(), like)?;
            }
            put_all(&conn)?;
            let is_own: bool =
                conn.query_row("SELECT 'a%' LIKE 'a%' AND NOT 'ab' LIKE 'a%'", [], |row| row.get(0))?;
            assert!(is_own, "{arguments:?}");
        }
        Ok(())
    }

    #[test]
    fn a_call_and_a_pragma_are_the_same_switch() -> Result<()> {
        let conn = Connection::open_in_memory()?;
        let two = all().filter(|switch| config(*switch).is_some() && switch.pragma().is_some());
        let mut count = 0;
        for switch in two {
            let name = switch.pragma().unwrap_or_default();
            for on in [true, false] {
                conn.execute_batch(&format!("PRAGMA {name} = {on}"))?;
                assert_eq!(is_on(&conn, switch)?, on, "{name}");
                set(&conn, switch, !on)?;
                let read: bool = conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))?;
                assert_eq!(read, !on, "{name}");
            }
            count += 1;
        }
        assert!(count > 0);
        Ok(())
    }
}
