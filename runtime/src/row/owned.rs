//! Statements that own the values of their parameters, and can go to another thread with them.

use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Error, Result, Row};

use super::prepared::{Prepared, bind};

/// A [`Query`](crate::Query) that owns the values of its parameters: it is `Send` and `'static`, and has the same calls.
///
/// A value is a number, a text, bytes or NULL. What rusqlite can bind beside those, a `ZeroBlob`, a pointer or a text that is not
/// UTF-8, belongs to the thread or the text that it is in: the statement gives an error when it is run, and reaches no database.
///
/// ```
/// use onward::{Owned, query_scalar};
///
/// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
/// # onward::migrations!("../migrations").apply(&mut conn)?;
/// fn busy(least: i64) -> Owned<String> {
///     query_scalar!(migrations = "../migrations", "SELECT name FROM queues WHERE concurrency >= :least").owned()
/// }
///
/// assert_eq!(busy(4).all(&conn)?, ["default"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a query does nothing until it is run"]
pub struct Owned<T> {
    sql: &'static str,
    read: fn(&Row<'_>) -> Result<T>,
    /// Or why there are none, which is told when it is run.
    values: Result<Vec<Value>>,
}

impl<T> Owned<T> {
    pub(crate) fn new(
        sql: &'static str,
        read: fn(&Row<'_>) -> Result<T>,
        values: Result<Vec<Value>>,
    ) -> Owned<T> {
        Owned { sql, read, values }
    }

    /// As [`Query::sql`](crate::Query::sql).
    pub fn sql(&self) -> &'static str {
        self.sql
    }

    /// As [`Query::all`](crate::Query::all).
    ///
    /// # Errors
    /// As there, and for a value that cannot be owned.
    pub fn all(self, conn: &Connection) -> Result<Vec<T>> {
        self.prepare(conn)?.all()
    }

    /// As [`Query::one`](crate::Query::one).
    ///
    /// # Errors
    /// As there, and for a value that cannot be owned.
    pub fn one(self, conn: &Connection) -> Result<T> {
        self.prepare(conn)?.one()
    }

    /// As [`Query::optional`](crate::Query::optional).
    ///
    /// # Errors
    /// As there, and for a value that cannot be owned.
    pub fn optional(self, conn: &Connection) -> Result<Option<T>> {
        self.prepare(conn)?.optional()
    }

    /// As [`Query::prepare`](crate::Query::prepare).
    ///
    /// # Errors
    /// As there, and for a value that cannot be owned.
    pub fn prepare(self, conn: &Connection) -> Result<Prepared<'_, T>> {
        Prepared::new(conn, self.sql, self.read, &self.values?)
    }
}

/// An [`Execute`](crate::Execute) that owns the values of its parameters: it is `Send` and `'static`.
///
/// What holds for the values of an [`Owned`] holds for these.
#[must_use = "a statement does nothing until it is executed"]
pub struct OwnedExecute {
    sql: &'static str,
    values: Result<Vec<Value>>,
}

impl OwnedExecute {
    pub(crate) fn new(sql: &'static str, values: Result<Vec<Value>>) -> OwnedExecute {
        OwnedExecute { sql, values }
    }

    /// As [`Execute::sql`](crate::Execute::sql).
    pub fn sql(&self) -> &'static str {
        self.sql
    }

    /// As [`Execute::execute`](crate::Execute::execute).
    ///
    /// # Errors
    /// As there, and for a value that cannot be owned.
    pub fn execute(self, conn: &Connection) -> Result<usize> {
        bind(conn, self.sql, &self.values?)?.raw_execute()
    }
}

/// The values of parameters.
///
/// # Errors
/// What the conversion of one says, or that it has no value of its own.
pub(crate) fn own<P: ToSql>(parameters: &[P]) -> Result<Vec<Value>> {
    let own = |(index, parameter): (usize, &P)| {
        value(parameter.to_sql()?).ok_or_else(|| cannot_be_owned(index + 1))
    };
    parameters.iter().enumerate().map(own).collect()
}

