//! `cargo onward status`

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail, ensure};
use onward::rusqlite::{Connection, OpenFlags};
use onward::{__private, Migrations};
use onward_analysis::{History, source};

use crate::WRONG;

pub(crate) fn run(db: &Path, dir: &Path) -> anyhow::Result<ExitCode> {
    let (history, diagnostics) = source::read(dir);
    if let Some(bad) = diagnostics.iter().find(|found| found.rule.about_files) {
        bail!("{}; {}", bad.message, bad.help);
    }
    // SQLite would make the file that is not there, or say no more than that it cannot open it.
    let metadata =
        std::fs::metadata(db).with_context(|| format!("cannot open the database {}", db.display()))?;
    ensure!(!metadata.is_dir(), "{} is a folder, not a database file", db.display());
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(db, flags)
        .with_context(|| format!("cannot open the database {}", db.display()))?;
    // onward's errors say what SQLite says; a chain would say it twice.
    let status = migrations(&history).status(&conn).map_err(|error| anyhow!("{}: {error}", db.display()))?;
    println!("{status}");
    let refused = status.conflicts().next().is_some() || !status.strangers.is_empty();
    Ok(if refused { ExitCode::from(WRONG) } else { ExitCode::SUCCESS })
}

/// The history as a program would embed it, as far as the ledger is concerned. It lives as long as this process, which
/// asks once.
fn migrations(history: &History) -> Migrations {
    let leak = |text: &str| -> &'static str { text.to_owned().leak() };
    let list = history.migrations.iter().map(|migration| {
        let file = leak(&history.files.get(migration.file).path);
        let (label, name) = (leak(&migration.label), leak(&migration.name));
        let (checksum, chain) = (migration.checksum.0, migration.chain.0);
        __private::migration(migration.version, label, name, file, "", &[], checksum, chain)
    });
    let list: Vec<_> = list.collect();
    __private::migrations(list.leak(), &[], [0; 32])
}
