//! The file around what is kept: what it is, its keys, and the sums of its parts, without which nothing in them is read.

use super::key::Key;
use super::sum::{self, Sum};
use crate::record::{self, Bytes, Record, record};

/// What every such file begins with.
const MAGIC: [u8; 8] = *b"onward\x00\x03";

/// What stands before the parts.
pub(super) struct Head {
    magic: [u8; 8],
    /// The key of the whole.
    pub(super) key: Key,
    /// The key of the locked migrations and the sum of what belongs to them; `None` if there are none.
    locked: Option<(Key, [u8; sum::SIZE])>,
    /// How many bytes belong to the locked migrations.
    size: u64,
}
record!(Head { magic, key, locked, size });

impl Head {
    /// What a file says of itself, before anything in it is believed.
    pub(super) fn read(bytes: &[u8]) -> Option<Head> {
        Record::read(&mut Bytes(bytes)).filter(|head: &Head| head.magic == MAGIC)
    }

    /// The key of the locked migrations.
    pub(super) fn locked(&self) -> Option<Key> {
        self.locked.map(|(key, _)| key)
    }

    /// How many bytes it takes itself.
    fn length(&self) -> usize {
        record::bytes(self).len()
    }
}

/// What belongs to the locked migrations, as it stands in a file.
#[derive(Clone, Copy)]
pub(super) struct OfLocked<'b> {
    pub(super) key: Key,
    pub(super) bytes: &'b [u8],
    sum: [u8; sum::SIZE],
}

impl<'b> OfLocked<'b> {
    pub(super) fn of(key: Key, bytes: &'b [u8]) -> OfLocked<'b> {
        OfLocked { key, bytes, sum: sum([&record::bytes(&key), bytes]) }
    }
}

/// The bytes of a file.
pub(super) fn pack(key: Key, locked: Option<OfLocked<'_>>, whole: &[u8]) -> Vec<u8> {
    let of_locked = locked.map_or(&[][..], |locked| locked.bytes);
    let locked = locked.map(|locked| (locked.key, locked.sum));
    let head = record::bytes(&Head { magic: MAGIC, key, locked, size: of_locked.len() as u64 });
    let sum = sum([&head, whole]);
    [&head, of_locked, whole, &sum].concat()
}

/// What a file holds of the whole; `None` if a byte of it is another than was written. The part of the locked migrations is
/// not looked at, which nobody who asks for the whole reads.
pub(super) fn whole(bytes: &[u8]) -> Option<&[u8]> {
    let (bytes, end) = bytes.split_at_checked(bytes.len().checked_sub(sum::SIZE)?)?;
    let head = Head::read(bytes)?;
    let (start, rest) = bytes.split_at_checked(head.length())?;
    let (_, whole) = rest.split_at_checked(head.size.try_into().ok()?)?;
    (sum([start, whole]) == *end).then_some(whole)
}

/// What a file holds of the locked migrations; `None` if it holds nothing of them, or if a byte of it is another than was written.
pub(super) fn locked(bytes: &[u8]) -> Option<OfLocked<'_>> {
    let head = Head::read(bytes)?;
    let (key, sum) = head.locked?;
    let rest = bytes.get(head.length()..bytes.len().checked_sub(sum::SIZE)?)?;
    let found = OfLocked::of(key, rest.get(..head.size.try_into().ok()?)?);
    (found.sum == sum).then_some(found)
}

/// Whether no byte of a file is another than was written.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let has_locked = || Head::read(bytes).is_some_and(|head| head.locked.is_some() || head.size > 0);
    whole(bytes).is_some() && (!has_locked() || locked(bytes).is_some())
}

fn sum(parts: [&[u8]; 2]) -> [u8; sum::SIZE] {
    let mut sum = Sum::new();
    parts.iter().for_each(|part| sum.add(part));
    sum.finish()
}
