//! `cargo onward database`: an empty database with all migrations, for what reads a schema while it compiles.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use onward::rusqlite::OpenFlags;
use onward::{Migrations, Report};
use onward_core::checksum::Checksum;
use tempfile::TempPath;

use crate::folder::plural;
use crate::{database, output, program, write};

pub(crate) fn run(db: &Path, dir: &Path) -> anyhow::Result<ExitCode> {
    let migrations = match program::of_folder(dir) {
        Ok(migrations) => migrations,
        Err(code) => return Ok(code),
    };
    let name = db.to_string_lossy();
    ensure!(
        name != ":memory:" && !name.starts_with("file:"),
        "{} would be no file to SQLite: name a path, such as target/schema.db; nothing was changed",
        output::path(db)
    );
    let cannot = || format!("cannot make {}; nothing was changed", output::path(db));
    let place = place(db).with_context(cannot)?;
    let is_there = look(&place)?;
    if is_there && is_current(&place, &migrations)? {
        output::line(format!("{} is up to date", output::path(db)));
        return Ok(ExitCode::SUCCESS);
    }
    let beside = place.parent().unwrap_or(Path::new("."));
    let scratch = tempfile::Builder::new().prefix(".onward-").tempdir_in(beside).with_context(cannot)?;
    let made = scratch.path().join("made.db");
    match migrations.migrator().open(&made) {
        // Closed before its bytes are read.
        Ok((conn, _)) => drop(conn),
        Err(error) => return Ok(database::tell(Err::<Report, _>(error))),
    }
    seal(&made).with_context(cannot)?;
    put(&made, &place, is_there).with_context(cannot)?;
    let count = plural(migrations.list().len(), "migration");
    output::line(format!("made {} with {count}", output::path(db)));
    Ok(ExitCode::SUCCESS)
}

/// Where the file is, or will be: a link stays one. Makes the folder.
fn place(db: &Path) -> io::Result<PathBuf> {
    if fs::symlink_metadata(db).is_ok_and(|found| found.is_symlink()) {
        return fs::canonicalize(db);
    }
    let db = std::path::absolute(db)?;
    fs::create_dir_all(db.parent().unwrap_or(&db))?;
    Ok(db)
}

/// Whether something is there, which may go then.
///
/// # Errors
/// If it may not: this did not make it, or somebody has written to it since.
fn look(place: &Path) -> anyhow::Result<bool> {
    let shown = output::path(place);
    for suffix in ["-journal", "-wal", "-shm"] {
        let mut name = place.as_os_str().to_owned();
        name.push(suffix);
        let is_free = fs::symlink_metadata(&name).is_err_and(|error| error.kind() == ErrorKind::NotFound);
        ensure!(
            is_free,
            "something lies at {}, which is another database's; nothing was changed",
            output::path(name.as_ref())
        );
    }
    let metadata = match fs::metadata(place) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        found => found.with_context(|| format!("cannot look at {shown}; nothing was changed"))?,
    };
    database::is_file(place, &metadata)?;
    let bytes = fs::read(place).with_context(|| format!("cannot read {shown}; nothing was changed"))?;
    match bytes.get(MARK).is_some_and(|mark| mark == self::mark(&bytes)) {
        true => Ok(true),
        false => bail!(
            "{shown} is there, and is not as this command leaves a database: it may hold what somebody needs; nothing was \
             changed\nhelp: name another file, or move it away"
        ),
    }
}

/// Whether it has these migrations and no others.
fn is_current(place: &Path, migrations: &Migrations) -> anyhow::Result<bool> {
    let conn = database::open(place, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    Ok(migrations.status(&conn).is_ok_and(|status| status.is_up_to_date()))
}

/// Where SQLite keeps a number for the application (<https://www.sqlite.org/fileformat.html#application_id>).
const MARK: Range<usize> = 68..72;

/// What stands there in a database that this has made: it follows from all the other bytes, so that a row that somebody
/// has written, or has written and removed, leaves another one than it has.
fn mark(bytes: &[u8]) -> [u8; 4] {
    let others = bytes.iter().enumerate().filter(|(at, _)| !MARK.contains(at));
    // In digits it is one token, whatever is in it.
    let digits: String = others.map(|(_, byte)| format!("{byte:02x}")).collect();
    let [first, second, third, fourth, ..] = Checksum::of(&digits).0;
    [first, second, third, fourth]
}

fn seal(made: &Path) -> io::Result<()> {
    let mark = mark(&fs::read(made)?);
    let mut file = OpenOptions::new().write(true).open(made)?;
    file.seek(SeekFrom::Start(MARK.start as u64))?;
    file.write_all(&mark)?;
    file.sync_all()
}

/// Gives it its name, at once. What was looked at is replaced, and nothing else.
fn put(made: &Path, place: &Path, is_there: bool) -> io::Result<()> {
    if is_there {
        return fs::rename(made, place);
    }
    write::name(TempPath::try_from_path(made)?, place)
}
