//! What holds with every driver: each has these as a module of its tests, beside its `Db`, `open`, `unreachable` and
//! `WAITS_IN_ITS_FUTURE`.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Mutex, mpsc};
use std::task::Poll;
use std::time::{Duration, Instant};

use onward::rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use onward::rusqlite::{Connection, Error, ErrorCode};
use onward::{
    CallError, ErrorKind, Insert, Migrations, Row, Stored, Update, migrations, query, query_scalar,
};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::spawn;

use super::{Db, WAITS_IN_ITS_FUTURE, open, unreachable};

static MIGRATIONS: Migrations = migrations!("../../migrations");

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

/// For how long connections wait for a lock, and tasks for a connection: a slow disk is no failure.
pub(super) const PATIENCE: Duration = Duration::from_secs(600);

/// A database with the migrations and no jobs.
async fn database(connections: u32) -> std::result::Result<(TempDir, Db), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    Connection::open(&path)?.pragma_update(None, "journal_mode", "wal")?;
    let db = open(&path, connections).await;
    assert_eq!(MIGRATIONS.apply_on(&db).await?.applied.len(), 10);
    assert!(MIGRATIONS.migrator().apply_on(&db).await?.is_up_to_date());
    Ok((folder, db))
}

async fn jobs(db: &Db) -> std::result::Result<i64, CallError> {
    query_scalar!(migrations = "../../migrations", "SELECT count(*) FROM jobs").on(db).one().await
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tasks_at_once() -> Result {
    let (_folder, db) = database(4).await?;
    let add = async |db: Db, task: usize| {
        for number in 0..8 {
            let payload = format!("[{task}, {number}]");
            query!(
                migrations = "../../migrations",
                "INSERT INTO jobs(queue, payload) VALUES ('mail', :payload)"
            )
            .on(&db)
            .execute()
            .await?;
            let found = query!(
                migrations = "../../migrations",
                "SELECT id, queue FROM jobs WHERE payload = :payload"
            );
            assert_eq!(found.on(&db).one().await?.queue, "mail");
        }
        Ok::<_, CallError>(())
    };
    let tasks: Vec<_> = (0..16).map(|task| spawn(add(db.clone(), task))).collect();
    for task in tasks {
        task.await??;
    }
    let payloads =
        query_scalar!(migrations = "../../migrations", "SELECT DISTINCT payload FROM jobs").on(&db).all();
    assert_eq!(payloads.await?.len(), 16 * 8);
    Ok(())
}

#[derive(Row)]
#[onward(table = "queues", migrations = "../../migrations")]
struct Queue<'a> {
    name: &'a str,
    concurrency: i64,
}

#[derive(Row)]
#[onward(table = "jobs", migrations = "../../migrations")]
struct NewJob<'a> {
    queue: &'a str,
    payload: &'a str,
}

#[tokio::test]
async fn a_struct_is_written() -> Result {
    let (_folder, db) = database(1).await?;
    let written = spawn({
        let db = db.clone();
        async move {
            let name = String::from("reports");
            let mut queue = Queue { name: &name, concurrency: 1 };
            queue.insert_on(&db).await?;
            queue.concurrency = 2;
            queue.update_on(&db).await
        }
    });
    assert!(written.await??);
    for id in 1..=2 {
        assert_eq!(NewJob { queue: "mail", payload: "{}" }.insert_on(&db).await?, id);
    }
    assert!(!Queue { name: "nowhere", concurrency: 1 }.update_on(&db).await?);
    let reports = query_scalar!(
        migrations = "../../migrations",
        "SELECT concurrency FROM queues WHERE name = 'reports'"
    );
    assert_eq!(reports.on(&db).one().await?, 2);
    let refused = Queue { name: "mail", concurrency: 1 }.insert_on(&db).await;
    assert!(matches!(refused, Err(CallError::Sqlite(Error::SqliteFailure(..)))));
    Ok(())
}

