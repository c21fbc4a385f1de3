//! Reads a folder into a [`History`]: the only module that reads files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fs, io};

use onward_core::checksum::Checksum;
use onward_core::version::digits;
use toml::de::DeTable;

use super::bad_name::BadName;
use super::directive;
use super::fault::{Fault, Faults};
use super::history::History;
use super::layout::{self, Direction, Layout, Name};
use super::lock;
use super::migration::Migration;
use super::misplaced;
use super::order::{Order, Versions, keys};
use super::regular::{self, DEPTH, Problem};
use super::statement::statements;
use super::stub;
use super::tool::{self, Means, Unread};
use crate::config::{self, Config};
use crate::diagnostic::rule::Rule;
use crate::file::{File, FileId};

/// A folder may have so many entries, those of the folders below counted.
const MOST: usize = 100_000;

/// In this folder below that of the migrations lie databases of old releases, and no migrations.
const LEGACY: &str = "legacy/";

/// Reads a folder, whose settings and directives may name these rules: everything that could be read, and what is wrong
/// with the rest.
pub fn read(dir: &Path, rules: &'static [&'static Rule]) -> (History, Faults) {
    let history = History { dir: dir.to_owned(), ..History::default() };
    let mut source = Source { history, rules, faults: Vec::new(), unread: BTreeMap::new() };
    match list(dir) {
        Ok(Listing { paths, problems, .. }) => {
            source.history.unseen.anything = !problems.is_empty();
            for (path, problem) in problems {
                let file = source.unshown(&path);
                source.faults.push(Fault::Unreadable { file, path, problem });
            }
            source.files(paths);
            source.misplaced();
            let unread = std::mem::take(&mut source.unread).into_values();
            source.faults.extend(unread.map(|found| Fault::OtherTool { found }));
            let refused = stub::settle(&mut source.history).into_iter();
            source.faults.extend(refused.map(|(place, problem)| Fault::Config { place, problem }));
        }
        Err((dir, error)) => {
            let file = source.unshown("");
            source.faults.push(Fault::Folder { file, dir, error });
        }
    }
    (source.history, Faults(source.faults))
}

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

/// The migrations folder that a package's Cargo.toml names, relative to it:
///
/// ```toml
/// [package.metadata.onward]
/// migrations = "db/history"
/// ```
pub fn configured(package: &Path) -> Option<String> {
    // What is wrong with the file is cargo's to say.
    let text = manifest(package)?;
    let manifest = DeTable::parse(&text).ok()?.into_inner();
    let onward = manifest.get("package")?.get_ref().get("metadata")?.get_ref().get("onward")?;
    onward.get_ref().get("migrations")?.get_ref().as_str().map(str::to_owned)
}

/// The migrations folder of the package that lies in this folder: what its Cargo.toml names, or `migrations` in it. `None` if
/// no package is here, or if this folder has migrations of its own beside the Cargo.toml.
pub fn of_package(folder: &Path) -> Option<PathBuf> {
    manifest(folder)?;
    let migrations = folder.join(configured(folder).as_deref().unwrap_or("migrations"));
    let is_there = migrations.is_dir() || !is_workspace_root(folder);
    (is_there && !misplaced::has_migrations(folder)).then_some(migrations)
}

/// Whether the Cargo.toml of a folder is that of a workspace and of no package.
pub fn is_workspace_root(folder: &Path) -> bool {
    manifest(folder).is_some_and(|text| {
        DeTable::parse(&text).is_ok_and(|manifest| {
            let manifest = manifest.into_inner();
            manifest.contains_key("workspace") && !manifest.contains_key("package")
        })
    })
}

fn manifest(folder: &Path) -> Option<String> {
    String::from_utf8(regular::read(&folder.join("Cargo.toml")).ok()?).ok()
}

