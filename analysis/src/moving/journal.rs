//! drizzle's list of its migrations, `meta/_journal.json`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::text::text;

/// Which file is from when.
pub(super) struct Journal(Vec<(String, String)>);

impl Journal {
    /// The journal of a folder; `None` if it has none, since each migration has a folder of its own.
    ///
    /// # Errors
    /// In words, what is wrong with it.
    pub(super) fn read(dir: &Path, inputs: &mut Vec<PathBuf>) -> Result<Option<Journal>, String> {
        let Some(text) = text(&dir.join("meta/_journal.json"), inputs) else { return Ok(None) };
        let value: Value = serde_json::from_str(&text)
            .map_err(|error| format!("cannot read `meta/_journal.json`: {error}"))?;
        let entries = value["entries"].as_array().map(Vec::as_slice).unwrap_or_default();
        let entry =
            |entry: &Value| Some((entry["tag"].as_str()?.to_owned(), entry["when"].as_i64()?.to_string()));
        Ok(Some(Journal(entries.iter().filter_map(entry).collect())))
    }

    /// The time that the ledger has for a file.
    pub(super) fn when(&self, stem: &str) -> Option<String> {
        self.0.iter().find(|(tag, _)| tag == stem).map(|(_, when)| when.clone())
    }
}
