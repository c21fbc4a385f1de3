//! Code beside SQL: `migrations!("…", after = { 2 => a_function })`.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use onward::rusqlite::config::DbConfig;
use onward::rusqlite::{self, Connection, Transaction};
use onward::{Error, ErrorKind, Event, Migrations, migrations};
use onward_tests::backfill;
use onward_tests::file::{File, number};

static HASHES: Migrations = migrations!("histories/hashes", after = { 0002 => backfill::hash_messages });
/// As a test has it that needs no hook.
static PLAIN: Migrations = migrations!("histories/hashes", after = { 2 => nothing });

/// A database after the first migration, with two messages.
fn messages() -> File {
    let file = File::new();
    let (conn, _) = PLAIN.migrator().target(1).open(file.path()).unwrap();
    conn.execute_batch("INSERT INTO messages(sender, body) VALUES ('a', 'x'), ('b', 'x')").unwrap();
    file
}

fn nothing(_: &Transaction<'_>) -> rusqlite::Result<()> {
    Ok(())
}

#[test]
fn it_runs_after_its_migration_and_before_the_next() {
    let file = messages();
    let report = HASHES.apply(&mut file.conn()).unwrap();
    assert_eq!(report.applied.len(), 2);
    assert_eq!(number(&file.conn(), "SELECT count(DISTINCT identity) FROM messages"), 2);
    assert!(HASHES.apply(&mut file.conn()).unwrap().is_up_to_date());
    assert!(HASHES.verify(&file.conn()).unwrap().is_empty());
    let hooks: Vec<_> = HASHES.list().iter().map(onward::Migration::hook).collect();
    assert_eq!(hooks, [None, Some("backfill::hash_messages"), None]);
    // On an empty database as well, and in a database in memory.
    assert_eq!(HASHES.apply(&mut Connection::open_in_memory().unwrap()).unwrap().applied.len(), 3);
    // What only the migration can see is gone.
    assert!(file.conn().prepare("SELECT * FROM unhashed").is_err());
}

#[test]
fn a_migration_may_be_code_alone() {
    fn old_notes(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute("INSERT INTO notes(text) VALUES ('old')", []).map(drop)
    }
    static CODE: Migrations = migrations!("histories/code_only", after = { 2 => old_notes });
    let mut conn = Connection::open_in_memory().unwrap();
    assert_eq!(CODE.apply(&mut conn).unwrap().applied.len(), 2);
    assert_eq!(number(&conn, "SELECT count(*) FROM notes"), 1);
}

#[test]
fn any_function_and_any_error_will_do() {
    #[derive(Debug)]
    struct Own;
    impl std::fmt::Display for Own {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an error of one's own")
        }
    }
    impl std::error::Error for Own {}
    fn own(_: &Transaction<'_>) -> Result<(), Own> {
        Err(Own)
    }
    const ALL: Migrations = migrations!("histories/hashes_hooked", after = {
        1 => nothing,
        2 => |transaction| transaction.execute("UPDATE messages SET identity = body || id", []).map(drop),
        3 => own,
    });
    let file = messages();
    let error = file.refused(&ALL);
    assert!(matches!(error.kind(), ErrorKind::Hook { hook, .. } if hook == "own"), "{error}");
    assert!(error.to_string().ends_with("0003_unique_identities.sql, then `own`: an error of one's own"));
    // What is said already is no cause behind it, and is there to take apart.
    assert!(std::error::Error::source(&error).is_none());
    assert!(matches!(error.into_kind(), ErrorKind::Hook { source, .. } if source.is::<Own>()));

    const TEXTS: Migrations = migrations!("histories/hashes", after = { 2 => |_| Err("a text") });
    assert!(file.refused(&TEXTS).to_string().ends_with("then `a closure`: a text"));
}

