//! Every error an operator may meet, on real files: which it is, that it names the file, and what it says to do.
//!
//! What permissions forbid is tried as another user when the tests run as root, whom permissions do not bind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use onward::rusqlite::hooks::{AuthAction, AuthContext, Authorization, TransactionOperation};
use onward::rusqlite::{Connection, OpenFlags};
use onward::{Conflict, Error, ErrorKind, Event, Fault, Migrations, migrations};
use onward_tests::file::{self, File, number};

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
fn the_lock_is_not_got() {
    let file = File::with_orders(&FIRST);
    let writer = file.conn();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let migrator =
        ORDERS.migrator().lock_timeout(Duration::from_millis(120)).attempt_timeout(Duration::from_millis(30));
    for error in [migrator.open(file.path()).unwrap_err(), migrator.apply(&mut file.conn()).unwrap_err()] {
        let ErrorKind::Locked { waited, attempts, tries, .. } = *error.kind() else { panic!("{error}") };
        assert!(waited >= Duration::from_millis(100) && attempts > 1 && tries >= attempts, "{error}");
        reads(
            &error,
            &file.path(),
            &["locked by another connection", "attempts, ", "nothing was changed", "`lock_timeout`"],
        );
    }
}

/// What a read tells is told at once, whoever has the lock.
#[test]
fn a_lock_that_would_be_of_no_use_is_not_waited_for() {
    let stranger = File::new();
    stranger.conn().execute_batch("CREATE TABLE customers(id)").unwrap();
    const EDITED: Migrations = migrations!("histories/orders_edited");
    let newer = File::with_orders(&ORDERS);
    for wal in [false, true] {
        for (file, migrations) in [(&newer, &FIRST), (&newer, &EDITED), (&stranger, &ORDERS)] {
            if wal {
                file.conn().query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
            }
            for lock in ["BEGIN IMMEDIATE", "BEGIN; SELECT count(*) FROM customers"] {
                if wal && lock != "BEGIN IMMEDIATE" {
                    // A reader is in nobody's way.
                    continue;
                }
                let holder = file.conn();
                holder.execute_batch(lock).unwrap();
                let waits = AtomicUsize::new(0);
                let count = |event: Event<'_>| {
                    if let Event::Waiting { .. } = event {
                        waits.fetch_add(1, Ordering::Relaxed);
                    }
                };
                let migrator = migrations.migrator().lock_timeout(Duration::from_secs(2)).observer(count);
                let backed = migrator.clone().backup(file.folder().join("copy.db"));
                for error in [
                    migrator.open(file.path()).map(drop).unwrap_err(),
                    migrator.apply(&mut file.conn()).unwrap_err(),
                    backed.apply(&mut file.conn()).unwrap_err(),
                    migrator.revert(&mut file.conn(), 0).unwrap_err(),
                ] {
                    assert!(
                        matches!(
                            error.kind(),
                            ErrorKind::Newer { .. } | ErrorKind::NoLedger { .. } | ErrorKind::Diverged { .. }
                        ),
                        "{lock}: {error}"
                    );
                }
                assert_eq!(waits.load(Ordering::Relaxed), 0, "{lock}");
            }
        }
    }
}

