//! Many processes at one database, and processes that are killed.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use onward::rusqlite::Connection;
use onward::{Migrations, migrations};
use onward_tests::file::{self, File, number, start_all};

static COUNTER: Migrations = migrations!("histories/counter");
static COUNTER_1: Migrations = migrations!("histories/counter_1");
static KILLED: Migrations = migrations!("histories/killed");
static SLOW: Migrations = migrations!("histories/slow");

fn start(history: &str, file: &Path) -> Command {
    file::start(env!("CARGO_BIN_EXE_start"), &[history], file)
}

#[track_caller]
fn start_many(count: usize, history: &str, file: &Path) -> Vec<usize> {
    start_all((0..count).map(|_| start(history, file)))
}

/// A database without tables, in this journal mode.
fn empty(file: &File, journal: &str) -> Connection {
    let conn = file.conn();
    let mode: String =
        conn.query_row(&format!("PRAGMA journal_mode = {journal}"), [], |row| row.get(0)).unwrap();
    assert!(mode.eq_ignore_ascii_case(journal));
    conn
}

/// The hard case: the only pending migration is one INSERT, which raises no error when it runs twice.
#[test]
fn many_starters_migrate_an_outdated_file_once() {
    for (journal, count) in
        ["DELETE", "WAL"].into_iter().flat_map(|journal| [4, 10, 64].map(|count| (journal, count)))
    {
        let file = File::new();
        let mut conn = empty(&file, journal);
        COUNTER_1.apply(&mut conn).unwrap();
        let applied = start_many(count, "counter", &file.path());
        assert_eq!(applied.iter().sum::<usize>(), 1, "{journal} {count}");
        assert_eq!(number(&conn, "SELECT count(*) FROM counter"), 1, "{journal} {count}");
    }
}

/// Two histories with a ledger each, neither of which waits for the other to be there.
#[test]
fn starters_of_two_histories_share_a_file() {
    for (journal, count) in
        ["DELETE", "WAL"].into_iter().flat_map(|journal| [10, 32].map(|count| (journal, count)))
    {
        let file = File::new();
        let conn = empty(&file, journal);
        let histories = ["auth", "site"].into_iter().cycle().take(2 * count);
        let applied = start_all(histories.map(|history| start(history, &file.path())));
        assert_eq!(applied.iter().sum::<usize>(), 3 + 2, "{journal} {count}");
        assert_eq!(number(&conn, "SELECT count(*) FROM onward_migrations_auth"), 3, "{journal} {count}");
        assert_eq!(number(&conn, "SELECT count(*) FROM visits"), 1, "{journal} {count}");
    }
}

#[test]
fn many_starters_make_a_fresh_file_once() {
    for count in [4, 10, 64] {
        let file = File::new();
        // There is not even a file.
        assert_eq!(start_many(count, "sample", &file.path()).iter().sum::<usize>(), 10, "{count}");

        let file = File::new();
        std::fs::write(file.path(), "").unwrap();
        assert_eq!(start_many(count, "counter", &file.path()).iter().sum::<usize>(), 2, "{count}");
        assert_eq!(number(&file.conn(), "SELECT count(*) FROM counter"), 1, "{count}");

        let file = File::new();
        let conn = empty(&file, "WAL");
        assert_eq!(start_many(count, "counter", &file.path()).iter().sum::<usize>(), 2, "{count}");
        assert_eq!(number(&conn, "SELECT count(*) FROM counter"), 1, "{count}");
    }
}

/// Starts programs that know both migrations and programs that know the first, and gives back how many migrations each
/// kind has applied, and how many of the old ones refused.
#[track_caller]
fn mixed(file: &File, old_first: bool) -> [usize; 3] {
    let spawn = |history| start(history, &file.path()).spawn().unwrap();
    let mut old: Vec<_> = (0..if old_first { 16 } else { 0 }).map(|_| spawn("counter_1")).collect();
    // One of them is through before any other program starts.
    while !old.is_empty() && !old.iter_mut().any(|child| child.try_wait().unwrap().is_some()) {
        std::thread::yield_now();
    }
    let mut new = Vec::new();
    while new.len() < 32 {
        new.push(spawn("counter"));
        if old.len() < 32 {
            old.push(spawn("counter_1"));
        }
    }
    let applied = |output: &Output| file::report(output)["applied"].as_array().map_or(0, Vec::len);
    let by_new = new.into_iter().map(|child| applied(&child.wait_with_output().unwrap())).sum();
    let (mut by_old, mut refused) = (0, 0);
    for child in old {
        let output = child.wait_with_output().unwrap();
        match output.status.success() {
            true => by_old += applied(&output),
            false => {
                refused_as_newer(file, &output);
                refused += 1;
            }
        }
    }
    [by_old, by_new, refused]
}

#[track_caller]
fn refused_as_newer(file: &File, output: &Output) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    let says = "the database is newer than this program, which knows version 0001";
    assert!(error.starts_with(&format!("error: `{}`: {says}\n", file.path().display())), "{error}");
    assert!(
        error.contains("migration 0002 `count` has run") && error.contains("nothing was changed"),
        "{error}"
    );
}

