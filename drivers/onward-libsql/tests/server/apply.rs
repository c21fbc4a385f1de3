//! What a server has afterwards.

use std::sync::Barrier;
use std::time::Duration;
use std::{env, thread};

use onward::Readiness;
use onward_libsql::ErrorKind;
use serde_json::{Value as Json, json};

use crate::histories::{LATER, SEED, program};
use crate::process::{JOBS, Process};

#[test]
fn a_server_has_what_a_file_has() {
    let Some(process) = Process::start() else { return };
    let server = process.server();
    assert_eq!(server.status(&JOBS).unwrap().pending(), 10);
    static READINESS: Readiness = Readiness::new();
    let server = server.readiness(&READINESS);
    let report = server.apply(&JOBS).unwrap();
    assert_eq!((report.applied.len(), report.total), (10, 10), "{report}");
    assert!(READINESS.is_ready() && server.status(&JOBS).unwrap().is_up_to_date());
    assert!(server.verify(&JOBS).unwrap().is_empty());
    assert!(server.apply(&JOBS).unwrap().is_up_to_date());

    let folder = tempfile::tempdir().unwrap();
    let conn = JOBS.open(folder.path().join("jobs.db")).unwrap();
    let schema = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'onward_migrations' ORDER BY name";
    let mut query = conn.prepare(schema).unwrap();
    let file =
        query.query_map([], |row| Ok(json!([row.get::<_, String>(0)?, row.get::<_, String>(1)?]))).unwrap();
    let file: Json = file.map(Result::unwrap).collect();
    assert_eq!(process.rows(schema), file);
}

#[test]
fn a_rebuild_keeps_the_children() {
    let Some(process) = Process::start() else { return };
    let tables = "CREATE TABLE parents(id INTEGER PRIMARY KEY);
        CREATE TABLE children(parent REFERENCES parents(id) ON DELETE CASCADE);
        INSERT INTO parents VALUES (1); INSERT INTO children VALUES (1);";
    let rebuilt = "CREATE TABLE parents_new(id INTEGER PRIMARY KEY, name TEXT);
        INSERT INTO parents_new(id) SELECT id FROM parents;
        DROP TABLE parents;
        ALTER TABLE parents_new RENAME TO parents;";
    process.server().apply(&program(&[tables])).unwrap();
    // Foreign keys are on by default there, and the naive form of this empties the children.
    process.server().apply(&program(&[tables, rebuilt])).unwrap();
    assert_eq!(process.rows("SELECT count(*) FROM children"), json!([["1"]]));
}

#[test]
fn of_many_that_start_at_once_one_wins() {
    let Some(process) = Process::start() else { return };
    let start = Barrier::new(10);
    let reports: Vec<_> = thread::scope(|scope| {
        let run = || {
            start.wait();
            process.server().apply(&JOBS)
        };
        let runs: Vec<_> = (0..10).map(|_| scope.spawn(run)).collect();
        runs.into_iter().map(|run| run.join().unwrap().unwrap()).collect()
    });
    assert_eq!(reports.iter().filter(|report| !report.is_up_to_date()).count(), 1);
    assert_eq!(
        process.rows("SELECT count(*), count(DISTINCT run) FROM onward_migrations"),
        json!([["10", "1"]])
    );
}

#[test]
fn a_server_that_is_killed_leaves_all_or_nothing() {
    let rounds: u64 =
        env::var("ONWARD_KILLS").map_or(3, |rounds| rounds.parse().expect("ONWARD_KILLS is a number"));
    for round in 0..rounds {
        let Some(mut process) = Process::start() else { return };
        let report = thread::scope(|scope| {
            let server = process.server().timeout(Duration::from_secs(60));
            let run = scope.spawn(move || server.apply(&JOBS));
            // Anywhere in the course of it, another place in each round.
            thread::sleep(Duration::from_micros(round * 7919 % 60_000));
            process.kill();
            process.begin();
            run.join().unwrap()
        });
        let report = report.unwrap_or_else(|error| panic!("round {round}: {error}"));
        assert_eq!((report.applied.len(), report.total), (10, 10), "round {round}");
        assert_eq!(
            process.rows("SELECT count(*), count(DISTINCT run) FROM onward_migrations"),
            json!([["10", "1"]])
        );
    }
}

#[test]
fn what_fails_on_its_rows_changes_nothing() {
    let Some(process) = Process::start() else { return };
    let server = process.server();
    let names = "CREATE TABLE names(name TEXT NOT NULL); INSERT INTO names VALUES ('Ada');";
    server.apply(&program(&[names])).unwrap();
    process.rows("INSERT INTO names VALUES ('Ada')");
    let unique = "CREATE TABLE more(a);\n-- onward: allow(failure_with_some_rows) the names are unique\n\
                  CREATE UNIQUE INDEX by_name ON names(name);";
    let error = server.apply(&program(&[names, unique])).unwrap_err();
    let ErrorKind::Statement { file, line: 3, message, .. } = error.kind() else { panic!("{error}") };
    assert!(file.ends_with("0002_m.sql") && message.contains("UNIQUE"), "{error}");
    assert_eq!(process.rows("SELECT count(*) FROM onward_migrations"), json!([["1"]]));
    assert_eq!(
        process.rows("SELECT count(*) FROM sqlite_schema WHERE name = 'more' OR name LIKE 'onward_guard%'"),
        json!([["0"]])
    );
}

#[test]
fn foreign_keys_that_would_dangle_are_refused() {
    let Some(process) = Process::start() else { return };
    let tables =
        "CREATE TABLE parents(id INTEGER PRIMARY KEY); CREATE TABLE children(parent REFERENCES parents(id));
        INSERT INTO parents VALUES (1);";
    process.server().apply(&program(&[tables])).unwrap();
    process.rows("INSERT INTO children VALUES (1)");
    let removed = "-- onward: allow(dangling_foreign_key) there are none\nDELETE FROM parents;";
    let error = process.server().apply(&program(&[tables, removed])).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ForeignKeys), "{error}");
    assert_eq!(process.rows("SELECT count(*) FROM parents"), json!([["1"]]));
}

/// What comes of a statement that reads or writes rows is the engine's to say: the copy in memory has none.
#[test]
fn rows_of_earlier_migrations_are_there() {
    let Some(process) = Process::start() else { return };
    let server = process.server();
    server.apply(&program(&[SEED])).unwrap();
    // Nor does a trigger of somebody's on the ledger fire in the copy.
    process.rows("CREATE TRIGGER watch AFTER INSERT ON onward_migrations BEGIN DELETE FROM role WHERE name = 'nobody'; END");
    let mut texts = vec![SEED];
    for later in LATER {
        texts.push(later);
        assert_eq!(server.rehearse(&program(&texts)).unwrap().applied.len(), 1, "{later}");
        assert_eq!(server.apply(&program(&texts)).unwrap().applied.len(), 1, "{later}");
    }
    assert_eq!(process.rows("SELECT count(*) FROM role"), json!([["1"]]));
}
