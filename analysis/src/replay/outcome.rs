//! What a replay has shown, and the database that it left.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use onward_core::kind::{Kind, ObjectKind};
use onward_schema::{Fingerprint, Schema};
use rusqlite::Result;

use super::broken::Broken;
use super::column_history::{self, ColumnHistories};
use super::down::Down;
use super::end::End;
use super::fault::{Fault, Orphans};
use super::finding::Finding;
use super::indirect::Indirect;
use super::legacy::Legacy;
use super::masked::Masked;
use super::origin;
use super::outer::Outer;
use super::rebuild::Loss;
use super::renamed;
use super::step::Step;
use super::unresolved::Unresolved;
use crate::config::Config;
use crate::file::Place;
use crate::folder::history::{At, History};
use crate::memo::Memo;
use crate::plans::Scratch;
use crate::query::Known;
use crate::query::nulls::Nulls;
use crate::query::registered::Registered;
use crate::query::relation::Relation;
use crate::sqlite::image::Image;
use crate::sqlite::sandbox::Sandbox;

/// What is left after every statement has been run.
#[derive(Debug)]
pub struct Replay {
    /// The schema at the end of the history.
    pub schema: Schema,
    /// The same, with what the application has beside it.
    pub(crate) known: Schema,
    /// That as the team vouches for it, if it does.
    pub(super) vouched: OnceLock<Option<(Schema, Nulls)>>,
    pub(super) nulls: Nulls,
    /// Its tables and views as structs see them, once somebody asks.
    pub(crate) relations: Memo<String, Option<Arc<Relation>>>,
    /// Where columns are defined, by table and column.
    pub(crate) definitions: Memo<(String, String), Option<Place>>,
    /// The names of everything in it that the history makes, in lower case and sorted.
    pub objects: Vec<String>,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// The first migration that was held against rows; those before it are locked.
    pub(crate) from: usize,
    pub(crate) faults: Vec<Fault>,
    pub(crate) orphans: Option<Orphans>,
    pub(crate) masked: Vec<Masked>,
    pub(crate) broken: Vec<Broken>,
    pub(crate) legacy: Vec<Legacy>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) losses: Vec<Loss>,
    pub(crate) unresolved: Vec<Unresolved>,
    pub(crate) downs: Vec<Down>,
    /// The tables that no legal row could be made for, with the reason: of them nothing was seen.
    pub unpopulated: BTreeMap<String, String>,
    /// The statements behind which there were no rows any more, if any.
    pub(crate) stopped: Vec<At>,
    /// The statements in which a string stands in double quotes, as a directive allows.
    pub(crate) strings: Vec<At>,
    /// Strings in double quotes that fail nothing in the replay: in what SQLite does not look at, or let pass by a level.
    pub(crate) quoted: Vec<Fault>,
    pub(crate) outer: Vec<Outer>,
    pub(crate) indirect: Vec<Indirect>,
    /// What has run, in order.
    pub(super) ran: Vec<Step>,
    /// The database at the end of the history.
    pub(super) end: End,
    pub(super) histories: OnceLock<ColumnHistories>,
    /// What the locked migrations leave, if there are any.
    pub(super) locked: Option<End>,
    /// The copy of the database in which indexes are tried, once somebody asks.
    pub(super) scratch: OnceLock<Option<Mutex<Scratch>>>,
    /// The database that `snapshot!` embeds, if it was kept.
    pub(crate) snapshot: Option<(Image, Vec<usize>)>,
}

impl Replay {
    /// The schema as statements of the application may take it, where onward.toml says more than SQLite.
    fn vouched(&self, config: &Config) -> Option<(&Schema, &Nulls)> {
        let found = self.vouched.get_or_init(|| {
            let schema = config.vouched(&self.schema, &self.known)?;
            Some((schema, Nulls::default()))
        });
        found.as_ref().map(|(schema, nulls)| (schema, nulls))
    }

    /// What statements of the application may name.
    pub(crate) fn known<'r>(&'r self, config: &'r Config) -> Known<'r> {
        let registered = Registered(&config.functions);
        Known { schema: &self.known, nulls: &self.nulls, vouched: self.vouched(config), registered }
    }

    /// Where the rows could be carried no further, if they could not be carried to the end.
    pub fn stopped(&self) -> &[At] {
        &self.stopped
    }

    /// Runs the history once more, and calls back after each statement.
    pub(crate) fn again(
        &self,
        history: &History,
        sandbox: &Sandbox,
        mut after: impl FnMut(At),
    ) -> Result<()> {
        origin::again(history, &self.ran, sandbox, |at, _| {
            after(at);
            Ok(())
        })
    }

    /// Calls with the database at the end of the history, in which nothing must be changed; `None` if it cannot be had.
    pub(crate) fn with_sandbox<T>(&self, config: &Config, call: impl FnOnce(&Sandbox) -> T) -> Option<T> {
        Some(call(&*self.end.sandbox(config)?))
    }

    /// Calls with a copy of the database at the end, in which indexes are tried; `None` if it cannot be had.
    pub(crate) fn with_scratch<T>(&self, config: &Config, call: impl FnOnce(&Scratch) -> T) -> Option<T> {
        let scratch = self.scratch.get_or_init(|| {
            let mut copy = self.with_sandbox(config, |sandbox| sandbox.copy(config))?.ok()?;
            copy.surround(config).ok()?;
            Some(Mutex::new(Scratch::of(copy, &self.schema, config).ok()?))
        });
        Some(call(&scratch.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Where the history makes an index as it is at the end.
    pub(crate) fn definition_of_index(&self, history: &History, index: &str) -> Option<Place> {
        let made = self.ran.iter().rev().find(|step| {
            matches!(&history.statement(step.at).kind, Kind::Create { object: ObjectKind::Index, name, .. } if name.is(index))
        });
        made.map(|step| history.place(step.at))
    }

    /// What became of each column; the first call runs the history once more.
    pub(crate) fn column_histories(&self, history: &History) -> &ColumnHistories {
        self.histories.get_or_init(|| ColumnHistories::read(history, &self.ran).unwrap_or_default())
    }

    /// The column of a table at the end that had this earlier name, and where that was taken from it.
    pub(crate) fn column_now(&self, history: &History, table: &str, earlier: &str) -> Option<(String, At)> {
        let table = self.schema.table(table)?;
        if table.column(earlier).is_some() {
            return None;
        }
        table.columns.iter().find_map(|column| {
            let at = renamed::column(history, &self.ran, (&table.name, &column.name), earlier)?;
            Some((column.name.clone(), at))
        })
    }

    /// The table at the end that had this earlier name, and where that was taken from it.
    pub(crate) fn table_now(&self, history: &History, earlier: &str) -> Option<(String, At)> {
        self.schema.tables.values().find_map(|table| {
            let at = renamed::table(history, &self.ran, &table.name, earlier)?;
            Some((table.name.clone(), at))
        })
    }

    /// Where the history names a table or a column in one of its statements.
    pub(crate) fn place_in(&self, history: &History, at: At, name: &str) -> Place {
        history.named(at, name).into_iter().next().unwrap_or_else(|| history.place(at))
    }

    /// Where the history defines a column as it is at the end.
    pub(crate) fn definition(&self, history: &History, table: &str, column: &str) -> Option<Place> {
        self.definitions.get(&(table.to_owned(), column.to_owned()), || {
            column_history::definition(history, &self.ran, table, column)
        })
    }
}