fn value(output: ToSqlOutput<'_>) -> Option<Value> {
    match output {
        ToSqlOutput::Owned(value) => Some(value),
        // rusqlite's own conversion panics in some versions over a text that is not UTF-8.
        ToSqlOutput::Borrowed(ValueRef::Text(text)) => String::from_utf8(text.to_vec()).ok().map(Value::Text),
        ToSqlOutput::Borrowed(ValueRef::Null) => Some(Value::Null),
        ToSqlOutput::Borrowed(ValueRef::Integer(number)) => Some(Value::Integer(number)),
        ToSqlOutput::Borrowed(ValueRef::Real(number)) => Some(Value::Real(number)),
        ToSqlOutput::Borrowed(ValueRef::Blob(bytes)) => Some(Value::Blob(bytes.to_vec())),
        // What there is depends on rusqlite's features, which others turn on.
        _ => None,
    }
}

fn cannot_be_owned(number: usize) -> Error {
    let message = format!(
        "the value of parameter {number} cannot go to another thread: only a number, a UTF-8 text, bytes or NULL can; nothing \
         was run; write `zeroblob(?)` for a ZeroBlob and `IN (?...)` for a list, or run the statement where the value is made"
    );
    Error::ToSqlConversionFailure(message.into())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn is_send<T: Send + 'static>(_: &T) {}

    fn number(row: &Row<'_>) -> Result<Cell<i64>> {
        row.get(0).map(Cell::new)
    }

    /// Gives this when it is bound.
    struct Gives(fn() -> Result<ToSqlOutput<'static>>);

    impl ToSql for Gives {
        fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
            (self.0)()
        }
    }

    #[test]
    fn it_can_be_sent_whatever_its_rows_are() {
        is_send(&Owned::new("SELECT 1", |_| Ok(std::rc::Rc::new(1)), own::<i64>(&[])));
        is_send(&OwnedExecute::new("SELECT 1", own::<i64>(&[])));
        let query = Owned::new("SELECT 1", number, own::<i64>(&[]));
        let one = std::thread::spawn(move || query.one(&Connection::open_in_memory()?)).join().unwrap();
        assert_eq!(one.unwrap().get(), 1);
    }

    #[test]
    fn every_kind_of_value_is_kept() {
        let values = own::<&dyn ToSql>(&[
            &None::<i64>,
            &i64::MIN,
            &0.5,
            &"text",
            &String::from("own"),
            &vec![0_u8, 255],
        ]);
        let expected = [
            Value::Null,
            Value::Integer(i64::MIN),
            Value::Real(0.5),
            Value::Text("text".to_owned()),
            Value::Text("own".to_owned()),
            Value::Blob(vec![0, 255]),
        ];
        assert_eq!(values.unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_owned_is_an_error_in_words_and_nothing_is_run() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE notes(body)").unwrap();
        let text = Gives(|| Ok(ToSqlOutput::Borrowed(ValueRef::Text(b"\xff"))));
        let insert =
            OwnedExecute::new("INSERT INTO notes VALUES (?1), (?2)", own::<&dyn ToSql>(&[&1, &text]));
        let error = insert.execute(&conn).unwrap_err().to_string();
        assert!(error.contains("parameter 2 cannot go to another thread"), "{error}");
        let query = Owned::new("INSERT INTO notes VALUES (?1) RETURNING 1", number, own(&[&text]));
        assert!(matches!(query.all(&conn), Err(Error::ToSqlConversionFailure(_))));
        let count = Owned::new("SELECT count(*) FROM notes", number, own::<i64>(&[]));
        assert_eq!(count.one(&conn).unwrap().get(), 0);
    }

    #[test]
    fn the_error_of_a_conversion_comes_when_it_is_run() {
        let conn = Connection::open_in_memory().unwrap();
        let refused = Gives(|| Err(Error::ToSqlConversionFailure("no such colour".into())));
        let query = Owned::new("SELECT ?1", number, own(&[&refused]));
        assert_eq!(query.sql(), "SELECT ?1");
        let error = query.optional(&conn).unwrap_err();
        assert_eq!(error.to_string(), "no such colour");
    }
}