#[test]
fn code_is_no_part_of_the_checksum() {
    assert_eq!(HASHES.list().get(1).unwrap().checksum(), PLAIN.list().get(1).unwrap().checksum());
    let file = messages();
    PLAIN.apply(&mut file.conn()).unwrap();
    assert!(HASHES.apply(&mut file.conn()).unwrap().is_up_to_date());
    assert_eq!(number(&file.conn(), "SELECT count(*) FROM backfills"), 0);
}

#[test]
fn a_panic_goes_on_after_everything_is_rolled_back() {
    let file = messages();
    file.conn().execute_batch("UPDATE messages SET body = 'panic' WHERE id = 2").unwrap();
    let mut conn = file.conn();
    conn.execute_batch("PRAGMA foreign_keys = ON; CREATE TEMP TABLE mine(a)").unwrap();
    let before = file.bytes();
    let panic = catch_unwind(AssertUnwindSafe(|| HASHES.apply(&mut conn))).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"this message is not to be hashed"));
    assert!(conn.is_autocommit() && file.bytes() == before);
    assert_eq!(number(&conn, "PRAGMA foreign_keys"), 1);
    assert_eq!(number(&conn, "SELECT count(*) FROM sqlite_temp_schema"), 1);
    conn.execute_batch("UPDATE messages SET body = 'y' WHERE id = 2").unwrap();
    assert_eq!(HASHES.apply(&mut conn).unwrap().applied.len(), 2);
}

#[test]
fn it_cannot_end_the_transaction_unnoticed() {
    fn commits(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("COMMIT")
    }
    fn begins_another(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("COMMIT; BEGIN")
    }
    fn rolls_back(transaction: &Transaction<'_>) -> Result<(), String> {
        transaction.execute_batch("ROLLBACK").map_err(|error| error.to_string())?;
        Err("and fails".to_owned())
    }
    fn saves(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("SAVEPOINT mine; UPDATE messages SET identity = id; SAVEPOINT another")
    }
    for migrations in [
        migrations!("histories/hashes", after = { 2 => commits }),
        migrations!("histories/hashes", after = { 2 => begins_another }),
        migrations!("histories/hashes", after = { 2 => rolls_back }),
    ] {
        let file = messages();
        let mut conn = file.conn();
        let error = migrations.apply(&mut conn).unwrap_err();
        let ErrorKind::TransactionEnded { hook, source, .. } = error.kind() else { panic!("{error}") };
        assert_eq!(source.is_some(), *hook == "rolls_back");
        assert!(error.to_string().contains("take COMMIT, END and ROLLBACK out of the function"), "{error}");
        assert!(conn.is_autocommit());
        assert_eq!(number(&conn, "SELECT count(*) FROM onward_migrations"), 1);
    }
    let saves = migrations!("histories/hashes", after = { 2 => saves });
    assert_eq!(saves.apply(&mut messages().conn()).unwrap().applied.len(), 2);
}

/// Whatever it does to the ledger would say that something else has run. The third migration names nothing of it.
#[test]
fn it_leaves_the_ledger_alone() {
    fn ends_it_and_pretends(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("COMMIT; BEGIN; SAVEPOINT onward_hook")
    }
    fn forgets(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("DELETE FROM onward_migrations")
    }
    fn adds(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("INSERT INTO onward_migrations VALUES (9, '', '', '', '', 0)")
    }
    fn changes(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("UPDATE onward_migrations SET duration_us = 0")
    }
    fn alters(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("ALTER TABLE onward_migrations ADD COLUMN note TEXT")
    }
    fn drops(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("DROP TABLE onward_migrations")
    }
    fn listens(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("CREATE TRIGGER g AFTER INSERT ON onward_migrations BEGIN SELECT 1; END")
    }
    fn attaches(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("ATTACH ':memory:' AS other")
    }
    for (migrations, words) in [
        (migrations!("histories/hashes", after = { 2 => ends_it_and_pretends }), "ended the transaction"),
        (
            migrations!("histories/hashes", after = { 2 => forgets }),
            "it changes the table `onward_migrations`",
        ),
        (migrations!("histories/hashes", after = { 2 => adds }), "it changes the table `onward_migrations`"),
        (
            migrations!("histories/hashes", after = { 2 => changes }),
            "it changes the table `onward_migrations`",
        ),
        (
            migrations!("histories/hashes", after = { 2 => alters }),
            "it changes the table `onward_migrations`",
        ),
        (migrations!("histories/hashes", after = { 2 => drops }), "it changes the table `onward_migrations`"),
        (
            migrations!("histories/hashes", after = { 2 => listens }),
            "it changes the table `onward_migrations`",
        ),
        (migrations!("histories/hashes", after = { 2 => attaches }), "leaves them attached: other"),
    ] {
        let file = messages();
        let before = file.bytes();
        let mut conn = file.conn();
        let error = migrations.apply(&mut conn).unwrap_err();
        assert!(error.to_string().contains(words) && conn.is_autocommit(), "{words}: {error}");
        drop(conn);
        if !matches!(error.kind(), ErrorKind::TransactionEnded { .. }) {
            assert!(file.bytes() == before, "{error}");
        }
        assert_eq!(number(&file.conn(), "SELECT count(*) FROM onward_migrations"), 1);
    }
}

