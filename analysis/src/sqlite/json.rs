//! JSON that other tools have written, read by SQLite.

use rusqlite::Connection;

/// The texts at a path of a JSON text; behind `[#].`, those of every entry of a list that have one.
///
/// # Errors
/// If it is no JSON.
pub(crate) fn texts(json: &str, path: &str) -> Result<Vec<String>, String> {
    let (list, key) = path.split_once("[#].").unwrap_or((path, ""));
    let read = || -> rusqlite::Result<Vec<Option<String>>> {
        let conn = Connection::open_in_memory()?;
        conn.query_row("SELECT json(?1)", [json], |_| Ok(()))?;
        let sql = match key {
            "" => "SELECT atom FROM json_each(?1, ?2) WHERE type = 'text' AND ?3 = ''",
            _ => {
                "SELECT CASE json_type(entry.value, '$.' || ?3) WHEN 'text' THEN json_extract(entry.value, '$.' || ?3) END
                 FROM json_each(?1, ?2) AS entry WHERE entry.type = 'object'"
            }
        };
        let mut statement = conn.prepare(sql)?;
        let rows = statement.query_map([json, list, key], |row| row.get(0))?;
        rows.collect()
    };
    let found = read().map_err(|error| error.to_string())?;
    Ok(found.into_iter().flatten().collect())
}
