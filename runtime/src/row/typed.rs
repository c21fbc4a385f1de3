//! A parameter's value, held against what its column takes. The macro sees its tokens alone, so rustc is asked for its type while
//! it builds the program.

use std::marker::PhantomData;

use onward_schema::Classes;

use super::argument::Argument;
use super::fields::refuse;
use super::list::List;
use super::parameter::Parameter;
use super::stored::Stored;

/// The type of a value.
pub struct Tag<T>(PhantomData<fn(&T)>);

/// A type that says what it is stored as.
pub struct Known<T>(PhantomData<fn(&T)>);

/// A type that does not: it may be stored as anything.
pub struct Unknown;

impl<T: Stored> Tag<T> {
    /// What rustc takes for a type that says what it is stored as: it looks here first.
    pub fn kind(self) -> Known<T> {
        Known(PhantomData)
    }
}

/// What rustc takes for the others.
pub trait NotStored {
    /// Nothing is known.
    fn kind(self) -> Unknown;
}

impl<T> NotStored for Tag<T> {
    fn kind(self) -> Unknown {
        Unknown
    }
}

/// What is known of a type.
pub trait Kind {
    /// The storage classes that its values may have.
    const CLASSES: Classes;
}

impl<T: Stored> Kind for Known<T> {
    const CLASSES: Classes = T::CLASSES;
}

impl Kind for Unknown {
    const CLASSES: Classes = Classes::ANY;
}

/// That the values of such a type are taken.
pub struct Taken<K>(PhantomData<fn(&K)>);

/// Stops the compiler at the place of the call if a column that takes these classes never takes a value of the type.
#[track_caller]
pub const fn taken<K: Kind>(classes: Classes, wrong: &str) -> Taken<K> {
    let fits = K::CLASSES.meets(classes) || K::CLASSES.is_none();
    refuse(if fits { None } else { Some(wrong) });
    Taken(PhantomData)
}

/// A value for a parameter, whose type the closure tells.
pub fn typed<T: Parameter, K: Kind>(value: &T, _: impl FnOnce(Tag<T>) -> K, _: Taken<K>) -> Argument<'_> {
    Argument::Value(value)
}

/// A list for a parameter; the closure tells the type of its values.
pub fn list<L: List, K: Kind>(list: &L, _: impl FnOnce(Tag<L::Item>) -> K, _: Taken<K>) -> Argument<'_> {
    Argument::List(list)
}