/// That of a library says what the library has run, in the same file.
#[test]
fn it_leaves_the_ledgers_of_other_histories_alone() {
    fn forgets(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("DELETE FROM onward_migrations_auth")
    }
    fn pretends(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch(
            "CREATE TABLE onward_migrations_mail(version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,
                chain TEXT NOT NULL, applied_at TEXT NOT NULL, duration_us INTEGER NOT NULL)",
        )
    }
    fn makes_its_own(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction
            .execute_batch("CREATE TABLE onward_migrations_seen(at TEXT); UPDATE messages SET identity = id")
    }
    let library = || {
        let file = messages();
        file.conn()
            .execute_batch(
                "CREATE TABLE onward_migrations_auth(version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,
                    chain TEXT NOT NULL, applied_at TEXT NOT NULL, duration_us INTEGER NOT NULL) STRICT;
                 INSERT INTO onward_migrations_auth VALUES (1, 'users', '', '', '', 0)",
            )
            .unwrap();
        file
    };
    for (migrations, table) in [
        (migrations!("histories/hashes", after = { 2 => forgets }), "onward_migrations_auth"),
        (migrations!("histories/hashes", after = { 2 => pretends }), "onward_migrations_mail"),
    ] {
        let file = library();
        let before = file.bytes();
        let error = migrations.apply(&mut file.conn()).unwrap_err();
        assert!(error.to_string().contains(&format!("it changes the table `{table}`")), "{error}");
        assert!(file.bytes() == before, "{error}");
    }
    // A table of the application's that is only called so is its own.
    let own = migrations!("histories/hashes", after = { 2 => makes_its_own });
    assert_eq!(own.apply(&mut library().conn()).unwrap().applied.len(), 2);
}

/// What it changes on the connection neither reaches the next migration nor outlasts the run.
#[test]
fn what_it_does_to_the_connection_ends_with_its_migration() {
    fn changes(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch(
            "PRAGMA case_sensitive_like = ON; PRAGMA count_changes = ON; PRAGMA full_column_names = ON;
             PRAGMA defer_foreign_keys = ON; PRAGMA reverse_unordered_selects = ON; PRAGMA journal_mode = OFF;
             CREATE TEMP TABLE messages(a); CREATE TEMP TRIGGER g AFTER INSERT ON main.messages BEGIN SELECT 1; END",
        )
    }
    fn looks(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        for (sql, expected) in [
            ("SELECT 'a' LIKE 'A'", 1),
            ("SELECT count(*) FROM sqlite_temp_schema", 0),
            ("PRAGMA count_changes", 0),
            ("PRAGMA full_column_names", 0),
            ("PRAGMA defer_foreign_keys", 0),
            ("PRAGMA reverse_unordered_selects", 0),
            ("SELECT journal_mode = 'off' FROM pragma_journal_mode", 0),
        ] {
            assert_eq!(number(transaction, sql), expected, "{sql}");
        }
        Ok(())
    }
    let file = messages();
    let mut conn = file.conn();
    let both = migrations!("histories/hashes_hooked", after = { 1 => nothing, 2 => changes, 3 => looks });
    assert_eq!(both.apply(&mut conn).unwrap().applied.len(), 2);
    looks(&conn.unchecked_transaction().unwrap()).unwrap();
}

