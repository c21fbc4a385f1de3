//! What lies in a folder.

use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fs, io};

use super::lock;
use super::recorded;
use super::regular::{self, DEPTH, Problem};
use super::tool::{diesel, drizzle, prisma, refinery};
use crate::config;

/// Beside the migrations of Atlas.
pub(crate) const ATLAS_SUM: &str = "atlas.sum";

/// Beside a migration of drizzle, in its folder.
pub(crate) const SNAPSHOT: &str = "snapshot.json";

/// A folder may have so many entries, those of the folders below counted.
pub(crate) const MOST: usize = 100_000;

/// What tells whether a folder's files are still what was read: their paths, lengths and times of change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp(Vec<(String, Option<(u64, SystemTime)>)>);

/// Looks at a folder without reading its files; `None` if it cannot be looked at.
pub fn stamp(dir: &Path) -> Option<Stamp> {
    let Listing { paths, problems, .. } = list(dir).ok()?;
    let stamps = paths.into_iter().chain(problems.into_iter().map(|(path, _)| path)).map(|path| {
        let metadata = fs::metadata(dir.join(&path)).ok();
        let stamp = metadata.and_then(|metadata| Some((metadata.len(), metadata.modified().ok()?)));
        (path, stamp)
    });
    Some(Stamp(stamps.collect()))
}

/// Every file that is read of a folder and its bytes, in the same order each time; `None` if something there cannot be read.
pub fn bytes(dir: &Path) -> Option<Vec<(String, Vec<u8>)>> {
    let listing = list(dir).ok().filter(|listing| listing.problems.is_empty())?;
    let read = |path: String| Some((regular::read(&dir.join(&path)).ok()?, path));
    listing.paths.into_iter().map(|path| read(path).map(|(bytes, path)| (path, bytes))).collect()
}

/// What lies in a folder: paths relative to it, with `/` between the parts.
#[derive(Default)]
pub(crate) struct Listing {
    /// The `.sql` files and what is read beside them.
    pub(crate) paths: Vec<String>,
    /// What is there and cannot be looked into.
    pub(crate) problems: Vec<(String, Problem)>,
    /// How many entries were seen.
    pub(crate) entries: usize,
}

/// Lists a folder; what is found is sorted.
pub(crate) fn list(dir: &Path) -> Result<Listing, (PathBuf, io::Error)> {
    let mut listing = Listing::default();
    match listing.folder(dir, "", 0) {
        Ok(()) => {}
        // However few of them are in the folder where the counting ended.
        Err((_, error)) if listing.entries > MOST => return Err((dir.to_owned(), error)),
        Err(unreadable) => return Err(unreadable),
    }
    listing.paths.sort();
    Ok(listing)
}

impl Listing {
    pub(crate) fn folder(
        &mut self,
        dir: &Path,
        prefix: &str,
        depth: usize,
    ) -> Result<(), (PathBuf, io::Error)> {
        let unreadable = |error| (dir.to_owned(), error);
        for entry in fs::read_dir(dir).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            self.entries += 1;
            if self.entries > MOST {
                return Err(unreadable(io::Error::other(format!(
                    "more than {MOST} files and folders lie below it"
                ))));
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            // Editors and file systems keep their own beside ours, such as `.#0001_jobs.sql` and `._0001_jobs.sql`.
            if name.starts_with('.') {
                continue;
            }
            let path = entry.path();
            let is_sql = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
            let shown = format!("{prefix}{name}");
            let is_ours = is_sql || is_beside(&shown);
            if !path.is_dir() {
                self.paths.extend(is_ours.then_some(shown));
            } else if depth == DEPTH {
                self.problems.push((shown, Problem::Deep));
            } else if entry.file_type().is_ok_and(|kind| kind.is_symlink()) && leads_back(&path, depth) {
                self.problems.push((shown, Problem::Loop));
            } else {
                let before = self.paths.len();
                self.folder(&path, &format!("{shown}/"), depth + 1)?;
                // A folder that is called like a file and holds none is taken for one by whoever reads its name.
                let is_empty = self.paths.len() == before;
                self.paths.extend((is_ours && is_empty).then_some(shown));
            }
        }
        Ok(())
    }
}

/// Whether a link leads to one of the folders that it lies in: those from the migrations folder down to it, or one above.
fn leads_back(link: &Path, depth: usize) -> bool {
    let Ok(target) = link.canonicalize() else { return false };
    let mut around = link.ancestors().skip(1).take(depth + 1);
    around.any(|folder| folder.canonicalize().is_ok_and(|folder| folder.starts_with(&target)))
}

/// Whether a file that is no SQL says something of the migrations.
fn is_beside(path: &str) -> bool {
    match path.split_once('/') {
        None => {
            [lock::FILE_NAME, recorded::FILE_NAME, config::FILE_NAME, prisma::LOCK, ATLAS_SUM].contains(&path)
                || refinery::code(path).is_some()
        }
        Some((_, file)) => {
            [diesel::METADATA, SNAPSHOT].contains(&file)
                || path == drizzle::JOURNAL
                || refinery::code(path).is_some()
        }
    }
}
