//! Failures that people have met in the field: each first as they had it, shown to fail, then with onward.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use onward::rusqlite::Connection;
use onward::{Adopt, ErrorKind, Migrations, State, migrations};
use onward_tests::file::{self, File, number, start_all};
use onward_tests::{backfill, cargo_onward};

static BOARD: Migrations = migrations!("histories/board");
static IDENTITIES: Migrations = migrations!("histories/identities");
static HASHES: Migrations = migrations!("histories/hashes", after = { 2 => backfill::hash_messages });
static TOKENS: Migrations = migrations!("histories/tokens");
static TOKENS_1_0: Migrations = migrations!("histories/tokens_1_0");
static WORKERS: Migrations = migrations!("histories/workers");
static ARCHIVE: Migrations = migrations!("../examples/readme/migrations");

fn start(history: &str, file: &Path) -> Command {
    file::start(env!("CARGO_BIN_EXE_start"), &[history], file)
}

const FAILURES: &str = include_str!("../histories/board/0002_failures.sql");

/// A dispatcher opens its board twice per tick. Both connections see the optional columns missing, both add them.
#[test]
fn two_connections_add_the_same_column() {
    let board = || {
        let file = File::new();
        BOARD.migrator().target(1).open(file.path()).unwrap();
        file
    };
    let is_missing = |conn: &Connection| {
        number(conn, "SELECT count(*) FROM pragma_table_info('tasks') WHERE name = 'consecutive_failures'")
            == 0
    };

    let file = board();
    let (one, other) = (file.conn(), file.conn());
    assert!(is_missing(&one) && is_missing(&other));
    one.execute_batch(FAILURES).unwrap();
    let error = other.execute_batch(FAILURES).unwrap_err();
    assert!(error.to_string().contains("duplicate column name: consecutive_failures"), "{error}");

    // As before: both have looked, and both go on.
    let file = board();
    let (mut one, mut other) = (file.conn(), file.conn());
    assert!(is_missing(&one) && is_missing(&other));
    assert_eq!((BOARD.status(&one).unwrap().pending(), BOARD.status(&other).unwrap().pending()), (1, 1));
    assert_eq!(BOARD.apply(&mut one).unwrap().applied.len(), 1);
    assert_eq!(BOARD.apply(&mut other).unwrap().applied.len(), 0);
    assert!(!is_missing(&one) && !is_missing(&other));

    // And as it was in the field, from two threads and from two processes in the same tick.
    let file = board();
    std::thread::scope(|scope| {
        let ticks =
            [(); 2].map(|()| scope.spawn(|| BOARD.migrator().open(file.path()).unwrap().1.applied.len()));
        assert_eq!(ticks.map(|tick| tick.join().unwrap()).iter().sum::<usize>(), 1);
    });
    let file = board();
    assert_eq!(start_all([(); 2].map(|()| start("board", &file.path()))).iter().sum::<usize>(), 1);
}

/// Migrations and backfills run outside one transaction.
#[test]
fn a_failure_half_way_leaves_half_a_schema() {
    let messages = || {
        let file = File::new();
        let (conn, _) = IDENTITIES.migrator().target(1).open(file.path()).unwrap();
        conn.execute_batch("INSERT INTO messages(sender, body) VALUES ('a', 'x'), ('a', 'x'), ('b', 'x')")
            .unwrap();
        file
    };
    let columns = |file: &File| number(&file.conn(), "SELECT count(*) FROM pragma_table_info('messages')");
    let sql = include_str!("../histories/identities/0002_identities.sql");
    let mend = "DELETE FROM messages WHERE id = 2";

    let file = messages();
    let error = file.conn().execute_batch(sql).unwrap_err();
    assert!(error.to_string().contains("UNIQUE constraint failed"), "{error}");
    assert_eq!(columns(&file), 4, "half of it is there");
    // Mended, it still does not start.
    file.conn().execute_batch(mend).unwrap();
    let error = file.conn().execute_batch(sql).unwrap_err();
    assert!(error.to_string().contains("duplicate column name: identity"), "{error}");

    let file = messages();
    let error = file.refused(&IDENTITIES);
    assert!(matches!(error.kind(), ErrorKind::Statement { line: 4, .. }), "{error}");
    assert_eq!(columns(&file), 3);
    file.conn().execute_batch(mend).unwrap();
    assert_eq!(IDENTITIES.apply(&mut file.conn()).unwrap().applied.len(), 1);
    assert_eq!(number(&file.conn(), "SELECT count(*) FROM messages WHERE identity IS NOT NULL"), 2);
}