/// Under a rollback journal nobody reads while somebody has the exclusive lock: the first read that succeeds tells it.
#[test]
fn what_nobody_can_read_is_found_out_as_soon_as_somebody_can() {
    let file = File::with_orders(&ORDERS);
    let holder = Mutex::new(file.conn());
    holder.lock().unwrap().execute_batch("BEGIN EXCLUSIVE").unwrap();
    let waits = AtomicUsize::new(0);
    let migrator = FIRST.migrator().lock_timeout(Duration::from_secs(60)).observer(|event| {
        if let Event::Waiting { .. } = event
            && waits.fetch_add(1, Ordering::Relaxed) == 2
        {
            // It lets readers in, and still no writer.
            holder.lock().unwrap().execute_batch("ROLLBACK; BEGIN IMMEDIATE").unwrap();
        }
    });
    let error = migrator.open(file.path()).map(drop).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Newer { .. }), "{error}");
    assert!(waits.load(Ordering::Relaxed) >= 3);
    // Or nobody could until the end, which the error says.
    holder.lock().unwrap().execute_batch("ROLLBACK; BEGIN EXCLUSIVE").unwrap();
    let brief = FIRST.migrator().lock_timeout(Duration::from_millis(60));
    let error = brief.open(file.path()).map(drop).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Locked { pending: None, .. }), "{error}");
    reads(&error, &file.path(), &["whether migrations are pending is not known"]);
    // And what could be read before.
    let file = File::with_orders(&FIRST);
    file.conn().execute_batch("PRAGMA journal_mode = WAL").unwrap();
    let writer = file.conn();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error =
        ORDERS.migrator().lock_timeout(Duration::from_millis(60)).open(file.path()).map(drop).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Locked { pending: Some(2), .. }), "{error}");
    reads(&error, &file.path(), &["2 migrations are pending"]);
}

#[test]
fn the_folder_is_missing() {
    let file = File::new();
    let missing = file.folder().join("no").join("app.db");
    let error = ORDERS.open(&missing).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::ParentMissing { parent, .. } if parent == &file.folder().join("no")),
        "{error}"
    );
    reads(&error, &missing, &["does not exist", "make the folder first"]);
}

#[test]
fn the_path_is_a_folder() {
    let file = File::new();
    fs::create_dir(file.path()).unwrap();
    let error = ORDERS.open(file.path()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Open { .. }), "{error}");
    reads(&error, &file.path(), &["this is a folder"]);
}

/// Runs the helper as somebody whom permissions bind, who may read and enter the folder, and gives back its error.
#[cfg(unix)]
fn as_another_user(file: &File, mode: u32) -> String {
    as_another_user_with(file, mode, &["orders"])
}

#[cfg(unix)]
fn is_root(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(file.folder()).unwrap().uid() == 0
}

#[cfg(unix)]
fn as_another_user_with(file: &File, mode: u32, args: &[&str]) -> String {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    // The build folder may be closed to others.
    let program = tempfile::tempdir().unwrap();
    set(program.path(), 0o755);
    let binary = program.path().join("start");
    fs::copy(env!("CARGO_BIN_EXE_start"), &binary).unwrap();
    let mut command = file::start(binary.to_str().unwrap(), args, &file.path());
    if is_root(file) {
        command.uid(65534).gid(65534);
    }
    set(file.folder(), mode);
    let output = command.output().unwrap();
    set(file.folder(), 0o755);
    assert!(!output.status.success(), "permissions do not bind this user");
    String::from_utf8(output.stderr).unwrap()
}

#[cfg(unix)]
#[test]
fn the_folder_cannot_be_written() {
    let file = File::new();
    for exists in [false, true] {
        if exists {
            use std::os::unix::fs::PermissionsExt;
            drop(FIRST.open(file.path()).unwrap());
            fs::set_permissions(file.path(), fs::Permissions::from_mode(0o666)).unwrap();
        }
        let text = as_another_user(&file, 0o555);
        assert!(
            text.contains(&format!("`{}`: no file can be made in the folder", file.path().display())),
            "{text}"
        );
        assert!(
            text.contains("(mode 0555, owner ") && text.contains("help: let the user of this process"),
            "{text}"
        );
    }
}

#[cfg(unix)]
#[test]
fn the_file_is_read_only() {
    use std::os::unix::fs::PermissionsExt;
    let file = File::with_orders(&FIRST);
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o444)).unwrap();
    let before = file.bytes();
    let text = as_another_user(&file, 0o777);
    assert!(
        text.contains(&format!("`{}`: the file is read-only (mode 0444, owner ", file.path().display())),
        "{text}"
    );
    assert!(
        text.contains("nothing was changed\nhelp: let the user of this process write the file"),
        "{text}"
    );
    assert!(file.bytes() == before);
}

