//! The runs that meet faults: a database, and what is done with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use onward::rusqlite::{self, Connection, Transaction};
use onward::{Error, Migrations, Snapshot, migrations, snapshot};
use tempfile::TempDir;

use crate::state::{State, plain};

static MIGRATIONS: Migrations = migrations!("migrations", after = { 3 => note_customers });

static EMPTY: Snapshot = snapshot!("migrations");

/// The part of a migration that is code.
fn note_customers(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut customers = transaction.prepare("SELECT id, name FROM customers WHERE id % 3 = 0")?;
    let mut customers = customers.query([])?;
    while let Some(customer) = customers.next()? {
        let (id, name): (i64, String) = (customer.get(0)?, customer.get(1)?);
        transaction
            .execute("UPDATE customers SET email = ?1 WHERE id = ?2", (format!("{name}@example.com"), id))?;
    }
    Ok(())
}

const FILE: &str = "app.db";

/// What is there before a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// No tables; in journal mode DELETE, no file.
    Nothing,
    /// What the first migration makes, with rows.
    Released,
    /// What somebody has changed by hand, so that it cannot be migrated.
    Unusable,
    /// The same, in WAL mode, with rows that a reader keeps in the WAL.
    Read,
}

/// What is done.
#[derive(Debug, Clone, Copy)]
pub enum Run {
    Open,
    OpenWithBackup,
    OpenOrRecreate,
    CreateOfSnapshot,
    /// On a connection with these settings.
    Apply(&'static str),
}

/// A run that is to be done many times.
pub struct Case {
    pub journal: &'static str,
    before: Before,
    run: Run,
    place: Place,
    /// The database before it.
    pub old: State,
    /// The database after it, if nothing fails.
    pub new: State,
}

impl Case {
    pub fn new(before: Before, run: Run, journal: &'static str) -> Case {
        let place = Place::new();
        before.make(place.path(), journal);
        let state = State::empty();
        let mut case = Case { journal, before, run, place, old: state.clone(), new: state };
        case.old = State::of(case.place().path());
        let place = case.place();
        case.run(place.path()).expect("without a fault it works");
        case.new = State::of(place.path());
        assert_ne!(case.old, case.new);
        case
    }

    /// What is done.
    pub fn kind(&self) -> Run {
        self.run
    }

    /// A copy of the database to run on.
    pub fn place(&self) -> Place {
        let mut place = Place::new();
        if self.before != Before::Nothing || self.journal != "DELETE" {
            fs::copy(self.place.path(), place.path()).expect("a file can be copied");
        }
        if self.before == Before::Read {
            place.hold();
        }
        place
    }

    /// The same, as the files that a machine finds which nobody was using.
    pub fn left(&self) -> Place {
        let (place, left) = (self.place(), Place::new());
        for name in ["", "-wal"] {
            let beside = |place: &Place| PathBuf::from(format!("{}{name}", place.path().display()));
            if beside(&place).exists() {
                fs::copy(beside(&place), beside(&left)).expect("a file can be copied");
            }
        }
        left
    }

    /// Runs, and closes the connection.
    pub fn run(&self, path: &Path) -> Result<(), Error> {
        // Nobody else has the file, so a lock that cannot be had stays so.
        let migrator = MIGRATIONS.migrator().lock_timeout(Duration::from_millis(100));
        match self.run {
            Run::Open => migrator.open(path).map(drop),
            Run::OpenWithBackup => migrator.backup(path.with_extension("backup")).open(path).map(drop),
            Run::OpenOrRecreate => migrator.or_recreate().open(path).map(drop),
            Run::CreateOfSnapshot => EMPTY.create(path).map(drop),
            Run::Apply(settings) => {
                let mut conn = Connection::open(path)?;
                conn.execute_batch(settings)?;
                migrator.apply(&mut conn).map(drop)
            }
        }
    }

    /// Starts once more, which must complete, whatever has become of the database.
    #[track_caller]
    pub fn complete(&self, path: &Path) {
        match self.run {
            // It is made once.
            Run::CreateOfSnapshot if path.exists() => {}
            _ => self.run(path).unwrap_or_else(|error| panic!("the next start: {error}")),
        }
        assert!(State::of(path) == self.new);
    }
}

/// A folder with a database.
pub struct Place {
    folder: TempDir,
    path: PathBuf,
    held: Vec<Connection>,
}

impl Place {
    fn new() -> Place {
        let folder = folder();
        // As SQLite names it in errors.
        let path = folder.path().canonicalize().expect("it is there").join(FILE);
        Place { folder, path, held: Vec::new() }
    }

    /// Reads, and then writes: the rows stay in the WAL until the reader goes.
    fn hold(&mut self) {
        let (reader, writer) = (plain(&self.path), plain(&self.path));
        reader.execute_batch("BEGIN; SELECT * FROM customers").expect("it can be read");
        writer.execute_batch("INSERT INTO customers(name) VALUES ('in the WAL')").expect("it can be written");
        self.held = vec![reader, writer];
    }

    /// Whoever was reading goes.
    pub fn release(&mut self) {
        self.held.clear();
    }

    /// The databases that were moved aside.
    pub fn aside(&self) -> Vec<PathBuf> {
        let mut aside = self.others(".unusable-");
        aside.retain(|path| path.to_string_lossy().ends_with(|last: char| last.is_ascii_digit()));
        aside
    }

    /// The copies that were made before a run.
    pub fn copies(&self) -> Vec<PathBuf> {
        let mut copies = self.others(".backup-");
        copies
            .retain(|path| path.to_string_lossy().chars().rev().take(8).all(|char| char.is_ascii_hexdigit()));
        copies
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The paths of all files whose names go on like this after the database's.
    pub fn others(&self, with: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder is there").flatten();
        let names = entries.map(|entry| self.path.with_file_name(entry.file_name()));
        names.filter(|path| path.to_string_lossy().contains(with)).collect()
    }
}

/// In memory where there is such a file system: the disk is another one here anyway.
fn folder() -> TempDir {
    let made = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    made.expect("a folder can be made")
}

impl Before {
    fn make(self, path: &Path, journal: &str) {
        let mut conn = plain(path);
        conn.query_row(&format!("PRAGMA journal_mode = {journal}"), [], |_| Ok(()))
            .expect("SQLite has this mode");
        if self == Before::Nothing {
            return;
        }
        MIGRATIONS.migrator().target(1).apply(&mut conn).expect("the history works");
        conn.execute_batch(
            "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up LIMIT 40)
             INSERT INTO customers(name) SELECT printf('%050d', n) FROM up;
             WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up LIMIT 160)
             INSERT INTO orders(customer, total, note) SELECT 1 + n % 40, n, printf('%0150d', n) FROM up;",
        )
        .expect("the rows are legal");
        if matches!(self, Before::Unusable | Before::Read) {
            conn.execute_batch("UPDATE onward_migrations SET checksum = 'edited'").expect("it is a table");
        }
    }
}
