//! Any text as a statement of an application, held against a small schema.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use onward_analysis::application::Error;
use onward_analysis::{Analysis, Proof, analyze};
use onward_fuzz::folder::write;
use onward_fuzz::sound;
use onward_fuzz::sqlite::prepare;
use rusqlite::Connection;

const SCHEMA: &str = "
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL DEFAULT 'queued', due DATETIME, worker REFERENCES workers);
CREATE TABLE workers(name TEXT PRIMARY KEY, load REAL, note ANY) WITHOUT ROWID;
CREATE TABLE events(at INT, what BLOB, twice INT AS (at * 2)) STRICT;
CREATE VIEW busy AS SELECT worker, count(*) AS jobs FROM jobs JOIN workers ON worker = name GROUP BY worker;
CREATE VIRTUAL TABLE texts USING fts5(body);
";

fuzz_target!(|text: &str| {
    static ANALYSIS: OnceLock<Analysis> = OnceLock::new();
    let analysis = ANALYSIS.get_or_init(|| {
        let analysis = analyze(write(format!("--- 1_all.sql\n{SCHEMA}").as_bytes()).path(), Proof::Whole);
        assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
        analysis
    });
    let conn = Connection::open_in_memory().expect("memory suffices");
    conn.execute_batch(SCHEMA).expect("a schema");
    match analysis.query(text.into()) {
        Ok(query) => {
            let prepared = prepare(&conn, &query.sql);
            assert_eq!((prepared.refused, prepared.is_statement), (None, true), "{}", query.sql);
            let statement = conn.prepare(&query.sql).expect("it has just been");
            assert_eq!(statement.column_count(), query.columns.len());
            assert_eq!(statement.parameter_count(), query.parameters.len());
        }
        Err(Error::Refused(refused)) => sound(&[*refused.diagnostic], &refused.files),
        Err(Error::Several(range)) => assert!(text.get(range).is_some()),
        Err(Error::Empty | Error::NoSchema) => {}
    }
    if let Err(Error::Refused(refused)) = analysis.check(text.into()) {
        sound(&[*refused.diagnostic], &refused.files);
    }
});
