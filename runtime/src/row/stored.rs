//! Which columns a Rust type can stand for.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use onward_schema::Classes;
use rusqlite::types::Value;

/// A Rust type that stands for the values of a column.
///
/// Besides rusqlite's `FromSql` and `ToSql`, which say how values are converted, the checks of `#[derive(Row)]` and
/// `query_as!` need to know what a type is stored as. For a type of your own that is one line:
///
/// ```
/// use onward::rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
///
/// #[derive(Clone, Copy)]
/// enum State {
///     Queued,
///     Done,
/// }
///
/// impl onward::Stored for State {
///     type As = String;
/// }
///
/// impl ToSql for State {
///     fn to_sql(&self) -> onward::rusqlite::Result<ToSqlOutput<'_>> {
///         Ok(match self { State::Queued => "queued", State::Done => "done" }.into())
///     }
/// }
///
/// impl FromSql for State {
///     fn column_result(value: ValueRef<'_>) -> FromSqlResult<State> {
///         match value.as_str()? {
///             "queued" => Ok(State::Queued),
///             "done" => Ok(State::Done),
///             _ => Err(FromSqlError::InvalidType),
///         }
///     }
/// }
/// ```
///
/// Numbers, strings, bytes, `Option`, references and boxes of them, and rusqlite's `Value` are known; the features
/// `chrono`, `jiff`, `serde_json`, `time`, `url` and `uuid` add what rusqlite converts of those crates. From rusqlite 0.38 on,
/// `u64` and `usize` are converted only with its feature `fallible_uint`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which columns it can stand for",
    label = "not known to onward",
    note = "a type with rusqlite's `FromSql` and `ToSql` says it in one line: `impl onward::Stored for {Self} {{ type As = String; }}`",
    note = "for types of chrono, jiff, serde_json, time, url and uuid, turn on onward's feature of that name"
)]
pub trait Stored {
    /// The type whose columns it can stand for: `i64` for INTEGER, `f64` for REAL, `String` for TEXT, `Vec<u8>` for BLOB,
    /// or any other type that is known. An `Option` of these if the type has a value of its own for NULL.
    type As: Stored + ?Sized;

    #[doc(hidden)]
    const CLASSES: Classes = <Self::As as Stored>::CLASSES;
    #[doc(hidden)]
    const NULL: Nullable = <Self::As as Stored>::NULL;
}

/// Whether a Rust type has a value for NULL.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nullable {
    /// It has none.
    No,
    /// It is an `Option`, which makes no sense where there is no NULL.
    Yes,
    /// It has one among others.
    Either,
}

macro_rules! stored {
    ($classes:ident: $($type:ty),*) => {$(
        impl Stored for $type {
            type As = Self;
            const CLASSES: Classes = Classes::$classes;
            const NULL: Nullable = Nullable::No;
        }
    )*};
}

stored!(INTEGER: i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, bool);
stored!(REAL: f32, f64);
stored!(TEXT: str, String);
stored!(BLOB: [u8], Vec<u8>);

impl<const N: usize> Stored for [u8; N] {
    type As = [u8];
}

impl Stored for Value {
    type As = Self;
    const CLASSES: Classes = Classes::ANY;
    const NULL: Nullable = Nullable::Either;
}

impl<T: Stored> Stored for Option<T> {
    type As = Self;
    const CLASSES: Classes = T::CLASSES;
    const NULL: Nullable = Nullable::Yes;
}

macro_rules! stored_as {
    ($as:ty: $($type:ty),* $(,)?) => {$(
        impl Stored for $type {
            type As = $as;
        }
    )*};
}

stored_as!(
    i64: std::num::NonZeroI8, std::num::NonZeroI16, std::num::NonZeroI32, std::num::NonZeroI64, std::num::NonZeroIsize,
    std::num::NonZeroU8, std::num::NonZeroU16, std::num::NonZeroU32, std::num::NonZeroU64, std::num::NonZeroUsize,
);

macro_rules! stored_inside {
    ($($type:ty),*) => {$(
        impl<T: Stored + ?Sized> Stored for $type {
            type As = T;
        }
    )*};
}

stored_inside!(&T, Box<T>, Rc<T>, Arc<T>);

impl<T: Stored + ToOwned + ?Sized> Stored for Cow<'_, T> {
    type As = T;
}

#[cfg(feature = "chrono")]
mod chrono {
    use super::Stored;
    use ::chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};

    stored_as!(String: NaiveDate, NaiveTime, NaiveDateTime);

    impl<Z: TimeZone> Stored for DateTime<Z> {
        type As = String;
    }
}

#[cfg(feature = "jiff")]
stored_as!(String: jiff::civil::Date, jiff::civil::Time, jiff::civil::DateTime, jiff::Timestamp);

#[cfg(feature = "time")]
stored_as!(String: time::Date, time::Time, time::PrimitiveDateTime, time::OffsetDateTime);

#[cfg(feature = "url")]
stored_as!(String: url::Url);

#[cfg(feature = "uuid")]
stored_as!([u8]: uuid::Uuid);

/// As text; `Value::Null` as NULL.
#[cfg(feature = "serde_json")]
impl Stored for serde_json::Value {
    type As = Self;
    const CLASSES: Classes = Classes::TEXT;
    const NULL: Nullable = Nullable::Either;
}
