//! `cargo onward init`: the first steps in an application, new or grown.

mod files;
mod first;
mod manifest;
mod order;
mod schema;
mod source;
mod startup;
mod steps;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use onward_analysis::Proof;

use crate::folder::{self, Folder};
use crate::{engine, lock, output, place};
use files::Files;
use first::Database;
use startup::Known;

#[derive(Args)]
pub(crate) struct Init {
    #[command(flatten)]
    folder: Folder,
    /// Write the first migration from this database's schema
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Write legacy/NAME.sql from the database of an old release, so that every build proves that such a one arrives
    #[arg(long, value_name = "FILE")]
    legacy: Vec<PathBuf>,
    /// Write the rows of this table as well into what --legacy writes: they end up in the repository
    #[arg(long, value_name = "TABLE", requires = "legacy")]
    rows: Vec<String>,
    /// Find the SQL in the Rust code below this folder, and say what of it is schema and where it fails
    #[arg(long, value_name = "DIR")]
    source: Option<PathBuf>,
    /// Write nothing, and say what would be written
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(init: Init) -> anyhow::Result<ExitCode> {
    let databases: Vec<&Path> = init.database.iter().chain(&init.legacy).map(PathBuf::as_path).collect();
    engine::files("init", &databases)?;
    let folder = init.folder.find()?;
    let package = manifest::package(&folder)?;
    let workspace = manifest::workspace(&package)?;
    let files = Files { dry_run: init.dry_run };
    let old = init.legacy.iter().map(|db| Database::read(db)).collect::<anyhow::Result<Vec<_>>>()?;
    let mut made = match &init.database {
        Some(db) => first::migrations(&folder, &Database::read(db)?, old.first())?,
        None => Vec::new(),
    };
    for db in &old {
        made.push(first::legacy(&folder, db, &init.rows)?);
    }
    files.are_free(&made)?;
    let named = place::from_here(&folder);
    let inside = std::env::current_dir()?.join(&folder);
    let watched = inside.strip_prefix(&package).map(|path| path.to_string_lossy().replace('\\', "/"));
    manifest::watch(&files, &package, watched.as_deref().unwrap_or(&named))?;
    manifest::profiles(&files, &workspace)?;
    // Last: after a failure before, or a kill, the same command goes on from there.
    made.iter().try_for_each(|file| files.create(&file.path, &file.text))?;

    let mut code = ExitCode::SUCCESS;
    let analysis = onward_analysis::analyze(&folder, Proof::Whole);
    let history = &analysis.history;
    match history.migrations.is_empty() {
        true if made.is_empty() => output::line(format!(
            "no migrations in {named} yet: `cargo onward new NAME` makes a file for the first"
        )),
        true => {}
        false if analysis.has_errors() || init.dry_run || history.lock.is_some() => {
            folder::print(&analysis, &folder, false);
            code = ExitCode::from(if analysis.has_errors() { folder::failure(&analysis) } else { 0 });
        }
        false => {
            folder::print(&analysis, &folder, false);
            code = lock::run(std::slice::from_ref(&folder), false, None)?;
        }
    }
    if let Some(root) = &init.source {
        // What a dry run would write is not in the folder.
        let written = if init.dry_run { &made[..] } else { &[] };
        startup::tell(root, &source::read(root)?, &Known::of(&analysis, &folder, written))?;
    }
    paste(watched.as_deref().unwrap_or(&named), init.database.is_some() || !history.legacy.is_empty());
    Ok(code)
}

/// What a program writes that has databases already.
const GROWN: &str = "    // Databases from before onward are adopted, new ones are made.
    let mut conn = onward::rusqlite::Connection::open(\"app.db\")?;
    MIGRATIONS.migrator().adopt(onward::Adopt::Reconcile).apply(&mut conn)?;

and delete what made the schema until now. Try it on a copy first: `cargo onward rehearse --adopt reconcile COPY`";

/// What to write into the program.
fn paste(folder: &str, is_grown: bool) {
    let argument = if folder == "migrations" { String::new() } else { format!("{folder:?}") };
    output::line(format!(
        "
in the program:

    use onward::{{Migrations, migrations}};

    static MIGRATIONS: Migrations = migrations!({argument});
"
    ));
    output::line(if is_grown { GROWN } else { "    let conn = MIGRATIONS.open(\"app.db\")?;" });
}
