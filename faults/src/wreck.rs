//! What a power cut leaves of some files: all that was synced, and of the rest whatever chance has it.

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::fs;
use std::path::{Path, PathBuf};

use fastrand::Rng;
use onward::rusqlite::ffi;

/// What is torn apart is never smaller than this: SQLite counts on nothing larger being written at once.
const SECTOR: u64 = 512;

/// How much of what is not synced is lost.
#[derive(Debug, Clone, Copy)]
pub enum Loss {
    All,
    Nothing,
    /// Sector by sector and file by file as this seed has it: kept, lost, or garbage.
    Some(u64),
}

/// Files as they are on the platter, and what has been done to them since, in order.
#[derive(Debug, Default)]
pub struct Wreck {
    files: Vec<File>,
    /// Which file has which name, and what has become of names since.
    names: BTreeMap<PathBuf, usize>,
    renamed: Vec<Vec<Name>>,
    /// Every name that a file has had.
    seen: Vec<PathBuf>,
}

/// That a file has this name now, or none has. What a call does to several names is done or is not.
type Name = (PathBuf, Option<usize>);

#[derive(Debug)]
struct File {
    bytes: Vec<u8>,
    since: Vec<Change>,
    /// SQLite's VFS syncs the folder with a new journal or WAL.
    syncs_folder: bool,
}

#[derive(Debug)]
enum Change {
    Write(u64, Vec<u8>),
    Truncate(u64),
}

const SYNC_FOLDER: c_int =
    ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL | ffi::SQLITE_OPEN_WAL;

impl Wreck {
    /// The number of a file, from one.
    pub(crate) fn opened(&mut self, path: &Path, flags: c_int, is_new: bool) -> u64 {
        if let (Some(known), false) = (self.known(path), is_new) {
            return known as u64 + 1;
        }
        let file = self.files.len();
        self.seen.push(path.to_owned());
        self.files.push(File {
            bytes: if is_new { Vec::new() } else { fs::read(path).unwrap_or_default() },
            since: Vec::new(),
            syncs_folder: is_new && flags & SYNC_FOLDER != 0,
        });
        if is_new {
            self.renamed.push(vec![(path.to_owned(), Some(file))]);
        } else {
            self.names.insert(path.to_owned(), file);
        }
        file as u64 + 1
    }

    /// Which file has this name now.
    fn known(&self, path: &Path) -> Option<usize> {
        let now = self.renamed.iter().flatten().rev().find(|(name, _)| name == path);
        now.map_or_else(|| self.names.get(path).copied(), |(_, file)| *file)
    }

    /// The number of a file that is there.
    pub(crate) fn number(&mut self, path: &Path) -> u64 {
        self.opened(path, 0, false)
    }

    pub(crate) fn linked(&mut self, from: &Path, to: &Path) {
        let file = self.number(from) as usize - 1;
        self.renamed.push(vec![(to.to_owned(), Some(file))]);
    }

    pub(crate) fn renamed(&mut self, from: &Path, to: &Path) {
        let file = self.known(from);
        self.renamed.push(vec![(from.to_owned(), None), (to.to_owned(), file)]);
    }

    fn file(&mut self, number: u64) -> Option<&mut File> {
        self.files.get_mut(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    pub(crate) fn written(&mut self, number: u64, at: u64, bytes: &[u8]) {
        if let Some(file) = self.file(number) {
            file.since.push(Change::Write(at, bytes.to_vec()));
        }
    }

    pub(crate) fn truncated(&mut self, number: u64, length: u64) {
        if let Some(file) = self.file(number) {
            file.since.push(Change::Truncate(length));
        }
    }

    pub(crate) fn synced(&mut self, number: u64) {
        let Some(file) = self.file(number) else { return };
        file.bytes = file.after(&mut Chance::Keep);
        file.since.clear();
        if std::mem::take(&mut file.syncs_folder) {
            self.synced_folder();
        }
    }

    pub(crate) fn synced_folder(&mut self) {
        self.names = self.names(&mut Chance::Keep);
        self.renamed.clear();
    }

    pub(crate) fn deleted(&mut self, path: &Path, sync_folder: bool) {
        self.renamed.push(vec![(path.to_owned(), None)]);
        if sync_folder {
            self.synced_folder();
        }
    }

    fn names(&self, chance: &mut Chance) -> BTreeMap<PathBuf, usize> {
        let mut names = self.names.clone();
        for (name, file) in self.renamed.iter().filter(|_| chance.keeps()).flatten() {
            match file {
                Some(file) => drop(names.insert(name.clone(), *file)),
                None => drop(names.remove(name)),
            }
        }
        names
    }

    /// Makes of a copy of the database, with nothing beside it, what the machine finds when it starts again.
    pub fn write(&self, database: &Path, loss: Loss) {
        let mut chance = match loss {
            Loss::All => Chance::Lose,
            Loss::Nothing => Chance::Keep,
            Loss::Some(seed) => Chance::Random(Rng::with_seed(seed)),
        };
        let place =
            |name: &Path| database.with_file_name(name.file_name().expect("these are files, not folders"));
        self.seen.iter().for_each(|name| drop(fs::remove_file(place(name))));
        let mut written: BTreeMap<usize, PathBuf> = BTreeMap::new();
        for (name, file) in self.names(&mut chance) {
            let name = place(&name);
            match written.get(&file) {
                Some(first) => fs::hard_link(first, &name),
                None => fs::write(&name, self.files[file].after(&mut chance)),
            }
            .expect("it can be written");
            written.insert(file, name);
        }
        // Shared memory is a file as well, which nobody ever syncs.
        if let Some(garbage) = chance.garbage(1 << 15).filter(|_| database.exists()) {
            let mut name = database.as_os_str().to_owned();
            name.push("-shm");
            fs::write(name, garbage).expect("it can be written");
        }
    }
}

enum Chance {
    Keep,
    Lose,
    Random(Rng),
}

impl Chance {
    fn keeps(&mut self) -> bool {
        match self {
            Chance::Keep => true,
            Chance::Lose => false,
            Chance::Random(random) => random.bool(),
        }
    }

    /// What may be found instead of so many bytes.
    fn garbage(&mut self, length: usize) -> Option<Vec<u8>> {
        match self {
            Chance::Random(random) => (random.u8(0..8) == 0)
                .then(|| std::iter::repeat_with(|| random.u8(..)).take(length).collect()),
            _ => None,
        }
    }
}

impl File {
    /// The bytes with what has been done to them, as far as chance keeps it.
    fn after(&self, chance: &mut Chance) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        for change in &self.since {
            match change {
                Change::Write(at, new) => write(&mut bytes, *at, new, chance),
                Change::Truncate(length) if chance.keeps() => bytes.truncate(*length as usize),
                Change::Truncate(_) => {}
            }
        }
        bytes
    }
}

/// Writes sector by sector. What lies beyond the end may be there before its contents are, as zeros or as anything.
fn write(bytes: &mut Vec<u8>, mut at: u64, mut new: &[u8], chance: &mut Chance) {
    while !new.is_empty() {
        let length = (SECTOR - at % SECTOR).min(new.len() as u64) as usize;
        let (sector, rest) = new.split_at(length);
        let garbage = chance.garbage(length);
        if garbage.is_some() || chance.keeps() {
            let start = at as usize;
            if bytes.len() < start + length {
                bytes.resize(start + length, 0);
            }
            bytes[start..start + length].copy_from_slice(garbage.as_deref().unwrap_or(sector));
        }
        (at, new) = (at + length as u64, rest);
    }
}
