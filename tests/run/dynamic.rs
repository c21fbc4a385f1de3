//! Statements of which parts are chosen while the program runs.

use std::cell::Cell;
use std::collections::BTreeSet;

use onward::prelude::*;
use onward::rusqlite::types::{ToSql, Value};
use onward::rusqlite::{Connection, Error, params_from_iter};
use onward::{query, query_as, query_scalar, sql};

static MIGRATIONS: Migrations = migrations!("histories/dynamic");

fn database() -> Connection {
    let mut conn = Connection::open_in_memory().unwrap();
    MIGRATIONS.apply(&mut conn).unwrap();
    conn.execute_batch(
        "INSERT INTO jobs VALUES (1, 'mail', 'queued', NULL), (2, 'mail', 'done', 'late'), (3, 'push', 'queued', 'now');
         INSERT INTO tags VALUES (1, 'red'), (3, 'red'), (3, 'blue');
         INSERT INTO mail VALUES (1, 'hello'); INSERT INTO push VALUES (1, NULL), (2, 'ping');",
    )
    .unwrap();
    conn
}

#[test]
fn a_list_has_any_length_and_one_text() {
    let conn = database();
    let find = |ids: &[i64]| {
        let found = query_scalar!(
            migrations = "histories/dynamic",
            "SELECT id FROM jobs WHERE id IN (:ids...) ORDER BY id"
        );
        assert_eq!(
            found.sql(),
            "SELECT id FROM jobs WHERE id IN (SELECT +value FROM json_each(:ids)) ORDER BY id"
        );
        found.all(&conn).unwrap()
    };
    assert!(find(&[]).is_empty());
    assert_eq!(find(&[3]), [3]);
    assert_eq!(find(&[3, 1, 1, 99]), [1, 3]);
    assert_eq!(find(&(2..50_000).collect::<Vec<_>>()), [2, 3]);
}

#[test]
fn every_way_to_write_a_list() {
    let conn = database();
    let states = ["queued".to_owned(), "late".to_owned()];
    let (set, others) = (BTreeSet::from([1_u8, 2]), vec![7, 8]);
    let count = query_scalar!(
        migrations = "histories/dynamic",
        "SELECT count(*) FROM jobs WHERE state IN (:states…) AND id not in ( ?... ) AND queue = ? AND id IN (@set...)",
        others,
        "mail",
    );
    assert_eq!(count.one(&conn).unwrap(), 1);
    let deleted =
        query!(migrations = "histories/dynamic", "DELETE FROM tags WHERE job IN (?…)", &vec![1, 2][..])
            .execute(&conn);
    assert_eq!(deleted.unwrap(), 1);
    let later = query_scalar!(
        migrations = "histories/dynamic",
        "SELECT id FROM jobs WHERE id IN (:set...) OR id IN (:set...)",
        set = vec![3]
    )
    .owned();
    assert_eq!(later.all(&conn).unwrap(), [3]);
}

#[test]
fn what_cannot_be_in_a_list_is_an_error_and_nothing_runs() {
    let conn = database();
    let ids = [Value::Integer(1), Value::Blob(vec![1])];
    let error = query!(migrations = "histories/dynamic", "DELETE FROM tags WHERE job IN (:ids...)")
        .execute(&conn)
        .unwrap_err();
    assert!(matches!(error, Error::ToSqlConversionFailure(_)));
    assert!(error.to_string().starts_with("value 2 of the list for IN is bytes"), "{error}");
    let left = query_scalar!(migrations = "histories/dynamic", "SELECT count(*) FROM tags");
    assert_eq!(left.one(&conn).unwrap(), 3);
}

/// Values of every kind that is compared in a way of its own.
fn values() -> Vec<Value> {
    let integers = [0, 1, -1, 2, 10, 1 << 53, (1 << 53) + 1, i64::MAX, i64::MIN].map(Value::Integer);
    let reals = [
        0.0,
        1.0,
        1.5,
        0.1,
        1e15,
        9_007_199_254_740_992.0,
        9_223_372_036_854_775_808.0,
        f64::INFINITY,
        f64::NAN,
    ];
    let texts = [
        "",
        "0",
        "1",
        "1.0",
        "+1",
        " 1",
        "1 ",
        "01",
        "1e0",
        "0x1",
        "1.5",
        "0.1",
        "10",
        "a",
        "A",
        "a ",
        "ä",
        "Ä",
        "null",
        "true",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "Inf",
        "\"",
        "\\u0031",
        "[1]",
        "\u{1}",
        "é\u{301}🦀",
    ];
    let texts = texts.map(|text| Value::Text(text.to_owned()));
    let all = integers.into_iter().chain(reals.map(Value::Real)).chain(texts);
    all.chain([Value::Null]).collect()
}

