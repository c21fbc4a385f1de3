//! Writing files: each is shown, none of somebody else's is replaced.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

use crate::{output, write};

/// A file that is to be made.
pub(super) struct New {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// Writes, or with `dry_run` says what it would write.
pub(super) struct Files {
    pub(super) dry_run: bool,
}

impl Files {
    /// A new file, with everything in it or not there.
    ///
    /// # Errors
    /// If there is one already, or it cannot be written.
    pub(super) fn create(&self, path: &Path, text: &str) -> anyhow::Result<()> {
        self.show(path, text);
        if self.dry_run {
            return Ok(());
        }
        match write::create(path, text) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                bail!("{} is there already; it was left as it is", output::path(path))
            }
            created => created.with_context(|| format!("cannot write {}", output::path(path))),
        }
    }

    /// Whether none of several new files is there already.
    ///
    /// # Errors
    /// If one is, or if two would have one name.
    pub(super) fn are_free(&self, files: &[New]) -> anyhow::Result<()> {
        for (at, New { path, .. }) in files.iter().enumerate() {
            let is_there = fs::symlink_metadata(path).is_ok();
            ensure!(!is_there, "{} is there already; nothing was written", output::path(path));
            let is_twice = files[..at].iter().any(|before| before.path == *path);
            ensure!(!is_twice, "two databases would become {}; give one another name", output::path(path));
        }
        Ok(())
    }

    /// Another text for a file that is there, put in its place at once.
    ///
    /// # Errors
    /// If it cannot be written, or is no longer what was read.
    pub(super) fn replace(&self, path: &Path, before: &str, after: &str) -> anyhow::Result<()> {
        let is_new = |line: &&str| !line.is_empty() && !before.lines().any(|old| old == *line);
        let added: Vec<&str> = after.lines().filter(is_new).collect();
        self.show(path, &added.join("\n"));
        if self.dry_run {
            return Ok(());
        }
        let cannot = || format!("cannot write {}", output::path(path));
        let now = fs::read_to_string(path).with_context(cannot)?;
        if now != before {
            bail!("{} changed meanwhile; it was left as it is", output::path(path));
        }
        write::replace(path, after).with_context(cannot)
    }

    fn show(&self, path: &Path, text: &str) {
        const SHOWN: usize = 12;
        let would = if self.dry_run { "would write" } else { "writes" };
        output::line(format!("{would} {}", output::path(path)));
        let count = text.lines().count();
        text.lines().take(SHOWN).for_each(|line| output::line(format!("    {line}")));
        if count > SHOWN {
            output::line(format!("    … {} more lines", count - SHOWN));
        }
    }
}