/// 64 programs of two versions. The new ones succeed, every migration runs once, and an old one that comes too late says
/// so and changes nothing.
#[test]
fn old_and_new_programs_start_at_one_file() {
    for (journal, old_first) in
        ["DELETE", "WAL"].into_iter().flat_map(|journal| [false, true].map(|first| (journal, first)))
    {
        for outdated in [false, true] {
            let file = File::new();
            let mut conn = empty(&file, journal);
            if outdated {
                COUNTER_1.apply(&mut conn).unwrap();
            }
            let [by_old, by_new, refused] = mixed(&file, old_first);
            println!("{journal}: old ones applied {by_old} and {refused} refused, new ones applied {by_new}");
            assert_eq!(by_old + by_new, if outdated { 1 } else { 2 });
            assert!(!old_first || by_old == usize::from(!outdated), "the old ones were first");
            assert_eq!(number(&conn, "SELECT count(*) FROM counter"), 1);
            assert_eq!(number(&conn, "SELECT count(*) FROM onward_migrations"), 2);
            drop(conn);
            let before = file.bytes();
            refused_as_newer(&file, &start("counter_1", &file.path()).output().unwrap());
            assert!(file.bytes() == before);
            assert_eq!(file.names(), ["app.db"], "nothing is left beside it");
        }
    }
}

/// With little time per attempt, a waiter goes through many connections, and it makes no difference.
#[test]
fn every_attempt_is_a_fresh_connection() {
    let file = File::new();
    let start = || file::start(env!("CARGO_BIN_EXE_start"), &["slow", "attempt_timeout=20"], &file.path());
    let children: Vec<_> = (0..10).map(|_| start().spawn().unwrap()).collect();
    let outputs = children.into_iter().map(|child| child.wait_with_output().unwrap());
    let reports: Vec<_> = outputs.map(|output| file::report(&output)).collect();
    let applied: usize = reports.iter().map(|report| report["applied"].as_array().unwrap().len()).sum();
    assert_eq!(applied, 3);
    assert!(
        reports.iter().any(|report| report["attempts"].as_u64().unwrap() > 2),
        "nobody waited: {reports:?}"
    );
}

/// A process died in the middle of a transaction, and whoever comes first has to roll back its journal or to read its WAL.
#[test]
fn many_starters_find_what_a_dead_process_left() {
    for (journal, suffix) in [("DELETE", "-journal"), ("WAL", "-wal")] {
        let (file, copy) = (File::new(), File::new());
        let mut conn = empty(&file, journal);
        COUNTER_1.apply(&mut conn).unwrap();
        // With no room in memory, SQLite writes before the commit.
        conn.execute_batch(
            "PRAGMA cache_size = 1; BEGIN;
             INSERT INTO counter WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up LIMIT 20000)
             SELECT 'never committed' FROM up;",
        )
        .unwrap();
        for suffix in ["", suffix] {
            let name = format!("app.db{suffix}");
            std::fs::copy(file.folder().join(&name), copy.folder().join(&name)).unwrap();
        }
        let size: u64 =
            copy.folder().read_dir().unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
        assert!(size > 100_000, "the transaction is in the files");
        assert_eq!(start_many(10, "counter", &copy.path()).iter().sum::<usize>(), 1, "{journal}");
        assert_eq!(number(&copy.conn(), "SELECT count(*) FROM counter"), 1, "{journal}");
    }
}

/// Under WAL readers see the old state until the commit. Under a rollback journal an exclusive lock keeps them out, and
/// they wait as their busy timeout says.
#[test]
fn readers_keep_reading_while_another_process_migrates() {
    for journal in ["DELETE", "WAL"] {
        let file = File::new();
        let conn = empty(&file, journal);
        conn.busy_timeout(Duration::from_secs(60)).unwrap();
        let mut child = start("slow", &file.path()).spawn().unwrap();
        let mut seen = Vec::new();
        while child.try_wait().unwrap().is_none() {
            let count = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
            seen.push(count.unwrap());
        }
        assert!(child.wait().unwrap().success());
        seen.dedup();
        let whole = number(&conn, "SELECT count(*) FROM sqlite_schema");
        assert!(seen == [0, whole] || seen == [0] || seen == [whole], "{journal}: {seen:?}");
    }
}