/// Whether a REAL column can have it: of a list it takes the nearest number that it can have, and of `IN (?)` none.
fn is_fraction(value: &Value) -> bool {
    let is_exact = |number: i64| i128::from(number) == number as f64 as i128;
    match value {
        Value::Integer(number) => is_exact(*number),
        Value::Text(text) => text.parse().map_or(true, is_exact),
        _ => true,
    }
}

/// The lists: none, each value alone and with NULL, and all.
fn lists() -> Vec<Vec<Value>> {
    let alone = values().into_iter().map(|value| vec![value]);
    let with_null = values().into_iter().map(|value| vec![value, Value::Null]);
    alone.chain(with_null).chain([vec![], values()]).collect()
}

macro_rules! same_as_in {
    ($conn:ident, $table:tt: $($value:tt),* $(,)?) => {$(
        for mut list in lists() {
            if $value == "fraction" {
                list.retain(is_fraction);
            }
            let places = vec!["?"; list.len()].join(", ");
            let expected = |is: &str| {
                let sql = format!("SELECT id FROM {} WHERE {} {is} ({places}) ORDER BY id", $table, $value);
                let mut statement = $conn.prepare(&sql).unwrap();
                let rows = statement.query_map(params_from_iter(&list), |row| row.get(0)).unwrap();
                rows.collect::<Result<Vec<i64>, _>>().unwrap()
            };
            let found = query_scalar!(
                migrations = "histories/dynamic",
                "SELECT id FROM " + $table + " WHERE " + $value + " IN (?...) ORDER BY id",
                list
            );
            assert_eq!(found.all(&$conn).unwrap(), expected("IN"), "{} IN ({list:?})", $value);
            let found = query_scalar!(
                migrations = "histories/dynamic",
                "SELECT id FROM " + $table + " WHERE " + $value + " NOT IN (?...) ORDER BY id",
                list
            );
            assert_eq!(found.all(&$conn).unwrap(), expected("NOT IN"), "{} NOT IN ({list:?})", $value);
        }
    )*};
}

#[test]
fn a_list_is_compared_as_if_its_values_stood_there() {
    let conn = database();
    for (table, columns) in [("kinds", 11), ("strict_kinds", 4)] {
        let places = vec!["?1"; columns].join(", ");
        for value in values() {
            let whole = [&value as &dyn ToSql];
            // A column of a STRICT table refuses what is not its own.
            if conn.execute(&format!("INSERT INTO {table} VALUES (NULL, {places})"), &whole[..]).is_err() {
                for column in ["whole", "fraction", "words", "bare"] {
                    let sql = format!("INSERT INTO {table}({column}) VALUES (?1)");
                    let _ = conn.execute(&sql, &whole[..]);
                }
            }
        }
    }
    same_as_in!(conn, "kinds": "id", "whole", "fraction", "number", "words", "bare", "bytes", "small", "trimmed");
    same_as_in!(conn, "kinds": "found", "found_words", "found_bare", "+whole", "+words", "+found_words", "bare || ''");
    same_as_in!(conn, "kinds": "CAST(words AS INTEGER)", "CAST(whole AS TEXT)", "words COLLATE NOCASE", "small COLLATE BINARY");
    same_as_in!(conn, "strict_kinds": "id", "whole", "fraction", "words", "bare");
}

struct Filter {
    state: Option<String>,
    ids: Option<Vec<i64>>,
}

enum Order {
    Newest,
    Oldest,
}

