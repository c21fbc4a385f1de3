//! An `onward.toml` that lies beside Cargo.toml, or between it and the migrations folder, where nobody reads it.

use std::fs;
use std::path::{Path, PathBuf};

use super::regular;
use crate::config::{Config, FILE_NAME};
use crate::diagnostic::rule::Rule;
use crate::file::FileId;

/// The path of such a file, relative to the migrations folder, and its text. One that says nothing in onward's words may be
/// another tool's, and one beside other migrations is theirs.
pub(crate) fn find(dir: &Path, rules: &[&'static Rule]) -> Option<(String, String)> {
    let whole = dir.canonicalize().ok()?;
    let is_package = |folder: &Path| folder.join("Cargo.toml").exists();
    let depth = whole.ancestors().position(is_package)?;
    (1..=depth).find_map(|up| {
        let folder = whole.ancestors().nth(up)?;
        let text = String::from_utf8(regular::read(&folder.join(FILE_NAME)).ok()?).ok()?;
        let (config, _) = Config::parse(FileId::default(), &text, rules);
        let is_ours = config != Config::default() && !has_migrations(folder);
        is_ours.then(|| (format!("{}{FILE_NAME}", "../".repeat(up)), text))
    })
}

/// Whether a migration lies in this folder, as a file or in a folder of its own.
pub(super) fn has_migrations(folder: &Path) -> bool {
    let is_one = |path: PathBuf| {
        let is_sql = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
        is_sql || ["up.sql", "migration.sql"].iter().any(|file| path.join(file).exists())
    };
    fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(|entry| is_one(entry.path())))
}
