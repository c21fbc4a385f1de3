//! Copies before the first change: each has a name of its own, none is replaced, and one can go back to each.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use onward::rusqlite::{Connection, MAIN_DB, backup};
use onward::{ErrorKind, Migrations, migrations};
use onward_tests::file::{self, File, number};

static FIRST: Migrations = migrations!("histories/orders_1");
static ORDERS: Migrations = migrations!("histories/orders");

fn paid(path: &Path) -> i64 {
    number(&Connection::open(path).unwrap(), "SELECT sum(total) FROM orders")
}

/// Release 2 has a bug that its owners find later; release 3 fails.
#[test]
fn a_run_that_fails_takes_no_earlier_copy_away() {
    let file = File::with_orders(&FIRST);
    let to = file.folder().join("app.db.backup");
    let (conn, report) = ORDERS.migrator().target(3).backup(&to).keep(1).open(file.path()).unwrap();
    let good = report.backup.unwrap();
    conn.execute_batch("UPDATE orders SET total = 0").unwrap();
    conn.execute_batch("ALTER TABLE orders ADD COLUMN note").unwrap();
    for _restart in 0..5 {
        let error = ORDERS.migrator().backup(&to).keep(1).open(file.path()).map(drop).unwrap_err();
        assert!(error.to_string().contains("nothing was changed"), "{error}");
        assert_eq!(paid(&good), 30);
    }
    // Nor do restarts fill the disk: what has failed once finds the copy that it has made.
    assert_eq!(file.copies("app.db.backup").len(), 2, "{:?}", file.names());
}

#[test]
fn only_copies_of_this_database_make_room() {
    let (file, other) = (File::with_orders(&FIRST), File::with_orders(&FIRST));
    let to = file.folder().join("copy");
    let (_, report) = ORDERS.migrator().backup(&to).open(other.path()).unwrap();
    let others = report.backup.unwrap();
    let (_, report) = ORDERS.migrator().target(3).backup(&to).open(file.path()).unwrap();
    let first = report.backup.unwrap();
    // Names that are nearly of that form, a folder that is, a link that is, and a copy that somebody works with.
    let like = |from: &str, to: &str| {
        let path = PathBuf::from(first.to_string_lossy().replace("Z-", &format!("Z{from}-")) + to);
        fs::write(&path, "somebody's").unwrap();
        path
    };
    let kept = [like("", "x"), like("", "-wal.txt"), like("0", "")];
    let named = |last: char| {
        let mut name = first.to_string_lossy().into_owned();
        name.replace_range(name.len() - 1.., &last.to_string());
        // The digits behind the time may have a `-20` as well.
        name.replacen("copy-20", "copy-19", 1)
    };
    fs::create_dir(named('f')).unwrap();
    fs::write(named('e'), "in use").unwrap();
    fs::write(named('e') + "-wal", "in use").unwrap();
    fs::write(named('d'), "an old one").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(file.path(), named('c')).unwrap();
    let (_, report) = ORDERS.migrator().backup(&to).keep(1).open(file.path()).unwrap();
    assert!(report.backup.unwrap().exists() && others.exists());
    assert!(!first.exists() && !Path::new(&named('d')).exists(), "{:?}", file.names());
    assert!(kept.iter().all(|path| path.exists()), "{:?}", file.names());
    assert!(Path::new(&named('f')).is_dir() && Path::new(&named('e')).exists());
    #[cfg(unix)]
    assert!(Path::new(&named('c')).exists());
}

/// The one that the run has made stays, whatever the clock says of the others.
#[test]
fn the_newest_stay() {
    let file = File::with_orders(&FIRST);
    let to = file.folder().join("copy");
    let (_, report) = ORDERS.migrator().target(3).backup(&to).open(file.path()).unwrap();
    let made = report.backup.unwrap();
    let name = made.file_name().unwrap().to_str().unwrap();
    for year in ["1999", "2999"] {
        let other = name.replacen(&name[.."copy-2026".len()], &format!("copy-{year}"), 1);
        fs::write(made.with_file_name(other), "").unwrap();
    }
    assert_eq!(file.copies("copy").len(), 3);
    let (_, report) = ORDERS.migrator().backup(&to).keep(0).open(file.path()).unwrap();
    assert_eq!(file.copies("copy"), [report.backup.unwrap()]);
}

#[test]
fn nothing_that_has_the_name_is_replaced() {
    let file = File::with_orders(&FIRST);
    let to = file.folder().join("app.db.backup");
    fs::write(&to, "another database").unwrap();
    // Of a copy that was removed: SQLite would apply it to the new one.
    fs::write(file.folder().join("app.db.backup-journal"), "left over").unwrap();
    let (_, report) = ORDERS.migrator().backup(&to).open(file.path()).unwrap();
    assert_eq!(fs::read(&to).unwrap(), b"another database");
    assert_eq!(paid(&report.backup.unwrap()), 30);
    assert_eq!(fs::read(file.folder().join("app.db.backup-journal")).unwrap(), b"left over");
}