/// Whether a job is found, and with which text.
fn find(conn: &Connection, queue: &str, filter: &Filter, order: &Order) -> (Vec<i64>, &'static str) {
    let jobs = query!(
        migrations = "histories/dynamic",
        "SELECT id, state FROM jobs WHERE queue = :queue"
            + if let Some(state) = &filter.state {
                " AND state = :state"
            }
            + if let Some(ids) = &filter.ids {
                " AND id IN (:ids...)"
            }
            + match order {
                Order::Newest => " ORDER BY id DESC",
                Order::Oldest => " ORDER BY id",
            },
    );
    let sql = jobs.sql();
    (jobs.all(conn).unwrap().into_iter().map(|job| job.id).collect(), sql)
}

#[test]
fn parts_are_there_if_they_are_asked_for() {
    let conn = database();
    let filter = |state: Option<&str>, ids: Option<&[i64]>| Filter {
        state: state.map(str::to_owned),
        ids: ids.map(<[i64]>::to_vec),
    };
    let all = "SELECT id, state FROM jobs WHERE queue = :queue";
    let ids = " AND id IN (SELECT +value FROM json_each(:ids))";
    for (state, of, order, expected, sql) in [
        (None, None, Order::Newest, &[2, 1][..], format!("{all} ORDER BY id DESC")),
        (None, None, Order::Oldest, &[1, 2], format!("{all} ORDER BY id")),
        (Some("done"), None, Order::Oldest, &[2], format!("{all} AND state = :state ORDER BY id")),
        (None, Some(&[1, 3][..]), Order::Oldest, &[1], format!("{all}{ids} ORDER BY id")),
        (
            Some("done"),
            Some(&[]),
            Order::Newest,
            &[],
            format!("{all} AND state = :state{ids} ORDER BY id DESC"),
        ),
    ] {
        assert_eq!(find(&conn, "mail", &filter(state, of), &order), (expected.to_vec(), &*sql));
    }
}

enum Kind {
    Mail,
    Push,
}

#[test]
fn one_of_a_fixed_set_of_tables() {
    let conn = database();
    let count = |kind: Kind| {
        query_scalar!(
            migrations = "histories/dynamic",
            "SELECT count(*) FROM "
                + match kind {
                    Kind::Mail => "mail",
                    Kind::Push => "push",
                }
        )
        .one(&conn)
        .unwrap()
    };
    assert_eq!((count(Kind::Mail), count(Kind::Push)), (1, 2));
    // A column is an `Option` if it may be NULL in one of them.
    let subjects = |kind: Kind| -> Vec<Option<String>> {
        let rows = query!(
            migrations = "histories/dynamic",
            "SELECT subject FROM "
                + match kind {
                    Kind::Mail => "mail",
                    Kind::Push => "push",
                }
                + " ORDER BY id"
        );
        rows.all(&conn).unwrap().into_iter().map(|row| row.subject).collect()
    };
    assert_eq!(subjects(Kind::Mail), [Some("hello".to_owned())]);
    assert_eq!(subjects(Kind::Push), [None, Some("ping".to_owned())]);
}

#[derive(Debug, PartialEq, Row)]
struct Subject {
    id: i64,
    subject: Option<String>,
}

#[test]
fn rows_of_a_struct_and_of_a_tuple() {
    let conn = database();
    for is_mail in [true, false] {
        let first = query_as!(
            Subject,
            migrations = "histories/dynamic",
            // A struct takes what it has fields for: the columns may be others.
            "SELECT "
                + if is_mail { "*" } else { "subject, id, 7 AS other" }
                + " FROM "
                + if is_mail { "mail" } else { "push" }
        );
        let expected = is_mail.then(|| "hello".to_owned());
        assert_eq!(first.one(&conn).unwrap(), Subject { id: 1, subject: expected.clone() });
        let first = query_as!(
            (i64, Option<String>),
            migrations = "histories/dynamic",
            "SELECT id, subject FROM " + (if is_mail { "mail" } else { "push" }) + " LIMIT :most",
            most = 1
        );
        assert_eq!(first.optional(&conn).unwrap(), Some((1, expected)));
    }
}

