//! Every error an operator may meet, on real files: which it is, that it names the file, and what it says to do.
//!
//! What permissions forbid is tried as another user when the tests run as root, whom permissions do not bind.

mod disk;
mod ledger;
mod lock;
mod run;

use std::path::{Path, PathBuf};

use onward::{Error, ErrorKind, Fault, Migrations, migrations};
use onward_tests::file::File;

static FIRST: Migrations = migrations!("histories/orders_1");

static ORDERS: Migrations = migrations!("histories/orders");

/// Every error reads alike: the file, what is wrong, what it does to the database, what to do; no full stop.
#[track_caller]
fn reads(error: &Error, path: &Path, parts: &[&str]) {
    let text = error.to_string();
    assert_eq!(error.path(), Some(path), "{text}");
    assert!(text.starts_with(&format!("`{}`: ", path.display())), "{text}");
    assert!(text.contains("\nhelp: ") && !text.ends_with('.') && !text.contains(". "), "{text}");
    for part in parts {
        assert!(text.contains(part), "no `{part}` in: {text}");
    }
    assert!(error.help().is_some_and(|help| text.contains(&format!("\nhelp: {help}"))), "{text}");
    says_nothing_twice(error);
}

/// Whoever prints an error and what is behind it, as anyhow does, prints each cause once.
#[track_caller]
fn says_nothing_twice(error: &Error) {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    for cause in causes.map(ToString::to_string) {
        assert!(!error.to_string().contains(&cause), "`{cause}` is said already: {error}");
        assert!(!cause.starts_with("Error code"), "`{cause}` is the code of what is said already: {error}");
    }
}

#[test]
fn a_statement_of_the_application_fails() {
    fn count(path: &Path) -> onward::Result<i64> {
        let conn = ORDERS.open(path)?;
        Ok(conn.query_row("SELECT count(*) FROM bills", [], |row| row.get(0))?)
    }
    let file = File::new();
    let error = count(&file.path()).unwrap_err();
    assert_eq!(error.to_string(), "a statement of the application failed: no such table: bills");
    assert!(matches!(error.kind(), ErrorKind::Query { .. }) && error.fault() == Fault::Caller, "{error}");
    assert!(error.sqlite_error().is_some() && error.help().is_none() && error.path().is_none());
    says_nothing_twice(&error);
}

#[test]
fn whose_fault_it_is() {
    let file = File::with_orders(&FIRST);
    let mut conn = file.conn();
    conn.execute_batch("BEGIN").unwrap();
    let in_transaction = ORDERS.apply(&mut conn).unwrap_err();
    assert_eq!((in_transaction.fault(), in_transaction.is_verdict()), (Fault::Caller, false));
    conn.execute_batch("ROLLBACK; UPDATE onward_migrations SET chain = 'none'").unwrap();
    let tampered = ORDERS.apply(&mut conn).unwrap_err();
    assert_eq!((tampered.fault(), tampered.is_verdict()), (Fault::Database, true));
    let missing = ORDERS.open(file.folder().join("no/app.db")).unwrap_err();
    assert_eq!((missing.fault(), missing.is_verdict()), (Fault::Environment, false));
}

#[test]
fn what_the_ledger_says_comes_with_the_path() {
    let file = File::with_orders(&ORDERS);
    reads(&file.refused(&FIRST), &file.path(), &["newer than this program", "nothing was changed"]);
    const EDITED: Migrations = migrations!("histories/orders_edited");
    reads(&file.refused(&EDITED), &file.path(), &["was edited after it ran", "nothing was changed"]);
    // A path is shown as it can be found from anywhere.
    let folder: PathBuf = std::env::current_dir().unwrap();
    let error = ORDERS.open("no/such/folder/app.db").unwrap_err();
    assert_eq!(error.path(), Some(&*folder.join("no/such/folder/app.db")));
}
