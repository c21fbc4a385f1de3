//! Database files, and many processes at one of them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use onward::rusqlite::Connection;
use onward::{Error, Migrations};
use serde_json::Value;

/// A database file in a folder of its own that goes with it.
pub struct File {
    folder: PathBuf,
    _temporary: tempfile::TempDir,
}

impl File {
    #[allow(clippy::new_without_default)]
    pub fn new() -> File {
        let temporary = tempfile::tempdir().expect("a folder can be made");
        // As SQLite names it in errors.
        let folder = temporary.path().canonicalize().expect("the folder is there");
        File { folder, _temporary: temporary }
    }

    /// One that this history has migrated, with a customer and two orders.
    pub fn with_orders(migrations: &Migrations) -> File {
        let file = File::new();
        let conn = migrations.open(file.path()).expect("the history works");
        let rows = "INSERT INTO customers(id, name) VALUES (1, 'Ada'), (2, 'Ada');
                    INSERT INTO orders(customer, total) VALUES (1, 10), (1, 20);";
        conn.execute_batch(rows).expect("the rows are legal");
        file
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn path(&self) -> PathBuf {
        self.folder().join("app.db")
    }

    pub fn conn(&self) -> Connection {
        Connection::open(self.path()).expect("the file opens")
    }

    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).expect("the file is there")
    }

    /// The length of a file in the folder, in bytes.
    pub fn size(&self, name: &str) -> u64 {
        std::fs::metadata(self.folder().join(name)).expect("the file is there").len()
    }

    /// The names of all files in the folder, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = self.folder().read_dir().expect("the folder is there").flatten();
        let mut names: Vec<_> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The copies that `backup` has made with this name in the folder, the oldest first.
    pub fn copies(&self, name: &str) -> Vec<PathBuf> {
        let names = self.names().into_iter().filter(|other| {
            other.strip_prefix(name).is_some_and(|rest| rest.starts_with('-') && rest.len() == 39)
        });
        names.map(|name| self.folder.join(name)).collect()
    }

    /// Applies, which must fail, name the file, and leave it byte for byte as it was.
    #[track_caller]
    pub fn refused(&self, migrations: &Migrations) -> Error {
        let before = self.bytes();
        let error = migrations.apply(&mut self.conn()).expect_err("this database must be refused");
        assert!(self.bytes() == before, "the file was changed");
        assert_eq!(error.path(), Some(&*self.path()), "{error}");
        error
    }
}

pub fn number(conn: &Connection, sql: &str) -> i64 {
    conn.query_row(sql, [], |row| row.get(0)).expect("a number comes back")
}

/// The helper process with these arguments, its output kept.
pub fn start(binary: &str, args: &[&str], file: &Path) -> Command {
    let mut command = Command::new(binary);
    command.arg(args[0]).arg(file).args(&args[1..]).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The report that a helper process printed.
#[track_caller]
pub fn report(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a report is printed")
}

/// Starts all these at once and gives back how many migrations each has applied.
#[track_caller]
pub fn start_all(commands: impl IntoIterator<Item = Command>) -> Vec<usize> {
    let children: Vec<_> =
        commands.into_iter().map(|mut command| command.spawn().expect("the helper starts")).collect();
    let outputs = children.into_iter().map(|child| child.wait_with_output().expect("the helper ends"));
    let reports: Vec<_> = outputs.collect();
    reports.iter().map(|output| report(output)["applied"].as_array().map_or(0, Vec::len)).collect()
}
