//! What becomes of a released statement.

use onward_schema::Table;
use rusqlite::{Connection, Result};

use crate::analysis::Analysis;
use crate::application::{Refused, ordinary, tables};
use crate::diagnostic::Severity;
use crate::folder::history::At;
use crate::folder::recorded::Statement;
use crate::query::write::Write;
use crate::replay::Replay;

/// That a statement is not what it was.
pub(super) struct Change {
    /// An error if it fails, a warning if it may, or means something else.
    pub(super) severity: Severity,
    /// What has come of it.
    pub(super) message: String,
    /// The tables and views that it is about.
    pub(super) about: Vec<String>,
    /// What shows since when, if it is prepared after each migration.
    pub(super) shows: Shows,
    /// What there is to do about it, where the migration's statement does not say.
    pub(super) kind: Kind,
}

/// What of a prepared statement shows a change.
pub(super) enum Shows {
    Nothing,
    /// Why SQLite refuses it.
    Refusal,
    /// Whether its rows have a column.
    Column(String),
    /// Which columns its rows have.
    Columns,
    /// What a table is.
    Table(String, Fact),
}

/// What of a table shows a change.
pub(super) enum Fact {
    /// The type of a column, and whether it takes NULL.
    Column(String),
    /// What its foreign keys refer to.
    ForeignKeys,
    /// Whether rows with the same in these columns are refused.
    Unique(Vec<String>),
}

impl Fact {
    /// A word for it that changes when it does.
    pub(super) fn read(&self, conn: &Connection, table: &str) -> Result<String> {
        let (sql, columns) = match self {
            Fact::Column(column) => (
                "SELECT type || ' ' || \"notnull\" FROM pragma_table_xinfo(?1) WHERE name = ?2 COLLATE NOCASE",
                column.clone(),
            ),
            Fact::ForeignKeys => (
                "SELECT \"from\" || ' ' || \"table\" FROM pragma_foreign_key_list(?1) WHERE ?2 = ''",
                String::new(),
            ),
            Fact::Unique(columns) => (
                "SELECT 'unique' FROM pragma_index_list(?1) AS list WHERE \"unique\" AND ?2 COLLATE NOCASE = (
                   SELECT group_concat(name, char(10)) FROM pragma_index_info(list.name))",
                columns.join("\n"),
            ),
        };
        let is_there =
            "SELECT count(*) FROM sqlite_schema WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE";
        let is_there: i64 = conn.query_row(is_there, [table], |row| row.get(0))?;
        let mut words: Vec<String> =
            conn.prepare(sql)?.query_map([table, &columns], |row| row.get(0))?.collect::<Result<_>>()?;
        words.sort();
        Ok(format!("{is_there} {}", words.join("\n")))
    }
}

/// What a change is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What a statement names, or leaves out.
    Names,
    /// A name that two columns have.
    Ambiguous,
    /// What a table refuses.
    Narrower,
    /// What a table does not refuse any more.
    Lost,
    /// What rows may hold.
    Wider,
}

impl Change {
    /// SQLite takes it no longer, or can never run it.
    pub(super) fn refused(refused: &Refused, now: &Analysis, sql: &str) -> Change {
        let message = format!("fails: {}", refused.diagnostic.message);
        // SQLite has no code for it.
        let kind = match message.contains("ambiguous column name") {
            true => Kind::Ambiguous,
            false => Kind::Names,
        };
        Change { shows: Shows::Refusal, kind, ..Change::of(Severity::Error, message, named(now, sql)) }
    }

    /// Whether something that the statement names is gone.
    pub(super) fn is_gone(&self) -> bool {
        match self.shows {
            Shows::Refusal | Shows::Column(_) => true,
            Shows::Table(..) => self.kind == Kind::Names,
            Shows::Nothing | Shows::Columns => false,
        }
    }

    pub(super) fn of(severity: Severity, message: String, about: Vec<String>) -> Change {
        Change { severity, message, about, shows: Shows::Nothing, kind: Kind::Names }
    }

    /// This table refuses what it took, or this index does.
    pub(super) fn narrower(message: String, about: String, shows: Shows) -> Change {
        Change { shows, kind: Kind::Narrower, ..Change::of(Severity::Warning, message, vec![about]) }
    }
}

/// A statement between two schemas.
pub(super) struct Sides<'a> {
    pub(super) sql: &'a str,
    pub(super) then: &'a Analysis,
    pub(super) now: &'a Analysis,
    pub(super) before: &'a Replay,
    pub(super) after: &'a Replay,
    /// What it writes, by the schema of then and by that of now.
    pub(super) writes: (&'a [Write], &'a [Write]),
}

impl<'a> Sides<'a> {
    /// The tables that it writes, as they were and as they are.
    pub(super) fn written(&self) -> impl Iterator<Item = (&'a Table, &'a Table, &'a Write)> + use<'a> {
        let Sides { then, now, before, after, writes: (_, writes), .. } = *self;
        writes.iter().filter_map(move |write| {
            Some((ordinary(then, before, &write.table)?, ordinary(now, after, &write.table)?, write))
        })
    }
}

/// The tables and views that a statement names.
pub(super) fn named(analysis: &Analysis, sql: &str) -> Vec<String> {
    let Some(replay) = &analysis.replay else { return Vec::new() };
    tables(&replay.known, sql).into_iter().map(|(name, _)| name).collect()
}

/// A statement, what becomes of it, and the statement of a migration since which it is so.
pub(super) struct Broken<'r> {
    pub(super) statement: &'r Statement,
    pub(super) change: Change,
    pub(super) since: Option<At>,
}
