//! Databases that other tools have migrated, and their folders: what lies in `tests/moving`.

use std::fs;
use std::path::{Path, PathBuf};

use onward::Tool;
use onward::rusqlite::Connection;
use onward::rusqlite::types::Value;

use crate::command::Place;

/// What programs write at the first two versions.
pub const ROWS: [&str; 2] = [
    "INSERT INTO jobs(state) VALUES ('open'), ('done'), ('open')",
    "UPDATE jobs SET price = id * 7; INSERT INTO jobs(state, price) VALUES ('done', 5)",
];

/// A path below `tests/moving`.
pub fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("moving").join(path)
}

/// The texts of the first so many migrations of a folder, with their paths in it.
pub fn files(tool: Tool) -> Vec<(String, String)> {
    fn all(folder: &Path, prefix: &str, found: &mut Vec<(String, String)>) {
        for entry in folder.read_dir().unwrap().map(|entry| entry.unwrap()) {
            let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            match entry.path().is_dir() {
                true => all(&entry.path(), &format!("{path}/"), found),
                false => found.push((path, fs::read_to_string(entry.path()).unwrap())),
            }
        }
    }
    let mut found = Vec::new();
    all(&here("history").join(tool.name()), "", &mut found);
    found.sort();
    found
}

/// The tool's folder, in `migrations`, and a database `app.db` that it has brought to the second version, with rows.
pub fn place(tool: Tool) -> Place {
    let place = Place::empty();
    files(tool).iter().for_each(|(path, text)| place.write(&format!("migrations/{path}"), text));
    let conn = Connection::open(place.path("app.db")).unwrap();
    migrate(&conn, tool, 0, 2);
    conn.execute_batch(&fs::read_to_string(here(&format!("ledgers/{tool}.sql"))).unwrap()).unwrap();
    place
}

/// Runs the SQL of these migrations, with what programs write in between.
pub fn migrate(conn: &Connection, tool: Tool, from: usize, to: usize) {
    let files = files(tool);
    let texts = files.iter().filter(|(path, _)| path.ends_with(".sql")).map(|(_, text)| text);
    for (at, text) in texts.enumerate().skip(from).take(to - from) {
        conn.execute_batch(text).unwrap();
        ROWS.get(at).into_iter().for_each(|rows| conn.execute_batch(rows).unwrap());
    }
}

/// What a query gives.
pub fn rows(conn: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut query = conn.prepare(sql).unwrap();
    let columns = query.column_count();
    let rows = query.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Schema and rows, without what tools write for themselves.
pub fn contents(conn: &Connection) -> Vec<Vec<Value>> {
    let schema = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE tbl_name IN ('jobs', 'archive') ORDER BY name";
    let tables = ["SELECT * FROM jobs ORDER BY id", "SELECT * FROM archive ORDER BY id"];
    [schema].into_iter().chain(tables).flat_map(|sql| rows(conn, sql)).collect()
}

/// What the tool itself has written.
pub fn ledger(conn: &Connection, tool: Tool) -> Vec<Vec<Value>> {
    let of = |table| rows(conn, &format!("SELECT * FROM {table}"));
    tool.ledger().map_or_else(|| rows(conn, "PRAGMA user_version"), of)
}
