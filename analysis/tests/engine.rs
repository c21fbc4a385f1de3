//! The table of what each SQLite brought, held against real ones: the one that is compiled in, and the `sqlite3` of the
//! distribution.

use std::process::{Command, Stdio};

use onward_analysis::config::engine::{OLDEST, Version};
use onward_analysis::sqlite::feature::examples;
use onward_analysis::sqlite::newer::uses;

const TABLE: &str = "CREATE TABLE t(a NOT NULL, b, CONSTRAINT c CHECK (b > 0)); INSERT INTO t VALUES (1, 2);";

#[test]
fn each_example_is_found_with_its_version() {
    for (since, sql) in examples() {
        let found: Vec<Version> = uses(&sql).into_iter().map(|found| found.since).collect();
        assert_eq!(found.iter().max(), Some(&since), "{sql}");
        assert!(since > OLDEST, "{sql}");
    }
}

#[test]
fn each_example_works_on_the_sqlite_of_the_replay() {
    let mut tried = 0;
    for (since, sql) in examples() {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        conn.execute_batch(TABLE).unwrap();
        let result = conn.execute_batch(&sql);
        assert_eq!(result.is_ok(), since <= Version::of_replay(), "{sql}: {result:?}");
        tried += 1;
    }
    assert!(tried > 60, "{tried}");
}

#[test]
fn each_example_works_on_the_sqlite_of_the_distribution_if_that_is_as_new() {
    let output = |arguments: &[&str]| {
        Command::new("sqlite3").args(arguments).stdin(Stdio::null()).stderr(Stdio::piped()).output()
    };
    let Ok(version) = output(&["--version"]) else {
        println!("no `sqlite3` here: what older ones lack was not tried");
        return;
    };
    let version = String::from_utf8(version.stdout).unwrap();
    let version = Version::parse(version.split(' ').next().unwrap()).unwrap();
    let mut older = 0;
    for (since, sql) in examples() {
        let done = output(&["-bail", ":memory:", &format!("{TABLE} {sql};")]).unwrap();
        let error = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.success(), since <= version, "{version}: {sql}: {error}");
        older += usize::from(since > version);
    }
    println!("SQLite {version} lacks {older} of the {} examples", examples().len());
}