#[tokio::test]
async fn an_error_is_the_one_that_a_connection_gives() -> Result {
    let (_folder, db) = database(1).await?;
    let name = String::from("nowhere");
    let find = query!(migrations = "../../migrations", "SELECT concurrency FROM queues WHERE name = :name");
    assert!(matches!(find.clone().on(&db).one().await, Err(CallError::Sqlite(Error::QueryReturnedNoRows))));
    assert!(find.on(&db).optional().await?.is_none());

    let again = query!(migrations = "../../migrations", "INSERT INTO queues(name) VALUES ('mail')");
    let error = again.on(&db).execute().await.unwrap_err();
    assert!(error.to_string().contains("UNIQUE constraint failed: queues.name"), "{error}");
    let CallError::Sqlite(error) = error else { panic!("{error}") };
    assert_eq!(error.sqlite_error_code(), Some(ErrorCode::ConstraintViolation));
    Ok(())
}

#[tokio::test]
async fn without_a_connection_nothing_is_run() -> Result {
    let folder = tempfile::tempdir()?;
    let db = unreachable(&folder.path().join("app.db")).await;
    let delete = query!(migrations = "../../migrations", "DELETE FROM queues");
    let error = delete.on(&db).execute().await.unwrap_err();
    assert!(matches!(error, CallError::NoConnection(_)), "{error}");
    let error = MIGRATIONS.apply_on(&db).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoConnection { .. }), "{error}");
    Ok(())
}

/// A number that is read once somebody lets it. If nobody can any more, it is an error.
#[derive(Debug)]
struct Held;

/// Tells that the first is about to be read, and says when it may be.
static HOLD: Mutex<Option<(oneshot::Sender<()>, mpsc::Receiver<()>)>> = Mutex::new(None);

impl Stored for Held {
    type As = i64;
}

impl FromSql for Held {
    fn column_result(_: ValueRef<'_>) -> FromSqlResult<Held> {
        let hold = HOLD.lock().unwrap().take();
        if let Some((reading, go_on)) = hold {
            reading.send(()).map_err(|()| FromSqlError::InvalidType)?;
            go_on.recv().map_err(|error| FromSqlError::Other(error.into()))?;
        }
        Ok(Held)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_of_a_statement_without_its_future() -> Result {
    let (_folder, db) = database(1).await?;
    let never_polled = query!(migrations = "../../migrations", "DELETE FROM queues").on(&db).execute();
    drop(never_polled);

    let (reading, is_read) = oneshot::channel();
    let (go_on, may_go_on) = mpsc::channel();
    *HOLD.lock().unwrap() = Some((reading, may_go_on));
    let mut has_begun = spawn({
        let db = db.clone();
        async move {
            let many = query!(
                migrations = "../../migrations",
                "INSERT INTO jobs(queue, payload) SELECT 'mail', value FROM json_each('[1, 2, 3]') RETURNING id AS \"id: Held\""
            );
            many.on(&db).all().await.map(|rows| rows.len())
        }
    });
    // It has written its rows, and has not committed.
    tokio::select! {
        held = is_read => held?,
        ended = &mut has_begun => panic!("it ended before it was held: {ended:?}"),
    }
    {
        let add = query!(
            migrations = "../../migrations",
            "INSERT INTO jobs(queue, payload) VALUES ('default', '{}')"
        );
        let mut waits = pin!(add.on(&db).execute());
        let is_pending = poll_fn(|context| Poll::Ready(waits.as_mut().poll(context).is_pending()));
        assert!(is_pending.await);
    }
    has_begun.abort();
    go_on.send(())?;
    assert!(has_begun.await.unwrap_err().is_cancelled());
    if WAITS_IN_ITS_FUTURE {
        assert_eq!(jobs(&db).await?, 3);
    } else {
        // Where several threads wait for the connection, this one may have it first.
        let began = Instant::now();
        while jobs(&db).await? < 4 {
            assert!(began.elapsed() < PATIENCE, "it has not run");
        }
    }
    let queues = query_scalar!(migrations = "../../migrations", "SELECT count(*) FROM queues").on(&db).one();
    assert_eq!(queues.await?, 2);
    Ok(())
}

/// A row of which it is known how many there are at a time.
#[derive(Debug)]
struct Alive(i64);

static ALIVE: AtomicUsize = AtomicUsize::new(0);

impl Drop for Alive {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, SeqCst);
    }
}

