//! Primary keys that SQLite lets be NULL and onward.toml does not: `[schema]`, `primary_keys = "not null"`.

use std::fmt::Debug;

use onward::prelude::*;
use onward::rusqlite::types::Value;
use onward::rusqlite::{Connection, Result};

static KEYS: Migrations = migrations!("histories/keys");

#[derive(Debug, Row)]
#[onward(table = "users", migrations = "histories/keys")]
struct User {
    id: String,
    email: Option<String>,
}

/// Of no table, so that its statement alone knows what is a key.
#[derive(Debug, Row)]
struct Id {
    id: String,
}

#[derive(Debug, Row)]
#[onward(table = "seats", migrations = "histories/keys")]
struct Seat {
    #[onward(flatten)]
    place: Place,
}

#[derive(Debug, Row)]
struct Place {
    room: String,
    seat: i64,
}

fn open() -> Connection {
    let mut conn = Connection::open_in_memory().unwrap();
    KEYS.apply(&mut conn).unwrap();
    conn
}

fn refused<T: Debug>(result: Result<T>, column: &str) {
    let error = result.unwrap_err();
    let text = error.to_string();
    let said =
        format!("`{column}` is NULL, and `[schema]` `primary_keys = \"not null\"` in onward.toml says");
    assert!(text.contains(&said), "{text}");
    assert!(text.contains("make the column NOT NULL in a new migration"), "{text}");
}

#[test]
fn a_key_is_read_as_it_is() {
    let conn = open();
    User { id: "ada".into(), email: None }.insert(&conn).unwrap();
    Seat { place: Place { room: "A".into(), seat: 3 } }.insert(&conn).unwrap();
    let row =
        query!(migrations = "histories/keys", "SELECT id, upper(id) AS loud FROM people").one(&conn).unwrap();
    let (id, loud): (String, String) = (row.id, row.loud);
    assert_eq!((id.as_str(), loud.as_str()), ("ada", "ADA"));
    let seat: i64 =
        query_scalar!(migrations = "histories/keys", "SELECT seat FROM seats").one(&conn).unwrap();
    assert_eq!(seat, 3);
    let user = conn.query_row(User::SELECT, [], User::from_row).unwrap();
    assert_eq!((user.id.as_str(), user.email), ("ada", None));
    let id = query_as!(Id, migrations = "histories/keys", "SELECT id FROM users").one(&conn).unwrap();
    assert_eq!(id.id, "ada");
    let seat = conn.query_row(Seat::SELECT, [], Seat::from_row).unwrap();
    assert_eq!((seat.place.room.as_str(), seat.place.seat), ("A", 3));
}

#[test]
fn a_null_is_an_error_that_names_the_setting() {
    let conn = open();
    conn.execute_batch(
        "INSERT INTO users(email) VALUES ('nobody'); INSERT INTO seats(room) VALUES ('A'); INSERT INTO anything VALUES (NULL);",
    )
    .unwrap();
    refused(query!(migrations = "histories/keys", "SELECT id, email FROM users").one(&conn), "users.id");
    refused(query!(migrations = "histories/keys", "SELECT id FROM people").all(&conn), "users.id");
    refused(query!(migrations = "histories/keys", "SELECT upper(id) AS loud FROM users").one(&conn), "loud");
    refused(query_scalar!(migrations = "histories/keys", "SELECT seat FROM seats").one(&conn), "seats.seat");
    // Also where the type has a value for it.
    refused(
        query_scalar!(migrations = "histories/keys", "SELECT id FROM anything").one(&conn),
        "anything.id",
    );
    refused(query_as!(Id, migrations = "histories/keys", "SELECT id FROM users").one(&conn), "users.id");
    refused(
        query_as!((String, Option<String>), migrations = "histories/keys", "SELECT id, email FROM users")
            .one(&conn),
        "users.id",
    );
    refused(query_as!(User, migrations = "histories/keys", "SELECT * FROM users").one(&conn), "users.id");
    refused(conn.query_row(User::SELECT, [], User::from_row), "users.id");
    refused(conn.query_row(Seat::SELECT, [], Seat::from_row), "seats.seat");

    // Who says so gets it.
    let id: Option<String> =
        query_scalar!(migrations = "histories/keys", "SELECT id AS \"id?\" FROM users").one(&conn).unwrap();
    assert_eq!(id, None);
    let pair = query_as!(
        (Option<String>, Option<String>),
        migrations = "histories/keys",
        "SELECT id, email FROM users"
    );
    assert_eq!(pair.one(&conn).unwrap(), (None, Some("nobody".to_owned())));
    // What is no key's NULL is rusqlite's error.
    let id: Result<String> =
        query_scalar!(migrations = "histories/keys", "SELECT email AS \"id!\" FROM (SELECT NULL AS email)")
            .one(&conn)
            .map(|value: Value| format!("{value:?}"));
    assert_eq!(id.unwrap(), "Null");
}

/// A text with choices, whose column is a key in two of three combinations.
macro_rules! with_choices {
    ($query:ident!($($row:ty,)?), $of:expr) => {
        $query!(
            $($row,)?
            migrations = "histories/keys",
            "SELECT id FROM "
                + match $of {
                    "email" => "(SELECT email AS id FROM users WHERE email IS NOT NULL)",
                    "user" => "users",
                    _ => "(SELECT room AS id FROM seats)",
                }
        )
    };
}

#[test]
fn a_null_in_a_text_with_choices_is_not_said_to_be_another_columns() {
    let conn = open();
    conn.execute_batch("INSERT INTO users(email) VALUES ('nobody'); INSERT INTO seats(seat) VALUES (1);")
        .unwrap();
    for of in ["user", "room"] {
        let columns = "users.id` or `seats.room";
        refused(with_choices!(query!(), of).one(&conn), columns);
        refused(with_choices!(query_scalar!(), of).one(&conn), columns);
        refused(with_choices!(query_as!((String,),), of).one(&conn), columns);
        refused(with_choices!(query_as!(Id,), of).one(&conn), columns);
    }
    assert_eq!(with_choices!(query_scalar!(), "email").one(&conn).unwrap(), "nobody");
}
