//! Numbers in as few bytes as they need: seven bits in each, the lowest first.

/// Appends a number.
pub(super) fn put(into: &mut Vec<u8>, number: usize) {
    put_wide(into, number as u64);
}

fn put_wide(into: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        into.push(number as u8 | 0x80);
        number >>= 7;
    }
    into.push(number as u8);
}

/// Appends a number that may be below zero: small ones are short on both sides of it.
pub(super) fn put_signed(into: &mut Vec<u8>, number: i64) {
    put_wide(into, (number << 1 ^ number >> 63) as u64);
}

/// Reads what was put, from the front. What is not there is zero, or empty.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reader<'r>(pub(super) &'r [u8]);

impl<'r> Reader<'r> {
    pub(super) fn number(&mut self) -> usize {
        self.wide() as usize
    }

    pub(super) fn signed(&mut self) -> i64 {
        let wide = self.wide();
        (wide >> 1) as i64 ^ -((wide & 1) as i64)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn bytes(&mut self, count: usize) -> &'r [u8] {
        let (bytes, rest) = self.0.split_at_checked(count).unwrap_or_default();
        self.0 = rest;
        bytes
    }

    /// Four bytes.
    pub(super) fn word(&mut self) -> u32 {
        self.bytes(4).try_into().map(u32::from_le_bytes).unwrap_or_default()
    }

    /// Thirty-two bytes.
    pub(super) fn sum(&mut self) -> [u8; 32] {
        self.bytes(32).try_into().unwrap_or_default()
    }

    fn wide(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let Some((byte, rest)) = self.0.split_first() else { return 0 };
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_read() {
        let mut bytes = Vec::new();
        let wide = [0, 1, 127, 128, 16_384, u64::from(u32::MAX), u64::MAX >> 1, u64::MAX];
        let signed = [0, -1, 1, 63, -64, 20_260_101_120_000, i64::MAX, i64::MIN];
        wide.iter().for_each(|&number| put_wide(&mut bytes, number));
        signed.iter().for_each(|&number| put_signed(&mut bytes, number));
        let mut reader = Reader(&bytes);
        assert_eq!(wide.map(|_| reader.wide()), wide);
        assert_eq!(signed.map(|_| reader.signed()), signed);
        assert!(reader.0.is_empty());
    }

    #[test]
    fn what_is_not_there_is_nothing() {
        let endless = [0xff; 40];
        for bytes in [&[][..], &[0x80], &[0xff, 0xff], &endless] {
            let mut reader = Reader(bytes);
            for _ in 0..10 {
                reader.number();
                reader.bytes(3);
                reader.word();
            }
            assert_eq!((reader.signed(), reader.sum()), (0, [0; 32]));
        }
    }
}
