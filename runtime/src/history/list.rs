//! Some migrations of a history, one behind the other.

use std::fmt;
use std::ops::Range;

use onward_core::checksum::Checksum;
use onward_core::plan::Known;
use onward_core::version;

use super::embedded::Embedded;
use super::migration::Migration;

/// Migrations in the order in which they run: see [`Migrations::list`](crate::Migrations::list). It is read like a slice.
///
/// ```
/// # let migrations: onward::Migrations = onward::migrations!("../migrations");
/// let list = migrations.list();
/// assert_eq!(list.get(0).map(|first| first.name()), list.first().map(|first| first.name()));
/// assert_eq!(list.last().map(|newest| newest.label()), Some("0010"));
/// for migration in list {
///     println!("{} {}", migration.label(), migration.name());
/// }
/// ```
#[derive(Clone, Copy)]
pub struct List<'m> {
    embedded: Embedded<'m>,
    from: usize,
    to: usize,
}

impl<'m> List<'m> {
    pub(crate) fn new(embedded: Embedded<'m>) -> List<'m> {
        List { embedded, from: 0, to: embedded.packed.len() }
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.to - self.from
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.from == self.to
    }

    /// The one at this index, from zero.
    pub fn get(self, index: usize) -> Option<Migration<'m>> {
        (index < self.len()).then(|| self.at(index))
    }

    /// The one at this index, which is below the length.
    pub(crate) fn at(self, index: usize) -> Migration<'m> {
        Migration::new(self.embedded, self.from + index)
    }

    /// The first.
    pub fn first(self) -> Option<Migration<'m>> {
        self.get(0)
    }

    /// The newest.
    pub fn last(self) -> Option<Migration<'m>> {
        self.get(self.len().checked_sub(1)?)
    }

    /// The version of the newest, and how its file name writes it.
    pub(crate) fn newest(self) -> (Option<i64>, Option<String>) {
        self.last().map(|newest| (newest.version(), newest.label().to_owned())).unzip()
    }

    /// One after the other.
    pub fn iter(self) -> ListIter<'m> {
        ListIter(self)
    }

    pub(crate) fn to_vec(self) -> Vec<Migration<'m>> {
        self.iter().collect()
    }

    /// Those in this range, as far as there are any.
    pub(crate) fn part(self, range: Range<usize>) -> List<'m> {
        let at = |index: usize| (self.from + index).min(self.to);
        let (from, to) = (at(range.start), at(range.end));
        List { from, to: to.max(from), ..self }
    }

    /// For how many migrations a chain stands, if it is for at least so many.
    pub(crate) fn reached(self, chain: Checksum, least: usize) -> Option<usize> {
        if self.embedded.packed.chain() == chain && !self.is_empty() {
            return Some(self.len());
        }
        // Whoever does not stop before the last has the answer: the other chains have to be made.
        let mut counts = least.max(1)..self.len();
        let first = counts.next()?;
        let chains = self.chained().skip(first - 1).map(|(_, found)| found);
        (first..self.len()).zip(chains).find(|(_, found)| *found == chain).map(|(count, _)| count)
    }

    /// Each with the sum of it and all before it.
    pub(crate) fn chained(self) -> impl Iterator<Item = (Migration<'m>, Checksum)> + use<'m> {
        let before = self.first().map_or_else(Checksum::default, Migration::chain_before);
        self.iter().scan(before, |chain, migration| {
            *chain = chain.chain(migration.version(), migration.checksum());
            Some((migration, *chain))
        })
    }

    /// Every statement of them, of their ways back as well.
    pub(crate) fn texts(self) -> impl Iterator<Item = &'m str> {
        let both = self.iter().flat_map(|migration| [Some(migration), migration.back()]).flatten();
        both.flat_map(Migration::statements).map(|(sql, _)| sql)
    }

    /// What the plan has to know of them.
    pub(crate) fn known(self) -> Vec<Known> {
        let known = |found: Migration<'_>| Known { version: found.version(), checksum: found.checksum() };
        self.iter().map(known).collect()
    }

    /// Which of them is meant by a version.
    pub(crate) fn position(self, version: &str) -> Option<usize> {
        version::find(version, self.iter().map(|found| (found.version(), found.label(), found.name())))
    }
}

impl fmt::Debug for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

impl<'m> IntoIterator for List<'m> {
    type Item = Migration<'m>;
    type IntoIter = ListIter<'m>;

    fn into_iter(self) -> ListIter<'m> {
        self.iter()
    }
}

/// The migrations of a [`List`], one after the other.
#[derive(Debug, Clone)]
pub struct ListIter<'m>(List<'m>);

impl<'m> Iterator for ListIter<'m> {
    type Item = Migration<'m>;

    fn next(&mut self) -> Option<Migration<'m>> {
        let next = self.0.first()?;
        self.0.from += 1;
        Some(next)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len(), Some(self.0.len()))
    }
}

impl DoubleEndedIterator for ListIter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let last = self.0.last()?;
        self.0.to -= 1;
        Some(last)
    }
}

impl ExactSizeIterator for ListIter<'_> {}