/// A setting that the run would be refused for, in words that blame the application's connection.
#[test]
fn what_it_may_only_ask_ends_with_it() {
    fn asks(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = 7")
    }
    fn asks_and_fails(transaction: &Transaction<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        asks(transaction)?;
        Err("and fails".into())
    }
    fn asks_and_panics(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        asks(transaction)?;
        panic!("on purpose")
    }
    let writes = |conn: &Connection| {
        assert_eq!(number(conn, "PRAGMA query_only"), 0);
        conn.execute_batch("INSERT INTO messages(sender, body) VALUES ('c', 'z')").unwrap();
    };
    // Between two migrations, and before the ledger is written.
    let between = migrations!("histories/hashes_hooked", after = { 1 => asks, 2 => backfill::hash_messages, 3 => asks });
    let last = migrations!("histories/hashes_hooked", after = { 1 => nothing, 2 => backfill::hash_messages, 3 => asks });
    for (migrations, count, file) in [(between, 3, File::new()), (last, 2, messages())] {
        let mut conn = file.conn();
        assert_eq!(migrations.apply(&mut conn).unwrap().applied.len(), count);
        writes(&conn);
        // What is not in the table of what a run sets stays as the code has made it.
        assert_eq!(number(&conn, "PRAGMA cache_size"), 7);
    }
    let fails = migrations!("histories/hashes", after = { 2 => asks_and_fails });
    let file = messages();
    let mut conn = file.conn();
    let error = fails.apply(&mut conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Hook { hook, .. } if hook == "asks_and_fails"), "{error}");
    writes(&conn);
    let panics = migrations!("histories/hashes", after = { 2 => asks_and_panics });
    assert!(catch_unwind(AssertUnwindSafe(|| panics.apply(&mut conn))).is_err());
    writes(&conn);
    // The application's own stays, and nothing runs.
    conn.execute_batch("PRAGMA query_only = ON").unwrap();
    let before = file.bytes();
    for migrations in [&HASHES, &fails] {
        let error = migrations.apply(&mut conn).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::ReadOnlyConnection), "{error}");
        assert!(number(&conn, "PRAGMA query_only") == 1 && file.bytes() == before);
    }
}

/// An application that wants nothing to be written is refused before code alone runs, too.
#[test]
fn code_alone_is_refused_where_nothing_may_be_written() {
    static CODE: Migrations = migrations!("histories/code_only", after = { 2 => nothing });
    let file = File::new();
    CODE.migrator().target(1).open(file.path()).unwrap();
    let before = file.bytes();
    let mut conn = file.conn();
    conn.execute_batch("PRAGMA query_only = ON").unwrap();
    let error = CODE.apply(&mut conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ReadOnlyConnection), "{error}");
    assert!(number(&conn, "PRAGMA query_only") == 1 && file.bytes() == before);
}

/// Before the first write SQLite would let go of its journal, and what is written then could not be taken back.
#[test]
fn it_cannot_take_the_journal_away() {
    fn takes_it(transaction: &Transaction<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        transaction.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA cache_size = 5;
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000)
             INSERT INTO messages(sender, body) SELECT i, printf('%200d', i) FROM n",
        )?;
        Err("and fails".into())
    }
    // The migration that is pending writes nothing itself.
    let asks = migrations!("histories/asks", after = { 2 => takes_it });
    let file = File::new();
    asks.migrator().target(1).open(file.path()).unwrap();
    let before = file.bytes();
    let mut conn = file.conn();
    let error = asks.apply(&mut conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Hook { hook, .. } if hook == "takes_it"), "{error}");
    drop(conn);
    assert!(file.bytes() == before, "the file was changed");
}