/// What is found after a kill is the old database or the new one, and the next start completes: on a database without
/// tables, and on one with rows.
///
/// More rounds: `ONWARD_KILLS=5000 cargo test -p onward-tests --test processes leaves -- --nocapture`
#[test]
fn a_process_that_is_killed_leaves_the_old_database_or_the_new_one() {
    let rounds: u32 = std::env::var("ONWARD_KILLS").map_or(240, |rounds| rounds.parse().unwrap());
    let (mut all_old, mut all_new, mut torn, mut unfinished) = (0, 0, 0, 0);
    for (journal, has_rows) in
        ["DELETE", "WAL"].into_iter().flat_map(|journal| [false, true].map(|rows| (journal, rows)))
    {
        let before = || {
            let file = File::new();
            let mut conn = empty(&file, journal);
            if has_rows {
                KILLED.migrator().target(1).apply(&mut conn).unwrap();
                conn.execute_batch(
                    "INSERT INTO numbers
                     WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up LIMIT 5000) SELECT -n FROM up",
                )
                .unwrap();
            }
            file
        };
        let released = if has_rows { 5_001 * -2_500 } else { 0 };
        let complete = |file: &File| {
            let conn = file.conn();
            assert_eq!(number(&conn, "SELECT count(*) FROM onward_migrations"), 4);
            assert_eq!(number(&conn, "SELECT sum(n) FROM numbers"), 20_001 * 10_000 + released);
        };
        let file = before();
        let time = Instant::now();
        assert_eq!(start_many(1, "killed", &file.path()), [if has_rows { 3 } else { 4 }]);
        // Some are killed before they begin, and some not before they are done. The delays are the same in every run.
        let (mut random, longest) = (fastrand::Rng::with_seed(4), time.elapsed().mul_f64(1.2));
        let (mut old, mut new) = (0, 0);
        for round in 0..rounds / 4 {
            let file = before();
            let mut child = start("killed", &file.path()).spawn().unwrap();
            std::thread::sleep(longest.mul_f64(random.f64()));
            child.kill().unwrap();
            child.wait().unwrap();
            torn += usize::from(file.names().iter().any(|name| name.ends_with("-journal")));
            let is_unfinished = |name: &String| name.ends_with("-wal") && file.size(name) > 0;
            unfinished += usize::from(file.names().iter().any(is_unfinished));
            // Looking rolls back what is half-done, as any process would.
            let conn = file.conn();
            let check: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(check, "ok", "round {round}");
            match number(&conn, "SELECT count(*) FROM sqlite_schema WHERE name = 'numbers_by_rest'") {
                0 => {
                    old += 1;
                    let tables = number(&conn, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'");
                    assert_eq!(tables, if has_rows { 2 } else { 0 }, "round {round}");
                    if has_rows {
                        assert_eq!(
                            number(&conn, "SELECT count(*) FROM onward_migrations"),
                            1,
                            "round {round}"
                        );
                        assert_eq!(number(&conn, "SELECT sum(n) FROM numbers"), released, "round {round}");
                    }
                }
                _ => {
                    new += 1;
                    complete(&file);
                }
            }
            drop(conn);
            start_many(1, "killed", &file.path());
            complete(&file);
        }
        println!(
            "{journal}, {}: {old} old, {new} new",
            if has_rows { "with rows" } else { "without tables" }
        );
        (all_old, all_new) = (all_old + old, all_new + new);
    }
    println!("{torn} with a journal to roll back, {unfinished} with a WAL");
    assert!(all_old > 0 && all_new > 0 && torn > 0 && unfinished > 0, "the kills came too soon or too late");
}

#[test]
fn the_lock_of_a_process_that_is_killed_is_free() {
    let file = File::new();
    let mut child = start("slow", &file.path()).spawn().unwrap();
    while !file.path().exists() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    SLOW.open(file.path()).unwrap();
    assert!(COUNTER.open(File::new().path()).is_ok());
}

/// Killed while it moves a database aside: nothing is lost, and the next start makes what is missing.
#[test]
fn a_process_that_is_killed_while_it_recreates_loses_nothing() {
    let text = "no database, but long enough to look like one".repeat(40);
    let recreate =
        |file: &File| file::start(env!("CARGO_BIN_EXE_start"), &["counter", "recreate"], &file.path());
    let file = File::new();
    std::fs::write(file.path(), &text).unwrap();
    let time = Instant::now();
    start_all([recreate(&file)]);
    let (mut random, longest) = (fastrand::Rng::with_seed(4), time.elapsed().mul_f64(1.2));
    for round in 0..60 {
        let file = File::new();
        std::fs::write(file.path(), &text).unwrap();
        let mut child = recreate(&file).spawn().unwrap();
        std::thread::sleep(longest.mul_f64(random.f64()));
        child.kill().unwrap();
        child.wait().unwrap();
        start_all([recreate(&file)]);
        assert_eq!(number(&file.conn(), "SELECT count(*) FROM counter"), 1, "round {round}");
        let names = file.names();
        let aside: Vec<_> = names.iter().filter(|name| name.contains("unusable")).collect();
        assert_eq!(aside.len(), 1, "round {round}: {names:?}");
        assert!(std::fs::read(file.folder().join(aside[0])).unwrap() == text.as_bytes(), "round {round}");
    }
}

/// Locks of files belong to processes, so that threads of one are a case of their own.
#[test]
fn many_threads_apply_everything_once() {
    for journal in ["DELETE", "WAL"] {
        let file = File::new();
        let conn = empty(&file, journal);
        std::thread::scope(|scope| {
            let open = || COUNTER.migrator().open(file.path()).unwrap().1.applied.len();
            let apply = || COUNTER.apply(&mut file.conn()).unwrap().applied.len();
            let threads: Vec<_> = (0..8).flat_map(|_| [scope.spawn(open), scope.spawn(apply)]).collect();
            assert_eq!(threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>(), 2);
        });
        assert_eq!(number(&conn, "SELECT count(*) FROM counter"), 1);
    }
}
