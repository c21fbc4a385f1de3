//! The sample rows of one database, and what is known of them.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};

use rusqlite::types::Value;

use crate::replay::limits::Limits;
use crate::replay::sample::Rows;

/// How often a row is mended before its table stays empty.
pub(super) const ATTEMPTS: usize = 300;
/// Parents of parents are followed so far.
pub(super) const DEPTH: usize = 20;
/// A table with so many rows gets no more.
pub(super) const ENOUGH: i64 = 64;
/// A table with so many rows is not topped up.
pub(super) const PLENTY: i64 = 40;
/// Rows beginning with this number have no parent and no child by chance.
pub(super) const ALONE: i64 = 900_000;

/// The tables of one database that rows have been put into. All names are in lower case.
#[derive(Debug)]
pub(crate) struct Filler {
    pub(super) rows: Rows,
    pub(super) tables: HashMap<String, Filled>,
    /// What each table did not allow when it was looked at last.
    pub(super) limits: HashMap<String, Limits>,
    /// The row of each table that is related to none, by its columns.
    pub(super) strangers: HashMap<String, HashMap<String, Value>>,
    pub(super) next: i64,
    /// How many tables have got rows.
    pub(super) made: usize,
    /// The tables that got none, with how many had got some by then: with no more than those, they get none again.
    pub(super) vain: HashMap<String, usize>,
    /// The rows that were written, each with its table, while somebody asks for them.
    pub(crate) written: RefCell<Option<Vec<Written>>>,
    /// Whether a trigger has kept a row out. Rows that are older than the trigger may be such ones.
    pub(crate) is_held_off: Cell<bool>,
    /// Why a table has none.
    pub(crate) empty: BTreeMap<String, String>,
}

/// A row that was written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Written {
    pub(crate) table: String,
    /// Its columns, quoted.
    pub(crate) columns: String,
    pub(crate) values: Vec<Value>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Filled {
    /// What the values of the table's rows begin with; no two tables have the same.
    pub(super) number: i64,
    /// How often it has been filled before. Rows that come later are others.
    pub(super) generation: i64,
    pub(super) filled: bool,
}