/// SQLite itself ends the transaction when there is no room: that is an error of the code's, and not its doing.
#[test]
fn a_disk_that_is_full_inside_it_is_its_error() {
    const FILLS: &str =
        "PRAGMA max_page_count = 40; INSERT INTO messages(sender, body) VALUES ('c', zeroblob(1000000))";
    fn fills(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch(FILLS)
    }
    // What SQLite said is not behind it, but in it.
    fn fills_as_onward(transaction: &Transaction<'_>) -> onward::Result<()> {
        Ok(transaction.execute_batch(FILLS)?)
    }
    for (fills, name) in [
        (migrations!("histories/hashes", after = { 2 => fills }), "fills"),
        (migrations!("histories/hashes", after = { 2 => fills_as_onward }), "fills_as_onward"),
    ] {
        let file = messages();
        let before = file.bytes();
        let mut conn = file.conn();
        let error = fills.apply(&mut conn).unwrap_err();
        let ErrorKind::Hook { hook, .. } = error.kind() else { panic!("{error}") };
        assert_eq!(*hook, name);
        assert!(error.to_string().contains("full") && conn.is_autocommit(), "{error}");
        drop(conn);
        assert!(file.bytes() == before, "the file was changed");
    }
}

#[test]
fn the_schema_stays_the_proven_one() {
    fn adds(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("ALTER TABLE messages ADD COLUMN note TEXT")
    }
    let adds = migrations!("histories/hashes", after = { 2 => adds });
    let error = messages().refused(&adds);
    assert!(
        matches!(error.kind(), ErrorKind::Drift { .. }) && error.to_string().contains("`note`"),
        "{error}"
    );
    // Short of the last migration it is compared as well.
    let file = messages();
    let error = adds.migrator().target(2).apply(&mut file.conn()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Drift { .. }), "{error}");
}

#[test]
fn a_rehearsal_calls_it_on_the_copy() {
    let file = messages();
    let before = file.bytes();
    let rehearsal = HASHES.rehearse(&file.conn()).unwrap();
    let backfills = rehearsal.rows.iter().find(|rows| rows.table == "messages").unwrap();
    assert_eq!((rehearsal.applied.len(), backfills.after), (2, Some(2)));
    file.conn().execute_batch("UPDATE messages SET body = ''").unwrap();
    assert!(matches!(HASHES.rehearse(&file.conn()).map_err(Error::into_kind), Err(ErrorKind::Hook { .. })));
    file.conn().execute_batch("UPDATE messages SET body = 'x'").unwrap();
    assert!(file.bytes().len() == before.len());
}

/// A deferred foreign key is counted by SQLite while the function has foreign keys on, and no more afterwards.
#[test]
fn a_rehearsal_commits_as_the_run_does() {
    fn leaves_a_count(conn: &Transaction<'_>) -> rusqlite::Result<()> {
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
        conn.execute_batch("DELETE FROM queues")?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
        conn.execute_batch("DELETE FROM jobs")
    }
    static COUNTED: Migrations =
        migrations!("histories/deferred_rebuild_hooked", after = { 2 => leaves_a_count });
    let file = File::new();
    COUNTED.migrator().target(1).apply(&mut file.conn()).unwrap();
    assert_eq!(COUNTED.rehearse(&file.conn()).unwrap().applied.len(), 1);
    file.conn()
        .execute_batch("INSERT INTO queues VALUES (1, 'a'); INSERT INTO jobs(queue) VALUES (1)")
        .unwrap();
    let errors = [COUNTED.rehearse(&file.conn()).map(drop), COUNTED.apply(&mut file.conn()).map(drop)]
        .map(Result::unwrap_err);
    for error in errors {
        assert!(error.to_string().contains("could not commit: FOREIGN KEY constraint failed"), "{error}");
    }
    assert_eq!(number(&file.conn(), "SELECT count(*) FROM jobs"), 1);
}