#[cfg(unix)]
#[test]
fn the_file_cannot_even_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let file = File::with_orders(&FIRST);
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o000)).unwrap();
    // Whatever the folder is, it is the file.
    for folder in [0o777, 0o555] {
        let text = as_another_user(&file, folder);
        assert!(
            text.contains("the database could not be opened") && text.contains("mode 0000, owner "),
            "{text}"
        );
        assert!(!text.contains("in the folder"), "{text}");
    }
}

/// In WAL mode a file cannot be read without one beside it, and so nobody knows what is pending.
#[cfg(unix)]
#[test]
fn a_wal_in_a_folder_that_is_read_only() {
    use std::os::unix::fs::PermissionsExt;
    for mode in [0o444, 0o666] {
        let file = File::with_orders(&ORDERS);
        file.conn().query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
        fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
        let before = file.bytes();
        let text = as_another_user(&file, 0o555);
        assert!(
            text.contains("cannot be read without a file beside it, and none can be made in the folder"),
            "{text}"
        );
        assert!(
            text.contains("whether migrations are pending is not known") && !text.contains("has migrations"),
            "{text}"
        );
        assert!(file.bytes() == before);
    }
}

/// What cannot be written is told as what it is for this program, too.
#[test]
fn a_connection_that_is_read_only_hears_that_the_database_is_newer() {
    let file = File::with_orders(&ORDERS);
    let mut conn = Connection::open_with_flags(file.path(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let error = FIRST.apply(&mut conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Newer { .. }), "{error}");
}

/// The limit leaves room for the database and for nothing beside it.
#[cfg(unix)]
#[test]
fn there_are_no_more_files_to_open() {
    let file = File::new();
    let script = "ulimit -n 4; exec \"$0\" orders \"$1\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_start")]).arg(file.path());
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("Too many open files") || text.contains("No file descriptors"), "{text}");
    assert!(text.contains("raise the limit, `ulimit -n`") && !text.contains("in the folder"), "{text}");
    assert!(text.contains(&format!("`{}`: ", file.path().display())), "{text}");
}

#[test]
fn the_connection_is_read_only() {
    let file = File::with_orders(&FIRST);
    let mut conn = Connection::open_with_flags(file.path(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let error = ORDERS.apply(&mut conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ReadOnlyConnection), "{error}");
    reads(&error, &file.path(), &["the connection is read-only", "nothing was changed"]);
    // Nothing to do is nothing to write.
    assert!(FIRST.apply(&mut conn).unwrap().is_up_to_date());

    let mut conn = file.conn();
    conn.execute_batch("PRAGMA query_only = ON").unwrap();
    let error = ORDERS.apply(&mut conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ReadOnlyConnection), "{error}");
}

#[test]
fn the_file_is_not_a_database_or_encrypted() {
    let file = File::new();
    for bytes in [
        b"no database, but long enough to look like one".repeat(40),
        (0..8192).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect(),
    ] {
        fs::write(file.path(), bytes).unwrap();
        let error = file.refused(&ORDERS);
        assert!(matches!(error.kind(), ErrorKind::NotADatabase { .. }), "{error}");
        reads(
            &error,
            &file.path(),
            &["file is not a database", "it is encrypted, which cannot be told apart"],
        );
    }
}

#[test]
fn the_file_is_corrupt() {
    let file = File::with_orders(&FIRST);
    let mut bytes = file.bytes();
    // Everything after the first page, which holds the schema, becomes nonsense.
    bytes[4096..].fill(0xa5);
    fs::write(file.path(), &bytes).unwrap();
    let error = file.refused(&ORDERS);
    assert!(matches!(error.kind(), ErrorKind::Corrupt { .. }), "{error}");
    reads(&error, &file.path(), &["malformed", "rolled back", "help: the file is damaged"]);
}

#[test]
fn the_disk_is_full() {
    let file = File::with_orders(&FIRST);
    let mut conn = file.conn();
    // What SQLite does when a page cannot be written for lack of room, without a disk of its own.
    let pages = number(&conn, "PRAGMA page_count");
    conn.execute_batch(&format!("PRAGMA max_page_count = {pages}")).unwrap();
    let before = file.bytes();
    let error = ORDERS.apply(&mut conn).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::DiskFull { action, .. } if action.ends_with("0003_paid.sql:2:1")),
        "{error}"
    );
    reads(&error, &file.path(), &["nothing was changed", "help: make room where the database"]);
    assert!(file.bytes() == before);
    conn.execute_batch("PRAGMA max_page_count = 4294967294").unwrap();
    assert_eq!(ORDERS.apply(&mut conn).unwrap().applied.len(), 2);
}

