//! The text behind the fingerprint means the same schema.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onward_core::canonical::canonical;
use onward_core::token::significant;
use onward_fuzz::has_stray_tab;
use onward_fuzz::sqlite::prepare;
use onward_schema::{Fingerprint, Schema};
use rusqlite::Connection;
use rusqlite::config::DbConfig::{SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_DQS_DML};

const SCHEMA: &str =
    "CREATE TABLE t(a PRIMARY KEY, b DEFAULT 1, c UNIQUE); CREATE TABLE u(d REFERENCES t, e);";

fuzz_target!(|text: &str| {
    if text.contains('\0') || has_stray_tab(text) {
        return;
    }
    let plain = canonical(text);
    assert_eq!(canonical(&plain), plain);

    let mut words = significant(text);
    let is_create = words.next().is_some_and(|word| word.is("CREATE"));
    if !is_create
        || words
            .any(|word| word.is("SELECT") || word.is("VIRTUAL") || word.is("TEMP") || word.is("temporary"))
    {
        return;
    }
    let (one, other) = (open(), open());
    let prepared = prepare(&one, text);
    if prepared.refused.is_some() || prepared.end < text.len() || one.execute_batch(text).is_err() {
        return;
    }
    other.execute_batch(&plain).unwrap_or_else(|error| panic!("{error}: {plain}"));
    let fingerprint = |conn: &Connection| Fingerprint::read(conn, None).expect("it can be read");
    assert_eq!(fingerprint(&one), fingerprint(&other), "{plain}");
    let schema = |conn: &Connection| Schema::read(conn).expect("it can be read");
    let differences = schema(&one).compare(&schema(&other));
    assert!(differences.is_empty(), "{differences:?}: {plain}");
});

fn open() -> Connection {
    let conn = Connection::open_in_memory().expect("memory suffices");
    // As a migration is run.
    conn.set_db_config(SQLITE_DBCONFIG_DQS_DDL, false).expect("a switch");
    conn.set_db_config(SQLITE_DBCONFIG_DQS_DML, false).expect("a switch");
    conn.execute_batch(SCHEMA).expect("a schema");
    conn
}
