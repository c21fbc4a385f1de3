//! Our cut of a text into statements against SQLite's own.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onward_core::kind::Kind;
use onward_core::statement::statements;
use onward_core::token::{Kind as Token, significant, tokens};
use onward_fuzz::sqlite::{is_complete, prepare};
use rusqlite::Connection;

const SCHEMA: &str = "
    CREATE TABLE a(b, c INTEGER PRIMARY KEY); CREATE TABLE d(e TEXT, f, UNIQUE(e)); CREATE VIEW v AS SELECT * FROM a;";

fuzz_target!(|text: &str| {
    if text.contains('\0') {
        return;
    }
    let ours = statements(text);
    ours.windows(2).for_each(|pair| assert!(pair[0].range.end < pair[1].range.start));
    // Between statements is nothing but semicolons.
    let mut left = significant(text).filter(|token| {
        let at = ours.partition_point(|statement| statement.range.end <= token.range.start);
        ours.get(at).is_none_or(|statement| token.range.start < statement.range.start)
    });
    assert!(left.all(|token| token.kind == Token::Semicolon));

    let conn = Connection::open_in_memory().expect("memory suffices");
    conn.execute_batch(SCHEMA).expect("a schema");
    // Where SQLite goes on, and which of ours is next.
    let (mut at, mut next) = (0, 0);
    while at < text.len() {
        let prepared = prepare(&conn, &text[at..]);
        let end = at + prepared.end;
        match (ours.get(next), prepared.refused) {
            (Some(statement), None) if prepared.is_statement => {
                let sql = &text[statement.range.clone()];
                assert!(at <= statement.range.start && statement.range.end <= end, "{sql} ends at {end}");
                // Without its semicolon it is one statement as well.
                let alone = prepare(&conn, sql);
                assert_eq!((alone.refused, alone.is_statement), (None, true), "{sql}");
                assert!(tokens(&sql[alone.end..]).all(|token| !token.is_significant()), "{sql}");
                // What comes later may be about it.
                if matches!(statement.kind, Kind::Create { .. })
                    && !sql.to_ascii_lowercase().contains("select")
                {
                    let _ = conn.execute_batch(sql);
                }
                (at, next) = (end, next + 1);
            }
            (None, None) if prepared.is_statement => panic!("SQLite has one more at {at}"),
            (statement, None) => {
                assert!(statement.is_none_or(|statement| end <= statement.range.start), "{statement:?}");
                assert!(end > at);
                at = end;
            }
            (Some(statement), Some(_)) => {
                // SQLite stops where it finds a mistake. How far it would have gone, `sqlite3_complete` guesses.
                let behind = statement.range.end;
                let semicolon = significant(&text[behind..]).next();
                let end = semicolon.as_ref().map_or(text.len(), |token| behind + token.range.end);
                let sql = &text[statement.range.start..end];
                if semicolon.is_some() && !is_misread(sql) {
                    assert!(is_complete(sql), "{sql}");
                }
                (at, next) = (end, next + 1);
            }
            (None, Some((message, _))) => panic!("{} at {at}", String::from_utf8_lossy(&message)),
        }
    }
    assert_eq!(next, ours.len());
});

/// `sqlite3_complete` waits for the END of a trigger that has no BEGIN, and does not know Tcl's parameters.
fn is_misread(sql: &str) -> bool {
    significant(sql).any(|token| token.is("TRIGGER"))
        || significant(sql).any(|token| token.text.starts_with(['$', '@', '#', ':']))
}
