//! `cargo onward restore`

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use onward::rusqlite::backup::{Backup, StepResult};
use onward::rusqlite::{Connection, OpenFlags};

use crate::database;

/// Goes back to a copy: the database's contents become the copy's in one transaction of SQLite's, which a kill or a power
/// cut takes back. What was there before is copied first, and no file is replaced.
pub(crate) fn run(copy: &Path, db: &Path) -> anyhow::Result<ExitCode> {
    let source = database::open(copy, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let check: String = source
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .with_context(|| format!("cannot read the copy {}; nothing was changed", copy.display()))?;
    ensure!(check == "ok", "the copy {} is damaged: {check}; nothing was changed", copy.display());
    let mut target = database::open(db, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let alone = "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;";
    target.execute_batch(alone).with_context(|| {
        format!(
            "cannot have {} alone; nothing was changed\nhelp: stop the programs that use it; if it is damaged, move it and its \
             -wal and -journal away and copy the copy to its place",
            db.display()
        )
    })?;
    let before = put_by(&target, db).context("cannot copy what is there now; nothing was changed")?;
    transfer(&source, &mut target).with_context(|| {
        format!("cannot put the copy in its place; nothing was changed, and {} may go", before.display())
    })?;
    println!("{} is as in {}", db.display(), copy.display());
    println!("as it was before: {}", before.display());
    Ok(ExitCode::SUCCESS)
}

/// Copies the database beside itself, under a name that nothing has.
fn put_by(conn: &Connection, db: &Path) -> anyhow::Result<PathBuf> {
    let stamp: String = conn.query_row("SELECT strftime('%Y%m%dT%H%M%fZ', 'now')", [], |row| row.get(0))?;
    let mut name = db.as_os_str().to_owned();
    name.push(format!(".before-restore-{stamp}"));
    let path = PathBuf::from(name);
    File::create_new(&path).with_context(|| path.display().to_string())?;
    let copied = Connection::open(&path).map_err(Into::into).and_then(|mut copy| transfer(conn, &mut copy));
    match copied {
        Ok(()) => Ok(path),
        Err(error) => {
            // Half a copy is none.
            let _ = std::fs::remove_file(&path);
            Err(error)
        }
    }
}

fn transfer(from: &Connection, to: &mut Connection) -> anyhow::Result<()> {
    match Backup::new(from, to)?.step(-1)? {
        StepResult::Done => Ok(()),
        _ => bail!("another connection is in the way"),
    }
}
