//! Every declared type against every Rust type and `Option`: what the derive says, and what a real database does.
//!
//! What the derive accepts must come back from the column as it went in, and what it refuses must break on something.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use onward_tests::scratch::Scratch;
use rusqlite::types::{FromSql, ToSql, Value};
use rusqlite::{Connection, Error, Result};

/// Declared types, and values that a column of each holds for certain; no values where nothing is certain.
const COLUMNS: [(&str, &[&str]); 20] = [
    ("INTEGER", WHOLE),
    ("BIGINT UNSIGNED", WHOLE),
    ("BOOLEAN", WHOLE),
    ("TEXT", TEXT),
    ("VARCHAR(10)", TEXT),
    ("REAL", FRACTIONS),
    ("DOUBLE PRECISION", FRACTIONS),
    ("BLOB", BYTES),
    ("NUMERIC", &["0", "7"]),
    ("DECIMAL(10, 2)", &["7", "1.5"]),
    ("STRING", &["0", "7"]),
    ("DATETIME", &[]),
    ("DATETIME DEFAULT CURRENT_TIMESTAMP", &["CURRENT_TIMESTAMP"]),
    ("", &[]),
    ("INT /* strict */", WHOLE),
    ("INTEGER /* strict */", WHOLE),
    ("TEXT /* strict */", TEXT),
    ("REAL /* strict */", FRACTIONS),
    ("BLOB /* strict */", BYTES),
    ("ANY /* strict */", &[]),
];

// The last is no `f64`.
const WHOLE: &[&str] = &["0", "7", "9007199254740993"];
const TEXT: &[&str] = &["'text'", "'007'", "'1.5'"];
const FRACTIONS: &[&str] = &["1.5", "7.0"];
const BYTES: &[&str] = &["x'00ff'", "x''"];

/// A Rust type with some of its values; text in a column that is declared for dates is a date.
struct Kind {
    name: &'static str,
    /// Whether it has a value for NULL besides others, as an `Option` would have.
    any: bool,
    works: fn(&Connection, bool) -> bool,
    reads: fn(&Connection, &str) -> bool,
}

fn kinds() -> Vec<Kind> {
    fn kind<T: ToSql + FromSql + PartialEq + Debug + 'static>(
        name: &'static str,
        works: fn(&Connection, bool) -> bool,
    ) -> Kind {
        Kind { name, any: false, works, reads: reads::<T> }
    }
    vec![
        kind::<i64>("i64", |conn, _| returns(conn, &[0, 7, -1, i64::MAX])),
        kind::<i32>("i32", |conn, _| returns(conn, &[0, 7, -1])),
        kind::<u8>("u8", |conn, _| returns(conn, &[0u8, 7])),
        kind::<bool>("bool", |conn, _| returns(conn, &[false, true])),
        kind::<f64>("f64", |conn, _| returns(conn, &[1.5, 2.0, -1e300])),
        kind::<String>("String", |conn, dates| match dates {
            true => returns(conn, &["2026-01-01".to_owned()]),
            false => returns(conn, &["007".to_owned(), "text".to_owned(), String::new(), "1.50".to_owned()]),
        }),
        kind::<Vec<u8>>("Vec<u8>", |conn, _| returns(conn, &[b"7".to_vec(), vec![0, 255], vec![]])),
        kind::<[u8; 4]>("[u8; 4]", |conn, _| returns(conn, &[*b"1234", [0; 4]])),
        kind::<uuid::Uuid>("uuid::Uuid", |conn, _| returns(conn, &[uuid::Uuid::from_u128(7)])),
        kind::<chrono::NaiveDate>("chrono::NaiveDate", |conn, _| returns(conn, &[chrono::NaiveDate::MAX])),
        Kind { name: "onward::rusqlite::types::Value", any: true, works: |_, _| true, reads: reads::<Value> },
    ]
}

/// Whether these values come back from the column as they went in.
fn returns<T: ToSql + FromSql + PartialEq + Debug>(conn: &Connection, values: &[T]) -> bool {
    values.iter().all(|value| {
        conn.execute("DELETE FROM t", []).unwrap();
        conn.execute("INSERT INTO t VALUES (?)", [value]).is_ok()
            && conn
                .query_row("SELECT c FROM t", [], |row| row.get::<_, T>(0))
                .is_ok_and(|read| read == *value)
    })
}

