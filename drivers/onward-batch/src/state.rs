//! What an engine's database has: its schema and its ledger.

use crate::engine::{Engine, Failure, Row, Statement, Value};
use crate::error::{Error, ErrorKind, Result};
use crate::object::{OBJECTS, Object};

const FOREIGN_KEYS: &str = "PRAGMA foreign_keys";

/// What was read.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) objects: Vec<Object>,
    /// The names of the ledger's columns, and its rows; `None` if there is no ledger.
    pub(crate) ledger: Option<(Vec<String>, Vec<Row>)>,
    pub(crate) foreign_keys: bool,
}

impl State {
    /// Reads it, with this table as the ledger.
    pub(crate) fn read<E: Engine>(engine: &E, ledger: &str) -> Result<State> {
        let failed = |failure| Error::from(ErrorKind::Engine { doing: "read the schema", failure });
        let queries = [Statement::new(OBJECTS), Statement::new(FOREIGN_KEYS)];
        let mut answers = engine.read(&queries).map_err(failed)?.into_iter();
        let (Some(schema), Some(foreign_keys)) = (answers.next(), answers.next()) else {
            return Err(failed(lacking()));
        };
        let objects = schema.into_iter().map(object).collect::<Option<Vec<Object>>>();
        let objects = objects.ok_or_else(|| failed(lacking()))?;
        let foreign_keys = are_on(&foreign_keys);
        let has_ledger = objects.iter().any(|object| object.name.eq_ignore_ascii_case(ledger));
        let ledger = if has_ledger { Some(rows(engine, ledger)?) } else { None };
        Ok(State { objects, ledger, foreign_keys })
    }
}

/// Whether the engine enforces foreign keys.
pub(crate) fn foreign_keys<E: Engine>(engine: &E) -> Result<bool> {
    let failed = |failure| Error::from(ErrorKind::Engine { doing: "read the settings", failure });
    let answers = engine.read(&[Statement::new(FOREIGN_KEYS)]).map_err(failed)?;
    answers.first().map(|rows| are_on(rows)).ok_or_else(|| failed(lacking()))
}

/// Whether foreign keys are enforced while a request runs, on any node, if they are on where it is asked or not.
pub(crate) fn enforced<E: Engine>(engine: &E, are_on: bool) -> bool {
    !E::SWITCHES_FOREIGN_KEYS && (are_on || engine.enforces_foreign_keys_elsewhere())
}

fn are_on(foreign_keys: &[Row]) -> bool {
    matches!(foreign_keys.first().map(Vec::as_slice), Some([Value::Integer(1)]))
}

fn rows<E: Engine>(engine: &E, ledger: &str) -> Result<(Vec<String>, Vec<Row>)> {
    let failed = |failure| Error::from(ErrorKind::Engine { doing: "read the ledger", failure });
    let columns = format!("SELECT name FROM pragma_table_info('{ledger}') ORDER BY cid");
    let queries =
        [Statement::new(columns), Statement::new(format!("SELECT * FROM main.{ledger} ORDER BY version"))];
    let mut answers = engine.read(&queries).map_err(failed)?.into_iter();
    let (Some(columns), Some(rows)) = (answers.next(), answers.next()) else {
        return Err(failed(lacking()));
    };
    let name = |row: Row| match row.into_iter().next() {
        Some(Value::Text(name)) => Some(name),
        _ => None,
    };
    let columns = columns.into_iter().map(name).collect::<Option<Vec<String>>>();
    let columns = columns.filter(|columns| rows.iter().all(|row| row.len() == columns.len()));
    Ok((columns.ok_or_else(|| failed(lacking()))?, rows))
}

fn object(row: Row) -> Option<Object> {
    match <[Value; 2]>::try_from(row) {
        Ok([Value::Text(name), Value::Text(sql)]) => Some(Object { name, sql }),
        _ => None,
    }
}

fn lacking() -> Failure {
    Failure::Denied { message: "the answer has not the columns and rows that were asked for".to_owned() }
}
