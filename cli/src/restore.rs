//! `cargo onward restore`

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail, ensure};
use onward::__private::{is_named_as_copy, put_by};
use onward::rusqlite::backup::{Backup, StepResult};
use onward::rusqlite::{Connection, OpenFlags};
use onward_core::ledger::is_ledger;

use crate::database;
use crate::output::{self, path};

/// Goes back to a copy: the database's contents become the copy's in one transaction of SQLite's, which a kill or a power
/// cut takes back. What was there before is copied first, and no file is replaced.
pub(crate) fn run(copy: &Path, db: &Path) -> anyhow::Result<ExitCode> {
    ensure!(
        !is_one_file(copy, db),
        "{} is {} itself, not a copy of it; nothing was changed",
        path(copy),
        path(db)
    );
    let source = database::open(copy, access(copy))?;
    let check: String = source
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .with_context(|| format!("cannot read the copy {}; nothing was changed", path(copy)))?;
    ensure!(check == "ok", "the copy {} is damaged: {check}; nothing was changed", path(copy));
    is_copy(&source, copy)?;
    let mut target = database::open(db, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let alone = "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;";
    target.execute_batch(alone).with_context(|| {
        format!(
            "cannot have {} alone; nothing was changed\nhelp: stop the programs that use it; if it is damaged, move it and its \
             -wal and -journal away and copy the copy to its place",
            path(db)
        )
    })?;
    let before = put_by(&target, db)
        .map_err(|error| anyhow!("cannot copy what is there now: {error}; nothing was changed"))?;
    transfer(&source, &mut target).with_context(|| {
        format!("cannot put the copy in its place; nothing was changed, and {} may go", path(&before))
    })?;
    output::line(format!("{} is as in {}", path(db), path(copy)));
    output::line(format!("as it was before: {}", path(&before)));
    Ok(ExitCode::SUCCESS)
}

/// To read a copy in WAL mode, SQLite makes two files beside it, which only a connection that can write takes away again. Where
/// one is there already, rows may be in it: it stays, and so does the copy.
fn access(copy: &Path) -> OpenFlags {
    let mut header = [0; 20];
    let read = fs::File::open(copy).and_then(|mut file| file.read_exact(&mut header));
    // See <https://www.sqlite.org/fileformat.html#file_format_version_numbers>.
    let is_wal = read.is_ok() && header[18..] == [2, 2];
    let mut beside = copy.as_os_str().to_owned();
    beside.push("-wal");
    match is_wal && fs::symlink_metadata(beside).is_err() {
        true => OpenFlags::SQLITE_OPEN_READ_WRITE,
        false => OpenFlags::SQLITE_OPEN_READ_ONLY,
    }
}

/// Whether both names lead to one file.
fn is_one_file(copy: &Path, db: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let file = |path: &Path| fs::metadata(path).map(|file| (file.dev(), file.ino()));
        matches!((file(copy), file(db)), (Ok(one), Ok(other)) if one == other)
    }
    #[cfg(not(unix))]
    {
        matches!((fs::canonicalize(copy), fs::canonicalize(db)), (Ok(one), Ok(other)) if one == other)
    }
}

/// Refuses a file that is sound and yet no copy: SQLite takes an empty one for a database without tables.
fn is_copy(source: &Connection, copy: &Path) -> anyhow::Result<()> {
    let cannot = || format!("cannot read the copy {}; nothing was changed", path(copy));
    let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'";
    let tables: i64 = source.query_row(sql, [], |row| row.get(0)).with_context(cannot)?;
    ensure!(tables > 0, "{} is no copy: it has no tables; nothing was changed", path(copy));
    // A database that was taken over had no ledger before, so that neither has the copy of it.
    ensure!(
        is_named_as_copy(copy) || has_ledger(source).with_context(cannot)?,
        "{} is no copy of a database that onward migrates: it has no table onward_migrations; nothing was changed\nhelp: the \
         copy of a database from before it was adopted has none either; give it back the name that it was made with",
        path(copy)
    );
    Ok(())
}

/// Whether there is the ledger of any history.
fn has_ledger(conn: &Connection) -> onward::rusqlite::Result<bool> {
    let mut query =
        conn.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL")?;
    let tables = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let tables = tables.collect::<onward::rusqlite::Result<Vec<(String, String)>>>()?;
    Ok(tables.iter().any(|(name, sql)| is_ledger(name, sql)))
}

fn transfer(from: &Connection, to: &mut Connection) -> anyhow::Result<()> {
    match Backup::new(from, to)?.step(-1)? {
        StepResult::Done => Ok(()),
        _ => bail!("another connection is in the way"),
    }
}