/// A file system of half a megabyte, for as long as this lives. `None` if this user may not mount one.
#[cfg(target_os = "linux")]
struct Small(tempfile::TempDir);

#[cfg(target_os = "linux")]
impl Small {
    fn mount() -> Option<Small> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=512k", "onward"]).arg(folder.path());
        let mounted = mount.stderr(std::process::Stdio::null()).status().is_ok_and(|status| status.success());
        mounted.then(|| Small(folder))
    }
}

#[cfg(target_os = "linux")]
impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

/// Beside the test above, which needs no rights, where file systems can be mounted: as root.
#[cfg(target_os = "linux")]
#[test]
fn the_file_system_is_full() {
    const SLOW: Migrations = migrations!("histories/slow");
    let Some(small) = Small::mount() else {
        eprintln!("no file system can be mounted here; the_disk_is_full has shown the same by another way");
        return;
    };
    let path = small.0.path().join("app.db");
    let error = SLOW.open(&path).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::DiskFull { .. }), "{error}");
    reads(&error, &path, &["nothing was changed", "help: make room"]);
    assert_eq!(number(&Connection::open(&path).unwrap(), "SELECT count(*) FROM sqlite_schema"), 0);

    // What was moved aside to make room for a new one is named when there is no room.
    fs::write(&path, "no database, but long enough to look like one".repeat(40)).unwrap();
    let error = SLOW.migrator().or_recreate().open(&path).unwrap_err();
    let ErrorKind::Recreate { moved_to: Some(moved_to), .. } = error.kind() else { panic!("{error}") };
    reads(
        &error,
        &path,
        &["was moved to `", "no new one could be made", "disk is full", "file is not a database"],
    );
    assert!(fs::read_to_string(moved_to).unwrap().starts_with("no database"));
}

#[test]
fn the_ledger_was_changed_by_hand() {
    for change in [
        "DELETE FROM onward_migrations WHERE version = 1",
        "UPDATE onward_migrations SET checksum = 'see the wiki' WHERE version = 3",
        "UPDATE onward_migrations SET version = 4 WHERE version = 3",
        "INSERT INTO onward_migrations SELECT 4, name, checksum, chain, applied_at, 0 FROM onward_migrations WHERE version = 3",
        "UPDATE onward_migrations SET chain = 'none' WHERE version = 5",
    ] {
        let file = File::with_orders(&ORDERS);
        // The start looks at the newest chain alone, and this one is not the program's.
        let rows = format!(
            "{change}; UPDATE onward_migrations SET chain = replace(chain, 'a', 'b') WHERE version = 5"
        );
        file.conn().execute_batch(&rows).unwrap();
        let error = file.refused(&ORDERS);
        let ErrorKind::Tampered { conflicts, .. } = error.kind() else { panic!("{change}: {error}") };
        assert!(conflicts.iter().any(|conflict| matches!(conflict, Conflict::Tampered { .. })), "{error}");
        reads(&error, &file.path(), &["changed by hand", "help: put the rows of `onward_migrations` back"]);
        assert!(ORDERS.status(&file.conn()).unwrap().to_string().contains("changed by hand in the ledger"));
    }
}