#[cfg(unix)]
#[test]
fn a_device_is_no_place_for_a_copy_and_stays_one() {
    use std::os::unix::fs::FileTypeExt;
    let file = File::with_orders(&FIRST);
    // Not in /dev, where a root's test would leave a file.
    let to = file.folder().join("null");
    let made = Command::new("mkfifo").arg(&to).status();
    if !made.is_ok_and(|status| status.success()) {
        println!("not tried: no mkfifo here");
        return;
    }
    ORDERS.migrator().backup(&to).open(file.path()).unwrap();
    assert!(fs::metadata(&to).unwrap().file_type().is_fifo());
}

#[test]
fn a_folder_holds_copies_under_the_databases_name() {
    let file = File::with_orders(&FIRST);
    let folder = file.folder().join("copies");
    fs::create_dir(&folder).unwrap();
    let (_, report) = ORDERS.migrator().backup(&folder).open(file.path()).unwrap();
    let copy = report.backup.unwrap();
    assert!(copy.starts_with(&folder) && copy.file_name().unwrap().to_str().unwrap().starts_with("app.db-2"));
}

/// A copy is of use to those who may read the database, and to nobody else.
#[cfg(unix)]
#[test]
fn a_copy_has_the_permissions_of_the_database() {
    use std::os::unix::fs::PermissionsExt;
    let file = File::with_orders(&FIRST);
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o600)).unwrap();
    let (_, report) = ORDERS.migrator().backup(file.folder().join("copy")).open(file.path()).unwrap();
    assert_eq!(fs::metadata(report.backup.unwrap()).unwrap().permissions().mode() & 0o777, 0o600);
}

/// As in the documentation: SQLite's own shell, which takes the database's locks and replaces its contents in one
/// transaction.
#[test]
fn there_is_a_way_back_to_a_copy() {
    for journal in ["DELETE", "WAL"] {
        let file = File::with_orders(&FIRST);
        file.conn().query_row(&format!("PRAGMA journal_mode = {journal}"), [], |_| Ok(())).unwrap();
        let (mut conn, report) =
            ORDERS.migrator().backup(file.folder().join("copy")).open(file.path()).unwrap();
        conn.execute_batch("UPDATE orders SET total = 0").unwrap();
        let copy = report.backup.unwrap();
        let before = fs::read(&copy).unwrap();
        // Others may have it open.
        let reader = file.conn();
        assert_eq!(number(&reader, "SELECT sum(total) FROM orders"), 0);
        conn.restore(MAIN_DB, &copy, None::<fn(backup::Progress)>).unwrap();
        assert_eq!(number(&reader, "SELECT sum(total) FROM orders"), 30);
        assert_eq!(FIRST.status(&conn).unwrap().pending(), 0);
        assert!(fs::read(&copy).unwrap() == before);
        if Command::new("sqlite3").arg("--version").output().is_err() {
            println!("the shell was not tried: no sqlite3 here");
            continue;
        }
        drop((reader, conn));
        ORDERS.open(file.path()).unwrap().execute_batch("UPDATE orders SET total = 0").unwrap();
        let undone = file.folder().join("undone.db");
        let commands = [format!(".backup '{}'", undone.display()), format!(".restore '{}'", copy.display())];
        let shell = Command::new("sqlite3").arg(file.path()).args(commands).output().unwrap();
        assert!(shell.status.success(), "{shell:?}");
        assert_eq!((paid(&file.path()), paid(&undone)), (30, 0));
        assert_eq!(FIRST.status(&file.conn()).unwrap().pending(), 0);
    }
}

#[test]
fn a_connection_that_lets_nobody_else_in_copies_itself() {
    for journal in ["DELETE", "WAL"] {
        let file = File::with_orders(&FIRST);
        file.conn().query_row(&format!("PRAGMA journal_mode = {journal}"), [], |_| Ok(())).unwrap();
        let mut conn = file.conn();
        conn.query_row("PRAGMA locking_mode = EXCLUSIVE", [], |_| Ok(())).unwrap();
        conn.execute_batch("UPDATE orders SET total = total + 1").unwrap();
        let report = ORDERS.migrator().backup(file.folder().join("copy")).apply(&mut conn).unwrap();
        assert_eq!((paid(&report.backup.unwrap()), report.retries), (32, 0), "{journal}");
        assert_eq!(FIRST.migrator().open(file.folder().join("other.db")).unwrap().1.applied.len(), 1);
    }
}

