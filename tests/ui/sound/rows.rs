//! Structs that fit the schema: what they read and write.

use std::borrow::Cow;
use std::rc::Rc;

use onward::rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};
use onward::rusqlite::{Connection, Result};
use onward::{Insert, Row, Table, Update, migrations, query_as};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Priority {
    Low,
    High,
}

impl onward::Stored for Priority {
    type As = i64;
}

impl ToSql for Priority {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok((*self as i64).into())
    }
}

impl FromSql for Priority {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Priority> {
        Ok(if value.as_i64()? == 0 { Priority::Low } else { Priority::High })
    }
}

/// Every column, by name, `rename` and `rename_all`.
#[derive(Debug, Row)]
#[onward(table = "JOBS", rename_all = "snake_case")]
struct Everything {
    id: u32,
    queue: Box<str>,
    #[onward(rename = "payload")]
    body: Rc<str>,
    started: Option<Cow<'static, str>>,
    title: Option<String>,
    archived: bool,
    price: Option<f64>,
    digest: Option<Vec<u8>>,
    #[onward(skip)]
    seen: u8,
}

#[derive(Debug, PartialEq, Row)]
struct Times {
    started: Option<String>,
    title: Option<String>,
}

#[derive(Debug, PartialEq, Row)]
#[onward(table = "jobs")]
struct Flattened {
    #[onward(read_only)]
    id: i64,
    #[onward(flatten)]
    times: Times,
    queue: String,
    payload: String,
}

#[derive(Row)]
#[onward(table = "jobs")]
struct NewJob<'a> {
    queue: &'a str,
    payload: &'a str,
    digest: Option<&'a [u8]>,
}

#[derive(Debug, PartialEq, Row)]
#[onward(table = "queues")]
struct Queue {
    name: String,
    size: Priority,
}

#[derive(Debug, Row)]
#[onward(table = "queue_stats")]
struct Stats {
    queue: String,
    jobs: i64,
    latest: Option<String>,
}

/// Read only: its type can be read and not written.
#[derive(Debug, Row)]
#[onward(table = "queues")]
struct Length {
    name: TextLength,
}

#[derive(Debug)]
struct TextLength(usize);

impl onward::Stored for TextLength {
    type As = String;
}

impl FromSql for TextLength {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<TextLength> {
        Ok(TextLength(value.as_str()?.len()))
    }
}

/// With a type parameter, for whatever is counted.
#[derive(Debug, Row)]
struct Counted<T> {
    count: i64,
    #[onward(flatten)]
    what: T,
}

#[derive(Debug, Row)]
#[allow(dead_code)]
struct Generic<T> {
    size: T,
    anything: Value,
}

/// For several statements: some have fewer columns, and in some there is NULL.
#[derive(Debug, PartialEq, Row)]
#[onward(table = "jobs")]
struct Short {
    id: i64,
    queue: String,
    #[onward(default)]
    payload: String,
    #[onward(default, rename = "started")]
    begun: String,
    #[onward(default)]
    archived: Option<bool>,
    #[onward(default, try_from = i64)]
    price: Cents,
}

#[derive(Debug, Default, PartialEq, Clone, Copy)]
struct Cents(i64);

impl From<i64> for Cents {
    fn from(cents: i64) -> Cents {
        Cents(cents)
    }
}

impl From<Cents> for i64 {
    fn from(cents: Cents) -> i64 {
        cents.0
    }
}

/// Flattened, and of any type.
#[derive(Debug, Row)]
struct Around<T> {
    #[onward(flatten)]
    short: Short,
    #[onward(default)]
    count: T,
}

/// Items of any name may stand around.
#[allow(dead_code)]
struct N;