/// The same, when the backfill is code: identities that SQL cannot make.
#[test]
fn a_backfill_in_code_fails_half_way() {
    let messages = |last: &str| {
        let file = File::new();
        let (conn, _) = HASHES.migrator().target(1).open(file.path()).unwrap();
        let insert = "INSERT INTO messages(sender, body) VALUES ('a', 'x'), ('b', 'x'), ('c', ?1)";
        conn.execute(insert, [last]).unwrap();
        file
    };
    let mend =
        |file: &File| file.conn().execute_batch("UPDATE messages SET body = 'x' WHERE id = 3").unwrap();
    let hashed =
        |file: &File| number(&file.conn(), "SELECT count(*) FROM messages WHERE identity IS NOT NULL");
    let naive = |file: &File| {
        let mut worker = Command::new(env!("CARGO_BIN_EXE_naive"));
        worker.arg(file.path()).arg("hashes").stdin(Stdio::null()).output().unwrap()
    };

    let file = messages("");
    let output = naive(&file);
    assert!(String::from_utf8(output.stderr).unwrap().contains("the message of c is empty"));
    mend(&file);
    // The column is there, so the next start takes it for done.
    assert!(naive(&file).status.success());
    assert_eq!(hashed(&file), 2, "one has no identity, and no unique index sees it");
    assert_eq!(number(&file.conn(), "SELECT count(*) FROM sqlite_schema WHERE type = 'index'"), 0);

    // An error, a panic and the death of the process, each in the middle of the backfill.
    for last in ["", "panic", "abort"] {
        let file = messages(last);
        let before = file.bytes();
        let output = start("hashes", &file.path()).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        match last {
            "" => {
                assert_eq!(output.status.code(), Some(1));
                let says = "0002_identities.sql, then `backfill::hash_messages`: the message of c is empty";
                assert!(error.contains(says) && error.contains("nothing was changed"), "{error}");
                assert!(file.bytes() == before);
            }
            "panic" => {
                assert_eq!(output.status.code(), Some(101), "{error}");
                assert!(
                    error.contains("this message is not to be hashed") && file.bytes() == before,
                    "{error}"
                );
            }
            _ => assert!(!output.status.success() && !error.contains("panicked"), "{error}"),
        }
        assert_eq!(number(&file.conn(), "SELECT count(*) FROM pragma_table_info('messages')"), 3);
        mend(&file);
        // Many start at once, and one of them does it, once.
        assert_eq!(start_all((0..8).map(|_| start("hashes", &file.path()))).iter().sum::<usize>(), 2);
        assert_eq!(hashed(&file), 3);
        assert_eq!(number(&file.conn(), "SELECT sum(messages) FROM backfills"), 3);
    }
}

