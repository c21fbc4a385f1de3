//! Data as bytes and back, for what a build keeps. Whatever the bytes are, reading them ends and takes no more memory than
//! they do, times what a value of the kind takes.

use std::collections::BTreeMap;
use std::ops::Range;

/// What can be written as bytes.
pub(crate) trait Record: Sized {
    /// Puts the bytes behind those that are there.
    fn write(&self, to: &mut Vec<u8>);

    /// Takes them from the front; `None` if they are none of this kind.
    fn read(from: &mut Bytes<'_>) -> Option<Self>;
}

/// What is still to be read.
pub(crate) struct Bytes<'b>(pub(crate) &'b [u8]);

impl<'b> Bytes<'b> {
    /// The next so many.
    pub(crate) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }
}

/// A value of which these bytes are the whole.
pub(crate) fn whole<T: Record>(bytes: &[u8]) -> Option<T> {
    let mut bytes = Bytes(bytes);
    let value = T::read(&mut bytes)?;
    bytes.0.is_empty().then_some(value)
}

/// The bytes of a value.
pub(crate) fn bytes<T: Record>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.write(&mut bytes);
    bytes
}

/// Lists the fields of a struct, or numbers the variants of an enum. What is left out does not compile.
macro_rules! record {
    (enum $name:ident {
        $($number:literal => $variant:ident $({ $($field:ident),+ })? $(( $($part:ident),+ ))?),+ $(,)?
    }) => {
        impl $crate::record::Record for $name {
            fn write(&self, to: &mut Vec<u8>) {
                match self {
                    $($name::$variant $({ $($field),+ })? $(( $($part),+ ))? => {
                        to.push($number);
                        $($($crate::record::Record::write($field, to);)+)?
                        $($($crate::record::Record::write($part, to);)+)?
                    })+
                }
            }

            fn read(from: &mut $crate::record::Bytes<'_>) -> Option<Self> {
                match <u8 as $crate::record::Record>::read(from)? {
                    $($number => {
                        $($(let $part = $crate::record::Record::read(from)?;)+)?
                        Some($name::$variant
                            $({ $($field: $crate::record::Record::read(from)?),+ })?
                            $(( $($part),+ ))?)
                    })+
                    _ => None,
                }
            }
        }
    };
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::record::Record for $name {
            fn write(&self, to: &mut Vec<u8>) {
                $($crate::record::Record::write(&self.$field, to);)+
            }

            fn read(from: &mut $crate::record::Bytes<'_>) -> Option<Self> {
                Some($name { $($field: $crate::record::Record::read(from)?),+ })
            }
        }
    };
}
pub(crate) use record;

impl Record for u8 {
    fn write(&self, to: &mut Vec<u8>) {
        to.push(*self);
    }

    fn read(from: &mut Bytes<'_>) -> Option<u8> {
        from.take(1).map(|byte| byte[0])
    }
}

impl Record for bool {
    fn write(&self, to: &mut Vec<u8>) {
        to.push(u8::from(*self));
    }

    fn read(from: &mut Bytes<'_>) -> Option<bool> {
        match u8::read(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl<const N: usize> Record for [u8; N] {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend(self);
    }

    fn read(from: &mut Bytes<'_>) -> Option<[u8; N]> {
        from.take(N)?.try_into().ok()
    }
}

impl Record for u64 {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend(self.to_le_bytes());
    }

    fn read(from: &mut Bytes<'_>) -> Option<u64> {
        Record::read(from).map(u64::from_le_bytes)
    }
}

impl Record for i64 {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend(self.to_le_bytes());
    }

    fn read(from: &mut Bytes<'_>) -> Option<i64> {
        Record::read(from).map(i64::from_le_bytes)
    }
}

impl Record for i32 {
    fn write(&self, to: &mut Vec<u8>) {
        i64::from(*self).write(to);
    }

    fn read(from: &mut Bytes<'_>) -> Option<i32> {
        i64::read(from)?.try_into().ok()
    }
}

impl Record for u32 {
    fn write(&self, to: &mut Vec<u8>) {
        u64::from(*self).write(to);
    }

    fn read(from: &mut Bytes<'_>) -> Option<u32> {
        u64::read(from)?.try_into().ok()
    }
}

