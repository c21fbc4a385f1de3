//! Databases that other tools have made, each taken over and brought up to date, beside what the tool itself makes of it.

use std::fs;
use std::path::{Path, PathBuf};

use onward::rusqlite::Connection;
use onward::rusqlite::types::Value;
use onward::{Adopt, ErrorKind, Migrations, OtherLedger, Tool, migrations};
use tempfile::TempDir;

/// The programs of the pages in docs/moving.
#[path = "../pages"]
mod pages {
    pub mod diesel;
    pub mod refinery;
    pub mod rusqlite_migration;
    pub mod sqlx;
}

static SQLX: Migrations = migrations!("history/sqlx", from = "sqlx");
static REFINERY: Migrations = migrations!("history/refinery", from = "refinery");
static DIESEL: Migrations = migrations!("history/diesel", from = "diesel");
static RUSQLITE_MIGRATION: Migrations =
    migrations!("history/rusqlite_migration", from = "rusqlite_migration");

const ROWS: &str = "INSERT INTO jobs(state) VALUES ('open'), ('done'); UPDATE jobs SET state = state";
const ROWS_WITH_PRICE: &str = "UPDATE jobs SET price = id * 7 WHERE price = 0";

/// The first so many migrations of a tool's folder, in a folder of their own.
fn first(folder: &str, count: usize) -> TempDir {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("history").join(folder);
    let mut entries: Vec<PathBuf> = all.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let some = tempfile::tempdir().unwrap();
    for path in &entries[..count] {
        let to = some.path().join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir(&to).unwrap();
            fs::copy(path.join("up.sql"), to.join("up.sql")).unwrap();
        } else {
            fs::copy(path, to).unwrap();
        }
    }
    some
}

/// A database that a tool has brought to this version, with rows, and whose programs have written more since.
fn at(count: usize, folder: &str, apply: &dyn Fn(&Path, &Path)) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("app.db");
    let conn = Connection::open(&db).unwrap();
    for version in 1..=count {
        apply(first(folder, version).path(), &db);
        if version == 1 {
            conn.execute_batch(ROWS).unwrap();
        }
        if version == 2 {
            conn.execute_batch(ROWS_WITH_PRICE).unwrap();
        }
    }
    (dir, db)
}

/// Schema and rows, without what tools write for themselves.
fn contents(conn: &Connection) -> Vec<Vec<Value>> {
    let mut all = Vec::new();
    let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE tbl_name IN ('jobs', 'archive') ORDER BY name";
    for sql in [sql, "SELECT * FROM jobs ORDER BY id", "SELECT * FROM archive ORDER BY id"] {
        let mut query = conn.prepare(sql).unwrap();
        let columns = query.column_count();
        let rows = query.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).unwrap();
        all.extend(rows.map(Result::unwrap));
    }
    all
}

/// What a table has; nothing if it is not there.
fn rows(conn: &Connection, table: Option<&str>) -> Vec<Vec<Value>> {
    let Some(table) = table else { return Vec::new() };
    let mut query = conn.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns = query.column_count();
    let rows = query.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).unwrap();
    rows.map(Result::unwrap).collect()
}

/// `doubtful` are the versions at which the tool may have been about to write the row of a migration that has run.
#[track_caller]
fn moves(
    tool: Tool,
    migrations: &Migrations,
    doubtful: &[usize],
    program: &dyn Fn(&Path),
    apply: &dyn Fn(&Path, &Path),
) {
    let folder = tool.name();
    // Its page's program.
    let [(_own, own), (_moved, moved)] = [3, 3].map(|count| at(count, folder, apply));
    apply(first(folder, 4).path(), &own);
    [1, 2].map(|_| program(&moved));
    let [own, moved] = [own, moved].map(|path| contents(&Connection::open(path).unwrap()));
    assert_eq!(moved, own, "{tool}");
    for count in 1..=4 {
        let (_own, own) = at(count, folder, apply);
        apply(first(folder, 4).path(), &own);
        let (_moved, moved) = at(count, folder, apply);
        let mut conn = Connection::open(&moved).unwrap();
        let ledger = rows(&conn, tool.ledger());
        let adopt = migrations.migrator().adopt(Adopt::From(tool));
        let outcome = adopt.apply(&mut conn);
        let report = if doubtful.contains(&count) {
            let error = outcome.unwrap_err();
            let ErrorKind::OtherLedger { problem: OtherLedger::InDoubt { before, .. }, .. } = error.kind()
            else {
                panic!("{error}")
            };
            assert_eq!(*before, Some(migrations.list().get(count - 1).unwrap().version()), "{error}");
            let last = Adopt::At(before.unwrap());
            migrations.migrator().adopt(last).apply(&mut conn).unwrap()
        } else {
            outcome.unwrap_or_else(|error| panic!("{tool} {count}: {error}"))
        };
        assert_eq!((report.adopted, report.applied.len()), (count, 4 - count), "{tool}");
        assert_eq!(contents(&conn), contents(&Connection::open(&own).unwrap()), "{tool} {count}");
        assert_eq!(rows(&conn, tool.ledger()), ledger, "{tool}");
        assert!(adopt.apply(&mut conn).unwrap().is_up_to_date());
        assert_eq!(migrations.verify(&conn).unwrap(), []);
    }
}