#[test]
fn the_ledger_is_something_else() {
    const ENDLESS: &str = "CREATE VIEW onward_migrations AS WITH RECURSIVE up(version) AS
        (SELECT 1 UNION ALL SELECT version + 1 FROM up)
        SELECT version, 'a' AS name, 'b' AS checksum, 'c' AS chain, 'd' AS applied_at, version AS rowid FROM up";
    for (sql, found) in [
        (ENDLESS, "is a view"),
        ("CREATE TABLE t(a); CREATE INDEX onward_migrations ON t(a)", "is an index"),
        (
            "CREATE VIRTUAL TABLE onward_migrations USING fts5(version, name, checksum, chain, applied_at)",
            "is a virtual table",
        ),
        ("CREATE TABLE onward_migrations(id)", "is a table without a column `version`"),
        ("CREATE TABLE Onward_Migrations(version, name, checksum)", "is a table without a column `chain`"),
        (
            "CREATE TABLE onward_migrations(version INTEGER PRIMARY KEY, name, checksum, applied_at,
                                            chain AS (hex(zeroblob(1000))));
             INSERT INTO onward_migrations VALUES (5, 'a', 'b', 'c')",
            "is a table that computes its column `chain`",
        ),
        (
            "CREATE TABLE onward_migrations(version, name, checksum, chain, applied_at);
             INSERT INTO onward_migrations VALUES ('one', 'a', 'b', 'c', 'd')",
            "is a table with a value of type Text in its column `version`",
        ),
    ] {
        let file = File::new();
        file.conn().execute_batch(sql).unwrap();
        let error = file.refused(&ORDERS);
        assert!(matches!(error.kind(), ErrorKind::NotALedger { .. }), "{sql}: {error}");
        reads(&error, &file.path(), &["`onward_migrations` ", found, "nothing was changed"]);
        let conn = file.conn();
        for error in [
            ORDERS.migrator().adopt(onward::Adopt::Exact).open(file.path()).map(drop).unwrap_err(),
            ORDERS.status(&conn).unwrap_err(),
            ORDERS.verify(&conn).unwrap_err(),
            ORDERS.rehearse(&conn).unwrap_err(),
            ORDERS.migrator().revert(&mut file.conn(), 1).unwrap_err(),
        ] {
            assert!(matches!(error.kind(), ErrorKind::NotALedger { .. }), "{sql}: {error}");
        }
    }
}

/// What is not written down would run at every start.
#[test]
fn a_ledger_that_keeps_nothing_is_refused() {
    const DOWNS: Migrations = migrations!("histories/downs");
    let trigger = |event| {
        format!("CREATE TRIGGER quiet BEFORE {event} ON onward_migrations BEGIN SELECT raise(ignore); END")
    };
    let file = File::with_orders(&FIRST);
    file.conn().execute_batch(&trigger("INSERT")).unwrap();
    for _ in 0..2 {
        let error = file.refused(&ORDERS);
        assert!(
            matches!(error.kind(), ErrorKind::LedgerNotWritten { triggers, .. } if triggers == &["quiet"]),
            "{error}"
        );
        reads(
            &error,
            &file.path(),
            &["triggers on it: `quiet`", "nothing was changed", "help: drop these triggers"],
        );
    }
    assert!(matches!(
        ORDERS.rehearse(&file.conn()).map_err(Error::into_kind),
        Err(ErrorKind::LedgerNotWritten { .. })
    ));
    file.conn().execute_batch("DROP TRIGGER quiet").unwrap();
    assert_eq!(ORDERS.apply(&mut file.conn()).unwrap().applied.len(), 2);

    // What changes a row that has been written is no better.
    for sql in [
        "UPDATE onward_migrations SET chain = NULL",
        "UPDATE onward_migrations SET checksum = 'a' WHERE version = new.version",
        "DELETE FROM onward_migrations WHERE version < new.version",
    ] {
        let file = File::with_orders(&FIRST);
        let trigger = format!("CREATE TRIGGER t AFTER INSERT ON onward_migrations BEGIN {sql}; END");
        file.conn().execute_batch(&trigger).unwrap();
        let error = file.refused(&ORDERS);
        let is_told = matches!(error.kind(), ErrorKind::LedgerNotWritten { .. })
            || error.to_string().contains("NOT NULL constraint failed");
        assert!(is_told, "{sql}: {error}");
    }

    // On the way back it would count as run, and is not there.
    let file = File::new();
    DOWNS.open(file.path()).unwrap().execute_batch(&trigger("DELETE")).unwrap();
    let before = file.bytes();
    let error = DOWNS.migrator().revert(&mut file.conn(), 1).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::LedgerNotWritten { .. }) && file.bytes() == before, "{error}");
    // A trigger that keeps nothing away is nobody's business.
    file.conn().execute_batch("DROP TRIGGER quiet; CREATE TABLE log(a)").unwrap();
    let log = "CREATE TRIGGER log_it AFTER DELETE ON onward_migrations BEGIN INSERT INTO log VALUES (1); END";
    file.conn().execute_batch(log).unwrap();
    DOWNS.migrator().revert(&mut file.conn(), 1).unwrap();
}

