//! What is pending, on a copy of the cluster's rows.

use onward::rusqlite::Connection;
use onward_rqlite::ErrorKind;
use serde_json::json;

use crate::apply::kind;
use crate::histories::program;
use crate::nodes::Nodes;

const TABLES: &str = "CREATE TABLE parents(id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE children(parent REFERENCES parents(id));
    CREATE VIRTUAL TABLE words USING fts5(word);";
const ROWS: &str = "INSERT INTO parents VALUES (1, 'Ada'), (2, 'Bea'), (3, 'Ada');
    INSERT INTO children VALUES (1), (2); INSERT INTO words VALUES ('one'), ('two');";

#[test]
fn a_copy_of_a_cluster_shows_what_a_file_shows() {
    let Some(nodes) = Nodes::start(3) else { return };
    let first = program(&[TABLES]);
    nodes.cluster(0).apply(&first).unwrap();
    let mut file = Connection::open_in_memory().unwrap();
    first.apply(&mut file).unwrap();
    file.execute_batch(ROWS).unwrap();
    for row in ROWS.split_terminator(';') {
        nodes.execute(row);
    }
    let removed = "-- onward: allow(dangling_foreign_key) there are none\nDELETE FROM parents WHERE id > 1;";
    let both = program(&[TABLES, removed]);
    let shown = both.rehearse(&file).unwrap();
    assert_eq!(shown.violation_count, 1);
    for node in 0..3 {
        let rehearsal = nodes.cluster(node).rehearse(&both).unwrap();
        assert_eq!(rehearsal.applied.len(), 1);
        assert_eq!((&rehearsal.rows, &rehearsal.violations), (&shown.rows, &shown.violations), "{rehearsal}");
        assert!(rehearsal.copying > shown.copying);
    }
    // Of which nobody there has heard.
    assert_eq!(nodes.rows(0, "SELECT count(*) FROM parents", "strong"), json!([[3]]));
    assert_eq!(nodes.cluster(0).status(&both).unwrap().pending(), 1);
    assert!(nodes.cluster(0).rehearse(&first).unwrap().applied.is_empty());
}

#[test]
fn what_fails_on_its_rows_is_known_before() {
    let Some(nodes) = Nodes::start(1) else { return };
    let names = "CREATE TABLE names(name TEXT NOT NULL);";
    nodes.cluster(0).apply(&program(&[names])).unwrap();
    nodes.execute("INSERT INTO names VALUES ('Ada'), ('Ada')");
    let unique = "-- onward: allow(failure_with_some_rows) the names are unique\nCREATE UNIQUE INDEX by_name ON names(name);";
    let error = nodes.cluster(0).rehearse(&program(&[names, unique])).unwrap_err();
    let ErrorKind::Refused(refused) = kind(&error) else { panic!("{error}") };
    assert!(matches!(refused.kind(), onward::ErrorKind::Statement { line: 2, .. }), "{error}");
    // No path: the copy is gone.
    assert!(refused.path().is_none() && error.to_string().contains("0002_m.sql:2:1"), "{error}");
    // A cluster that nobody has written to has a backup as well.
    let Some(nodes) = Nodes::start(1) else { return };
    assert_eq!(nodes.cluster(0).rehearse(&program(&[names])).unwrap().applied.len(), 1);
}