#[test]
fn sqlx() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    moves(
        Tool::Sqlx,
        &SQLX,
        &[],
        &|db| pages::sqlx::migrate(db.to_str().unwrap()).unwrap(),
        &|folder, db| {
            runtime.block_on(async {
                use sqlx::{ConnectOptions, Connection};
                let mut conn = sqlx::sqlite::SqliteConnectOptions::new()
                    .filename(db)
                    .create_if_missing(true)
                    .connect()
                    .await
                    .unwrap();
                sqlx::migrate::Migrator::new(folder).await.unwrap().run(&mut conn).await.unwrap();
                conn.close().await.unwrap();
            })
        },
    );
}

/// Its SQL and its row are in two transactions. The third migration leaves no trace in the schema, so it may have run.
#[test]
fn refinery() {
    let program = |db: &Path| pages::refinery::migrate(&mut Connection::open(db).unwrap()).unwrap();
    moves(Tool::Refinery, &REFINERY, &[2], &program, &|folder, db| {
        let migrations = refinery::load_sql_migrations(folder).unwrap();
        let mut conn = rusqlite::Connection::open(db).unwrap();
        refinery::Runner::new(&migrations).run(&mut conn).unwrap();
    });
}

#[test]
fn diesel() {
    moves(
        Tool::Diesel,
        &DIESEL,
        &[],
        &|db| pages::diesel::migrate(db.to_str().unwrap()).unwrap(),
        &|folder, db| {
            use diesel::Connection;
            use diesel_migrations::{FileBasedMigrations, MigrationHarness};
            let mut conn = diesel::SqliteConnection::establish(db.to_str().unwrap()).unwrap();
            conn.run_pending_migrations(FileBasedMigrations::from_path(folder).unwrap()).unwrap();
        },
    );
}

#[test]
fn rusqlite_migration() {
    let program = |db: &Path| pages::rusqlite_migration::migrate(&mut Connection::open(db).unwrap()).unwrap();
    moves(Tool::RusqliteMigration, &RUSQLITE_MIGRATION, &[], &program, &|folder, db| {
        let mut paths: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let texts: Vec<String> =
            paths.iter().map(|path| fs::read_to_string(path.join("up.sql")).unwrap()).collect();
        let list = texts.iter().map(|text| ::rusqlite_migration::M::up(text)).collect();
        let mut conn = rusqlite::Connection::open(db).unwrap();
        ::rusqlite_migration::Migrations::new(list).to_latest(&mut conn).unwrap();
    });
}

/// refinery writes its row in a transaction of its own. A process that ends between the two leaves the schema ahead.
#[test]
fn refinery_whose_row_is_one_behind() {
    let apply = |folder: &Path, db: &Path| {
        let migrations = refinery::load_sql_migrations(folder).unwrap();
        refinery::Runner::new(&migrations).run(&mut rusqlite::Connection::open(db).unwrap()).unwrap();
    };
    for (behind, doubt) in [(2, false), (3, true), (4, false)] {
        let (_dir, db) = at(behind, "refinery", &apply);
        let mut conn = Connection::open(&db).unwrap();
        conn.execute("DELETE FROM refinery_schema_history WHERE version = ?", [behind as i64]).unwrap();
        let outcome = REFINERY.migrator().adopt(Adopt::From(Tool::Refinery)).apply(&mut conn);
        match outcome {
            // The second has run, since only then the schema is this one; but the third writes rows, and may have run.
            Ok(report) if !doubt => assert_eq!((report.adopted, report.total), (behind, 4)),
            Err(error) if doubt => {
                let text = error.to_string();
                assert!(text.contains("V3__cents.sql may have run, or not"), "{text}");
            }
            other => panic!("{behind}: {other:?}"),
        }
    }
}