/// SQLite tells rusqlite no name then, which is that of the database all the same.
#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf_8_is_copied() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let file = File::new();
    let path = file.folder().join(OsStr::from_bytes(b"\xff.db"));
    let conn = FIRST.open(&path).unwrap();
    conn.execute_batch("INSERT INTO customers(id, name) VALUES (1, 'Ada')").unwrap();
    let (_, report) =
        ORDERS.migrator().backup(file.folder().join(OsStr::from_bytes(b"\xfe"))).open(&path).unwrap();
    let copy = Connection::open(report.backup.unwrap()).unwrap();
    assert_eq!(number(&copy, "SELECT count(*) FROM customers"), 1);
    assert_eq!(FIRST.status(&copy).unwrap().pending(), 0);
}

/// Each has copies of its own, and its copies the permissions of the file.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf_8_are_told_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::PermissionsExt;
    let file = File::new();
    let copies = file.folder().join("copies");
    fs::create_dir(&copies).unwrap();
    for to in [file.folder().join("copy"), copies] {
        let [one, other] = [b"\xff.db".as_slice(), b"\xfe.db"].map(|name| {
            let path = file.folder().join(OsStr::from_bytes(name));
            let _ = fs::remove_file(&path);
            let conn = FIRST.open(&path).unwrap();
            conn.execute_batch("INSERT INTO customers(id, name) VALUES (1, 'Ada')").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            path
        });
        let migrate = |path: &Path, target| {
            let (_, report) = ORDERS.migrator().target(target).backup(&to).keep(1).open(path).unwrap();
            report.backup.unwrap()
        };
        let others = migrate(&other, 3);
        assert_eq!(fs::metadata(&others).unwrap().permissions().mode() & 0o777, 0o600);
        let first = migrate(&one, 3);
        assert!(others.exists() && first.exists(), "{:?}", file.names());
        let second = migrate(&one, 5);
        assert!(others.exists() && second.exists() && !first.exists(), "{:?}", file.names());
    }
}

/// Nothing says which copies are of the same one.
#[test]
fn copies_of_databases_without_a_path_all_stay() {
    let file = File::new();
    let to = file.folder().join("copy");
    let mut made = Vec::new();
    for name in [":memory:", ":memory:", "file:shared?mode=memory&cache=shared"] {
        let mut conn = FIRST.open(name).unwrap();
        let insert = format!("INSERT INTO customers(id, name) VALUES ({}, 'Ada')", made.len() + 1);
        conn.execute_batch(&insert).unwrap();
        let report = ORDERS.migrator().backup(&to).keep(1).apply(&mut conn).unwrap();
        made.push(report.backup.unwrap());
        assert!(made.iter().all(|copy| copy.exists()), "{name}: {:?}", file.names());
    }
    let file = File::with_orders(&FIRST);
    fs::copy(&made[0], file.folder().join(made[0].file_name().unwrap())).unwrap();
    let to = file.folder().join("copy");
    ORDERS.migrator().backup(&to).keep(1).open(file.path()).unwrap();
    assert_eq!(file.copies("copy").len(), 2);
}

/// A bare name is one in the current folder: the copy is made, and its name synced, there.
#[test]
fn a_bare_name_is_one_in_the_current_folder() {
    let file = File::with_orders(&FIRST);
    let mut start = file::start(env!("CARGO_BIN_EXE_start"), &["orders", "backup=copy"], Path::new("app.db"));
    let mut command = match Command::new("strace").arg("--version").output() {
        Ok(_) => {
            let mut strace = Command::new("strace");
            strace.args(["-f", "-y", "-e", "trace=fsync,fdatasync,link,linkat", "-o"]);
            strace.arg(file.folder().join("calls"));
            strace.arg(start.get_program()).args(start.get_args());
            strace
        }
        Err(_) => {
            println!("the sync was not seen: no strace here");
            std::mem::replace(&mut start, Command::new(""))
        }
    };
    let output = command.current_dir(file.folder()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(file.copies("copy").len(), 1, "{:?}", file.names());
    let Ok(calls) = fs::read_to_string(file.folder().join("calls")) else { return };
    let link = calls.find("link").unwrap_or_else(|| panic!("{calls}"));
    let folder = format!("<{}>", file.folder().display());
    let after = calls[link..].lines().skip(1).any(|line| line.contains("fsync(") && line.contains(&folder));
    assert!(after, "{calls}");
}

#[test]
fn a_path_that_is_none_is_refused() {
    for (name, words) in [("", "is empty"), ("file:", "`file:` is empty"), ("file:?mode=rwc", "is empty")] {
        for migrator in [ORDERS.migrator(), ORDERS.migrator().or_recreate()] {
            let error = migrator.open(name).map(drop).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::EmptyPath { .. }), "{name}: {error}");
            assert!(error.to_string().contains(words) && error.path().is_none(), "{error}");
        }
    }
    for memory in [":memory:", "file::memory:", "file:shared?mode=memory&cache=shared"] {
        assert_eq!(ORDERS.migrator().open(memory).unwrap().1.applied.len(), 3, "{memory}");
    }
}
