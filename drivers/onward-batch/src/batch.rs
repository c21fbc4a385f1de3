//! What is pending as one request, and which statement of it is whose.

use onward::__private::foreign_keys;
use onward::Migration;
use onward_core::batch::{Fit, Target, fit};
use onward_core::ledger::Ledger;
use onward_core::statement::statements;
use onward_core::token::position;

use crate::engine::{Statement, Value};
use crate::error::{ErrorKind, Result};
use crate::guard::Guards;
use crate::mirror::Mirror;
use crate::state::State;

/// The column in which the ledger of an engine has who wrote a row: whoever gets no answer finds out by it.
pub(crate) const RUN: &str = "run";

/// A request, and where each of its statements stands.
pub(crate) struct Batch {
    pub(crate) statements: Vec<Statement>,
    /// For each statement, the file, its line and column, and its text; `None` for onward's own.
    pub(crate) places: Vec<Option<Place>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) sql: String,
}

impl Batch {
    /// What brings a database of this engine, with foreign keys enforced or not, from this state to that of the mirror, in which these migrations have run.
    pub(crate) fn new(
        state: &State,
        (target, enforced): (Option<Target>, bool),
        table: &str,
        pending: &[Migration<'_>],
        mirror: &Mirror,
        run: &str,
    ) -> Result<Batch> {
        let ledger = Ledger::of(table);
        let mut batch = Batch { statements: Vec::new(), places: Vec::new() };
        let guards = Guards::of(run);
        batch.own(guards.make());
        if state.ledger.is_none() {
            batch.own(Statement::new(ledger.create().trim()));
        }
        // After a CREATE that fails if somebody was faster, this holds for a new one as well.
        batch.own(guards.ledger(table, &ran(state)));
        let has_run =
            |(columns, _): &(Vec<String>, _)| columns.iter().any(|name| name.eq_ignore_ascii_case(RUN));
        if !state.ledger.as_ref().is_some_and(has_run) {
            batch.own(Statement::new(format!("ALTER TABLE main.{table} ADD COLUMN {RUN} TEXT")));
        }
        batch.own(guards.count_foreign_keys());
        for migration in pending {
            batch.migration(*migration, target, enforced)?;
            batch.own(row(table, mirror.row(table, migration.version())?, run));
        }
        batch.own(guards.foreign_keys());
        let objects = mirror.schema(table)?;
        let gone = mirror.gone(&state.objects)?;
        batch.own(guards.schema(&objects, &gone));
        batch.own(guards.drop());
        Ok(batch)
    }

    fn own(&mut self, statement: Statement) {
        self.statements.push(statement);
        self.places.push(None);
    }

    fn migration(&mut self, migration: Migration<'_>, target: Option<Target>, enforced: bool) -> Result<()> {
        for place in fits(migration, target, enforced)? {
            self.statements.push(Statement::new(place.sql.clone()));
            self.places.push(Some(place));
        }
        Ok(())
    }
}

/// What of a migration is part of a request to this engine, with foreign keys enforced or not.
///
/// # Errors
/// That something of it cannot be.
pub(crate) fn fits(migration: Migration<'_>, target: Option<Target>, enforced: bool) -> Result<Vec<Place>> {
    let file = migration.file();
    if foreign_keys(migration) {
        let sql = "-- onward: foreign_keys(on)".to_owned();
        let reason = "the request runs with foreign keys off";
        return Err(ErrorKind::Unfit { file: file.to_owned(), line: 1, column: 1, sql, reason }.into());
    }
    let text = migration.sql();
    let mut places = Vec::new();
    for statement in statements(text) {
        let sql = text.get(statement.range.clone()).unwrap_or_default().to_owned();
        let (line, column) = position(text, statement.range.start);
        match fit(&statement.kind, &sql, target, enforced) {
            Fit::Runs => places.push(Place { file: file.to_owned(), line, column, sql }),
            Fit::LeftOut => {}
            Fit::Refused(reason) => {
                return Err(ErrorKind::Unfit { file: file.to_owned(), line, column, sql, reason }.into());
            }
        }
    }
    Ok(places)
}

/// What the ledger says has run.
pub(crate) fn ran(state: &State) -> Vec<(i64, String)> {
    let Some((columns, rows)) = &state.ledger else { return Vec::new() };
    let at = |wanted: &str| columns.iter().position(|name| name.eq_ignore_ascii_case(wanted));
    let (Some(version), Some(chain)) = (at("version"), at("chain")) else { return Vec::new() };
    let row = |row: &Vec<Value>| match (row.get(version), row.get(chain)) {
        (Some(Value::Integer(version)), Some(Value::Text(chain))) => Some((*version, chain.clone())),
        _ => None,
    };
    rows.iter().filter_map(row).collect()
}

/// The row of a migration as the mirror has written it. The time is the client's: the engine's own would be another one on
/// each node.
fn row(table: &str, columns: [Value; 5], run: &str) -> Statement {
    let sql = format!(
        "INSERT INTO main.{table}(version, name, checksum, chain, applied_at, duration_us, {RUN})
         VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)"
    );
    let parameters = columns.into_iter().chain([Value::Text(run.to_owned())]).collect();
    Statement::with(sql, parameters)
}
