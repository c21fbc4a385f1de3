//! The values of `IN (:ids...)`: a list goes to SQLite as one text, JSON, which `json_each` takes apart.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;

use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Error, Result};

use super::parameter::Parameter;

/// Values in their order.
pub trait Elements {
    /// Calls with each, until one call fails.
    fn each(&self, call: &mut dyn FnMut(&dyn ToSql) -> Result<()>) -> Result<()>;
}

/// What can be the value of `:ids...`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list",
    label = "`IN (:ids...)` takes a list",
    note = "a list is a slice, an array, a `Vec`, a `VecDeque` or a set of values that rusqlite can bind; \
            `&ids[..]` makes a slice of others",
    note = "for one value write `= :id`"
)]
pub trait List: Elements {
    /// The type of its values.
    type Item;
}

macro_rules! list {
    ($([$($of:tt)*] $type:ty),* $(,)?) => {$(
        impl<T: Parameter, $($of)*> Elements for $type {
            fn each(&self, call: &mut dyn FnMut(&dyn ToSql) -> Result<()>) -> Result<()> {
                self.iter().try_for_each(|value| call(value))
            }
        }

        impl<T: Parameter, $($of)*> List for $type {
            type Item = T;
        }
    )*};
}

list!([] [T], [const N: usize] [T; N], [] Vec<T>, [] VecDeque<T>, [] BTreeSet<T>, [S] HashSet<T, S>);

macro_rules! list_inside {
    ($($type:ty),*) => {$(
        impl<L: Elements + ?Sized> Elements for $type {
            fn each(&self, call: &mut dyn FnMut(&dyn ToSql) -> Result<()>) -> Result<()> {
                (**self).each(call)
            }
        }

        impl<L: List + ?Sized> List for $type {
            type Item = L::Item;
        }
    )*};
}

list_inside!(&L, &mut L, Box<L>, Rc<L>, Arc<L>);

impl<L: Elements + ToOwned + ?Sized> Elements for Cow<'_, L> {
    fn each(&self, call: &mut dyn FnMut(&dyn ToSql) -> Result<()>) -> Result<()> {
        (**self).each(call)
    }
}

impl<L: List + ToOwned + ?Sized> List for Cow<'_, L> {
    type Item = L::Item;
}

/// The list as JSON.
///
/// # Errors
/// The conversion of a value, or that JSON has nothing for it.
pub(super) fn json(list: &dyn Elements) -> Result<String> {
    let mut json = String::from("[");
    let mut number = 0;
    list.each(&mut |value| {
        if number > 0 {
            json.push(',');
        }
        number += 1;
        put(&mut json, value.to_sql()?).map_err(|why| refused(number, why))
    })?;
    json.push(']');
    Ok(json)
}

fn refused(number: usize, why: &str) -> Error {
    Error::ToSqlConversionFailure(
        format!("value {number} of the list for IN is {why}; nothing was run").into(),
    )
}

const BYTES: &str = "bytes, which cannot be in a list: compare with one at a time, `= ?`";
const TEXT: &str = "a text that is not UTF-8, which cannot be in a list: compare with it alone, `= ?`";
const NUL: &str =
    "a text with a NUL character, where SQLite may stop reading it in a list: compare with it alone, `= ?`";
const OTHER: &str = "neither a number nor a text nor NULL, and nothing else can be in a list";

fn put(json: &mut String, output: ToSqlOutput<'_>) -> std::result::Result<(), &'static str> {
    let value = match &output {
        ToSqlOutput::Borrowed(value) => *value,
        ToSqlOutput::Owned(value) => borrowed(value),
        // A `ZeroBlob`, a pointer, or what another feature of rusqlite's brings.
        _ => return Err(OTHER),
    };
    match value {
        ValueRef::Null => json.push_str("null"),
        ValueRef::Integer(number) => {
            let _ = write!(json, "{number}");
        }
        ValueRef::Real(number) => real(json, number),
        ValueRef::Text(text) => string(json, std::str::from_utf8(text).map_err(|_| TEXT)?)?,
        ValueRef::Blob(_) => return Err(BYTES),
    }
    Ok(())
}

/// rusqlite's own conversion is not there in every version.
fn borrowed(value: &Value) -> ValueRef<'_> {
    match value {
        Value::Null => ValueRef::Null,
        Value::Integer(number) => ValueRef::Integer(*number),
        Value::Real(number) => ValueRef::Real(*number),
        Value::Text(text) => ValueRef::Text(text.as_bytes()),
        Value::Blob(bytes) => ValueRef::Blob(bytes),
    }
}

/// A number that is read as the same one, and as REAL: with a point or an exponent.
fn real(json: &mut String, number: f64) {
    match number {
        // As when it is bound by itself.
        _ if number.is_nan() => json.push_str("null"),
        f64::INFINITY => json.push_str("9e999"),
        f64::NEG_INFINITY => json.push_str("-9e999"),
        _ => {
            let _ = write!(json, "{number:?}");
        }
    }
}