/// The same, when others start at the same time.
#[test]
fn a_concurrent_start_gets_busy() {
    let messages = || {
        let file = File::new();
        let (conn, _) = IDENTITIES.migrator().target(1).open(file.path()).unwrap();
        conn.execute_batch("INSERT INTO messages(sender, body) VALUES ('a', 'x'), ('b', 'x')").unwrap();
        conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
        file
    };
    let write = "INSERT INTO messages(sender, body) SELECT 'c', count(*) FROM messages";

    // Looked first, as one does, and written then: no patience helps, since what was seen is old by now.
    let file = messages();
    let conn = file.conn();
    conn.execute_batch("BEGIN").unwrap();
    number(&conn, "SELECT count(*) FROM pragma_table_info('messages')");
    number(&conn, "SELECT count(*) FROM messages");
    file.conn().execute_batch(write).unwrap();
    let error = conn.execute_batch("ALTER TABLE messages ADD COLUMN identity TEXT").unwrap_err();
    assert!(error.to_string().contains("database is locked"), "{error}");

    let file = messages();
    let mut conn = file.conn();
    assert_eq!(IDENTITIES.status(&conn).unwrap().pending(), 1);
    file.conn().execute_batch(write).unwrap();
    let writer = file.conn();
    writer.execute_batch(&format!("BEGIN IMMEDIATE; {write}")).unwrap();
    let writer = std::sync::Mutex::new(Some(writer));
    let migrator = IDENTITIES.migrator().observer(|event| {
        if let onward::Event::Waiting { .. } = event
            && let Some(writer) = writer.lock().unwrap().take()
        {
            writer.execute_batch("COMMIT").unwrap();
        }
    });
    assert_eq!(migrator.apply(&mut conn).unwrap().applied.len(), 1);
    assert!(writer.lock().unwrap().is_none(), "nobody waited");
    assert_eq!(number(&file.conn(), "SELECT count(*) FROM messages WHERE identity IS NOT NULL"), 4);
}

/// A database of release 0.9.5, from before there were migrations: `CREATE TABLE IF NOT EXISTS` does nothing on it, and
/// the index behind it needs a column that it does not have.
#[test]
fn an_old_release_has_no_ledger() {
    let old = || {
        let file = File::new();
        file.conn().execute_batch(include_str!("../histories/tokens/legacy/v0_9_5.sql")).unwrap();
        file
    };
    // The history as it was, which began with release 1.0.
    let (first, second) = ("histories/tokens_1_0/0001_tokens.sql", "histories/tokens_1_0/0002_scopes.sql");
    let text =
        |path: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();

    let file = old();
    for _start in 0..2 {
        let error = file.conn().execute_batch(&text(first)).unwrap_err();
        assert!(error.to_string().contains("no such column: token_hash"), "{error}");
    }
    // Mended by hand, it comes one statement further, but the next start begins again.
    file.conn().execute_batch("ALTER TABLE tokens ADD COLUMN token_hash TEXT").unwrap();
    file.conn().execute_batch(&text(first)).unwrap();
    let error = file.conn().execute_batch(&text(first)).unwrap_err();
    assert!(error.to_string().contains("index tokens_by_hash already exists"), "{error}");
    assert!(text(second).contains("DROP TABLE tokens"), "it was never reached");

    // With onward nothing happens to such a database, unasked or with a history that does not know the release.
    let file = old();
    assert!(matches!(file.refused(&TOKENS_1_0).into_kind(), ErrorKind::NoLedger { .. }));
    let before = file.bytes();
    for (adopt, says) in [
        (Adopt::Exact, "it comes nearest to the one after tests/histories/tokens_1_0/0001_tokens.sql, but:"),
        (Adopt::Reconcile, "0002_scopes.sql:2:1\n    DROP TABLE tokens\n"),
    ] {
        let error = TOKENS_1_0.migrator().adopt(adopt).apply(&mut file.conn()).unwrap_err();
        assert!(
            error.to_string().contains(says) && error.to_string().contains("nothing was changed"),
            "{error}"
        );
    }
    assert!(file.bytes() == before);

    // With the release as its first migration it takes the database over, whoever starts, and however many.
    let start = |file: &File| {
        let mut command = start("tokens", &file.path());
        command.arg("adopt=exact");
        command
    };
    for file in [old(), File::new()] {
        let is_new = file.names().is_empty();
        let applied: usize = start_all((0..8).map(|_| start(&file))).iter().sum();
        assert_eq!(applied, if is_new { 2 } else { 1 });
        let status = TOKENS.status(&file.conn()).unwrap();
        let adopted = status.entries.iter().filter(|entry| matches!(entry.state, State::Adopted(_)));
        assert_eq!(adopted.count(), if is_new { 0 } else { 1 });
        assert_eq!(number(&file.conn(), "SELECT count(*) FROM pragma_index_info('tokens_by_hash')"), 1);
        assert!(TOKENS.verify(&file.conn()).unwrap().is_empty());
    }
}

