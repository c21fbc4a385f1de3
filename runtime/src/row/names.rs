//! The names of a struct's columns, as lists that are made while the application compiles.

use super::fields::{Field, Target, contains};

/// What to say if two fields are the same column.
pub const fn check_distinct(names: &[&str], twice: &'static str) -> Option<&'static str> {
    let mut index = 1;
    while index < names.len() {
        let (earlier, _) = names.split_at(index);
        if contains(earlier, names[index]) {
            return Some(twice);
        }
        index += 1;
    }
    None
}

/// A list of names that is filled while the application compiles; counts what does not fit.
#[derive(Clone, Copy)]
pub struct Names<const N: usize> {
    /// The names.
    pub list: [&'static str; N],
    /// How many there are.
    pub len: usize,
}

impl<const N: usize> Names<N> {
    const fn push(mut self, name: &'static str) -> Names<N> {
        if self.len < N {
            self.list[self.len] = name;
        }
        self.len += 1;
        self
    }

    const fn add(mut self, fields: &'static [Field], target: &Target, part: Part) -> Names<N> {
        let mut index = 0;
        while index < fields.len() {
            match &fields[index] {
                Field::Flatten(fields) => self = self.add(fields, target, part),
                Field::Column { name, usage, .. } => {
                    let wanted = match part {
                        Part::All => true,
                        Part::Insert => target.inserts(name, *usage),
                        Part::Set => target.sets(name, *usage),
                        Part::Overwrite => target.overwrites(name, *usage),
                    };
                    if wanted {
                        self = self.push(name);
                    }
                }
            }
            index += 1;
        }
        self
    }
}

/// Which of a struct's columns.
#[derive(Clone, Copy)]
pub enum Part {
    /// All.
    All,
    /// Those that an INSERT gives.
    Insert,
    /// Those that an UPDATE sets.
    Set,
    /// Those that an upsert sets.
    Overwrite,
}

/// The names of the columns that are part of something.
pub const fn names<const N: usize>(fields: &'static [Field], target: &Target, part: Part) -> Names<N> {
    Names { list: [""; N], len: 0 }.add(fields, target, part)
}

/// What to say of the first column that an INSERT must give and does not.
pub const fn check_insert(columns: &[&str], target: &Target) -> Option<&'static str> {
    missing(columns, target.required)
}

/// What to say of the first column that an upsert must give and does not.
pub const fn check_upsert(columns: &[&str], target: &Target) -> Option<&'static str> {
    match check_insert(columns, target) {
        None => missing(columns, target.required_to_upsert),
        wrong => wrong,
    }
}

/// What to say of the first of these that is not among the columns.
const fn missing(columns: &[&str], wanted: &'static [(&'static str, &'static str)]) -> Option<&'static str> {
    let mut index = 0;
    while index < wanted.len() {
        let (name, missing) = wanted[index];
        if !contains(columns, name) {
            return Some(missing);
        }
        index += 1;
    }
    None
}
