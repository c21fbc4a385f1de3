//! A run that fails on its way.

use onward::rusqlite::hooks::{AuthAction, AuthContext, Authorization, TransactionOperation};
use onward::{ErrorKind, Migrations, migrations};
use onward_tests::file::File;

use super::{FIRST, ORDERS, reads};

#[test]
fn a_statement_fails_and_so_does_the_rollback() {
    const BROKEN: Migrations = migrations!("histories/broken_late");
    let file = File::with_orders(&FIRST);
    // Up to rusqlite 0.37 the hooks need no `mut` for this.
    let mut conn = file.conn();
    let deny = |context: AuthContext<'_>| match context.action {
        AuthAction::Transaction { operation: TransactionOperation::Rollback } => Authorization::Deny,
        _ => Authorization::Allow,
    };
    let _ = conn.authorizer(Some(deny));
    let error = BROKEN.apply(&mut conn).unwrap_err();
    let ErrorKind::Rollback { cause, .. } = error.kind() else { panic!("{error}") };
    assert!(matches!(cause.kind(), ErrorKind::Statement { line: 4, .. }), "{cause}");
    reads(
        &error,
        &file.path(),
        &["could not be rolled back: not authorized", "0002_unique_names.sql:4:1", "close the connection"],
    );
    // As it says: with the connection goes the transaction.
    drop(conn);
    assert!(file.conn().prepare("SELECT * FROM audit").is_err());
    assert!(FIRST.apply(&mut file.conn()).unwrap().is_up_to_date());
}

#[test]
fn the_commit_fails() {
    let file = File::with_orders(&FIRST);
    let mut conn = file.conn();
    let before = file.bytes();
    let deny = |context: AuthContext<'_>| match context.action {
        // What is neither a begin nor a rollback: rusqlite has no name for the commit.
        AuthAction::Transaction { operation: TransactionOperation::Unknown } => Authorization::Deny,
        _ => Authorization::Allow,
    };
    let _ = conn.authorizer(Some(deny));
    let error = ORDERS.apply(&mut conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Sqlite { action: "commit", .. }), "{error}");
    reads(
        &error,
        &file.path(),
        &["could not commit: not authorized", "nothing was changed", "migrate without one"],
    );
    assert!(conn.is_autocommit() && file.bytes() == before);
}

#[test]
fn the_schema_cannot_be_read_after_a_run_to_a_target() {
    let file = File::with_orders(&FIRST);
    let mut conn = file.conn();
    let before = file.bytes();
    let deny = |context: AuthContext<'_>| match context.action {
        // The ledger's columns are asked for as well, before anything runs.
        AuthAction::Pragma { pragma_name: "table_xinfo", pragma_value: Some(table) }
            if table != "onward_migrations" =>
        {
            Authorization::Deny
        }
        _ => Authorization::Allow,
    };
    let _ = conn.authorizer(Some(deny));
    let error = ORDERS.migrator().target(3).apply(&mut conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Sqlite { action: "read the schema", .. }), "{error}");
    reads(&error, &file.path(), &["could not read the schema: ", "nothing was changed"]);
    assert!(conn.is_autocommit() && file.bytes() == before);
}

#[test]
fn the_target_is_unknown() {
    let file = File::with_orders(&FIRST);
    let error = ORDERS.migrator().target(4).apply(&mut file.conn()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnknownTarget { target: 4, known: Some(5), .. }), "{error}");
    assert!(
        error.to_string().contains("the target is migration 4")
            && error.to_string().contains("its newest is 0005")
    );
}
