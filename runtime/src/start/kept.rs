//! Which files are kept beside databases, and are none themselves.

use std::path::Path;

use super::backup::is_named_as_copy;
use crate::file::{BESIDE, LOCK, PARTIAL, UNUSABLE};

/// Whether a path is named as what SQLite keeps beside a database that is there (its journal, its WAL and the memory that
/// processes share), or as what onward does: copies, what is not whole yet, what was moved aside, lock files.
///
/// For a list of tenants that comes from a folder: none of these is one, and a copy that is migrated is none to go back to.
///
/// ```
/// use onward::fleet::is_kept_beside;
///
/// # let migrations: onward::Migrations = onward::migrations!("../migrations");
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("1.db");
/// # migrations.migrator().target(9).open(&path)?;
/// let (_, report) = migrations.migrator().backup(folder.path()).open(&path)?;
/// assert!(is_kept_beside(&report.backup.unwrap()) && !is_kept_beside(&path));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn is_kept_beside(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    is_sqlites(path, &name)
        || name.ends_with(LOCK)
        || is_named_as_copy(path)
        || name.strip_suffix(PARTIAL).and_then(|name| name.rsplit_once('.')).is_some_and(|(_, digits)| {
            digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
        || name.rsplit_once(UNUSABLE).is_some_and(|(_, digits)| {
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
        })
}

fn is_sqlites(path: &Path, name: &str) -> bool {
    let of = BESIDE.iter().find_map(|suffix| name.strip_suffix(suffix));
    // A database may be called `daily-journal`. What is not UTF-8 cannot be looked for by a part of its name.
    of.is_some_and(|of| path.to_str().is_none() || !of.is_empty() && path.with_file_name(of).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_beside_is_no_database() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.db"), "").unwrap();
        for (name, is_kept) in [
            ("a.db-journal", true),
            ("a.db-wal", true),
            ("a.db-shm", true),
            ("a.db.onward-lock", true),
            ("a.db-20261121T163000.123Z-0123abcd-89abcdef", true),
            ("a.db.0123456789abcdef.partial", true),
            ("a.db.unusable-1763740000-2", true),
            ("a.db", false),
            // Nothing of these names without the end is there.
            ("daily-journal", false),
            ("-wal", false),
            ("a.partial", false),
            ("a.db.unusable-", false),
            ("a.db-backup", false),
        ] {
            assert_eq!(is_kept_beside(&folder.path().join(name)), is_kept, "{name}");
        }
    }
}