#[test]
fn an_authorizer_that_ignores_the_ledger_is_refused() {
    let old = File::with_orders(&FIRST);
    let new = File::new();
    for file in [&old, &new] {
        for ignored in ["insert", "select"] {
            // Up to rusqlite 0.37 the hooks need no `mut` for this.
            let mut conn = file.conn();
            let before = (file.bytes(), objects(&conn));
            let ignore = move |context: AuthContext<'_>| match context.action {
                AuthAction::Insert { table_name: "onward_migrations" } if ignored == "insert" => {
                    Authorization::Ignore
                }
                AuthAction::Select if ignored == "select" => Authorization::Ignore,
                _ => Authorization::Allow,
            };
            let _ = conn.authorizer(Some(ignore));
            let error = ORDERS.apply(&mut conn).unwrap_err();
            if ignored == "insert" {
                assert!(
                    matches!(error.kind(), ErrorKind::LedgerNotWritten { triggers, .. } if triggers.is_empty()),
                    "{error}"
                );
                reads(
                    &error,
                    &file.path(),
                    &["nothing was changed", "help: likely the connection's authorizer"],
                );
            }
            drop(conn);
            assert_eq!((file.bytes(), objects(&file.conn())), before, "{ignored}: {error}");
        }
    }
}

/// What denies in the middle of a rebuild takes nothing with it.
#[test]
fn an_authorizer_that_denies_changes_nothing() {
    let file = File::with_orders(&FIRST);
    let mut conn = file.conn();
    let before = file.bytes();
    let deny = |context: AuthContext<'_>| match context.action {
        AuthAction::DropTable { .. } => Authorization::Deny,
        _ => Authorization::Allow,
    };
    let _ = conn.authorizer(Some(deny));
    let error = ORDERS.apply(&mut conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Statement { .. }), "{error}");
    reads(&error, &file.path(), &["not authorized", "nothing was changed", "migrate without one"]);
    assert!(conn.is_autocommit() && file.bytes() == before);
}

/// How much there is in the schema.
fn objects(conn: &Connection) -> i64 {
    number(conn, "SELECT count(*) FROM sqlite_schema")
}