/// The code returns when all others have been seen to wait for it.
#[test]
fn others_wait_for_it() {
    static WAITING: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    static CHANGED: Condvar = Condvar::new();
    let me = || format!("{:?}", std::thread::current().id());
    fn until_all_wait(_: &Transaction<'_>) -> rusqlite::Result<()> {
        let me = format!("{:?}", std::thread::current().id());
        let mut waiting = WAITING.lock().unwrap();
        // It may have waited itself, before it had the lock.
        waiting.remove(&me);
        drop(CHANGED.wait_while(waiting, |waiting| waiting.len() < 3).unwrap());
        Ok(())
    }
    static SLOW: Migrations = migrations!("histories/hashes", after = { 2 => until_all_wait });
    let file = messages();
    let applied: usize = std::thread::scope(|scope| {
        let start = || {
            let migrator = SLOW.migrator().observer(|event| {
                if let Event::Waiting { .. } = event {
                    WAITING.lock().unwrap().insert(me());
                    CHANGED.notify_all();
                }
            });
            migrator.open(file.path()).unwrap().1
        };
        let starts = [(); 4].map(|()| scope.spawn(start));
        let reports = starts.map(|start| start.join().unwrap());
        assert!(reports.iter().filter(|report| report.waited > Duration::ZERO).count() >= 3);
        reports.iter().map(|report| report.applied.len()).sum()
    });
    assert_eq!(applied, 2);
}

/// Names are parted between two migrations: neither statement fits the tables as they are in the end.
mod of_the_moment {
    use onward::{Row, Table, query, query_as, query_scalar, sql};

    use super::*;

    static NAMES: Migrations = migrations!("histories/names", after = { 2 => part_names });

    #[derive(Row)]
    #[onward(table = "people", migrations = "histories/names", at = 2)]
    struct Person {
        id: i64,
        name: Option<String>,
    }

    fn part_names(transaction: &Transaction<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        // What the migration has left for the hook.
        let unnamed = query_scalar!(migrations = "histories/names", at = 2, "SELECT id FROM unnamed")
            .all(transaction)?;
        assert_eq!(unnamed, [Some(3)]);
        let people = query_as!(
            Person,
            migrations = "histories/names",
            at = 2,
            "SELECT id, name FROM people WHERE given IS NULL"
        );
        for Person { id, name } in people.all(transaction)? {
            let name = name.unwrap_or_default();
            let (given, family) = name.split_once(' ').unwrap_or((&name, ""));
            query!(
                at = "0002_parts",
                migrations = "histories/names",
                "UPDATE people SET given = :given, family = :family, name = NULL WHERE id = :id"
            )
            .execute(transaction)?;
        }
        Ok(())
    }

    #[test]
    fn a_hook_is_held_against_the_tables_that_it_meets() {
        let file = File::new();
        let (conn, _) = NAMES.migrator().target(1).open(file.path()).unwrap();
        // So is a program that has gone no further.
        let add = sql!(migrations = "histories/names", at = 1, "INSERT INTO people(name) VALUES (?)");
        for name in [Some("Ada Lovelace"), Some("Plato"), None] {
            conn.execute(add, [name]).unwrap();
        }
        let row = query!(migrations = "histories/names", at = 1, "SELECT * FROM people").one(&conn).unwrap();
        assert_eq!((row.id, row.name.as_deref()), (1, Some("Ada Lovelace")));
        let mut conn = conn;
        assert_eq!(NAMES.apply(&mut conn).unwrap().applied.len(), 2);
        let people =
            query!(migrations = "histories/names", at = 3, "SELECT given, family FROM people ORDER BY id");
        let people: Vec<_> =
            people.all(&conn).unwrap().into_iter().map(|row| (row.given, row.family)).collect();
        let pair = |given: &str, family: &str| (given.to_owned(), family.to_owned());
        assert_eq!(people, [pair("Ada", "Lovelace"), pair("Plato", ""), pair("", "")]);
        assert_eq!(Person::SELECT, r#"SELECT "id", "name" FROM "people""#);
    }
}
