//! What a cluster has afterwards.

use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use onward::{Migrations, Phase, Readiness, migrations};
use onward_rqlite::{Error, ErrorKind, Event, Standing};
use serde_json::json;

use crate::histories::{LATER, SEED, program};
use crate::nodes::Nodes;

static JOBS: Migrations = migrations!("../../migrations");
static READINESS: Readiness = Readiness::new();

pub(crate) fn kind(error: &Error) -> &ErrorKind {
    error.kind()
}

#[test]
fn three_nodes_have_what_a_file_has() {
    let Some(nodes) = Nodes::start(3) else { return };
    let cluster = nodes.cluster(1);
    let status = cluster.status(&JOBS).unwrap();
    assert_eq!(status.pending(), 10);
    // There is no ledger yet.
    let same = |node: &onward_rqlite::Node| node.standing == Standing::Same;
    assert_eq!(cluster.nodes(&JOBS).unwrap().iter().filter(|node| same(node)).count(), 3);
    let events = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&events);
    let cluster = cluster.readiness(&READINESS).observer(move |event| {
        if let Event::Compared { same, of } = event {
            told.lock().unwrap().push((same, of));
        }
    });
    assert_eq!(READINESS.phase(), Phase::Waiting);
    let report = cluster.apply(&JOBS).unwrap();
    assert_eq!((report.run.applied.len(), report.run.total, report.nodes.len()), (10, 10, 3), "{report}");
    assert_eq!((&*events.lock().unwrap(), READINESS.phase()), (&vec![(3, 3)], Phase::Ready));
    assert!(report.nodes.iter().all(|node| node.standing == Standing::Same), "{report}");
    assert!(cluster.status(&JOBS).unwrap().is_up_to_date());
    assert!(cluster.verify(&JOBS).unwrap().is_empty());
    assert!(nodes.cluster(2).apply(&JOBS).unwrap().is_up_to_date());

    // To the letter.
    let folder = tempfile::tempdir().unwrap();
    let conn = JOBS.open(folder.path().join("jobs.db")).unwrap();
    let schema = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'onward_migrations' ORDER BY name";
    let mut query = conn.prepare(schema).unwrap();
    let file =
        query.query_map([], |row| Ok(json!([row.get::<_, String>(0)?, row.get::<_, String>(1)?]))).unwrap();
    let file: serde_json::Value = file.map(Result::unwrap).collect();
    for node in 0..3 {
        assert_eq!(nodes.rows(node, schema, "none"), file);
        let chains = "SELECT version, chain FROM onward_migrations ORDER BY version";
        assert_eq!(nodes.rows(node, chains, "none").as_array().unwrap().len(), 10);
    }
    assert_eq!(
        nodes.rows(0, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'onward_guard%'", "strong"),
        json!([[0]])
    );
}

