//! What an up-to-date start asks of the disk: what the application's first query would ask, and one page more. Nothing is
//! timed, so that a second read is seen on any machine.
#![cfg(unix)]

use std::collections::BTreeMap;

use onward::rusqlite::Connection;
use onward::{Migrations, migrations};
use onward_faults::{Call, Plan, on, plain};

/// Without rows its hook has nothing to do.
static MIGRATIONS: Migrations = migrations!("migrations", after = { 3 => |_| Ok::<_, onward::Error>(()) });

/// How often each call is made when a file is opened in this way, asked a first query, and closed.
fn calls(open: impl FnOnce() -> Connection) -> BTreeMap<Call, usize> {
    let first = |conn: Connection| {
        conn.query_row("SELECT name FROM customers WHERE id = 1", [], |row| row.get::<_, String>(0))
    };
    let (name, ran) = on(Plan::Works, || first(open()));
    assert_eq!(name.expect("there is such a row"), "Ada");
    Call::counts(&ran.calls)
}

#[test]
fn an_up_to_date_start_reads_one_page_more_than_the_first_query() {
    for journal in ["DELETE", "WAL"] {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("app.db");
        let mut keeper = plain(&path);
        keeper.query_row(&format!("PRAGMA journal_mode = {journal}"), [], |_| Ok(())).expect("a mode");
        MIGRATIONS.apply(&mut keeper).expect("the history works");
        keeper.execute_batch("INSERT INTO customers(id, name) VALUES (1, 'Ada')").expect("a legal row");
        let connect = || Connection::open(&path).expect("the file opens");
        // Under WAL, the first reader after a write leaves a mark for the others.
        calls(connect);
        let mut expected = calls(connect);
        *expected.entry(Call::Read).or_default() += 1;
        let opened = calls(|| MIGRATIONS.open(&path).expect("it is up to date"));
        assert_eq!(opened, expected, "{journal}");
        let applied = calls(|| {
            let mut conn = connect();
            MIGRATIONS.apply(&mut conn).expect("it is up to date");
            conn
        });
        assert_eq!(applied, expected, "{journal}");
        println!("{journal}: {expected:?}");
        drop(keeper);
    }
}