impl Record for usize {
    /// Most are small, and there are many: one byte then, and nine else.
    fn write(&self, to: &mut Vec<u8>) {
        match u8::try_from(*self) {
            Ok(small) if small < u8::MAX => to.push(small),
            _ => {
                to.push(u8::MAX);
                (*self as u64).write(to);
            }
        }
    }

    fn read(from: &mut Bytes<'_>) -> Option<usize> {
        match u8::read(from)? {
            u8::MAX => u64::read(from)?.try_into().ok(),
            small => Some(usize::from(small)),
        }
    }
}

impl Record for String {
    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        to.extend(self.as_bytes());
    }

    fn read(from: &mut Bytes<'_>) -> Option<String> {
        let length = usize::read(from)?;
        std::str::from_utf8(from.take(length)?).ok().map(str::to_owned)
    }
}

impl<T: Record> Record for Option<T> {
    fn write(&self, to: &mut Vec<u8>) {
        self.is_some().write(to);
        if let Some(value) = self {
            value.write(to);
        }
    }

    fn read(from: &mut Bytes<'_>) -> Option<Option<T>> {
        match bool::read(from)? {
            true => T::read(from).map(Some),
            false => Some(None),
        }
    }
}

impl<T: Record> Record for Vec<T> {
    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        self.iter().for_each(|item| item.write(to));
    }

    fn read(from: &mut Bytes<'_>) -> Option<Vec<T>> {
        let count = usize::read(from)?;
        // Each takes a byte at least, so that no number makes room for more than there can be.
        let mut items = Vec::with_capacity(count.min(from.0.len()));
        for _ in 0..count {
            items.push(T::read(from)?);
        }
        Some(items)
    }
}

impl<K: Record + Ord, V: Record> Record for BTreeMap<K, V> {
    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        self.iter().for_each(|(key, value)| {
            key.write(to);
            value.write(to);
        });
    }

    fn read(from: &mut Bytes<'_>) -> Option<BTreeMap<K, V>> {
        let count = usize::read(from)?;
        (0..count).map(|_| <(K, V)>::read(from)).collect()
    }
}

impl<A: Record, B: Record> Record for (A, B) {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
    }

    fn read(from: &mut Bytes<'_>) -> Option<(A, B)> {
        Some((A::read(from)?, B::read(from)?))
    }
}

impl Record for Range<usize> {
    fn write(&self, to: &mut Vec<u8>) {
        self.start.write(to);
        self.end.write(to);
    }

    fn read(from: &mut Bytes<'_>) -> Option<Range<usize>> {
        Some(usize::read(from)?..usize::read(from)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    enum Shape {
        Nothing,
        Named { name: String, at: Range<usize> },
        Two(i64, Option<bool>),
    }
    record!(enum Shape { 0 => Nothing, 1 => Named { name, at }, 2 => Two(first, second) });

    #[derive(Debug, Clone, PartialEq)]
    struct All {
        shapes: Vec<Shape>,
        map: BTreeMap<usize, [u8; 3]>,
        small: i32,
    }
    record!(All { shapes, map, small });

    fn all() -> All {
        All {
            shapes: vec![
                Shape::Nothing,
                Shape::Named { name: "ü\0".into(), at: 254..70_000 },
                Shape::Two(i64::MIN, Some(true)),
                Shape::Two(-1, None),
            ],
            map: BTreeMap::from([(255, [1, 2, 3]), (0, [0; 3])]),
            small: -7,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut bytes = bytes(&all());
        assert_eq!(whole::<All>(&bytes), Some(all()));
        bytes.push(0);
        assert_eq!(whole::<All>(&bytes), None);
    }

    #[test]
    fn other_bytes_are_something_else_or_nothing() {
        let bytes = bytes(&all());
        for end in 0..bytes.len() {
            assert_eq!(whole::<All>(&bytes[..end]), None, "{end}");
        }
        for at in 0..bytes.len() {
            for value in [0, 1, 2, 127, 254, 255] {
                let mut damaged = bytes.clone();
                damaged[at] = value;
                // It ends, whatever it is taken for.
                let _ = whole::<All>(&damaged);
            }
        }
        assert_eq!(whole::<Vec<u64>>(&[255; 9]), None);
    }
}