impl Stored for Alive {
    type As = i64;
}

impl FromSql for Alive {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Alive> {
        let number = value.as_i64()?;
        ALIVE.fetch_add(1, SeqCst);
        Ok(Alive(number))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_one_by_one() -> Result {
    let (_folder, db) = database(1).await?;
    let most = 100_000;
    let numbers = query!(
        migrations = "../../migrations",
        "WITH numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :most) SELECT n AS \"n!: Alive\" FROM numbers"
    );
    let sum = numbers.clone().on(&db).with_rows(|rows| {
        let mut sum = 0;
        for row in rows {
            sum += row?.n.0;
            assert_eq!(ALIVE.load(SeqCst), 0, "one is read at a time");
        }
        Ok::<_, Error>(sum)
    });
    assert_eq!(sum.await??, most * (most + 1) / 2);

    // Through a channel with room for two, until nobody reads any more.
    let (sender, mut receiver) = tokio::sync::mpsc::channel(2);
    let sent = spawn({
        let (db, numbers) = (db.clone(), numbers.owned());
        async move {
            let sent = numbers.on(&db).with_rows(move |rows| {
                let is_sent = |number| sender.blocking_send(number).is_ok();
                rows.take_while(|row| row.as_ref().is_ok_and(|row| is_sent(row.n.0))).count()
            });
            sent.await
        }
    });
    for expected in 1..=1000 {
        assert_eq!(receiver.recv().await, Some(expected));
    }
    drop(receiver);
    assert!((1000..=1003).contains(&sent.await??));

    // One that writes is run to its end.
    let insert = query_scalar!(
        migrations = "../../migrations",
        "INSERT INTO jobs(queue, payload) SELECT 'mail', value FROM json_each('[1, 2, 3]') RETURNING id"
    );
    let first = insert.on(&db).with_rows(|rows| rows.next().transpose()).await??;
    assert_eq!((first, jobs(&db).await?), (Some(1), 3));

    // An error of a row is the call's, and the connection is as before.
    let broken =
        query_scalar!(migrations = "../../migrations", "SELECT payload AS \"payload: Alive\" FROM jobs");
    let broken = broken.on(&db).with_rows(|rows| rows.filter(|row| row.is_err()).count()).await?;
    assert_eq!((broken, jobs(&db).await?), (3, 3));
    let panics = spawn({
        let db = db.clone();
        let ids = query_scalar!(migrations = "../../migrations", "SELECT id FROM jobs").owned();
        async move { ids.on(&db).with_rows(|rows| assert!(rows.next().is_none(), "there is a row")).await }
    });
    let panic = panics.await.unwrap_err().into_panic();
    assert_eq!(panic.downcast_ref(), Some(&"there is a row"));
    assert_eq!(jobs(&db).await?, 3);
    Ok(())
}

/// A number that the application cannot read.
#[derive(Debug)]
struct Broken;

impl Stored for Broken {
    type As = i64;
}

impl FromSql for Broken {
    fn column_result(_: ValueRef<'_>) -> FromSqlResult<Broken> {
        panic!("the application's conversion")
    }
}

#[tokio::test]
async fn a_panic_goes_on_where_it_is_awaited_and_the_connection_stays() -> Result {
    let (_folder, db) = database(1).await?;
    let panics = spawn({
        let db = db.clone();
        async move {
            let insert = query!(
                migrations = "../../migrations",
                "INSERT INTO jobs(queue, payload) VALUES ('mail', '{}') RETURNING id AS \"id: Broken\""
            );
            insert.on(&db).one().await.map(drop)
        }
    });
    let panic = panics.await.unwrap_err().into_panic();
    assert_eq!(panic.downcast_ref(), Some(&"the application's conversion"));
    // The row is written before it is read, here as by a call on a connection.
    assert_eq!(jobs(&db).await?, 1);
    Ok(())
}
