//! Reads a packed history, where it lies.

use super::names::{NameReader, Names};
use super::number::Reader;
use super::source::Statement;
use crate::checksum::Checksum;
use crate::ledger::Ledger;

pub(super) const FOREIGN_KEYS: usize = 1;
pub(super) const DOWN: usize = 2;
pub(super) const HOOK: usize = 4;
pub(super) const STRINGS: usize = 1;
pub(super) const UNDONE: usize = 2;

/// What comes before the places of the records.
const HEAD: usize = 3 * 4 + 2 * 32;

/// A packed history. To make one costs nothing; what is asked for is read then.
#[derive(Debug, Clone, Copy)]
pub struct Packed<'p> {
    text: &'p str,
    table: &'p [u8],
}

/// A migration of it.
#[derive(Debug, Clone, Copy)]
pub struct PackedStep<'p> {
    /// Its number in the ledger.
    pub version: i64,
    /// The sum of its text.
    pub checksum: Checksum,
    /// Whether foreign keys are enforced while it runs.
    pub foreign_keys: bool,
    /// Whether its file says that a function of the application runs after it.
    pub hook: bool,
    /// Its file.
    pub up: PackedFile<'p>,
    /// The file that takes it back.
    pub down: Option<PackedFile<'p>>,
}

/// A file of it.
#[derive(Debug, Clone, Copy)]
pub struct PackedFile<'p> {
    /// Its path.
    pub path: &'p str,
    /// The version as the path writes it.
    pub label: &'p str,
    /// The name behind the version.
    pub name: &'p str,
    /// Its text.
    pub sql: &'p str,
    statements: Reader<'p>,
}

impl<'p> Packed<'p> {
    /// What [`pack`](super::pack) has made, text and table. Of anything else it reads something, and does not panic.
    pub const fn new(text: &'p str, table: &'p [u8]) -> Packed<'p> {
        Packed { text, table }
    }

    /// How many migrations there are.
    pub fn len(self) -> usize {
        // No more than there is room for, whatever it says.
        self.word(0).min(self.table.len() / 4)
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The oldest SQLite that runs them, as SQLite numbers its versions.
    pub fn sqlite(self) -> i32 {
        i32::try_from(self.word(4)).unwrap_or_default()
    }

    /// The fingerprint of its objects after the last migration.
    pub fn fingerprint(self) -> [u8; 32] {
        Reader(self.behind(12)).sum()
    }

    /// The chain of the last migration.
    pub fn chain(self) -> Checksum {
        Checksum(Reader(self.behind(44)).sum())
    }

    /// The migration at this index.
    pub fn step(self, index: usize) -> PackedStep<'p> {
        let mut record = Reader(self.record(self.word(HEAD + 4 * index)));
        let flags = record.number();
        let (version, checksum) = (record.signed(), Checksum(record.sum()));
        let up = self.file(&mut record);
        let down = (flags & DOWN != 0).then(|| self.file(&mut record));
        let is = |flag: usize| flags & flag != 0;
        PackedStep { version, checksum, foreign_keys: is(FOREIGN_KEYS), hook: is(HOOK), up, down }
    }

    /// The table in which it is written what of it has run.
    pub fn ledger(self) -> Ledger<'p> {
        Ledger::of(self.name_reader().name())
    }

    /// The tables that others make, each with the statement that makes its stub.
    pub fn external(self) -> Vec<(&'p str, &'p str)> {
        let mut names = self.name_reader();
        names.name();
        names.external()
    }

    /// What it makes, and what it needs of the application.
    pub fn names(self) -> Names<'p> {
        let mut names = self.name_reader();
        Names {
            ledger: names.name(),
            external: names.external(),
            functions: names.functions(),
            release: names.name(),
            works_with: names.list(),
            collations: names.list(),
            objects: names.list(),
        }
    }

    fn word(self, at: usize) -> usize {
        Reader(self.behind(at)).word() as usize
    }

    fn behind(self, at: usize) -> &'p [u8] {
        self.table.get(at..).unwrap_or_default()
    }

    fn name_reader(self) -> NameReader<'p> {
        let mut numbers = Reader(self.record(self.word(8)));
        NameReader::new(self.text.get(numbers.number()..).unwrap_or_default(), numbers)
    }

    /// What is at this place behind the places of the records.
    fn record(self, place: usize) -> &'p [u8] {
        self.behind(HEAD + 4 * self.len()).get(place..).unwrap_or_default()
    }

    fn file(self, record: &mut Reader<'p>) -> PackedFile<'p> {
        let from = record.number();
        let text = self.text.get(from..).unwrap_or_default();
        let path = text.get(..record.number()).unwrap_or_default();
        let [label, name, sql] = [(); 3].map(|()| {
            let (start, length) = (record.number(), record.number());
            text.get(start..start.saturating_add(length)).unwrap_or_default()
        });
        let length = record.number();
        PackedFile { path, label, name, sql, statements: Reader(record.bytes(length)) }
    }
}

impl<'p> PackedFile<'p> {
    /// The statements that run, in order.
    pub fn statements(self) -> impl Iterator<Item = Statement> + use<'p> {
        let (mut left, mut behind) = (self.statements, 0_usize);
        std::iter::from_fn(move || {
            if left.is_empty() {
                return None;
            }
            let start = behind.saturating_add(left.number());
            let length = left.number();
            behind = start.saturating_add(length >> 2);
            let is = |flag: usize| length & flag != 0;
            Some(Statement { start, end: behind, strings: is(STRINGS), undone: is(UNDONE) })
        })
    }
}
