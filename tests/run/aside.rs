//! A database that is moved aside: through links, after kills, beside what others have left.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use onward::rusqlite::Connection;
use onward::{ErrorKind, Migrations, migrations};
use onward_tests::file::{File, number, report, start};

static ORDERS: Migrations = migrations!("histories/orders");
static EDITED: Migrations = migrations!("histories/orders_edited");

fn count(path: &Path, sql: &str) -> i64 {
    Connection::open(path).and_then(|conn| conn.query_row(sql, [], |row| row.get(0))).unwrap_or(0)
}

/// A database that cannot be migrated, two connections to it, and what another program does to what it finds instead.
type Scene = (fn() -> (File, [Connection; 2]), &'static str);

const SCENES: [Scene; 3] = [
    (with_a_reader, "PRAGMA journal_mode = WAL; CREATE TABLE theirs AS SELECT 1 AS row"),
    (with_an_empty_journal, "PRAGMA journal_mode = TRUNCATE; CREATE TABLE theirs AS SELECT 1 AS row"),
    (with_an_empty_wal, "PRAGMA journal_mode = WAL; CREATE TABLE theirs AS SELECT 1 AS row"),
];

/// With nothing in its journal, which SQLite takes for one that is not there.
fn with_an_empty_journal() -> (File, [Connection; 2]) {
    let file = File::with_orders(&EDITED);
    let (one, other) = (file.conn(), file.conn());
    one.query_row("PRAGMA journal_mode = TRUNCATE", [], |_| Ok(())).unwrap();
    one.execute_batch("INSERT INTO customers(name) VALUES ('in the WAL')").unwrap();
    assert_eq!(file.size("app.db-journal"), 0);
    (file, [one, other])
}

/// With nothing in its WAL.
fn with_an_empty_wal() -> (File, [Connection; 2]) {
    let file = File::with_orders(&EDITED);
    let (one, other) = (file.conn(), file.conn());
    one.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    one.execute_batch("INSERT INTO customers(name) VALUES ('in the WAL')").unwrap();
    other.query_row("SELECT count(*) FROM customers", [], |_| Ok(())).unwrap();
    one.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    assert_eq!(file.size("app.db-wal"), 0);
    (file, [one, other])
}

/// A database in WAL mode that cannot be migrated; a reader keeps the last row in the WAL.
fn with_a_reader() -> (File, [Connection; 2]) {
    let file = File::with_orders(&EDITED);
    let (reader, writer) = (file.conn(), file.conn());
    reader.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM customers;").unwrap();
    writer.execute_batch("INSERT INTO customers(name) VALUES ('in the WAL')").unwrap();
    (file, [reader, writer])
}

/// How often this is in the database or in one that was moved aside.
fn found(file: &File, sql: &str) -> i64 {
    let databases = file.names().into_iter().filter(|name| {
        let ending = name.rsplit('-').next().unwrap();
        name == "app.db" || name.contains(".unusable-") && !["wal", "shm", "journal"].contains(&ending)
    });
    databases.map(|name| count(&file.folder().join(name), sql)).sum()
}

/// The kill comes in front of each call that changes a file. Then comes this program again, or first one that knows nothing
/// of onward, as an older release would not of what this one has begun.
#[test]
fn killed_between_any_two_calls_nothing_is_lost() {
    if !Command::new("strace").arg("true").stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    {
        println!("not tried: no strace here, or it may not trace");
        return;
    }
    let calls =
        "link linkat rename renameat renameat2 unlink unlinkat fsync fdatasync ftruncate write pwrite64";
    let mut kills = Vec::new();
    for scene in SCENES {
        for (call, another) in calls.split(' ').flat_map(|call| [(call, false), (call, true)]) {
            let killed = (1..).take_while(|at| killed_at(scene, call, *at, another)).count();
            kills.push((call, killed));
        }
    }
    println!("{kills:?}");
    assert!(kills.iter().map(|(_, killed)| killed).sum::<usize>() > 120, "{kills:?}");
}

/// Whether it was killed: it may make fewer of these calls.
fn killed_at((scene, theirs): Scene, call: &str, at: usize, another: bool) -> bool {
    let (file, connections) = scene();
    let program = start(env!("CARGO_BIN_EXE_start"), &["orders", "recreate"], &file.path());
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}")]);
    strace.args(["-e", &format!("inject={call}:signal=KILL:when={at}")]);
    strace.arg(program.get_program()).args(program.get_args());
    let ended = strace.output().unwrap().status.success();
    if another {
        Connection::open(file.path()).unwrap().execute_batch(theirs).unwrap();
    }
    report(&start(env!("CARGO_BIN_EXE_start"), &["orders", "recreate"], &file.path()).output().unwrap());
    drop(connections);
    let names = file.names();
    let (what, theirs) = (format!("{call} {at} {another}: {names:?}"), i64::from(another));
    assert_eq!(found(&file, "SELECT sum(name = 'in the WAL') FROM customers"), 1, "{what}");
    // Had the first one ended, the other program's table is beside what it has made.
    assert_eq!(found(&file, "SELECT count(*) FROM theirs"), theirs, "{what}");
    assert!(ORDERS.migrator().open(file.path()).unwrap().1.is_up_to_date(), "{what}");
    let mut left = file.names();
    // TRUNCATE leaves a journal with nothing in it.
    left.retain(|name| !name.contains("unusable") && (name != "app.db-journal" || file.size(name) > 0));
    assert_eq!(left, ["app.db", "app.db.onward-lock"], "{what}");
    assert_eq!(file.size("app.db.onward-lock"), 0, "{what}");
    !ended
}

