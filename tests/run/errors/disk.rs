//! The folder, the file and the disk.

use std::fs;
use std::path::Path;
use std::process::Command;

use onward::rusqlite::{Connection, OpenFlags};
use onward::{ErrorKind, Migrations, migrations};
use onward_tests::file::{self, File, number};
#[cfg(target_os = "linux")]
use onward_tests::small::Small;

use super::{FIRST, ORDERS, reads};

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
    onward_tests::program::copy(env!("CARGO_BIN_EXE_start"), &binary);
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
            text.contains("nobody knows whether migrations are pending") && !text.contains("has migrations"),
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
            &["file is not a database", "it is either another kind of file or an encrypted database"],
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

/// Beside the test above, which needs no rights, where file systems can be mounted: as root.
#[cfg(target_os = "linux")]
#[test]
fn the_file_system_is_full() {
    const SLOW: Migrations = migrations!("histories/slow");
    let Some(small) = Small::mount("512k") else {
        eprintln!("no file system can be mounted here; the_disk_is_full has shown the same by another way");
        return;
    };
    let path = small.path().join("app.db");
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
    assert!(text.contains("could not be moved aside") && text.contains("nothing was changed"), "{text}");
    assert!(text.contains("file is not a database"), "{text}");
    assert!(file.bytes() == before);
}
