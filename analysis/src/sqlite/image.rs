//! A database as bytes, to be kept in a file. The pages of small tables are almost empty, so their zeros are left out.

use crate::record::{Bytes, Record};

/// What is looked at together, and left out if it is zeros: to say so takes about as much room. It is compared whole, since
/// the code of a build is not optimized, and goes byte by byte a hundred times slower.
const BLOCK: usize = 32;

/// More bytes than these has no database of the replay.
const MOST: usize = 256 << 20;

/// The bytes of a database without their zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image(Vec<u8>);

impl Image {
    /// Of the bytes of a database.
    pub(crate) fn of(bytes: &[u8]) -> Image {
        Image(pack(bytes))
    }

    /// The bytes of the database, if these are an image's.
    pub(crate) fn bytes(&self) -> Option<Vec<u8>> {
        unpack(&self.0)
    }
}

impl Record for Image {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.len().write(to);
        to.extend(&self.0);
    }

    fn read(from: &mut Bytes<'_>) -> Option<Image> {
        let length = usize::read(from)?;
        Some(Image(from.take(length)?.to_vec()))
    }
}

/// What of some bytes is not zero.
fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    bytes.len().write(&mut packed);
    let mut at = 0;
    while at < bytes.len() {
        let start = at + blocks(&bytes[at..], true);
        let end = start + blocks(&bytes[start..], false);
        (start - at).write(&mut packed);
        (end - start).write(&mut packed);
        packed.extend(&bytes[start..end]);
        at = end;
    }
    packed
}

/// How many bytes at the front are in blocks that are zeros, or in blocks that are not.
fn blocks(bytes: &[u8], zeros: bool) -> usize {
    const ZEROS: [u8; BLOCK] = [0; BLOCK];
    let mut length = 0;
    while length < bytes.len() {
        let block = &bytes[length..bytes.len().min(length + BLOCK)];
        if (*block == ZEROS[..block.len()]) != zeros {
            break;
        }
        length += block.len();
    }
    length
}

/// The bytes again.
fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut packed = Bytes(packed);
    let size = usize::read(&mut packed).filter(|size| *size <= MOST)?;
    let mut bytes = vec![0; size];
    let mut rest = &mut bytes[..];
    while !rest.is_empty() {
        let (zeros, filled) = (usize::read(&mut packed)?, usize::read(&mut packed)?);
        let (here, behind) = rest.get_mut(zeros..)?.split_at_mut_checked(filled)?;
        here.copy_from_slice(packed.take(filled)?);
        rest = behind;
    }
    packed.0.is_empty().then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_there_again() {
        let mut bytes = vec![0; 9000];
        assert!(pack(&bytes).len() < 40);
        assert_eq!(unpack(&pack(&[])), Some(Vec::new()));
        for (at, byte) in [(0, 1), (100, 2), (110, 3), (5000, 4), (8999, 5)] {
            assert_eq!(Image::of(&bytes).bytes().as_ref(), Some(&bytes));
            bytes[at] = byte;
        }
        assert!(pack(&bytes).len() < 40 + 5 * BLOCK + 60);
        assert_eq!(Image::of(&bytes).bytes(), Some(bytes));
    }

    #[test]
    fn other_bytes_are_refused() {
        let image = Image::of(&[&[1; 40][..], &[0; 300], &[2; 5]].concat());
        let packed = image.0;
        for end in 0..packed.len() {
            assert_eq!(unpack(&packed[..end]), None, "{end}");
        }
        for (at, value) in (0..packed.len()).flat_map(|at| [3, 4, 254, 255].map(|value| (at, value))) {
            let mut damaged = packed.clone();
            damaged[at] = value;
            // Taken for the bytes of another database, they end.
            let _ = unpack(&damaged);
        }
        let mut huge = Vec::new();
        (1_usize << 60).write(&mut huge);
        assert_eq!(unpack(&huge), None);
    }
}