fn main() -> Result<()> {
    let mut conn = Connection::open_in_memory()?;
    migrations!("ui/rows/jobs").apply(&mut conn).unwrap();

    assert_eq!(Queue::INSERT, r#"INSERT INTO "queues"("name", "size") VALUES (?, ?)"#);
    assert_eq!(Queue::UPDATE, r#"UPDATE "queues" SET "size" = ? WHERE "name" = ?"#);
    let mut queue = Queue { name: "mail".to_owned(), size: Priority::Low };
    queue.insert(&conn)?;
    queue.size = Priority::High;
    assert!(queue.update(&conn)?);
    assert_eq!(conn.query_row(Queue::SELECT, [], Queue::from_row)?, queue);
    assert!(!Queue { name: "none".to_owned(), size: Priority::Low }.update(&conn)?);

    let id = NewJob { queue: "mail", payload: r#"{"title": "a"}"#, digest: Some(b"x") }.insert(&conn)?;
    assert_eq!(NewJob::COLUMNS, ["queue", "payload", "digest"]);
    // A generated column is read and never written.
    assert!(!Everything::INSERT.contains("title") && Everything::SELECT.contains("title"));
    let all = conn.query_row(Everything::SELECT, [], Everything::from_row)?;
    assert_eq!((i64::from(all.id), &*all.queue, all.title.as_deref()), (id, "mail", Some("a")));
    assert_eq!((all.archived, all.price, all.seen, all.started), (false, None, 0, None));
    assert_eq!((all.digest.as_deref(), all.body.len()), (Some(&b"x"[..]), 14));

    assert_eq!(Flattened::COLUMNS, ["id", "started", "title", "queue", "payload"]);
    assert_eq!(Flattened::INSERT, r#"INSERT INTO "jobs"("started", "queue", "payload") VALUES (?, ?, ?)"#);
    let update = r#"UPDATE "jobs" SET "started" = ?, "queue" = ?, "payload" = ? WHERE "id" = ?"#;
    assert_eq!(Flattened::UPDATE, update);
    let mut job = conn.query_row(Flattened::SELECT, [], Flattened::from_row)?;
    job.times.started = Some("now".to_owned());
    assert!(job.update(&conn)?);
    conn.execute(Flattened::INSERT, job.insert_params())?;
    let jobs = query_as!(Flattened, "SELECT * FROM jobs ORDER BY id").all(&conn)?;
    assert_eq!((&jobs[0], &jobs[1].times, jobs[1].id), (&job, &job.times, id + 1));

    let short = query_as!(Short, "SELECT id, queue FROM jobs WHERE id = ?", id).one(&conn)?;
    let (payload, begun) = (String::new(), String::new());
    let expected = Short { id, queue: "mail".to_owned(), payload, begun, archived: None, price: Cents(0) };
    assert_eq!(short, expected);
    conn.execute("UPDATE jobs SET started = NULL, price = 7 WHERE id = ?", [id])?;
    let sql = "SELECT id, queue, NULL AS payload, started, archived, price FROM jobs WHERE id = ?";
    let whole = query_as!(Short, "SELECT * FROM jobs WHERE id = ?", id).one(&conn)?;
    assert_eq!((whole.payload.len(), whole.begun.as_str(), whole.archived), (14, "", Some(false)));
    assert_eq!((conn.query_row(sql, [id], Short::from_row)?.payload.as_str(), whole.price), ("", Cents(7)));
    // What may not be what is there is not written.
    assert_eq!(Short::UPDATE, r#"UPDATE "jobs" SET "queue" = ? WHERE "id" = ?"#);
    assert!(short.update(&conn)?);
    assert_eq!(query_as!(Short, "SELECT * FROM jobs WHERE id = ?", id).one(&conn)?, whole);
    let around = query_as!(Around<i64>, "SELECT id, queue, 3 AS count FROM jobs WHERE id = ?", id).one(&conn)?;
    assert_eq!((around.short, around.count), (expected, 3));
    // A value of another type is no NULL.
    let wrong = conn.query_row("SELECT 1 AS id, 'mail' AS queue, 2 AS payload", [], Short::from_row);
    assert!(wrong.is_err());

    let stats = query_as!(Stats, "SELECT * FROM queue_stats").one(&conn)?;
    assert_eq!((&*stats.queue, stats.jobs, stats.latest.as_deref()), ("mail", 2, Some("now")));
    let length = conn.query_row(Length::SELECT, [], Length::from_row)?;
    assert_eq!(length.name.0, 4);
    let counted = query_as!(Counted<Queue>, "SELECT count(*) AS count, name, size FROM queues GROUP BY name").one(&conn)?;
    assert_eq!((counted.count, counted.what), (1, queue));
    let generic = query_as!(Generic<i8>, "SELECT size, 'x' AS anything FROM queues").one(&conn)?;
    assert_eq!(generic.size, 1);
    Ok(())
}
