//! A parameter's value, held against what its column takes. The macro sees its tokens alone, so rustc is asked for its type while
//! it builds the program.

use std::marker::PhantomData;
use std::ops::Deref;

use onward_schema::Classes;

use super::argument::Argument;
use super::fields::{of_bits, refuse};
use super::list::List;
use super::parameter::Parameter;
use super::stored::Stored;

/// The type of a value.
pub struct Tag<T>(PhantomData<fn(&T)>, Untold);

/// A type that says what it is stored as.
pub struct Known<T>(PhantomData<fn(&T)>);

/// A type that does not: it may be stored as anything.
pub struct Unknown;

/// What rustc looks at for the others: a method that [`Tag`] does not have, it takes from what that dereferences to.
pub struct Untold;

/// The type of this value.
pub fn tag<T>(_: &T) -> Tag<T> {
    Tag(PhantomData, Untold)
}

impl<T: Stored> Tag<T> {
    /// What rustc takes for a type that says what it is stored as: it looks here first.
    pub fn kind(&self) -> Known<T> {
        Known(PhantomData)
    }
}

impl<T> Deref for Tag<T> {
    type Target = Untold;

    fn deref(&self) -> &Untold {
        &self.1
    }
}

impl Untold {
    /// Nothing is known.
    pub fn kind(&self) -> Unknown {
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
pub const fn taken<K: Kind>(classes: u8, wrong: &str) -> Taken<K> {
    let classes = of_bits(classes);
    let fits = K::CLASSES.meets(classes) || K::CLASSES.is_none();
    refuse(if fits { None } else { Some(wrong) });
    Taken(PhantomData)
}

/// A value for a parameter, with its type.
pub fn typed<T: Parameter, K: Kind>(value: &T, _: K, _: Taken<K>) -> Argument<'_> {
    Argument::Value(value)
}

/// A list for a parameter; the closure tells the type of its values.
pub fn list<L: List, K: Kind>(list: &L, _: impl FnOnce(Tag<L::Item>) -> K, _: Taken<K>) -> Argument<'_> {
    Argument::List(list)
}
