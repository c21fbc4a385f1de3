//! Statements that fit the schema: what goes in and what comes out.

use onward::rusqlite::types::Value;
use onward::rusqlite::{Connection, Result};
use onward::{migrations, query, query_as, query_scalar, sql};

#[derive(Debug, PartialEq, onward::Row)]
struct Brief {
    id: i64,
    #[onward(rename = "type")]
    kind: Option<String>,
}

impl Brief {
    fn first(conn: &Connection) -> Result<Self> {
        query_as!(Self, "SELECT id, 'x' AS type FROM jobs ORDER BY id").one(conn)
    }
}

mod inner {
    pub fn sizes(conn: &onward::rusqlite::Connection) -> onward::rusqlite::Result<Vec<i64>> {
        onward::query_scalar!("SELECT size FROM queues ORDER BY 1").all(conn)
    }
}

macro_rules! of_jobs {
    ($tail:literal) => {
        query_scalar!("SELECT id FROM jobs " + $tail)
    };
}

macro_rules! by_queue {
    ($conn:expr, $queue:expr) => {
        query!("SELECT id FROM jobs WHERE queue = ?", $queue).all($conn)
    };
}

fn main() -> Result<()> {
    let mut conn = Connection::open_in_memory()?;
    migrations!("ui/rows/jobs").apply(&mut conn).unwrap();

    // Without rows: how many were changed. Values by position, by name, and from the scope.
    let size = 3;
    let added = query!("INSERT INTO queues(name, size) VALUES (?, :size)", "mail").execute(&conn)?;
    assert_eq!(added, 1);
    let name = String::from("print");
    assert_eq!(query!("INSERT INTO queues VALUES (@name, $size)", size = size - 1).execute(&conn)?, 1);
    assert_eq!(query!("INSERT INTO queues VALUES (?2, ?1)", 1, format!("{name}er")).execute(&conn)?, 1);
    assert_eq!(inner::sizes(&conn)?, [1, 2, 3]);

    // An id is never NULL, and RETURNING gives rows.
    for payload in ["{}", "[]"] {
        let job = query!("INSERT INTO jobs(queue, payload) VALUES ('mail', ?) RETURNING id, started", payload);
        let job = job.one(&conn)?;
        assert!(job.id > 0 && job.started.is_none());
    }

    // Joins, aggregates and aliases decide what may be NULL.
    let rows = query!(
        "SELECT queues.name, jobs.id, archived, count(*) OVER () AS \"all\", digest, started AS \"started!: Value\",
                jobs.id AS \"sure!\", 1.5 AS half, price, coalesce(price, '') AS price_text
         FROM queues
         LEFT JOIN jobs ON jobs.queue = queues.name
         WHERE queues.name LIKE :pattern
         ORDER BY jobs.id",
        pattern = "ma%",
    );
    assert!(!rows.sql().contains('!'));
    let rows = rows.all(&conn)?;
    let first = &rows[0];
    let (name, id, all): (&String, Option<i64>, i64) = (&first.name, first.id, first.all);
    assert_eq!((name.as_str(), id, all), ("mail", Some(1), 2));
    let (archived, digest, sure): (Option<bool>, &Option<Vec<u8>>, i64) = (first.archived, &first.digest, first.sure);
    assert_eq!((archived, digest, sure), (Some(false), &None, 1));
    let (started, half, price): (&Value, f64, &Option<Value>) = (&first.started, first.half, &first.price);
    assert_eq!((started, half, price), (&Value::Null, 1.5, &None));
    let price_text: &Value = &first.price_text;
    assert_eq!(price_text, &Value::Text(String::new()));
    assert!(format!("{first:?}").starts_with("Record { name: \"mail\""));

    // A STRING column keeps text that looks like no number, and makes a number of what does. Who writes one kind says so.
    query!("UPDATE jobs SET price = 'on request' WHERE id = 1").execute(&conn)?;
    query!("UPDATE jobs SET price = '007' WHERE id = 2").execute(&conn)?;
    let prices = query_scalar!("SELECT price AS \"price!\" FROM jobs ORDER BY id").all(&conn)?;
    assert_eq!(prices, [Value::Text("on request".to_owned()), Value::Integer(7)]);
    let text: String = query_scalar!("SELECT price AS \"price!: String\" FROM jobs WHERE id = 1").one(&conn)?;
    let number: f64 = query_scalar!("SELECT price * 2 AS \"price!\" FROM jobs WHERE id = 2").one(&conn)?;
    assert_eq!((text.as_str(), number), ("on request", 14.0));

    // Where the type is left open, its use tells it, and the statement whether it may be NULL.
    let open = query!("SELECT id AS \"id: _\", price AS \"price!: _\", started AS \"started: _\", queue AS \"queue?: _\" FROM jobs WHERE id = 1");
    let row = open.clone().one(&conn)?;
    let (id, price, started, queue): (u32, String, Option<String>, Option<Box<str>>) = (row.id, row.price, row.started, row.queue);
    assert_eq!((id, &*price, started, queue.as_deref()), (1, "on request", None, Some("mail")));
    let id: u8 = query_scalar!("SELECT id AS \"id: _\" FROM jobs WHERE id = ?", 2).one(&conn)?;
    let most = query_scalar!("SELECT max(id) AS \"id: _\" FROM jobs").one(&conn)?.map(|most: u16| most + 1);
    assert_eq!((id, most), (2, Some(3)));

    // A keyword as a name, one row, no row.
    let row = query!("SELECT 1 AS type, 2 AS \"fn\"").one(&conn)?;
    assert_eq!(row.r#type + row.r#fn, 3);
    assert!(query!("SELECT id FROM jobs WHERE id = 99").optional(&conn)?.is_none());
    assert!(query!("SELECT id FROM jobs WHERE id = 99").one(&conn).is_err());

    // Rows of a type, one by one, and again.
    let mut query = query_as!(Brief, "SELECT id, 'x' AS type, 2 AS ignored FROM jobs WHERE id > ?", 0).prepare(&conn)?;
    for _ in 0..2 {
        let ids: Vec<i64> = query.iter().map(|row| row.map(|row| row.id)).collect::<Result<_>>()?;
        assert_eq!(ids, [1, 2]);
    }
    drop(query);
    assert_eq!(
        query_as!(Brief, "SELECT id, nullif(1, 1) AS \"type: whatever\" FROM jobs").optional(&conn)?,
        Some(Brief { id: 1, kind: None })
    );

    // From a file beside this one, inside a macro, with a folder that is named.
    assert_eq!(query!(file = "queries/jobs.sql", queue = "mail").all(&conn)?[1].id, 2);
    assert_eq!(by_queue!(&conn, "mail")?.len(), 2);
    let n: Option<i64> = query_scalar!(migrations = "ui/rows/jobs", "SELECT max(id) FROM jobs").one(&conn)?;
    assert_eq!(n, Some(2));

    // In pieces.
    let row = query!("SELECT id, " + r#"queue AS "name!" "# + "FROM jobs WHERE id = ?", 2).one(&conn)?;
    assert_eq!((row.id, row.name.as_str()), (2, "mail"));
    assert_eq!(of_jobs!("WHERE id > 1").all(&conn)?, [2]);
    let least = 2;
    assert_eq!(of_jobs!("WHERE id >= :least").all(&conn)?, [2]);
    assert_eq!(sql!(concat!("SELECT 1", concat!(", ", "2"))), "SELECT 1, 2");

    // What is about the connection, and changes nothing that is said of another statement.
    query!("PRAGMA synchronous = OFF").execute(&conn)?;
    query!("PRAGMA count_changes = OFF").execute(&conn)?;
    assert!(query!("PRAGMA busy_timeout = 7").optional(&conn)?.is_some());
    query!("ATTACH ? AS other", ":memory:").execute(&conn)?;
    query!("DETACH other").execute(&conn)?;

    // Numbers as users of other databases write them, a keyword as a parameter, and text that looks like an alias.
    let rows = query!("SELECT $2 AS \"a!: i64\", $1 AS \"b!: i64\", 'a!: i64' AS text, :type AS \"type!: i64\"", 1, 2, type = 3);
    let row = rows.one(&conn)?;
    assert_eq!((row.a, row.b, row.text.as_str(), row.r#type), (2, 1, "a!: i64", 3));
    assert_eq!(Brief::first(&conn)?.id, 1);

    // A statement that writes is through before its first row is given: what refuses it at the end is an error.
    conn.execute_batch("PRAGMA foreign_keys = ON; PRAGMA defer_foreign_keys = ON")?;
    let orphan = query_scalar!("INSERT INTO jobs(queue, payload) VALUES ('nowhere', '{}') RETURNING id");
    assert!(orphan.clone().one(&conn).is_err());
    conn.execute_batch("PRAGMA defer_foreign_keys = ON")?;
    assert!(orphan.optional(&conn).is_err());
    conn.execute_batch("PRAGMA foreign_keys = OFF")?;

    // The text alone fits every call that takes SQL.
    const DELETE: &str = sql!("DELETE FROM jobs WHERE id = ?1");
    assert_eq!(conn.execute(DELETE, [1])?, 1);
    conn.execute_batch(sql!("BEGIN; DELETE FROM jobs; COMMIT;"))?;
    conn.execute_batch(sql!(file = "queries/batch.sql"))?;
    let left: i64 = conn.query_row(sql!("SELECT count(*) FROM jobs"), [], |row| row.get(0))?;
    assert_eq!(left, 0);
    Ok(())
}
