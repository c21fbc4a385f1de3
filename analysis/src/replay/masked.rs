//! A CREATE … IF NOT EXISTS that does nothing, because the name is taken by something else than it would make.

use onward_core::canonical::canonical;
use onward_core::kind::{Change, Kind, ObjectKind};
use onward_schema::Schema;
use rusqlite::{OptionalExtension, Result};

use crate::folder::history::{At, History};
use crate::sqlite::sandbox::Sandbox;

/// A statement that does nothing.
#[derive(Debug, Clone)]
pub(crate) struct Masked {
    pub(crate) at: At,
    /// The statement that made what has the name, if it can be seen.
    pub(crate) made: Option<At>,
    /// How what is there differs from what the statement would make.
    pub(crate) differences: Vec<String>,
    /// The table of an index that has the name; if it is dropped later in the migration, there is none afterwards.
    pub(crate) on: Option<String>,
}

/// Looks whether a statement that is about to run is masked.
pub(super) fn find(history: &History, at: At, sandbox: &Sandbox) -> Result<Option<Masked>> {
    let Kind::Create { object, name, on, if_not_exists: true, temporary: false } =
        &history.statement(at).kind
    else {
        return Ok(None);
    };
    let is_trigger = *object == ObjectKind::Trigger;
    let Some(taken) = sandbox.text(&name.text, is_trigger)? else { return Ok(None) };
    let table = on.as_ref().map(|on| sandbox.text(&on.text, false)).transpose()?.flatten();
    // What cannot be made on its own, such as an index on a table that is not there, is no case to be sure of.
    let alone = Sandbox::open(&history.config)?;
    let mut making = table.as_deref().into_iter().chain([history.sql(at)]);
    if making.any(|sql| alone.run(sql, false).is_err()) {
        return Ok(None);
    }
    let Some(wanted) = alone.text(&name.text, is_trigger)? else { return Ok(None) };
    if canonical(&wanted) == canonical(&taken) {
        return Ok(None);
    }
    let on = sandbox.conn().query_row(
        "SELECT tbl_name FROM main.sqlite_schema WHERE type = 'index' AND name = ?1 COLLATE NOCASE",
        [&name.text],
        |row| row.get(0),
    );
    let is_it = |other: &str| name.is(other);
    let differences = Schema::read(alone.conn())?.compare(&Schema::read(sandbox.conn())?);
    let differences = differences.into_iter().filter(|difference| is_it(&difference.name));
    Ok(Some(Masked {
        at,
        on: on.optional()?,
        made: history
            .statements()
            .take_while(|&earlier| earlier < at)
            .filter(|&at| names(history, at, is_it))
            .last(),
        differences: differences.map(|difference| difference.to_string()).collect(),
    }))
}

/// Whether a statement gives something this name.
fn names(history: &History, at: At, is_it: impl Fn(&str) -> bool) -> bool {
    match &history.statement(at).kind {
        Kind::Create { name, .. } => is_it(&name.text),
        Kind::Alter { change: Some(Change::RenameTable(to)), .. } => is_it(&to.text),
        _ => false,
    }
}