/// A ledger that somebody has copied without its keys is one.
#[test]
fn a_ledger_that_was_copied_is_read_as_before() {
    let file = File::with_orders(&ORDERS);
    file.conn()
        .execute_batch(
            "CREATE TABLE copy AS SELECT * FROM onward_migrations; DROP TABLE onward_migrations;
             ALTER TABLE copy RENAME TO onward_migrations",
        )
        .unwrap();
    let mut conn = Connection::open_with_flags(file.path(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    assert!(ORDERS.apply(&mut conn).unwrap().is_up_to_date());
    assert!(ORDERS.status(&conn).unwrap().is_up_to_date());
}

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
    assert!(matches!(error.kind(), ErrorKind::UnknownTarget { target: 4, known: Some(5) }), "{error}");
    assert!(
        error.to_string().contains("stop at migration 4") && error.to_string().contains("its newest is 5")
    );
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

/// Another connection with the same cache is in the way with SQLITE_LOCKED, which SQLite's own waiting does not cover.
#[test]
fn a_shared_cache_is_waited_for() {
    let file = File::with_orders(&FIRST);
    let flags = OpenFlags::default() | OpenFlags::SQLITE_OPEN_SHARED_CACHE;
    let open = || Connection::open_with_flags(file.path(), flags).unwrap();
    let (writer, mut conn) = (open(), open());
    writer.execute_batch("BEGIN; INSERT INTO customers(name) VALUES ('Bob');").unwrap();
    let migrator = ORDERS.migrator().lock_timeout(Duration::from_millis(50));
    let error = migrator.apply(&mut conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Locked { .. }), "{error}");
    let writer = Mutex::new(Some(writer));
    let patient = ORDERS.migrator().observer(|event| {
        if let Event::Waiting { .. } = event
            && let Some(writer) = writer.lock().unwrap().take()
        {
            writer.execute_batch("COMMIT").unwrap();
        }
    });
    assert_eq!(patient.apply(&mut conn).unwrap().applied.len(), 2);
    assert!(writer.lock().unwrap().is_none(), "nobody waited");
}

/// The file is replaced while somebody waits for it: what he waits for is not the file of that name any more.
#[test]
fn a_file_that_is_replaced_is_opened_again() {
    let (file, other) = (File::with_orders(&FIRST), File::with_orders(&FIRST));
    let writer = file.conn();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let writer = Mutex::new(Some(writer));
    let migrator = ORDERS.migrator().observer(|event| {
        if let Event::Waiting { .. } = event
            && let Some(writer) = writer.lock().unwrap().take()
        {
            fs::rename(other.path(), file.path()).unwrap();
            writer.execute_batch("ROLLBACK").unwrap();
        }
    });
    let (conn, report) = migrator.open(file.path()).unwrap();
    assert!(writer.lock().unwrap().is_none() && report.waited > Duration::ZERO, "nobody waited");
    conn.execute_batch("INSERT INTO customers(name) VALUES ('Bob')").unwrap();
    assert_eq!(number(&file.conn(), "SELECT count(*) FROM customers"), 3);
}

/// SQLite does not tell the name of a file whose name is not UTF-8, and the error names it all the same.
#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8_is_named() {
    use std::os::unix::ffi::OsStrExt;
    let file = File::new();
    let path = file.folder().join(std::ffi::OsStr::from_bytes(b"caf\xe9.db"));
    ORDERS.open(&path).unwrap();
    let error = FIRST.open(&path).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Newer { .. }) && error.path() == Some(&path), "{error}");
    let error = FIRST.open(":memory:").map(drop);
    assert!(error.is_ok());
    assert!(ORDERS.migrator().target(4).open(":memory:").unwrap_err().path().is_none());
}

/// There is no file of that name for a moment, and SQLite cannot open it.
#[test]
fn a_file_that_cannot_be_opened_for_a_moment_is_tried_again() {
    let file = File::new();
    fs::create_dir(file.path()).unwrap();
    let waits = AtomicUsize::new(0);
    let migrator = ORDERS.migrator().observer(|event| {
        if let Event::Waiting { .. } = event
            && waits.fetch_add(1, Ordering::Relaxed) == 1
        {
            fs::remove_dir(file.path()).unwrap();
        }
    });
    let (_, report) = migrator.open(file.path()).unwrap();
    assert_eq!((report.attempts, report.retries, report.applied.len()), (3, 0, 3));
    assert!(report.waited > Duration::ZERO);
}

/// A folder that belongs to somebody else and is sticky, as `/tmp` is: files can be made in it, and not be moved.
#[cfg(unix)]
#[test]
fn a_database_cannot_be_moved_aside() {
    use std::os::unix::fs::PermissionsExt;
    let file = File::new();
    fs::write(file.path(), "no database, but long enough to look like one".repeat(40)).unwrap();
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o666)).unwrap();
    let before = file.bytes();
    // Without root this process owns the folder, and what keeps it from moving is that nothing can be written there.
    let lock = file.folder().join("app.db.onward-lock");
    fs::write(&lock, "").unwrap();
    fs::set_permissions(&lock, fs::Permissions::from_mode(0o666)).unwrap();
    let mode = if is_root(&file) { 0o1777 } else { 0o555 };
    let text = as_another_user_with(&file, mode, &["orders", "recreate"]);
    assert!(text.contains("could not be moved aside") && text.contains("it is as it was"), "{text}");
    assert!(text.contains("file is not a database"), "{text}");
    assert!(file.bytes() == before);
}
