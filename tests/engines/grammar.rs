//! What the build says of an engine's syntax is what its server says.

use onward::rusqlite::Connection;
use onward_analysis::{Proof, analyze};
use onward_batch::{Engine, Statement};
use onward_tests::command::Place;

use crate::servers::{Process, libsql, rqlite};

const TABLES: &str = "CREATE TABLE t(a, b); CREATE TABLE u(a, b);";

/// Every order of words before JOIN that SQLite takes, three words at most, as queries on these tables.
fn joins() -> Vec<String> {
    const WORDS: [&str; 7] = ["NATURAL", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "OUTER"];
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(TABLES).unwrap();
    let mut orders = vec![String::new()];
    let mut joins = Vec::new();
    for _ in 0..3 {
        let longer = orders.iter().flat_map(|order| WORDS.map(|word| format!("{order}{word} ")));
        orders = longer.collect();
        joins.extend(orders.iter().map(|order| format!("SELECT * FROM t {order}JOIN u")));
    }
    joins.retain(|query| conn.prepare(query).is_ok());
    assert!(joins.len() > 100, "{joins:?}");
    joins
}

fn is_told_as_the_server_does<E: Engine>(process: &Process<E>, target: &str, statements: &[String]) {
    for table in TABLES.split_terminator(';') {
        process.execute(table);
    }
    for sql in statements {
        let (config, new) = (format!("[engine]\ntarget = '{target}'\n"), format!("{sql};\n"));
        let place = Place::with(&[
            ("migrations/onward.toml", config.as_str()),
            ("migrations/0001_tables.sql", TABLES),
            ("migrations/0002_new.sql", new.as_str()),
        ]);
        let analysis = analyze(&place.path("migrations"), Proof::Whole);
        let told: Vec<&str> = analysis.diagnostics.iter().map(|found| found.rule.code).collect();
        let is_told = told.contains(&"engine_mismatch") || told.contains(&"newer_sqlite");
        let answer = process.engine.write(&[Statement::new(sql)]);
        assert_eq!(is_told, answer.is_err(), "{sql}: {told:?}, {answer:?}");
    }
}

/// As views, since a migration does not ask for rows.
fn views() -> Vec<String> {
    let joins = joins().into_iter().enumerate();
    joins.map(|(at, query)| format!("CREATE VIEW v{at} AS {query}")).collect()
}

fn aliases() -> Vec<String> {
    let changes = [
        "INSERT INTO u AS o SELECT 1, 2",
        "UPDATE u AS o SET a = 1",
        "DELETE FROM u AS o",
        "UPDATE u SET a = o.a FROM t AS o",
        "SELECT a AS b FROM t AS o",
    ];
    let triggers = changes.iter().enumerate();
    triggers
        .map(|(at, change)| format!("CREATE TRIGGER r{at} AFTER INSERT ON t BEGIN {change}; END"))
        .collect()
}

#[test]
fn rqlite_takes_what_the_build_takes() {
    let Some(process) = rqlite() else { return };
    is_told_as_the_server_does(&process, "rqlite", &[views(), aliases()].concat());
}

#[test]
fn libsql_takes_what_the_build_takes() {
    let Some(process) = libsql() else { return };
    is_told_as_the_server_does(&process, "libsql", &[views(), aliases()].concat());
}