#[test]
fn the_same_condition_is_one_choice() {
    let conn = database();
    let asked = Cell::new(0);
    let ask = |tag: Option<&'static str>| {
        asked.set(asked.get() + 1);
        tag
    };
    let find = |tag: Option<&'static str>| {
        let jobs = query_scalar!(
            migrations = "histories/dynamic",
            "SELECT jobs.id FROM jobs"
                + if let Some(tag) = ask(tag) { " JOIN tags ON tags.job = jobs.id" }
                + " WHERE jobs.queue <> :other"
                // Without the JOIN there would be no such column.
                + if let Some(tag) = ask(tag) { " AND tags.name = :tag" } else { " AND jobs.id < :below" }
                + " ORDER BY 1",
            other = "none",
            below = 3,
        );
        jobs.all(&conn).unwrap()
    };
    assert_eq!(find(Some("red")), [1, 3]);
    assert_eq!(find(None), [1, 2]);
    assert_eq!(asked.get(), 2);
}

/// Of two variables with one name each is asked for itself.
#[test]
fn the_same_words_of_another_variable_are_another_choice() {
    let conn = database();
    let find = |a: Option<i64>, b: Option<i64>| {
        let jobs = query_scalar!(
            migrations = "histories/dynamic",
            "SELECT id FROM jobs WHERE 1"
                + if let Some(x) = a {
                    if x > 5 { " AND id <> 1" } else { "" }
                }
                + if let Some(x) = b {
                    if x > 5 { " AND id <> 2" } else { "" }
                }
                + " ORDER BY id"
        );
        jobs.all(&conn).unwrap()
    };
    assert_eq!(find(Some(1), Some(9)), [1, 3]);
    assert_eq!(find(Some(9), Some(1)), [2, 3]);
    assert_eq!(find(Some(9), Some(9)), [3]);
    assert_eq!(find(None, Some(9)), [1, 3]);
    assert_eq!(find(None, None), [1, 2, 3]);
}

/// A macro's own variable, and its caller's of the same name.
macro_rules! list {
    ($conn:expr, $all:expr) => {{
        let all = true;
        let jobs = query_scalar!(
            migrations = "histories/dynamic",
            "SELECT id FROM jobs"
                + if $all { "" } else { " WHERE queue = 'mail'" }
                + " ORDER BY id"
                + if all { " DESC" } else { " LIMIT 0" }
        );
        jobs.all($conn).unwrap()
    }};
}

#[test]
fn a_macros_own_variable_is_not_its_callers() {
    let conn = database();
    for (all, expected) in [(true, &[3, 2, 1][..]), (false, &[2, 1])] {
        assert_eq!(list!(&conn, all), expected);
    }
}

#[test]
fn values_are_those_of_the_place_where_they_stand() {
    let conn = database();
    let find = |range: Option<std::ops::Range<i64>>, state: Option<&str>| {
        let jobs = query_scalar!(
            migrations = "histories/dynamic",
            "SELECT id FROM jobs WHERE queue <> ?"
                + if let Some(range) = &range { " AND id >= :from AND id < :to" }
                // Only who needs the value makes it.
                + if state.is_some() { " AND state = :state" }
                + " ORDER BY id LIMIT ?",
            "none",
            10,
            from = range.start,
            to = range.end,
            state = state.unwrap(),
        );
        jobs.all(&conn).unwrap()
    };
    assert_eq!(find(None, None), [1, 2, 3]);
    assert_eq!(find(Some(2..9), None), [2, 3]);
    assert_eq!(find(Some(2..9), Some("queued")), [3]);
}

#[test]
fn choices_of_every_form() {
    let conn = database();
    let count = |level: u8, id: Option<i64>, text: &str| {
        let jobs = query_scalar!(
            migrations = "histories/dynamic",
            if level == 0 {
                "SELECT count(*) AS n FROM jobs WHERE 1"
            } else if level == 1 {
                concat!("SELECT count(*) AS n ", "FROM jobs WHERE id = 1")
            } else {
                "SELECT 10"
                    + if level == 3 {
                        " + 1"
                    } else {
                    }
                    + " AS n FROM jobs WHERE 1"
            } + match id {
                Some(one @ 1..=2) if one > 0 => " AND id = :one",
                Some(least) => {
                    " AND " + "id >= :least"
                }
                None => "",
            } + if let Some(id) = id
                && id > 2
                && !text.is_empty()
            {
                " AND note LIKE :pattern"
            } + " LIMIT 1",
            pattern = format!("%{text}%"),
        );
        jobs.optional(&conn).unwrap()
    };
    assert_eq!(count(0, None, ""), Some(3));
    assert_eq!(count(0, Some(2), ""), Some(1));
    assert_eq!(count(0, Some(3), "no"), Some(1));
    assert_eq!(count(0, Some(3), "late"), Some(0));
    assert_eq!(count(1, None, ""), Some(1));
    assert_eq!(count(2, Some(9), ""), None);
    assert_eq!(count(3, None, ""), Some(11));
}

