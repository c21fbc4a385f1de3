//! An invoice: an enum of our own, and types of the crates time and uuid.

use onward::Row;
use onward::rusqlite::Result;
use onward::rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

#[derive(Debug, Row)]
#[onward(table = "invoices")]
pub(crate) struct Invoice {
    pub(crate) id: Uuid,
    pub(crate) customer: i64,
    pub(crate) state: State,
    pub(crate) issued: Date,
    pub(crate) paid_at: Option<OffsetDateTime>,
}

impl Invoice {
    pub(crate) fn new(customer: i64, issued: Date) -> Invoice {
        Invoice { id: Uuid::new_v4(), customer, state: State::Draft, issued, paid_at: None }
    }
}

/// A line of one, for writing.
#[derive(Row)]
#[onward(table = "lines")]
pub(crate) struct Line<'a> {
    pub(crate) invoice: Uuid,
    pub(crate) number: u32,
    pub(crate) what: &'a str,
    pub(crate) cents: i64,
}

/// What becomes of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Draft,
    Sent,
    Paid,
}

const STATES: [(State, &str); 3] = [(State::Draft, "draft"), (State::Sent, "sent"), (State::Paid, "paid")];

/// It is text in the database: this line is what onward needs to know.
impl onward::Stored for State {
    type As = String;
}

impl ToSql for State {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        let (_, name) = STATES.iter().find(|(state, _)| state == self).ok_or(FromSqlError::InvalidType)?;
        Ok((*name).into())
    }
}

impl FromSql for State {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<State> {
        let text = value.as_str()?;
        let state = STATES.iter().find(|(_, name)| *name == text);
        state.map(|(state, _)| *state).ok_or(FromSqlError::InvalidType)
    }
}
