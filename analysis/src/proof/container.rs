//! The file around what is kept: what it is, its keys, and the sum of all of it, without which nothing in it is read.

use sha2::{Digest, Sha256};

use super::key::Key;
use crate::record::{Bytes, Record, record};

/// What every such file begins with.
const MAGIC: [u8; 8] = *b"onward\x00\x01";

/// How long its sum is, which stands at its end.
const SUM: usize = 32;

/// What stands before the parts.
pub(super) struct Head {
    magic: [u8; 8],
    /// The key of the whole.
    pub(super) key: Key,
    /// The key of the locked migrations; `None` if there are none.
    pub(super) locked: Option<Key>,
    /// How many bytes belong to the locked migrations.
    size: u64,
}
record!(Head { magic, key, locked, size });

impl Head {
    /// What a file says of itself, before anything in it is believed.
    pub(super) fn read(bytes: &[u8]) -> Option<Head> {
        Record::read(&mut Bytes(bytes)).filter(|head: &Head| head.magic == MAGIC)
    }
}

/// The bytes of a file.
pub(super) fn pack(key: Key, locked: Option<Key>, parts: [&[u8]; 2]) -> Vec<u8> {
    let [whole, of_locked] = parts;
    let head = Head { magic: MAGIC, key, locked, size: of_locked.len() as u64 };
    let mut bytes = Vec::new();
    head.write(&mut bytes);
    bytes.extend(of_locked);
    bytes.extend(whole);
    let sum = Sha256::digest(&bytes);
    bytes.extend(&sum[..]);
    bytes
}

/// What a file holds, of the whole and of the locked migrations; `None` if a byte of it is another than was written.
pub(super) fn unpack(bytes: &[u8]) -> Option<[&[u8]; 2]> {
    let (bytes, sum) = bytes.split_at_checked(bytes.len().checked_sub(SUM)?)?;
    if Sha256::digest(bytes)[..] != *sum {
        return None;
    }
    let mut rest = Bytes(bytes);
    let head: Head = Record::read(&mut rest)?;
    let of_locked = rest.take(head.size.try_into().ok()?)?;
    Some([rest.0, of_locked])
}
