//! A file that is never half written.

use std::fs;
use std::io;
use std::path::Path;

/// Writes beside the file and renames. A link stays one: it may lead to where several folders have theirs.
///
/// # Errors
/// What the file system says. Then the file is as it was.
pub(crate) fn whole(path: &Path, text: &str) -> io::Result<()> {
    let path = match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => fs::canonicalize(path)
            .map_err(|error| io::Error::new(error.kind(), format!("the link points to nothing: {error}")))?,
        _ => path.to_owned(),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let temporary = path.with_file_name(format!("{name}.{}", std::process::id()));
    fs::write(&temporary, text)
        .and_then(|()| fs::rename(&temporary, &path))
        .inspect_err(|_| drop(fs::remove_file(&temporary)))
}
