//! What is in a database, to be compared: schema, rows, ledger.

use std::fmt::Write;
use std::path::Path;

use onward::rusqlite::types::Value;
use onward::rusqlite::{Connection, OpenFlags, Result};
use onward_core::ledger::LEDGER;
use onward_schema::Fingerprint;

/// Opens a file with SQLite's own VFS, as a program after the fault would.
pub fn plain(path: &Path) -> Connection {
    // One that is not there is an empty one, and stays away.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let conn = Connection::open_with_flags_and_vfs(path, flags, c"unix").expect("the file opens");
    // Nothing crashes from here on.
    conn.execute_batch("PRAGMA synchronous = OFF").expect("a pragma");
    conn
}

/// Everything that a program could see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State(String);

impl State {
    /// That of a database without tables.
    pub fn empty() -> State {
        Connection::open_in_memory().and_then(|conn| read(&conn)).expect("memory can be read")
    }

    /// Reads a file, which must be sound.
    #[track_caller]
    pub fn of(path: &Path) -> State {
        let conn = plain(path);
        let state = read(&conn).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let check: String =
            conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("an answer");
        assert_eq!(check, "ok");
        assert!(
            !conn
                .prepare("PRAGMA foreign_key_check")
                .and_then(|mut check| check.exists([]))
                .expect("an answer")
        );
        state
    }
}

fn read(conn: &Connection) -> Result<State> {
    let mut text = format!("{}\n", Fingerprint::read(conn, None)?);
    let mut tables = Vec::new();
    let mut schema = conn.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")?;
    let mut rows = schema.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, name): (String, String) = (row.get(0)?, row.get(1)?);
        let _ = writeln!(text, "{kind} {name}: {:?}", row.get::<_, Option<String>>(2)?);
        if kind == "table" {
            tables.push(name);
        }
    }
    for table in tables {
        // When a migration ran and how long it took is another in every run.
        let columns = if table == LEDGER { "version, name, checksum, chain" } else { "rowid, *" };
        let mut query = conn.prepare(&format!("SELECT {columns} FROM \"{table}\" ORDER BY 1"))?;
        let count = query.column_count();
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let values = (0..count).map(|column| row.get(column)).collect::<Result<Vec<Value>>>()?;
            let _ = writeln!(text, "{table}: {values:?}");
        }
    }
    Ok(State(text))
}