/// Four web workers start at once.
#[test]
fn four_workers_race() {
    let file = File::new();
    let mut workers: Vec<Child> = (0..4)
        .map(|_| {
            let mut worker = Command::new(env!("CARGO_BIN_EXE_naive"));
            worker.arg(file.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            worker.spawn().unwrap()
        })
        .collect();
    for worker in &mut workers {
        let mut line = String::new();
        BufReader::new(worker.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "looked\n");
    }
    for worker in &mut workers {
        worker.stdin.take().unwrap().write_all(b"\n").unwrap();
    }
    let errors: Vec<String> = workers
        .into_iter()
        .map(|worker| worker.wait_with_output().unwrap())
        .filter(|output| !output.status.success())
        .map(|output| String::from_utf8(output.stderr).unwrap())
        .collect();
    assert_eq!(errors.len(), 3, "{errors:?}");
    for error in errors {
        assert!(
            error.contains("table tokens already exists") || error.contains("database is locked"),
            "{error}"
        );
    }

    for _ in 0..10 {
        let file = File::new();
        assert_eq!(start_all((0..4).map(|_| start("workers", &file.path()))).iter().sum::<usize>(), 1);
        assert_eq!(number(&file.conn(), "SELECT count(*) FROM tokens"), 1);
    }
    assert_eq!(WORKERS.list().len(), 1);
}

/// An index before the column it needs: the service does not start, and the way out was to wipe the database.
#[test]
fn an_index_before_its_column() {
    let old = || {
        let file = File::new();
        let sql = "CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL); INSERT INTO jobs(state) VALUES ('done')";
        file.conn().execute_batch(sql).unwrap();
        file
    };
    let schema =
        "CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL, archived INTEGER);
                  CREATE INDEX IF NOT EXISTS idx_jobs_archived ON jobs(archived);
                  ALTER TABLE jobs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;";

    let file = old();
    for _start in 0..2 {
        let error = file.conn().execute_batch(schema).unwrap_err();
        assert!(error.to_string().contains("no such column: archived"), "{error}");
    }

    // As migrations, it does not build.
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("story/migrations");
    let output = cargo_onward().arg("check").arg(story).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("before the column exists"));

    // Mended, a database that has the first migration gets the second, and keeps its rows.
    let file = File::new();
    let (conn, _) = ARCHIVE.migrator().target(1).open(file.path()).unwrap();
    conn.execute_batch("INSERT INTO jobs(state) VALUES ('done')").unwrap();
    ARCHIVE.apply(&mut file.conn()).unwrap();
    assert_eq!(number(&file.conn(), "SELECT count(*) FROM jobs WHERE archived = 0"), 1);

    // One that was made by hand is refused, and its owners may have it made anew, on purpose: nothing is wiped.
    let file = old();
    assert!(matches!(file.refused(&ARCHIVE).into_kind(), ErrorKind::NoLedger { .. }));
    let (conn, report) = ARCHIVE.migrator().or_recreate().open(file.path()).unwrap();
    assert_eq!(number(&conn, "SELECT count(*) FROM jobs"), 0);
    let aside = Connection::open(report.recreated.unwrap().moved_to).unwrap();
    assert_eq!(number(&aside, "SELECT count(*) FROM jobs"), 1);
}
