//! The database that `snapshot!` embeds, held against one on which every migration has run.

use onward::rusqlite::types::Value;
use onward::rusqlite::{Connection, Result as Sqlite};
use onward::{ErrorKind, Migrations, Result, Snapshot, migrations, snapshot};
use onward_tests::file::{File, number};

static CATALOGUE: Migrations = migrations!("histories/catalogue");
static READY: Snapshot = snapshot!("histories/catalogue");

/// Everything that can be told of a database: its schema, the rows of all tables, SQLite's own among them, and the
/// settings in its header. Of the ledger everything but the times.
fn contents(conn: &Connection) -> Sqlite<Vec<(String, Vec<Vec<Value>>)>> {
    let all = |sql: &str| -> Sqlite<Vec<Vec<Value>>> {
        let mut query = conn.prepare(sql)?;
        let count = query.column_count();
        query.query_map([], |row| (0..count).map(|column| row.get(column)).collect())?.collect()
    };
    let mut contents = Vec::new();
    let schema = "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema";
    contents.push((schema.to_owned(), all(schema)?));
    for pragma in ["user_version", "application_id", "page_size", "encoding", "auto_vacuum"] {
        contents.push((pragma.to_owned(), all(&format!("PRAGMA {pragma}"))?));
    }
    let tables =
        "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type <> 'view' ORDER BY name";
    let tables: Vec<(String, bool)> =
        conn.prepare(tables)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Sqlite<_>>()?;
    for (table, without_rowid) in tables {
        let columns = match (table.as_str(), without_rowid) {
            ("onward_migrations", _) => "version, name, checksum, chain",
            (_, true) => "*",
            (_, false) => "rowid, *",
        };
        contents.push((table.clone(), all(&format!("SELECT {columns} FROM \"{table}\""))?));
    }
    Ok(contents)
}

#[test]
fn it_is_what_the_migrations_make() -> Result<()> {
    let mut applied = Connection::open_in_memory().unwrap();
    CATALOGUE.apply(&mut applied)?;
    let mut ready = READY.open_in_memory()?;
    let (one, other) = (contents(&applied).unwrap(), contents(&ready).unwrap());
    assert!(one.len() > 12, "{}", one.len());
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(one, other);
    }
    assert_eq!(one.len(), other.len());
    assert!(CATALOGUE.verify(&ready)?.is_empty());
    assert!(CATALOGUE.apply(&mut ready)?.is_up_to_date());
    let time = "SELECT applied_at FROM onward_migrations GROUP BY 1";
    let time: String = ready.query_row(time, [], |row| row.get(0)).unwrap();
    let now = "SELECT abs(unixepoch(?1) - unixepoch()) < 100";
    assert!(ready.query_row(now, [time], |row| row.get::<_, bool>(0)).unwrap());
    assert_eq!(ready.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap(), "ok");
    Ok(())
}

#[test]
fn each_is_ones_own_and_grows() -> Result<()> {
    let (one, other) = (READY.open_in_memory()?, READY.open_in_memory()?);
    one.execute_batch(
        "INSERT INTO items(kind, title) SELECT 'map', hex(zeroblob(5000)) FROM kinds, kinds, kinds",
    )
    .unwrap();
    assert_eq!(number(&one, "SELECT count(*) FROM items"), 29);
    assert_eq!(number(&one, "SELECT max(id) FROM items"), 30);
    assert_eq!(number(&one, "SELECT count(*) FROM found WHERE found MATCH 'tides'"), 1);
    assert_eq!(number(&other, "SELECT count(*) FROM items"), 2);
    // A transaction is rolled back as in any other database.
    other.execute_batch("BEGIN; DELETE FROM items; ROLLBACK").unwrap();
    assert_eq!(number(&other, "SELECT count(*) FROM items"), 2);
    Ok(())
}

