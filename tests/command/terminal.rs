//! What others have written, in names of files, tables and columns, in SQL, comments and ledgers, never reaches a terminal
//! as it is.

use std::fmt::{Debug, Display};
use std::fs;

use onward::rusqlite::Connection;
use onward::{Adopt, Migrations, migrations};
use onward_core::name::quoted;
use onward_tests::command::{Place, Ran, run};
use onward_tests::{cargo_onward, file::File};
use serde_json::Value;

static COUNTER: Migrations = migrations!("histories/counter");
static ORDERS: Migrations = migrations!("histories/orders");

/// Clears the screen, sets the window's title, turns letters around, begins a sequence in one byte, and forges a line.
const HOSTILE: &str = "x\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}y\u{9b}31m\u{2066}\r\u{7f}\nerror: all is well";

/// What is left of a text without the colours that were asked for.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        match digits.strip_prefix('m') {
            Some(rest) => plain += rest,
            None => plain += &format!("\u{1b}[{part}"),
        }
    }
    plain
}

#[track_caller]
fn is_harmless(text: &str) {
    let text = without_colours(text);
    let raw = |c: char| {
        (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(raw), "{text:?}");
    assert!(!text.lines().any(|line| line.starts_with("error: all is well")), "{text}");
}

/// Nothing of it is harmful, and something of it is shown all the same.
#[track_caller]
fn harmless(shown: impl Display) {
    let text = shown.to_string();
    is_harmless(&text);
    assert!(text.contains(r"x\u{1b}[2J"), "{text}");
}

#[track_caller]
fn harmless_error(error: impl Display + Debug) {
    harmless(&error);
    harmless(format!("{error:?}"));
}

/// As on a terminal, where colours are shown.
fn coloured(place: &Place, args: &[&str]) -> Ran {
    let mut command = cargo_onward();
    run(command.args(args).current_dir(place.folder()).env("CLICOLOR_FORCE", "1").env_remove("NO_COLOR"))
}

#[track_caller]
fn ran_harmless(ran: Ran, code: i32) {
    let both = format!("{}{}", ran.out, ran.err);
    assert_eq!(ran.code, Some(code), "{both}");
    harmless(both);
}

#[test]
fn diagnostics() {
    let table = quoted(HOSTILE);
    let sql = format!("CREATE TABLE {table}({table}, a);\n");
    let comment = HOSTILE.replace('\n', " ");
    for (name, text) in [
        ("unknown table", format!("SELECT * FROM {table};")),
        ("unknown column", format!("CREATE TABLE t(a); SELECT a /* {comment} */, {table} FROM t AS t2;")),
        ("added twice", format!("{sql}ALTER TABLE {table} ADD COLUMN {table};")),
        ("the index first", format!("CREATE INDEX {table} ON {table}(b);\n{sql}")),
        ("a directive", format!("-- onward: {comment}\nSELECT 1;")),
        ("a comment", format!("SELECT /* {comment} */ nowhere;")),
        ("syntax", format!("SELEC {table};")),
        ("a string", format!("SELECT {table};")),
    ] {
        let place = Place::with(&[("migrations/0001_a.sql", &text)]);
        for ran in [place.onward(&["check", "--verbose"]), coloured(&place, &["check", "--verbose"])] {
            println!("{name}:\n{}", ran.out);
            assert!(ran.err.is_empty(), "{}", ran.err);
            is_harmless(&ran.out);
            assert!(ran.out.contains("= note: ") || ran.out.contains("note\u{1b}[0m: "), "{}", ran.out);
        }
    }
}

#[cfg(unix)]
#[test]
fn names_of_files() {
    let hostile = HOSTILE.replace('/', "");
    let place = Place::with(&[("migrations/0001_a.sql", "SELECT 1;")]);
    place.write(&format!("migrations/{hostile}.sql"), "");
    ran_harmless(coloured(&place, &["check"]), 1);
    ran_harmless(place.onward(&["status", "app.db"]), 2);
    ran_harmless(place.onward(&["new", "more"]), 2);
    place.remove(&format!("migrations/{hostile}.sql"));
    place.write(&format!("migrations/0002_{hostile}.sql"), "SELEC;");
    ran_harmless(coloured(&place, &["check"]), 1);
    let json = place.onward(&["check", "--format", "json"]).exits(1).out;
    let object: Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!(object["file"], format!("0002_{hostile}.sql"), "JSON has it as it is");

    // Where the history and the database lie.
    place.remove(&format!("migrations/0002_{hostile}.sql"));
    fs::rename(place.path("migrations"), place.path(&hostile)).unwrap();
    ran_harmless(place.onward(&["lock", &hostile]), 0);
    ran_harmless(place.onward(&["lock", &hostile]), 0);
    ran_harmless(place.onward(&["check", &format!("{hostile}/none")]), 2);
    ran_harmless(place.onward(&["status", &format!("{hostile}.db"), &hostile]), 2);
    let file = File::new();
    harmless_error(ORDERS.open(file.folder().join(&hostile).join("app.db")).unwrap_err());
}

/// The statement that fails, and what SQLite says of it.
#[test]
fn a_run() {
    let (table, place) = (quoted(HOSTILE), Place::empty());
    let text = format!("CREATE TABLE {table}(a);");
    place.write("migrations/0001_a.sql", &text);
    place.onward(&["apply", "app.db"]).exits(0);
    let conn = Connection::open(place.path("app.db")).unwrap();
    conn.execute_batch(&format!("INSERT INTO {table} VALUES (1), (1)")).unwrap();
    place.write("migrations/0002_b.sql", &format!("CREATE UNIQUE INDEX i ON {table}(a);"));
    for command in ["apply", "rehearse"] {
        ran_harmless(coloured(&place, &[command, "app.db"]), 1);
    }
    place.write("migrations/0002_b.sql", &format!("DELETE FROM {table};"));
    ran_harmless(coloured(&place, &["rehearse", "app.db"]), 0);
    conn.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN {table}")).unwrap();
    ran_harmless(coloured(&place, &["verify", "app.db"]), 1);
    let conn = Connection::open(place.path("other.db")).unwrap();
    conn.execute_batch(&format!("CREATE TABLE {table}(b)")).unwrap();
    for args in [&["apply", "other.db"][..], &["status", "other.db"], &["adopt", "other.db"]] {
        ran_harmless(coloured(&place, args), 1);
    }
}

/// A database that somebody else has made or changed.
#[test]
fn what_a_database_says() {
    let table = quoted(HOSTILE);
    let strange = File::new();
    strange.conn().execute_batch(&format!("CREATE TABLE {table}({table})")).unwrap();
    harmless_error(ORDERS.open(strange.path()).unwrap_err());
    is_harmless(&ORDERS.migrator().adopt(Adopt::Exact).open(strange.path()).unwrap_err().to_string());
    harmless(ORDERS.status(&strange.conn()).unwrap());

    let file = File::with_orders(&ORDERS);
    let conn = file.conn();
    conn.execute_batch(&format!("ALTER TABLE orders ADD COLUMN {table}")).unwrap();
    for difference in ORDERS.verify(&conn).unwrap() {
        harmless(difference);
    }
    drop(conn);
    // Rows that somebody else has written.
    for column in ["name", "applied_at", "checksum", "chain"] {
        let file = File::with_orders(&ORDERS);
        let conn = file.conn();
        conn.execute(&format!("UPDATE onward_migrations SET {column} = ?1"), [HOSTILE]).unwrap();
        let (status, error) = (ORDERS.status(&conn).unwrap(), COUNTER.apply(&mut file.conn()).unwrap_err());
        is_harmless(&status.to_string());
        is_harmless(&error.to_string());
        // That a row was changed is said by its chain.
        let is_shown = format!("{status}{error}").contains(r"x\u{1b}[2J");
        assert!(is_shown || column == "checksum", "{column}: {status}\n{error}");
    }
    // JSON has it as it is.
    let status = serde_json::to_value(ORDERS.status(&strange.conn()).unwrap()).unwrap();
    assert_eq!(status["strangers"][0], HOSTILE);
}