/// What lies in a folder: paths relative to it, with `/` between the parts.
#[derive(Default)]
struct Listing {
    /// The `.sql` files and what is read beside them.
    paths: Vec<String>,
    /// What is there and cannot be looked into.
    problems: Vec<(String, Problem)>,
    /// How many entries were seen.
    entries: usize,
}

/// Lists a folder; what is found is sorted.
fn list(dir: &Path) -> Result<Listing, (PathBuf, io::Error)> {
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
    fn folder(&mut self, dir: &Path, prefix: &str, depth: usize) -> Result<(), (PathBuf, io::Error)> {
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
            let is_ours = is_sql || (depth == 0 && (name == lock::FILE_NAME || name == config::FILE_NAME));
            let shown = format!("{prefix}{name}");
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

/// A name and the path it comes from.
type Named = (Name, String);

struct Source {
    history: History,
    rules: &'static [&'static Rule],
    faults: Vec<Fault>,
    /// The files that another tool reads otherwise, by tool.
    unread: BTreeMap<(&'static str, Means), Vec<(FileId, Unread)>>,
}

impl Source {
    /// A file that has no text to show.
    fn unshown(&mut self, path: &str) -> FileId {
        self.history.files.add(File::new(path.to_owned(), ""))
    }

    fn misplaced(&mut self) {
        if let Some((path, text)) = misplaced::find(&self.history.dir, self.rules) {
            self.history.inputs.push(path.clone());
            let file = self.history.files.add(File::new(path, &text));
            self.faults.push(Fault::Misplaced { file, dir: self.history.dir.clone() });
        }
    }

    fn text(&mut self, path: &str) -> Option<FileId> {
        self.history.inputs.push(path.to_owned());
        let bytes = match regular::read(&self.history.dir.join(path)) {
            Ok(bytes) => bytes,
            Err(problem) => {
                let file = self.unshown(path);
                self.faults.push(Fault::Unreadable { file, path: path.to_owned(), problem });
                return None;
            }
        };
        match String::from_utf8(bytes) {
            Ok(text) => {
                let file = self.history.files.add(File::new(path.to_owned(), &text));
                let nul = self.history.files.get(file).text.find('\0');
                let fault = |at| Fault::Nul { place: file.at(at..at + 1), path: path.to_owned() };
                self.faults.extend(nul.map(fault));
                nul.is_none().then_some(file)
            }
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let bytes = error.into_bytes();
                // What could be read is shown up to the byte that could not.
                let shown = String::from_utf8_lossy(&bytes[..valid]).into_owned();
                let file = self.history.files.add(File::new(path.to_owned(), &shown));
                let end = self.history.files.get(file).text.len();
                let place = file.at(end..end);
                self.faults.push(Fault::NotUtf8 { place, path: path.to_owned(), bytes, valid });
                None
            }
        }
    }

    fn files(&mut self, paths: Vec<String>) {
        let (mut names, mut bad) = (Vec::new(), BTreeMap::new());
        let (legacy, paths): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.starts_with(LEGACY));
        for path in paths {
            if path == lock::FILE_NAME {
                self.history.lock = self.text(&path);
            } else if path == config::FILE_NAME {
                if let Some(file) = self.text(&path) {
                    let (config, problems) =
                        Config::parse(file, &self.history.files.get(file).text, self.rules);
                    self.history.config = config;
                    let fault = |(range, problem)| Fault::Config { place: file.at(range), problem };
                    self.faults.extend(problems.into_iter().map(fault));
                }
            } else {
                match layout::parse(&path) {
                    Ok(name) => names.push((name, path)),
                    Err(found) => {
                        self.leave_out(&path);
                        let group = (found.tool, found.group.clone());
                        bad.entry(group).or_insert_with(|| (found, Vec::new())).1.push(path);
                    }
                }
            }
        }
        let mut bad: Vec<(BadName, Vec<String>)> = bad.into_values().collect();
        bad.sort_by(|(_, a), (_, b)| a.cmp(b));
        for (name, paths) in bad {
            let file = self.unshown(&paths[0]);
            self.faults.push(Fault::BadName { file, paths, name });
        }
        let names = self.one_layout(names);
        self.migrations(names);
        for path in legacy {
            let file = self.text(&path);
            self.history.legacy.extend(file);
        }
        if self.history.migrations.is_empty() && self.faults.is_empty() {
            let file = self.unshown("");
            self.faults.push(Fault::NoMigrations { file, dir: self.history.dir.clone() });
        }
    }

    /// A file that is part of no order; what it is about is kept from being judged.
    fn leave_out(&mut self, path: &str) {
        match regular::read(&self.history.dir.join(path)) {
            Ok(bytes) => self.history.unseen.leave_out(&String::from_utf8_lossy(&bytes)),
            Err(_) => self.history.unseen.anything = true,
        }
    }

    /// The layout of most files is the folder's; the others are what does not fit.
    fn one_layout(&mut self, names: Vec<Named>) -> Vec<Named> {
        let mut counts = BTreeMap::<Layout, usize>::new();
        names.iter().for_each(|(name, _)| *counts.entry(name.layout).or_default() += 1);
        let main = counts.into_iter().max_by_key(|(_, count)| *count).map(|(layout, _)| layout);
        self.history.layout = main;
        let mut others = BTreeMap::<Layout, Vec<String>>::new();
        for (name, path) in names.iter().filter(|(name, _)| Some(name.layout) != main) {
            others.entry(name.layout).or_default().push(path.clone());
        }
        for (layout, paths) in others {
            let file = self.unshown(&paths[0]);
            self.faults.push(Fault::MixedLayouts { file, paths, layout });
        }
        names
    }

    fn migrations(&mut self, names: Vec<Named>) {
        let main = names.iter().filter(|(name, _)| Some(name.layout) == self.history.layout);
        let versions = Versions::of(self.history.layout, main.map(|(name, _)| name));
        // A version that is a text has no place among numbers.
        let (mut names, strays): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|(name, _)| versions.has_place(name));
        strays.iter().for_each(|(_, path)| self.leave_out(path));
        let (order, is_settled) = self.order(&versions);
        names.sort_by(|(a, path), (b, other)| versions.compare(a, b, order).then_with(|| path.cmp(other)));
        let (down, up): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|(name, _)| name.direction == Direction::Down);
        let is_again = |at: usize| at > 0 && versions.is_same(&up[at - 1].0, &up[at].0, order);
        let firsts = (0..up.len()).filter(|&at| !is_again(at)).map(|at| up[at].0.label.as_str());
        let mut keys = keys(firsts).into_iter();
        let mut key = None;
        for (at, (name, path)) in up.iter().enumerate() {
            if !is_again(at) {
                key = keys.next().flatten();
            }
            self.up(name, path, key, is_again(at));
        }
        if !is_settled && !self.history.migrations.is_empty() {
            self.faults.push(Fault::OtherOrder { versions, order });
        }
        for (name, path) in down {
            self.down(&name, &path);
        }
    }

    /// The order of the folder, and whether that was asked for or released: its tool's, unless it is locked in that of
    /// numbers or asks for it.
    fn order(&mut self, versions: &Versions) -> (Order, bool) {
        let text = self.history.lock.map(|file| self.history.files.get(file).text.as_str());
        // What is wrong with the lock file is said elsewhere.
        let locked = text.and_then(|text| lock::parse(text).ok());
        let locked = locked.and_then(|entries| versions.locked(&entries));
        let wanted = self.history.config.by_number.clone();
        let is_settled = wanted.is_some() || locked == Some(Order::Tool);
        let order = locked.unwrap_or(if wanted.is_some() { Order::Number } else { Order::Tool });
        if let (Some(place), Order::Tool) = (wanted, order) {
            let problem = format!(
                "`onward.lock` has the migrations in the order of {}, not of numbers",
                versions.tool()
            );
            self.faults.push(Fault::Config { place, problem });
        }
        self.history.order = order;
        (order, is_settled)
    }

    fn up(&mut self, name: &Name, path: &str, key: Option<i64>, is_again: bool) {
        let Some(file) = self.text(path) else {
            return self.leave_out(path);
        };
        let Some(version) = key else {
            self.faults.push(Fault::NoNumber { file, path: path.to_owned() });
            return self.leave_out(path);
        };
        let text = self.history.files.get(file).text.clone();
        if let Some(earlier) = self.history.migrations.last().filter(|_| is_again) {
            self.history.unseen.pair(earlier.file, file);
            let earlier = self.history.migrations.len() - 1;
            self.faults.push(Fault::DuplicateVersion { file, earlier });
        }
        let mut statements = statements(&text);
        let mut problems = Vec::new();
        let foreign_keys = directive::attach(file, &text, &mut statements, self.rules, &mut problems);
        let fault = |(place, problem)| Fault::Directive { place, problem };
        self.faults.extend(problems.into_iter().map(fault));
        if let Some(unread) = tool::unread(&text, &statements) {
            match unread.means {
                // The way forward is SQL that can be checked.
                Means::Back => statements.retain(|found| found.range.start < unread.range.start),
                Means::Template | Means::End => {
                    self.history.unseen.leave_blank(file, &text);
                    statements.clear();
                }
            }
            self.unread.entry((unread.tool, unread.means)).or_default().push((file, unread));
        }
        let checksum = Checksum::of(&text);
        let previous = self.history.migrations.last().map(|last| last.chain).unwrap_or_default();
        self.history.migrations.push(Migration {
            version,
            label: name.label.clone(),
            name: name.name.clone(),
            file,
            down: None,
            statements,
            down_statements: Vec::new(),
            foreign_keys,
            checksum,
            chain: previous.chain(version, checksum),
        });
    }

    fn down(&mut self, name: &Name, path: &str) {
        let Some(file) = self.text(path) else { return };
        // By version alone: in real histories the rest of the name is now and then spelled in two ways.
        let is_its = |up: &Migration| {
            let number = digits(&up.label);
            let stem = format!("{}/", name.stem);
            (!number.is_empty() && number == name.number())
                || self.history.files.get(up.file).path.starts_with(&stem)
        };
        let Some(at) = self.history.migrations.iter().position(is_its) else {
            return self.faults.push(Fault::DownWithoutUp { file, path: path.to_owned() });
        };
        let text = &self.history.files.get(file).text;
        let up = &mut self.history.migrations[at];
        up.down = Some(file);
        up.down_statements = statements(text);
        // Nothing of ours runs the way back, so what is odd about its directives stops nothing.
        directive::attach(file, text, &mut up.down_statements, self.rules, &mut Vec::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::read;
    use crate::checks::files::unreadable;
    use crate::diagnostic::Diagnostic;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        dir
    }

    fn codes(files: &[(&str, &[u8])]) -> Vec<(&'static str, String)> {
        let (history, diagnostics) = read(folder(files).path());
        let path = |diagnostic: &Diagnostic| history.files.get(diagnostic.place.file).path.clone();
        diagnostics.iter().map(|diagnostic| (diagnostic.rule.code, path(diagnostic))).collect()
    }

    #[test]
    fn order_is_numeric() {
        let dir = folder(&[
            ("10_c.sql", b"SELECT 1"),
            ("9_b.sql", b"SELECT 1"),
            ("0_a.sql", b""),
            ("README.md", b""),
        ]);
        let (history, diagnostics) = read(dir.path());
        assert_eq!(diagnostics, []);
        assert_eq!(history.migrations.iter().map(|found| found.version).collect::<Vec<_>>(), [0, 9, 10]);
        assert_eq!(history.inputs, ["0_a.sql", "9_b.sql", "10_c.sql"]);
    }

    #[test]
    fn down_files_find_their_migration() {
        let dir = folder(&[("1_a.up.sql", b""), ("1_a.down.sql", b""), ("2_b.up.sql", b"")]);
        let (history, diagnostics) = read(dir.path());
        assert_eq!(diagnostics, []);
        assert!(history.migrations[0].down.is_some() && history.migrations[1].down.is_none());
        assert_eq!(codes(&[("1_a.up.sql", b""), ("2_a.down.sql", b"")])[0].0, "bad_file_name");
        assert_eq!(codes(&[("1_a.up.sql", b""), ("1_b.down.sql", b"")]), []);
    }

    #[test]
    fn legacy_databases_are_no_migrations() {
        let dir = folder(&[("1_a.sql", b"SELECT 1"), ("legacy/v0.9.sql", b""), ("legacy/old/1.SQL", b"")]);
        let (history, diagnostics) = read(dir.path());
        assert_eq!(diagnostics, []);
        assert_eq!((history.migrations.len(), history.legacy.len()), (1, 2));
        assert_eq!(history.inputs, ["1_a.sql", "legacy/old/1.SQL", "legacy/v0.9.sql"]);
        assert_eq!(codes(&[("legacy/v0.9.sql", b"")])[0].0, "no_migrations");
        assert_eq!(codes(&[("1_a.sql", b""), ("legacy/v1.sql", b"\xff")])[0].0, "unreadable");
    }

    #[test]
    fn nothing_is_dropped_silently() {
        assert_eq!(
            codes(&[("1_a.sql", b""), ("old/x.sql", b"")]),
            [("bad_file_name", "old/x.sql".to_owned())]
        );
        assert_eq!(codes(&[("1_a.sql", b""), ("2_a.SQL", b"")]), [("bad_file_name", "2_a.SQL".to_owned())]);
        assert_eq!(codes(&[("1_a.sql", b""), (".#1_a.sql", b""), (".git/x.sql", b"")]), []);
        assert_eq!(
            codes(&[("1_a.sql", b""), ("01_b.sql", b"")]),
            [("duplicate_version", "1_a.sql".to_owned())]
        );
        let mixed = codes(&[("1_a.sql", b""), ("2_b.sql", b""), ("3_c/up.sql", b"")]);
        assert_eq!(mixed, [("mixed_layouts", "3_c/up.sql".to_owned())]);
        assert_eq!(codes(&[]), [("no_migrations", String::new())]);
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_no_text_is_named() {
        use std::os::unix::ffi::OsStrExt;
        let dir = folder(&[("1_a.sql", b"")]);
        let name = std::ffi::OsStr::from_bytes(b"2_caf\xe9.sql");
        std::fs::write(dir.path().join(name), "").unwrap();
        assert_eq!(read(dir.path()).1[0].rule.code, "bad_file_name");
    }

    /// A named pipe, on which whoever opens it waits.
    #[cfg(unix)]
    fn pipe(path: &Path) {
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    }

    /// What is said of a folder with a migration and something that `make` puts beside it.
    #[cfg(unix)]
    fn beside(name: &str, make: impl FnOnce(&Path)) -> Vec<String> {
        let dir = folder(&[("1_a.sql", b"SELECT 1")]);
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        make(&path);
        assert!(stamp(dir.path()).is_some());
        read(dir.path()).1.into_iter().map(|found| found.message).collect()
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_read() {
        use std::os::unix::fs::symlink;
        use std::os::unix::net::UnixListener;
        for name in ["2_b.sql", "legacy/v1.sql", "onward.toml", "onward.lock"] {
            let not_a_file = |what| vec![format!("cannot read `{name}`: it is {what}, not a file")];
            assert_eq!(beside(name, pipe), not_a_file("a pipe"));
            assert_eq!(beside(name, |path| drop(UnixListener::bind(path).unwrap())), not_a_file("a socket"));
            assert_eq!(beside(name, |path| symlink("/dev/zero", path).unwrap()), not_a_file("a device"));
            assert_eq!(beside(name, |path| fs::create_dir(path).unwrap()), not_a_file("a folder"));
            let circle = beside(name, |path| {
                symlink(path, path.with_extension("other")).unwrap();
                symlink(path.with_extension("other"), path).unwrap();
            });
            assert!(circle[0].starts_with(&format!("cannot read `{name}`: ")), "{circle:?}");
        }
        // A link to a file is that file.
        let dir = folder(&[("1_a.sql", b"SELECT 1"), ("old", b"SELECT 2")]);
        symlink("old", dir.path().join("link")).unwrap();
        symlink("link", dir.path().join("2_b.sql")).unwrap();
        let (history, diagnostics) = read(dir.path());
        assert_eq!((history.migrations.len(), diagnostics), (2, Vec::new()));
    }

    #[cfg(unix)]
    #[test]
    fn links_between_folders_end() {
        use std::os::unix::fs::symlink;
        for target in [".", "..", "/"] {
            let found = beside("loop", |path| symlink(target, path).unwrap());
            assert_eq!(found, ["cannot read `loop`: it is a link that leads back to a folder around it"]);
        }
        // Two that lead to each other, and many ways through them.
        let elsewhere = tempfile::tempdir().unwrap();
        for from in ["a", "b"] {
            fs::create_dir(elsewhere.path().join(from)).unwrap();
        }
        for (from, to) in [("a", "b"), ("b", "a")] {
            for number in 0..8 {
                let link = elsewhere.path().join(from).join(format!("{number}"));
                symlink(elsewhere.path().join(to), link).unwrap();
            }
        }
        let found = beside("more", |path| symlink(elsewhere.path().join("a"), path).unwrap());
        assert_eq!(found.len(), 64, "{found:?}");
        let dir = folder(&[("1_a/up.sql", b"SELECT 1"), ("old/up.sql", b"SELECT 2")]);
        fs::rename(dir.path().join("old"), elsewhere.path().join("old")).unwrap();
        symlink(elsewhere.path().join("old"), dir.path().join("2_b")).unwrap();
        let (history, diagnostics) = read(dir.path());
        assert_eq!((history.migrations.len(), diagnostics), (2, Vec::new()));
    }

    #[test]
    fn sizes_end_somewhere() {
        let dir = folder(&[("1_a.sql", b"SELECT 1")]);
        let large = fs::File::create(dir.path().join("2_b.sql")).unwrap();
        large.set_len(regular::LARGEST + 1).unwrap();
        assert_eq!(read(dir.path()).1[0].message, "cannot read `2_b.sql`: it has more than 64 MiB");

        let path = "d/".repeat(DEPTH + 1) + "1_a.sql";
        let found = read(folder(&[("1_a.sql", b""), (&path, b"")]).path()).1;
        let deep = format!("cannot read `{}d`: it lies below more than {DEPTH} folders", "d/".repeat(DEPTH));
        assert_eq!(found[0].message, deep);

        let mut listing = Listing { entries: MOST, ..Listing::default() };
        let (path, error) = listing.folder(dir.path(), "", 0).unwrap_err();
        let many = unreadable::folder(FileId::default(), &path, &error);
        let shown = dir.path().display();
        let expected =
            format!("cannot read the folder `{shown}`: more than 100000 files and folders lie below it");
        assert_eq!(many.message, expected);
    }

    #[test]
    fn what_is_no_text_is_unreadable() {
        for bytes in [&b"SELECT '\xff'"[..], b"\xff\xfeS\0", b"SELECT 1;\0"] {
            assert_eq!(codes(&[("1_a.sql", bytes)]), [("unreadable", "1_a.sql".to_owned())]);
        }
        let missing = read(Path::new("no/such/folder")).1;
        assert_eq!(missing[0].rule.code, "unreadable");
    }
}
