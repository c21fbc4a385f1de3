//! Reads a folder into a [`History`].

use std::collections::BTreeMap;
use std::path::Path;

use super::bad_name::BadName;
use super::fault::{Fault, Faults};
use super::history::History;
use super::layout::{self, Direction, Layout, Name};
use super::listing::{self, Listing};
pub use super::listing::{Stamp, bytes, stamp};
use super::lock;
use super::order::{By, Order, Versions, keys};
pub use super::package::{configured, is_workspace_root, of_package};
use super::signs::Signs;
use super::source::{Named, Source};
use super::stub;
use super::tool::Tool;
use super::tool::around::Around;
use super::tool::drizzle::{self, Journal};
use crate::diagnostic::rule::Rule;
use crate::file::FileId;

/// In this folder below that of the migrations lie databases of old releases, and no migrations.
const LEGACY: &str = "legacy/";

/// Reads a folder, whose settings and directives may name these rules: everything that could be read, and what is wrong
/// with the rest.
pub fn read(dir: &Path, rules: &'static [&'static Rule]) -> (History, Faults) {
    let history = History { dir: dir.to_owned(), ..History::default() };
    let mut source = Source {
        history,
        rules,
        faults: Vec::new(),
        unread: BTreeMap::new(),
        bytes: BTreeMap::new(),
        journal: None,
        metadata: BTreeMap::new(),
    };
    match listing::list(dir) {
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

impl Source {
    fn files(&mut self, paths: Vec<String>) {
        let (legacy, paths): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.starts_with(LEGACY));
        let (sql, beside): (Vec<_>, Vec<_>) =
            paths.into_iter().partition(|path| path.to_ascii_lowercase().ends_with(".sql"));
        let mut signs = Signs { around: Around::of(&self.history.dir), ..Signs::default() };
        let code = self.beside(beside, &mut signs);
        let (mut names, mut bad) = (Vec::new(), Vec::new());
        for path in sql {
            match layout::parse(&path) {
                Ok(name) => names.push((name, path)),
                Err(found) => bad.push((found, path)),
            }
        }
        names.iter().for_each(|(name, path)| self.look_into(name.layout, path, &mut signs));
        self.tell_apart(&mut names, &signs);
        let runs_all = self.history.versions.by == By::NumberAndName;
        bad.retain(|(_, path)| match layout::unnumbered(path).filter(|_| runs_all) {
            Some(name) => {
                names.push((name, path.clone()));
                false
            }
            None => true,
        });
        self.bad_names(bad);
        self.code(code, names.is_empty());
        self.mixed_layouts(&names);
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

    /// Finds out whose the folder is, and by what its versions are compared.
    fn tell_apart(&mut self, names: &mut [Named], signs: &Signs) {
        let mut counts = BTreeMap::<Layout, usize>::new();
        let is_up = |name: &Name| name.direction == Direction::Up || name.is_undo();
        let up = names.iter().filter(|(name, _)| is_up(name));
        up.for_each(|(name, _)| *counts.entry(name.layout).or_default() += 1);
        let layout = counts.into_iter().max_by_key(|(_, count)| *count).map(|(layout, _)| layout);
        let main: Vec<&Name> =
            names.iter().map(|(name, _)| name).filter(|name| Some(name.layout) == layout).collect();
        let tool = signs.tool(layout, &main);
        self.history.layout = layout;
        self.history.tool = tool;
        let journal = (tool == Some(Tool::Drizzle)).then(|| self.journal.take()).flatten();
        let journal = journal.filter(|_| layout == Some(Layout::Plain));
        let has_journal = journal.is_some();
        let list = journal.and_then(|journal| self.listed(journal, names));
        // wrangler runs them all.
        let by = if has_journal && list.is_none() { Some(Tool::D1) } else { tool };
        self.history.versions = Versions::of(by, layout, list);
        if tool == Some(Tool::Refinery) {
            // Nothing goes back there: these run like the others.
            let undo = names.iter_mut().filter(|(name, _)| name.is_undo());
            undo.for_each(|(name, _)| name.direction = Direction::Up);
        }
    }

    /// The journal's list, if all files are in it. What is locked is onward's, whatever the journal says of later ones.
    fn listed(&mut self, (file, journal): (FileId, Journal), names: &[Named]) -> Option<Vec<String>> {
        if self.history.lock.is_some() || self.history.config.by_name.is_some() {
            return Some(journal.tags);
        }
        let is_there = |tag: &&String| names.iter().any(|(name, _)| name.stem == **tag);
        let missing: Vec<String> =
            journal.tags.iter().filter(|tag| !is_there(tag)).map(|tag| format!("{tag}.sql")).collect();
        if !missing.is_empty() {
            let file = self.unshown(drizzle::JOURNAL);
            self.faults.push(Fault::NotThere { file, paths: missing });
        }
        let unlisted = names.iter().filter(|(name, _)| !journal.tags.contains(&name.stem));
        let unlisted: Vec<String> = unlisted.map(|(_, path)| path.clone()).collect();
        if unlisted.is_empty() {
            self.skipped(file, &journal);
            return Some(journal.tags);
        }
        let file = self.unshown(&unlisted[0]);
        self.faults.push(Fault::Unlisted { file, paths: unlisted });
        None
    }

    /// What drizzle would not run everywhere.
    fn skipped(&mut self, file: FileId, journal: &Journal) {
        let Some((tag, before)) = journal.skipped() else { return };
        let name = format!("\"{tag}\"");
        let found = self.history.files.get(file).text.find(&name);
        // It may be written with escapes.
        let entry = found.map_or(file.start(), |start| file.at(start..start + name.len()));
        self.faults.push(Fault::Skipped { entry, tag: tag.to_owned(), before: before.to_owned() });
    }

    fn bad_names(&mut self, found: Vec<(BadName, String)>) {
        let mut bad = BTreeMap::new();
        for (found, path) in found {
            self.leave_out(&path);
            let group = (found.tool, found.group.clone());
            bad.entry(group).or_insert_with(|| (found, Vec::new())).1.push(path);
        }
        let mut bad: Vec<(BadName, Vec<String>)> = bad.into_values().collect();
        bad.sort_by(|(_, a), (_, b)| a.cmp(b));
        for (name, paths) in bad {
            let file = self.unshown(&paths[0]);
            self.faults.push(Fault::BadName { file, paths, name });
        }
    }

    /// The layout of most files is the folder's; the others are what does not fit, but for what takes back one of them.
    fn mixed_layouts(&mut self, names: &[Named]) {
        let main = self.history.layout;
        let takes_back = |name: &Name| {
            let mut up = names.iter().filter(|(up, _)| up.direction == Direction::Up);
            name.layout == Layout::Folders
                && name.direction == Direction::Down
                && up.any(|(up, _)| up.stem == name.stem && up.layout != Layout::Folders)
        };
        let mut others = BTreeMap::<Layout, Vec<String>>::new();
        for (name, path) in names.iter().filter(|(name, _)| Some(name.layout) != main && !takes_back(name)) {
            others.entry(name.layout).or_default().push(path.clone());
        }
        for (layout, paths) in others {
            let file = self.unshown(&paths[0]);
            self.faults.push(Fault::MixedLayouts { file, paths, layout });
        }
    }

    fn migrations(&mut self, names: Vec<Named>) {
        let versions = self.history.versions.clone();
        // A version that is a text has no place among numbers.
        let (mut names, strays): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|(name, _)| versions.has_place(name));
        strays.iter().for_each(|(_, path)| self.leave_out(path));
        let (order, is_settled) = self.order(&versions);
        names.sort_by_cached_key(|(name, path)| (versions.place(name, order), path.clone()));
        let (down, up): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|(name, _)| name.direction == Direction::Down);
        let is_again = |at: usize| at > 0 && versions.is_same(&up[at - 1].0, &up[at].0, order);
        let is_again: Vec<bool> = (0..up.len()).map(is_again).collect();
        let firsts = (0..up.len()).filter(|&at| !is_again[at]).map(|at| up[at].0.label.as_str());
        let mut keys = keys(firsts).into_iter();
        let mut key = None;
        for (at, (name, path)) in up.iter().enumerate() {
            if !is_again[at] {
                key = keys.next().flatten();
            }
            self.up(name, path, key, is_again[at]);
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
        if self.history.config.by_name.is_some() {
            self.history.order = Order::Name;
            return (Order::Name, true);
        }
        let lock = self.history.lock.filter(|_| !versions.is_of_numbers());
        let text = lock.map(|file| self.history.files.get(file).text.as_str());
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
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::analyze::read;
    use crate::checks::files::unreadable_file;
    use crate::diagnostic::Diagnostic;
    use crate::folder::listing::MOST;
    use crate::folder::regular::{self, DEPTH};

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
        assert_eq!(codes(&[("1_a.sql", b""), ("legacy/v1.sql", b"\xff")])[0].0, "unreadable_file");
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
        let many = unreadable_file::folder(FileId::default(), &path, &error);
        let shown = dir.path().display();
        let expected =
            format!("cannot read the folder `{shown}`: more than 100000 files and folders lie below it");
        assert_eq!(many.message, expected);
    }

    #[test]
    fn what_is_no_text_is_unreadable() {
        for bytes in [&b"SELECT '\xff'"[..], b"\xff\xfeS\0", b"SELECT 1;\0"] {
            assert_eq!(codes(&[("1_a.sql", bytes)]), [("unreadable_file", "1_a.sql".to_owned())]);
        }
        let missing = read(Path::new("no/such/folder")).1;
        assert_eq!(missing[0].rule.code, "unreadable_file");
    }
}