#[test]
fn of_many_that_start_at_once_one_wins() {
    let Some(nodes) = Nodes::start(3) else { return };
    let rounds = std::env::var("ONWARD_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(3);
    for round in 0..rounds {
        nodes.execute("DROP TABLE IF EXISTS onward_migrations");
        for table in ["attempts", "jobs", "queues", "archive"] {
            nodes.execute(&format!("DROP TABLE IF EXISTS {table}"));
        }
        for row in nodes
            .rows(0, "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'", "strong")
            .as_array()
            .into_iter()
            .flatten()
        {
            nodes.execute(&format!(
                "DROP {} IF EXISTS \"{}\"",
                row[0].as_str().unwrap(),
                row[1].as_str().unwrap()
            ));
        }
        let start = Barrier::new(10);
        let reports: Vec<_> = thread::scope(|scope| {
            let runs: Vec<_> = (0..10)
                .map(|racer| {
                    let (nodes, start) = (&nodes, &start);
                    scope.spawn(move || {
                        let cluster = nodes.cluster(racer % 3);
                        start.wait();
                        cluster.apply(&JOBS)
                    })
                })
                .collect();
            runs.into_iter().map(|run| run.join().unwrap().unwrap()).collect()
        });
        let winners = reports.iter().filter(|report| !report.is_up_to_date()).count();
        assert_eq!(winners, 1, "round {round}");
        assert!(reports.iter().all(|report| report.run.total == 10), "round {round}");
        let rows = nodes.rows(0, "SELECT count(*), count(DISTINCT run) FROM onward_migrations", "strong");
        assert_eq!(rows, json!([[10, 1]]), "round {round}");
    }
}

#[test]
fn what_fails_on_its_rows_changes_nothing() {
    let Some(nodes) = Nodes::start(1) else { return };
    let cluster = nodes.cluster(0);
    let names = "CREATE TABLE names(name TEXT NOT NULL);";
    cluster.apply(&program(&[names])).unwrap();
    nodes.execute("INSERT INTO names VALUES ('Ada'), ('Ada')");
    let unique = "CREATE TABLE more(a);\n-- onward: allow(failure_with_some_rows) the names are unique\nCREATE UNIQUE INDEX by_name ON names(name);";
    let error = cluster.apply(&program(&[names, unique])).unwrap_err();
    let ErrorKind::Statement { file, line: 3, message, .. } = kind(&error) else { panic!("{error}") };
    assert!(file.ends_with("0002_m.sql") && message.contains("UNIQUE"), "{error}");
    assert_eq!(nodes.rows(0, "SELECT count(*) FROM onward_migrations", "strong"), json!([[1]]));
    assert_eq!(
        nodes.rows(
            0,
            "SELECT count(*) FROM sqlite_schema WHERE name = 'more' OR name LIKE 'onward_guard%'",
            "strong"
        ),
        json!([[0]])
    );
    nodes.execute("DELETE FROM names");
    assert_eq!(cluster.apply(&program(&[names, unique])).unwrap().run.applied.len(), 1);
}

#[test]
fn another_ledger_and_another_schema_are_refused() {
    let Some(nodes) = Nodes::start(1) else { return };
    let cluster = nodes.cluster(0);
    nodes.execute("CREATE TABLE notes(body TEXT)");
    let (one, two) =
        ("CREATE TABLE jobs(id INTEGER PRIMARY KEY);", "ALTER TABLE jobs ADD COLUMN state TEXT;");
    let error = cluster.apply(&program(&[one])).unwrap_err();
    assert!(
        matches!(kind(&error), ErrorKind::Refused(error) if matches!(error.kind(), onward::ErrorKind::NoLedger { .. })),
        "{error}"
    );
    nodes.execute("DROP TABLE notes");
    cluster.apply(&program(&[one, two])).unwrap();
    let error = cluster.apply(&program(&[one])).unwrap_err();
    assert!(
        matches!(kind(&error), ErrorKind::Refused(error) if matches!(error.kind(), onward::ErrorKind::Newer { .. })),
        "{error}"
    );
    let error = cluster.apply(&program(&[one, "ALTER TABLE jobs ADD COLUMN other TEXT;"])).unwrap_err();
    assert!(
        matches!(kind(&error), ErrorKind::Refused(error) if matches!(error.kind(), onward::ErrorKind::Diverged { .. })),
        "{error}"
    );
    nodes.execute("ALTER TABLE jobs ADD COLUMN by_hand TEXT");
    assert_eq!(cluster.verify(&program(&[one, two])).unwrap().len(), 1);
    let third = "ALTER TABLE jobs ADD COLUMN queue TEXT;";
    let error = cluster.apply(&program(&[one, two, third])).unwrap_err();
    assert!(
        matches!(kind(&error), ErrorKind::Refused(error) if matches!(error.kind(), onward::ErrorKind::Drift { .. })),
        "{error}"
    );
}

#[test]
fn what_cannot_be_part_of_a_request_is_refused() {
    let Some(nodes) = Nodes::start(1) else { return };
    let cluster = nodes.cluster(0);
    let keys = "-- onward: foreign_keys(on)\nCREATE TABLE a(id INTEGER PRIMARY KEY);";
    let error = cluster.apply(&program(&[keys])).unwrap_err();
    assert!(matches!(kind(&error), ErrorKind::Unfit { line: 1, .. }), "{error}");
    // What every run does by itself is left out.
    let rebuilt =
        "PRAGMA foreign_keys = OFF;\nCREATE TABLE a(id INTEGER PRIMARY KEY);\nPRAGMA foreign_keys = ON;";
    assert_eq!(cluster.apply(&program(&[rebuilt])).unwrap().run.applied.len(), 1);
}

/// What comes of a statement that reads or writes rows is the engine's to say: the copy in memory has none.
#[test]
fn rows_of_earlier_migrations_are_there() {
    let Some(nodes) = Nodes::start(1) else { return };
    let cluster = nodes.cluster(0);
    cluster.apply(&program(&[SEED])).unwrap();
    let mut texts = vec![SEED];
    for later in LATER {
        texts.push(later);
        assert_eq!(cluster.rehearse(&program(&texts)).unwrap().applied.len(), 1, "{later}");
        assert_eq!(cluster.apply(&program(&texts)).unwrap().run.applied.len(), 1, "{later}");
    }
    assert_eq!(nodes.rows(0, "SELECT count(*) FROM role", "strong"), json!([[1]]));
}

/// Each node says for itself whether it enforces foreign keys: one that does would lose the children.
#[test]
fn no_parent_is_rebuilt_where_any_node_enforces_foreign_keys() {
    let Some(mut nodes) = Nodes::start(1) else { return };
    nodes.add_enforcing();
    let cluster = nodes.cluster(0);
    let tables = "CREATE TABLE parent(id INTEGER PRIMARY KEY, a);
        CREATE TABLE child(parent REFERENCES parent(id) ON DELETE CASCADE);
        INSERT INTO parent VALUES (1, 'a'); INSERT INTO child VALUES (1);";
    let rebuild = "CREATE TABLE parent_new(id INTEGER PRIMARY KEY, a TEXT);
        INSERT INTO parent_new SELECT id, a FROM parent;
        DROP TABLE parent;
        ALTER TABLE parent_new RENAME TO parent;";
    cluster.apply(&program(&[tables])).unwrap();
    let error = cluster.apply(&program(&[tables, rebuild])).unwrap_err();
    assert!(matches!(kind(&error), ErrorKind::Unfit { line: 3, .. }), "{error}");
    assert_eq!(nodes.rows(1, "SELECT count(*) FROM child", "none"), json!([[1]]));
}