#[cfg(unix)]
#[test]
fn through_a_link_the_file_is_moved() {
    use std::os::unix::fs::symlink;
    let (file, links) = (File::with_orders(&EDITED), File::new());
    symlink(file.path(), links.folder().join("middle.db")).unwrap();
    symlink("middle.db", links.path()).unwrap();
    let (conn, report) = ORDERS.migrator().or_recreate().open(links.path()).unwrap();
    let moved_to = report.recreated.unwrap().moved_to;
    assert_eq!(moved_to.parent(), Some(file.folder()));
    assert_eq!(count(&moved_to, "SELECT count(*) FROM customers"), 2);
    assert_eq!(number(&conn, "SELECT count(*) FROM customers"), 0);
    assert_eq!(count(&file.path(), "SELECT count(*) FROM onward_migrations"), 3);
    assert_eq!(links.names(), ["app.db", "middle.db"]);
    assert!(fs::symlink_metadata(links.path()).unwrap().is_symlink());
    // A link that leads nowhere yet is where the database is to be.
    fs::remove_file(file.path()).unwrap();
    ORDERS.migrator().or_recreate().open(links.path()).unwrap();
    assert!(file.path().exists());
}

/// A release that moved the database first was killed before it moved the WAL.
#[test]
fn a_wal_without_its_database_is_not_removed() {
    let (file, connections) = with_a_reader();
    let aside = file.folder().join("app.db.unusable-1");
    fs::rename(file.path(), &aside).unwrap();
    let wal = fs::read(file.folder().join("app.db-wal")).unwrap();
    ORDERS.migrator().or_recreate().open(file.path()).unwrap();
    drop(connections);
    let kept = file.names().into_iter().find(|name| name.contains("unusable") && name.ends_with("-wal"));
    let kept = file.folder().join(kept.unwrap_or_else(|| panic!("{:?}", file.names())));
    assert!(fs::read(&kept).unwrap() == wal);
    // Put together again, it is the old database.
    fs::rename(kept, file.folder().join("app.db.unusable-1-wal")).unwrap();
    assert_eq!(count(&aside, "SELECT count(*) FROM customers"), 3);
}

/// What only has the lock file's name is somebody else's.
#[cfg(unix)]
#[test]
fn a_lock_file_that_is_not_ours_stays_as_it_is() {
    let file = File::with_orders(&ORDERS);
    let (before, lock) = (file.bytes(), file.folder().join("app.db.onward-lock"));
    let important = file.folder().join("important");
    fs::write(&important, "not to be lost").unwrap();
    std::os::unix::fs::symlink(&important, &lock).unwrap();
    for _ in ["a link", "a file"] {
        let error = ORDERS.migrator().or_recreate().open(file.path()).unwrap_err().to_string();
        assert!(error.contains("app.db.onward-lock` is not a file that onward has made"), "{error}");
        assert!(file.bytes() == before && fs::read(&important).unwrap() == b"not to be lost");
        fs::remove_file(&lock).unwrap();
        fs::hard_link(&important, &lock).unwrap();
    }
}

#[test]
fn what_the_lock_file_tells_may_be_long_past_or_nonsense() {
    for text in [
        "moved aside by links: .unusable-1\nlong ago\nend\n",
        "moved aside by renames: .unusable-1\nlong ago\nend\n",
        "moved aside by links: /../../etc\n\nend\n",
        "moved aside by links: .unus",
        "\0\0\0\0",
    ] {
        let file = File::with_orders(&ORDERS);
        let before = file.bytes();
        let aside = file.folder().join("app.db.unusable-1");
        fs::write(&aside, "an old one").unwrap();
        fs::write(file.folder().join("app.db.unusable-1-wal"), "and its WAL").unwrap();
        fs::write(file.folder().join("app.db.onward-lock"), text).unwrap();
        let (_, report) = ORDERS.migrator().or_recreate().open(file.path()).unwrap();
        assert!(report.recreated.is_none() && report.is_up_to_date(), "{text}");
        assert!(file.bytes() == before && fs::read(&aside).unwrap() == b"an old one", "{text}");
        assert_eq!(file.names().len(), 4, "{:?}", file.names());
        assert_eq!(file.size("app.db.onward-lock"), 0);
    }
}

/// A device has no rows to lose, and is not ours to replace.
#[cfg(target_os = "linux")]
#[test]
fn only_a_regular_file_is_moved() {
    let device = Path::new("/dev/full");
    let lock = Path::new("/dev/full.onward-lock");
    let error = ORDERS.migrator().or_recreate().open(device).map(drop).unwrap_err();
    let _ = fs::remove_file(lock);
    if let ErrorKind::Recreate { .. } = error.kind() {
        assert!(error.to_string().contains("not a regular file"), "{error}");
    } else {
        println!("SQLite itself does not go on here: {error}");
    }
    assert!(device.exists());
}