/// What no variable can be called is no variable that hides another.
#[test]
fn patterns_that_bring_no_variable() {
    let conn = database();
    let find = |ids: &[i64], order: &Order| {
        let jobs = query_scalar!(
            migrations = "histories/dynamic",
            "SELECT id FROM jobs WHERE id IN (:ids...)"
                + match order {
                    Order::Newest => " ORDER BY id DESC",
                    _ => "",
                },
            ids = ids.iter().filter(|id| **id > 0).collect::<Vec<_>>(),
        );
        jobs.all(&conn).unwrap()
    };
    assert_eq!(find(&[1, 3], &Order::Newest), [3, 1]);
    assert_eq!(find(&[1, 3], &Order::Oldest), [1, 3]);
    let mut first = 9;
    for is_last_first in [true, false] {
        let jobs = query_scalar!(
            migrations = "histories/dynamic",
            "SELECT id FROM jobs WHERE id < :least OR :all"
                + match is_last_first {
                    true => " ORDER BY id DESC",
                    false => " ORDER BY id",
                }
                + if let Some(mut most) = Some(2) {
                    " LIMIT :most"
                },
            least = std::mem::take(&mut first),
            all = true,
            most = {
                most += 1;
                most
            },
        );
        assert_eq!(jobs.all(&conn).unwrap(), if is_last_first { [3, 2, 1] } else { [1, 2, 3] });
    }
}

#[test]
fn statements_without_rows() {
    let conn = database();
    let set = |note: Option<&str>, ids: &[i64]| {
        let update = query!(
            migrations = "histories/dynamic",
            "UPDATE jobs SET state = 'done'"
                + if let Some(note) = note {
                    ", note = :note"
                }
                + " WHERE id IN (:ids...)"
        );
        update.execute(&conn).unwrap()
    };
    assert_eq!(set(None, &[1, 3]), 2);
    assert_eq!(set(Some("new"), &[2]), 1);
    let notes = query_scalar!(migrations = "histories/dynamic", "SELECT note FROM jobs ORDER BY id")
        .all(&conn)
        .unwrap();
    assert_eq!(notes, [None, Some("new".to_owned()), Some("now".to_owned())]);
    let note = |is_new: bool| {
        query!(
            derive(Clone, PartialEq),
            migrations = "histories/dynamic",
            "DELETE FROM jobs WHERE id = " + if is_new { "2" } else { "1" } + " RETURNING note"
        )
    };
    let query = note(true);
    let row = std::thread::spawn(move || query.one(&conn).unwrap().clone()).join().unwrap();
    assert_eq!(row.note.as_deref(), Some("new"));
}

#[test]
fn a_text_for_other_calls() {
    let conn = database();
    let count = |is_mail: bool| -> i64 {
        let text = sql!(
            migrations = "histories/dynamic",
            "SELECT count(*) FROM " + if is_mail { "mail" } else { "push" }
        );
        conn.query_row(text, [], |row| row.get(0)).unwrap()
    };
    assert_eq!((count(true), count(false)), (1, 2));
}

#[test]
fn nothing_of_the_program_is_hidden_by_what_the_macro_makes() {
    struct Record;
    let conn = database();
    let (read, reader, row, tag) = ("mail", Some(1), 0, "red");
    let _record = Record;
    let found = query!(
        migrations = "histories/dynamic",
        "SELECT id FROM jobs WHERE queue = :read AND id > :row"
            + if let (Some(reader), Record) = (reader, Record) {
                " AND id = :reader AND :tag = 'red'"
            },
    );
    assert_eq!(found.one(&conn).unwrap().id, 1);
}
