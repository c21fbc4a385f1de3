//! `cargo onward database`: an empty database with all migrations, for what reads a schema while it compiles.

mod former;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use onward::rusqlite::OpenFlags;
use onward::{Migrations, Report};
use tempfile::TempPath;

use crate::folder::plural;
use crate::{database, output, program, write};
use former::Former;

pub(crate) fn run(db: &Path, dir: &Path) -> anyhow::Result<ExitCode> {
    let migrations = match program::of_schema(dir) {
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
    if former::look(&place)? && is_current(&place, &migrations)? {
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
    former::seal(&made).with_context(cannot)?;
    put(&made, &place)?;
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

/// Whether it has these migrations and no others.
fn is_current(place: &Path, migrations: &Migrations) -> anyhow::Result<bool> {
    let conn = database::open(place, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    Ok(migrations.status(&conn).is_ok_and(|status| status.is_up_to_date()))
}

/// Gives it its name, at once. What was looked at is replaced, and nothing else.
fn put(made: &Path, place: &Path) -> anyhow::Result<()> {
    let cannot = || format!("cannot make {}; nothing was changed", output::path(place));
    while former::look(place)? {
        if let Some(former) = Former::lock(place)? {
            return former.replace(made, place).with_context(cannot);
        }
    }
    TempPath::try_from_path(made).and_then(|made| write::name(made, place)).with_context(cannot)
}
