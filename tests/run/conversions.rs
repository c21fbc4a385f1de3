//! Types that are not the column's own: named by the folder, by an attribute, or by what stands in front of a statement.

use std::net::IpAddr;

use chrono::{NaiveDate, NaiveDateTime};
use onward::prelude::*;
use onward::rusqlite::types::{FromSqlError, FromSqlResult, ToSqlOutput, Value, ValueRef};
use onward::rusqlite::{Connection, Error, params};
use onward::{Text, as_text};
use uuid::Uuid;

static VISITS: Migrations = migrations!("histories/visits");

/// Whole seconds in a column, written as SQLite writes dates.
mod seconds {
    use super::{FromSqlError, FromSqlResult, NaiveDateTime, ToSqlOutput, ValueRef};

    pub(super) fn from_sql(value: ValueRef<'_>) -> FromSqlResult<i64> {
        let read = NaiveDateTime::parse_from_str(value.as_str()?, "%F %T");
        read.map(|at| at.and_utc().timestamp()).map_err(|error| FromSqlError::Other(error.into()))
    }

    pub(super) fn to_sql(value: &i64) -> onward::rusqlite::Result<ToSqlOutput<'_>> {
        let at = chrono::DateTime::from_timestamp(*value, 0);
        let at = at.ok_or(onward::rusqlite::Error::ToSqlConversionFailure("no such time".into()))?;
        Ok(at.format("%F %T").to_string().into())
    }
}

#[derive(Debug, Clone, PartialEq, Row)]
#[onward(table = "visits", migrations = "histories/visits")]
struct Visit {
    #[onward(with = as_text)]
    id: Uuid,
    #[onward(with = "onward::as_text", rename = "address")]
    from: IpAddr,
    #[onward(try_from = i64)]
    bytes: u64,
    #[onward(try_from = "i64")]
    retries: Option<u16>,
    #[onward(with = seconds)]
    at: i64,
    #[onward(with = seconds)]
    left_at: Option<i64>,
}

fn visit() -> Visit {
    let from = IpAddr::from([10, 0, 0, 1]);
    Visit { id: Uuid::from_u128(7), from, bytes: 1 << 40, retries: Some(3), at: 0, left_at: None }
}

fn database() -> Connection {
    let mut conn = Connection::open_in_memory().unwrap();
    VISITS.apply(&mut conn).unwrap();
    conn
}

fn all(conn: &Connection) -> Result<Vec<Visit>, Error> {
    conn.prepare(Visit::SELECT)?.query_map([], Visit::from_row)?.collect()
}

#[test]
fn a_field_is_written_and_read_through_another_type() {
    let conn = database();
    let mut visit = visit();
    visit.insert(&conn).unwrap();
    let stored = "SELECT id || ' ' || address || ' ' || bytes || ' ' || retries || ' ' || at FROM visits";
    let stored: String = conn.query_row(stored, [], |row| row.get(0)).unwrap();
    assert_eq!(stored, "00000000-0000-0000-0000-000000000007 10.0.0.1 1099511627776 3 1970-01-01 00:00:00");
    assert_eq!(all(&conn).unwrap(), [visit.clone()]);
    (visit.retries, visit.left_at, visit.bytes) = (None, Some(60), 0);
    // Found by its key, which is written as text there as well.
    assert!(visit.update(&conn).unwrap());
    assert_eq!(all(&conn).unwrap(), [visit]);
}

#[test]
fn what_does_not_fit_is_an_error() {
    let conn = database();
    let refused = Visit { bytes: u64::MAX, ..visit() }.insert(&conn).unwrap_err();
    assert!(matches!(refused, Error::ToSqlConversionFailure(_)), "{refused:?}");
    assert_eq!(refused.to_string(), "out of range integral type conversion attempted");
    let refused = Visit { left_at: Some(i64::MAX), ..visit() }.insert(&conn).unwrap_err();
    assert_eq!(refused.to_string(), "no such time");
    visit().insert(&conn).unwrap();
    for (column, value, expected) in [
        ("bytes", Value::Integer(-1), "Conversion error from type Integer at index: 2, out of range"),
        ("retries", Value::Integer(70_000), "Conversion error from type Integer at index: 3, out of range"),
        ("address", Value::Text("nowhere".into()), "Conversion error from type Text at index: 1, invalid IP"),
        ("at", Value::Integer(3), "Invalid column type Integer at index: 4, name: at"),
    ] {
        conn.execute_batch("SAVEPOINT before").unwrap();
        conn.execute(&format!("UPDATE visits SET {column} = ?1"), params![value]).unwrap();
        let error = all(&conn).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
        conn.execute_batch("ROLLBACK TO before").unwrap();
    }
}

#[test]
fn a_folder_names_the_types_of_declared_types() {
    let conn = database();
    visit().insert(&conn).unwrap();
    let row = query!(
        derive(Clone, PartialEq),
        migrations = "histories/visits",
        "SELECT at, left_at, price FROM visits"
    )
    .one(&conn)
    .unwrap();
    let midnight = NaiveDate::default().and_hms_opt(0, 0, 0).unwrap();
    let (at, left_at, price): (NaiveDateTime, Option<NaiveDateTime>, Option<f64>) =
        (row.at, row.left_at, row.price);
    assert_eq!((at, left_at, price), (midnight, None, None));
    assert!(row == row.clone());
    let at = query_scalar!(migrations = "histories/visits", "SELECT at FROM visits").one(&conn).unwrap();
    assert_eq!(at, midnight);
    // The largest of a column is one of its values; an alias knows better, and of an expression nothing is declared.
    let row = query!(
        migrations = "histories/visits",
        r#"SELECT max(at) AS newest, max(at) AS "text: String", max(at || '') AS glued FROM visits"#
    );
    let row = row.one(&conn).unwrap();
    let text = "1970-01-01 00:00:00".to_owned();
    assert_eq!((row.newest, row.text, row.glued), (Some(midnight), Some(text.clone()), Some(text)));
}

#[test]
fn rows_are_tuples() {
    let conn = database();
    visit().insert(&conn).unwrap();
    let rows = query_as!(
        (Text<Uuid>, i64, Option<i64>),
        migrations = "histories/visits",
        "SELECT id, bytes, retries FROM visits WHERE bytes > ?",
        5
    );
    let rows: Vec<_> = rows.all(&conn).unwrap();
    assert_eq!(rows, [(Text(Uuid::from_u128(7)), 1 << 40, Some(3))]);
    let one = query_as!((i64,), migrations = "histories/visits", "SELECT count(*) FROM visits").one(&conn);
    assert_eq!(one.unwrap(), (1,));
}
