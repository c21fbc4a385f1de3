//! Files by a pattern.

use std::io::ErrorKind;
use std::path::{MAIN_SEPARATOR_STR, Path, PathBuf, is_separator};

use anyhow::{Context, bail};
use globset::{GlobBuilder, GlobMatcher};
use walkdir::{DirEntry, WalkDir};

use crate::output;

/// A pattern as it was written.
pub(super) struct Pattern {
    /// Where the walk begins: what stands before the first component with a sign.
    base: PathBuf,
    /// Those that a folder at each depth has to match, up to the first `**`, so that no other folder is read.
    steps: Vec<GlobMatcher>,
    /// What the path below the base has to match.
    whole: GlobMatcher,
    /// How deep files that match can be.
    depth: usize,
    /// Whether names that begin with a point are meant.
    hidden: bool,
}

/// What a walk meets.
pub(super) enum Met {
    File(PathBuf),
    /// What is in it is not known.
    Unread {
        folder: PathBuf,
        why: String,
    },
}

impl Pattern {
    /// # Errors
    /// If it is none.
    pub(super) fn parse(text: &str) -> anyhow::Result<Pattern> {
        let cannot = || format!("`{}` is no pattern", output::path(Path::new(text)));
        let components = components(text);
        let first = components.iter().position(|(_, part)| is_glob(part)).unwrap_or(components.len() - 1);
        let base = &text[..components[first].0];
        let parts: Vec<&str> = components[first..]
            .iter()
            .map(|(_, part)| *part)
            .filter(|part| !matches!(*part, "" | "."))
            .collect();
        if parts.contains(&"..") {
            bail!("{}: write it without `..` behind the first *, ?, [ or {{", cannot());
        }
        let glob = |text: &str| {
            let glob = GlobBuilder::new(text).literal_separator(true).build();
            anyhow::Ok(glob.with_context(cannot)?.compile_matcher())
        };
        let steps = parts.iter().take_while(|part| !part.contains("**") && !part.contains(is_separator));
        let steps = steps.map(|part| glob(part)).collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Pattern {
            base: if base.is_empty() { ".".into() } else { Path::new(base).components().collect() },
            depth: if steps.len() == parts.len() { parts.len() } else { usize::MAX },
            whole: glob(&parts.join(MAIN_SEPARATOR_STR))?,
            hidden: parts.iter().any(|part| part.starts_with('.')),
            steps,
        })
    }

    /// The files that match, in the order of their names in each folder. Links are followed; a circle of them ends.
    pub(super) fn walk(&self) -> impl Iterator<Item = Met> {
        let walk = WalkDir::new(&self.base).follow_links(true).sort_by_file_name();
        let entries = walk.max_depth(self.depth).into_iter().filter_entry(|entry| self.enters(entry));
        entries.filter_map(|entry| match entry {
            Ok(entry) if entry.file_type().is_file() => self.file(entry.path()),
            Ok(_) => None,
            Err(error) => self.unread(&error),
        })
    }

    fn enters(&self, entry: &DirEntry) -> bool {
        let Some(step) = entry.depth().checked_sub(1) else { return true };
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        (self.hidden || !is_hidden)
            && self.steps.get(step).is_none_or(|glob| glob.is_match(entry.file_name()))
    }

    fn file(&self, path: &Path) -> Option<Met> {
        let below = path.strip_prefix(&self.base).unwrap_or(path);
        let path = if self.base == Path::new(".") { below } else { path };
        self.whole.is_match(below).then(|| Met::File(path.to_owned()))
    }

    fn unread(&self, error: &walkdir::Error) -> Option<Met> {
        let path = error.path()?;
        // What is in a circle was met on the way to it. Nothing is in what is not there.
        if error.loop_ancestor().is_some()
            || error.io_error().is_some_and(|error| error.kind() == ErrorKind::NotFound)
        {
            // But a link that leads nowhere may be a tenant's.
            return path
                .is_symlink()
                .then(|| self.file(path))
                .flatten()
                .filter(|_| error.loop_ancestor().is_none());
        }
        let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
        Some(Met::Unread { folder: path.to_owned(), why })
    }
}

/// Whether a text has signs of a pattern.
pub(super) fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '[', '{']) || cfg!(unix) && text.contains('\\')
}

/// What stands between separators, each with its place; those between `{` and `}` separate nothing.
fn components(text: &str) -> Vec<(usize, &str)> {
    let (mut components, mut start, mut open) = (Vec::new(), 0, 0_usize);
    for (at, char) in text.char_indices() {
        match char {
            '{' => open += 1,
            '}' => open = open.saturating_sub(1),
            _ if open == 0 && is_separator(char) => {
                components.push((start, &text[start..at]));
                start = at + char.len_utf8();
            }
            _ => {}
        }
    }
    components.push((start, &text[start..]));
    components
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_taken_apart_where_its_signs_begin() {
        for (text, base, steps, depth) in [
            ("tenants/*.db", "tenants/", 1, 1),
            ("*.db", ".", 1, 1),
            ("/srv/t-?/db/app.db", "/srv/", 3, 3),
            ("tenants/**/*.db", "tenants/", 0, usize::MAX),
            ("./a/*/b/**", "./a/", 2, usize::MAX),
            ("a/{b,c}/*.db", "a/", 2, 2),
            ("a/{b/c,d}/*.db", "a/", 0, usize::MAX),
            ("a//*//b.db", "a//", 2, 2),
        ] {
            let pattern = Pattern::parse(text).unwrap();
            assert_eq!(pattern.base, Path::new(base), "{text}");
            assert_eq!((pattern.steps.len(), pattern.depth), (steps, depth), "{text}");
        }
        for text in ["a/*/../b", "a/[", "a/{b"] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }
}