fn string(json: &mut String, text: &str) -> std::result::Result<(), &'static str> {
    json.push('"');
    for character in text.chars() {
        match character {
            '\0' => return Err(NUL),
            '"' | '\\' => json.extend(['\\', character]),
            '\u{1}'..='\u{1f}' => {
                let _ = write!(json, "\\u{:04x}", u32::from(character));
            }
            _ => json.push(character),
        }
    }
    json.push('"');
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    /// What SQLite reads of a list.
    fn read(list: &dyn Elements) -> Vec<Value> {
        let conn = Connection::open_in_memory().unwrap();
        let mut statement = conn.prepare("SELECT value FROM json_each(?1)").unwrap();
        let rows = statement.query_map([json(list).unwrap()], |row| row.get(0)).unwrap();
        rows.collect::<Result<_>>().unwrap()
    }

    #[test]
    fn values_come_back_as_they_are() {
        let text = |text: &str| Value::Text(text.to_owned());
        let numbers = [0, -1, (1 << 53) + 1, i64::MAX, i64::MIN].map(Value::Integer);
        let reals =
            [0.0, -0.0, 1.0, 0.1, 1e15, 1e16, -1e300, f64::MAX, f64::MIN_POSITIVE, 5e-324].map(Value::Real);
        let beyond = [f64::INFINITY, f64::NEG_INFINITY].map(Value::Real);
        let controls: String = (1..=0x9f_u8).map(char::from).collect();
        let texts = ["", "a", "\"", "\\u0041", "[]", "é 🦀 \u{2028}\u{feff}", &controls].map(text);
        for values in [&numbers[..], &reals, &beyond, &texts, &[Value::Null], &[]] {
            assert_eq!(read(&values), values);
        }
        assert_eq!(read(&[f64::NAN]), [Value::Null], "as when it is bound");
        assert_eq!(read(&[true, false]), [1, 0].map(Value::Integer));
    }

    /// Older ones are wrong in the last bit of a few.
    const EXACT_SINCE: i32 = 3_053_000;

    #[test]
    fn a_fraction_is_read_to_its_last_bit() {
        // xorshift: the same numbers each time.
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            f64::from_bits(bits)
        };
        let numbers: Vec<f64> = (0..20_000).map(|_| next()).filter(|number| number.is_finite()).collect();
        let is_exact = rusqlite::version_number() >= EXACT_SINCE;
        for (read, number) in read(&numbers).iter().zip(&numbers) {
            let Value::Real(read) = read else { panic!("{number:e} is read as {read:?}") };
            let distance = read.to_bits().abs_diff(number.to_bits());
            assert!(distance == 0 || !is_exact && distance <= 2, "{number:e} is read as {read:e}");
        }
    }

    #[test]
    fn every_kind_of_list_is_one() {
        let expected = "[1,2]";
        let vec = vec![1, 2];
        let lists: [&dyn Elements; 10] = [
            &vec,
            &[1, 2],
            &&vec[..],
            &VecDeque::from([1, 2]),
            &BTreeSet::from([2, 1]),
            &vec.clone().into_boxed_slice(),
            &Arc::<[i32]>::from(&vec[..]),
            &Rc::new(vec.clone()),
            &Cow::Borrowed(&vec[..]),
            &[&1 as &dyn ToSql, &2_u8],
        ];
        for list in lists {
            assert_eq!(json(list).unwrap(), expected);
        }
        assert_eq!(json(&HashSet::from(["a"])).unwrap(), "[\"a\"]");
        assert_eq!(json(&[Some("a"), None]).unwrap(), "[\"a\",null]");
        assert_eq!(json(&Vec::<String>::new()).unwrap(), "[]");
    }

    #[test]
    fn what_json_has_not_is_an_error_in_words() {
        struct Gives(ToSqlOutput<'static>);
        impl ToSql for Gives {
            fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
                Ok(self.0.clone())
            }
        }
        for (output, expected) in [
            (ToSqlOutput::Owned(Value::Blob(vec![1])), "value 2 of the list for IN is bytes"),
            (
                ToSqlOutput::Borrowed(ValueRef::Text(b"\xff")),
                "value 2 of the list for IN is a text that is not UTF-8",
            ),
            (
                ToSqlOutput::Borrowed(ValueRef::Text(b"a\0b")),
                "value 2 of the list for IN is a text with a NUL",
            ),
        ] {
            let error = json(&[Gives(1.into()), Gives(output)]).unwrap_err();
            assert!(matches!(error, Error::ToSqlConversionFailure(_)));
            assert!(error.to_string().starts_with(expected), "{error}");
        }
    }
}
