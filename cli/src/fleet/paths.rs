//! Which files are meant.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use onward::fleet::is_kept_beside;

use super::arguments::Which;
use super::pattern::{Met, Pattern, is_glob};
use crate::engine::files;
use crate::folder::plural;
use crate::output;

#[derive(Default)]
pub(super) struct Found {
    pub(super) paths: Vec<PathBuf>,
    /// How many files that match are no databases but kept beside them.
    pub(super) left_out: usize,
    /// The folders that nobody could read, and why.
    pub(super) unread: Vec<(PathBuf, String)>,
}

/// What the standard input has, if paths are there.
pub(super) fn read_stdin(which: &Which) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if is_stdin(which) {
        io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .context("cannot read the paths from the standard input")?;
    }
    Ok(bytes)
}

fn is_stdin(which: &Which) -> bool {
    which.paths_from.as_deref() == Some(Path::new("-"))
}

/// # Errors
/// If nothing has a name that was given, or matches a pattern: a mistyped one would look like work that is done.
pub(super) fn find(which: &Which, stdin: Vec<u8>) -> anyhow::Result<Found> {
    let mut found = Found::default();
    for pattern in &which.patterns {
        found.add(pattern)?;
    }
    if let Some(file) = &which.paths_from {
        let cannot = || format!("cannot read the paths from {}", output::path(file));
        let bytes = if is_stdin(which) { stdin } else { fs::read(file).with_context(cannot)? };
        let before = found.paths.len();
        found.list(&bytes, which.null)?;
        if found.paths.len() == before {
            bail!(
                "no path is in {}; nothing was done",
                if is_stdin(which) { "the standard input".to_owned() } else { output::path(file) }
            );
        }
    }
    if found.paths.is_empty() {
        bail!(
            "nothing that was named is a database, but what SQLite or onward keeps beside one; nothing was done"
        );
    }
    Ok(found)
}

impl Found {
    fn add(&mut self, pattern: &OsStr) -> anyhow::Result<()> {
        let path = Path::new(pattern);
        let shown = output::path(path);
        // A file may have any name, and the shell may have put it here.
        if let Ok(metadata) = fs::metadata(path) {
            if metadata.is_dir() {
                let files = output::path(&path.join("**").join("*.db"));
                bail!(
                    "{shown} is a folder; nothing was done\nhelp: name the files in it, for example with '{files}'"
                );
            }
            self.take(path.to_owned());
            return Ok(());
        }
        // One that leads nowhere is a tenant whose file is gone.
        if path.is_symlink() {
            self.paths.push(path.to_owned());
            return Ok(());
        }
        files("fleet", &[path])?;
        let Some(text) = pattern.to_str().filter(|text| is_glob(text)) else {
            let why = fs::metadata(path).err().map(|error| format!(": {error}")).unwrap_or_default();
            bail!("cannot find {shown}{why}; nothing was done");
        };
        let (before, left_out, unread) = (self.paths.len(), self.left_out, self.unread.len());
        for met in Pattern::parse(text)?.walk() {
            match met {
                Met::File(path) => self.take(path),
                Met::Unread { folder, why } => self.unread.push((folder, why)),
            }
        }
        if self.paths.len() > before {
            return Ok(());
        }
        let mut why = String::new();
        if self.left_out > left_out {
            let count = plural(self.left_out - left_out, "file");
            why += &format!(", but for {count} that SQLite or onward keeps beside databases");
        }
        if let Some((folder, error)) = self.unread.get(unread) {
            why += &format!(", and {} cannot be read: {error}", output::path(folder));
        }
        bail!("no file matches {shown}{why}; nothing was done");
    }

    /// Whoever has found it, a shell or `find`: what is kept beside databases is none, and a copy that is migrated is none to go
    /// back to.
    fn take(&mut self, path: PathBuf) {
        match is_kept_beside(&path) {
            true => self.left_out += 1,
            false => self.paths.push(path),
        }
    }

    /// Names that somebody else has found: one that is not there is a tenant whose file is gone.
    fn list(&mut self, bytes: &[u8], null: bool) -> anyhow::Result<()> {
        let end = if null { 0 } else { b'\n' };
        for line in bytes.split(|byte| *byte == end) {
            let line = if null { line } else { line.strip_suffix(b"\r").unwrap_or(line) };
            if !line.is_empty() {
                self.take(name(line)?.into());
            }
        }
        Ok(())
    }

    /// What a person has to know of what is not in the list.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.left_out > 0 {
            let count = plural(self.left_out, "file");
            notes.push(format!("{count} left out that SQLite or onward keeps beside databases"));
        }
        let cannot = |(folder, why): &(PathBuf, String)| {
            format!("cannot read the folder {}: {why}; what is in it is left out", output::path(folder))
        };
        notes.extend(self.unread.iter().map(cannot));
        notes
    }
}

#[cfg(unix)]
fn name(bytes: &[u8]) -> anyhow::Result<OsString> {
    use std::os::unix::ffi::OsStrExt;

    Ok(OsStr::from_bytes(bytes).to_owned())
}

#[cfg(not(unix))]
fn name(bytes: &[u8]) -> anyhow::Result<OsString> {
    Ok(std::str::from_utf8(bytes).context("a path in the list is not UTF-8")?.into())
}