/// Whether a value can be read from the column, and still be the same when it is written back. What is of the right
/// type and out of range can.
fn reads<T: ToSql + FromSql>(conn: &Connection, value: &str) -> bool {
    conn.execute_batch(&format!("DELETE FROM t; INSERT INTO t VALUES ({value})")).unwrap();
    let read: Result<T> = conn.query_row("SELECT c FROM t", [], |row| row.get(0));
    match read {
        Ok(read) => {
            conn.execute("INSERT INTO t VALUES (?)", [&read]).unwrap();
            conn.query_row("SELECT count(DISTINCT c) = 1 FROM t", [], |row| row.get(0)).unwrap()
        }
        Err(Error::InvalidColumnType(..)) => false,
        Err(_) => true,
    }
}

fn create(declared: &str, nullable: bool, columns: &str) -> String {
    let null = if nullable { "" } else { "NOT NULL" };
    let options = if declared.contains("strict") { "STRICT" } else { "" };
    let columns: Vec<String> = columns.split(' ').map(|name| format!("{name} {declared} {null}")).collect();
    format!("CREATE TABLE t({}) {options};", columns.join(", "))
}

#[test]
fn the_derive_and_the_database_agree() {
    let kinds = kinds();
    // One column a Rust type and line, so that errors tell which.
    let names: Vec<String> = (0..kinds.len() * 2).map(|index| format!("c{index}")).collect();
    let scratch = Scratch::new("matrix", &["chrono", "uuid"], "chrono = \"0.4\"\nuuid = \"1\"\n");
    let (mut sql, mut rust) = (String::new(), "#![allow(dead_code)]\nfn main() {}\n".to_owned());
    let mut lines = BTreeMap::new();
    for (index, (declared, _)) in COLUMNS.iter().enumerate() {
        for nullable in [false, true] {
            let table = format!("t{index}{}", if nullable { "_null" } else { "" });
            let create = create(declared, nullable, &names.join(" "));
            sql.push_str(&create.replace("TABLE t(", &format!("TABLE {table}(")));
            sql.push('\n');
            rust.push_str(&format!(
                "#[derive(onward::Row)]\n#[onward(table = \"{table}\")]\nstruct {table} {{\n"
            ));
            for (kind, column) in names.iter().enumerate() {
                let optional = kind % 2 == 1;
                let name = kinds[kind / 2].name;
                let value = if optional { format!("Option<{name}>") } else { name.to_owned() };
                rust.push_str(&format!("    {column}: {value},\n"));
                lines.insert(rust.lines().count(), (index, nullable, kind / 2, optional));
            }
            rust.push_str("}\n");
        }
    }
    scratch.write("matrix/migrations/0001_all.sql", &sql);
    scratch.write("matrix/src/main.rs", &rust);
    let refused = refused(&scratch, &lines.keys().copied().collect());

    let mut wrong = Vec::new();
    for (line, (index, nullable, kind, optional)) in &lines {
        let ((declared, certain), kind) = (COLUMNS[*index], &kinds[*kind]);
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(&create(declared, *nullable, "c")).unwrap();
        let takes_null = conn.execute("INSERT INTO t VALUES (NULL)", []).is_ok();
        let null_fits = if kind.any && !optional { true } else { takes_null == *optional };
        let returns = (kind.works)(&conn, declared.starts_with("DATETIME"));
        let values_fit = returns && certain.iter().all(|value| (kind.reads)(&conn, value));
        // A `bool` and a small integer hold whole numbers, though not all of them.
        let narrow = ["bool", "i32", "u8"].contains(&kind.name);
        let holds = null_fits && (values_fit || (narrow && returns && certain.starts_with(&["0", "7"])));
        if holds == refused.contains(line) {
            let verdict = if holds { "refused, and works" } else { "accepted, and breaks" };
            let null = if *nullable { "" } else { " NOT NULL" };
            wrong.push(format!("{declared}{null} as {} (optional: {optional}): {verdict}", kind.name));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), lines.len(), wrong.join("\n"));
    let accepted = lines.len() - refused.len();
    assert!(accepted > 100 && refused.len() > 300, "{accepted} accepted, {} refused", refused.len());
}

/// The lines of the fields that the compiler points at.
fn refused(scratch: &Scratch, lines: &BTreeSet<usize>) -> BTreeSet<usize> {
    let output = scratch.cargo("check").args(["--message-format", "json"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let messages = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mut refused = BTreeSet::new();
    for message in messages.filter(|message| message["message"]["level"] == "error") {
        let spans = message["message"]["spans"].as_array().into_iter().flatten();
        let line = spans
            .filter(|span| span["is_primary"] == true)
            .filter_map(|span| usize::try_from(span["line_start"].as_u64()?).ok())
            .next();
        match line {
            Some(line) if lines.contains(&line) => drop(refused.insert(line)),
            Some(_) => panic!("{}", message["message"]["rendered"]),
            // The last one, which counts the others.
            None => {}
        }
    }
    refused
}