#[test]
fn a_file_is_made_once() -> Result<()> {
    let file = File::new();
    let conn = READY.create(file.path())?;
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; INSERT INTO items(kind, title) VALUES ('map', 'The Alps')",
    )
    .unwrap();
    drop(conn);
    let before = file.bytes();
    let error = READY.create(file.path()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Create { .. }), "{error}");
    assert_eq!(error.path(), Some(&*file.path()));
    assert!(error.to_string().contains("there is a file already"), "{error}");
    assert!(file.bytes() == before);
    assert_eq!(std::fs::read_dir(file.path().parent().unwrap()).unwrap().count(), 1);
    let (conn, report) = CATALOGUE.migrator().open(file.path())?;
    assert!(report.is_up_to_date());
    assert_eq!(number(&conn, "SELECT count(*) FROM items"), 3);
    Ok(())
}

#[test]
fn of_many_one_makes_the_file() {
    let file = File::new();
    let made = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| READY.create(file.path()).is_ok())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).filter(|made| *made).count()
    });
    assert_eq!(made, 1);
    assert!(CATALOGUE.verify(&file.conn()).unwrap().is_empty());
}

#[test]
fn where_no_file_can_be_made_the_error_says_so() {
    let file = File::new();
    let path = file.path().join("missing").join("a.db");
    let error = READY.create(&path).unwrap_err();
    assert!(error.to_string().contains("see that the folder exists"), "{error}");
    assert_eq!(error.path(), Some(path.as_path()));
}

/// Two containers that share a volume have processes of one number. The second has not made a file yet.
#[test]
fn what_another_process_of_this_number_has_begun_is_not_in_the_way() {
    let file = File::new();
    let begun = |count: u32| file.folder().join(format!("app.db.{}-{count}.partial", std::process::id()));
    (0..100).for_each(|count| std::fs::write(begun(count), "half of it").unwrap());
    READY.create(file.path()).unwrap();
    assert!((0..100).all(|count| begun(count).exists()));
}

/// Each in a namespace of its own, where it is number one.
#[test]
fn of_many_processes_of_one_number_one_makes_the_file() {
    let unshare = |command: &[&str]| {
        let mut unshare = std::process::Command::new("unshare");
        unshare.args(["--pid", "--fork", "--kill-child"]).args(command);
        unshare.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        unshare
    };
    if !unshare(&["true"]).status().is_ok_and(|status| status.success()) {
        println!("not tried: no process namespaces here");
        return;
    }
    for _round in 0..10 {
        let file = File::new();
        let path = file.path();
        let start = [env!("CARGO_BIN_EXE_start"), "snapshot", path.to_str().unwrap()];
        let children: Vec<_> = (0..4).map(|_| unshare(&start).spawn().unwrap()).collect();
        let made = children.into_iter().map(|mut child| child.wait().unwrap()).filter(|made| made.success());
        assert_eq!(made.count(), 1);
        assert_eq!(file.names(), ["app.db"]);
        assert!(CATALOGUE.verify(&file.conn()).unwrap().is_empty());
    }
}

/// SQLite would take it for the new file's own and hand out the rows in it.
#[test]
fn what_is_left_of_another_database_is_not_applied() -> Result<()> {
    for suffix in ["-journal", "-wal", "-shm"] {
        let file = File::new();
        let left = file.folder().join(format!("app.db{suffix}"));
        std::fs::write(&left, "old rows").unwrap();
        let error = READY.create(file.path()).map(drop).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Create { .. }), "{error}");
        assert_eq!(error.path(), Some(&*file.path()));
        assert!(error.to_string().contains(left.to_str().unwrap()), "{error}");
        assert!(error.to_string().contains("help: move that file away"), "{error}");
        assert_eq!(file.names(), [format!("app.db{suffix}")]);
        std::fs::remove_file(left).unwrap();
        READY.create(file.path())?;
    }
    Ok(())
}

/// It would make one file and open another database.
#[test]
fn a_name_that_sqlite_does_not_take_for_a_files_is_refused() {
    for name in ["", ":memory:", "file:made.db"] {
        let error = READY.create(name).map(drop).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Create { .. }), "{name}: {error}");
        assert!(error.to_string().contains("name a file"), "{error}");
        assert!(!std::path::Path::new(name).exists());
    }
}
