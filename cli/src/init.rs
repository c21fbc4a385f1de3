//! `cargo onward init`: the first steps in an application, new or grown.

mod files;
mod manifest;
mod schema;
mod source;
mod startup;
mod steps;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use clap::Args;
use onward::rusqlite::{Connection, OpenFlags};
use onward_analysis::Proof;
use onward_schema::Schema;

use crate::folder::{self, Folder};
use crate::{database, lock, output, place};
use files::Files;
use schema::Owned;

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
    let folder = init.folder.find()?;
    let package = manifest::package(&folder)?;
    let files = Files { dry_run: init.dry_run };
    let old = init.legacy.iter().map(|db| Database::read(db)).collect::<anyhow::Result<Vec<_>>>()?;
    if let Some(db) = &init.database {
        first(&files, &folder, &Database::read(db)?, old.first())?;
    }
    old.iter().try_for_each(|db| legacy(&files, &folder, db, &init.rows))?;
    let named = place::from_here(&folder);
    let inside = std::env::current_dir()?.join(&folder);
    let watched = inside.strip_prefix(&package).map(|path| path.to_string_lossy().replace('\\', "/"));
    manifest::watch(&files, &package, watched.as_deref().unwrap_or(&named))?;
    manifest::profiles(&files, &package)?;

    let (history, _) = onward_analysis::read(&folder);
    let mut code = ExitCode::SUCCESS;
    let analysis = onward_analysis::analyze(&folder, Proof::Whole);
    match history.migrations.is_empty() {
        true => output::line(format!(
            "no migrations in {named} yet: `cargo onward new NAME` makes a file for the first"
        )),
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
        startup::tell(root, &source::read(root)?, &analysis)?;
    }
    paste(watched.as_deref().unwrap_or(&named), init.database.is_some() || !history.legacy.is_empty());
    Ok(code)
}

/// A database that was named, and what its owner has made.
struct Database<'a> {
    path: &'a Path,
    conn: Connection,
    owned: Owned,
}

impl<'a> Database<'a> {
    fn read(path: &'a Path) -> anyhow::Result<Database<'a>> {
        let conn = database::open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let owned = schema::read(&conn);
        let owned = owned.with_context(|| format!("cannot read the schema of {}", output::path(path)))?;
        ensure!(
            !owned.has_ledger,
            "{} was migrated by onward: its migrations are in the program's folder",
            output::path(path)
        );
        ensure!(!owned.objects.is_empty(), "{} has no tables", output::path(path));
        Ok(Database { path, conn, owned })
    }
}

/// The first migration, from what a database has; two where it grew out of the oldest by nothing but additions.
fn first(
    files: &Files,
    folder: &Path,
    db: &Database<'_>,
    oldest: Option<&Database<'_>>,
) -> anyhow::Result<()> {
    let (history, _) = onward_analysis::read(folder);
    ensure!(
        history.migrations.is_empty(),
        "{} has migrations already: --database is for the first; `cargo onward rehearse --adopt exact {}` says where this \
         database stands in them",
        output::path(folder),
        output::path(db.path)
    );
    agrees(db)?;
    for (table, tool) in &db.owned.left_out {
        output::line(format!("`{table}` is left out: {tool} keeps there what it has run"));
    }
    let write =
        |file: &str, from: &str, sql: &str| files.create(&folder.join(file), &format!("-- {from}\n{sql}"));
    match oldest.and_then(|oldest| Some((oldest, steps::between(&oldest.owned, &db.owned)?))) {
        Some((oldest, [before, since])) => {
            write("0001_schema.sql", &format!("The schema of {}.", name(oldest.path)), &before)?;
            if !since.is_empty() {
                write("0002_since.sql", &format!("What {} has beyond that.", name(db.path)), &since)?;
            }
            Ok(())
        }
        None => write("0001_schema.sql", &format!("The schema of {}.", name(db.path)), &db.owned.sql()),
    }
}

/// The schema of an old release, and the rows of the tables that were named.
fn legacy(files: &Files, folder: &Path, db: &Database<'_>, tables: &[String]) -> anyhow::Result<()> {
    let mut text = db.owned.sql();
    let names = db.owned.tables();
    for table in tables {
        let Some(table) = names.iter().find(|name| name.eq_ignore_ascii_case(table)) else {
            bail!("{} has no table `{table}`; it has {}", output::path(db.path), names.join(", "));
        };
        let rows = schema::rows(&db.conn, table);
        text.push_str(&rows.with_context(|| format!("cannot read the rows of `{table}`"))?);
    }
    let stem = db.path.file_stem().unwrap_or_default().to_string_lossy();
    files.create(&folder.join("legacy").join(format!("{stem}.sql")), &text)
}

fn name(path: &Path) -> String {
    output::path(Path::new(path.file_name().unwrap_or_default()))
}

/// Whether the text makes this schema. What SQLite refuses, such as a function of the application's, is told by the check.
fn agrees(db: &Database<'_>) -> anyhow::Result<()> {
    let again = Connection::open_in_memory()?;
    if again.execute_batch(&db.owned.sql()).is_err() {
        return Ok(());
    }
    let mut expected = Schema::read(&db.conn)?;
    let left_out = |table: &str| db.owned.left_out.iter().any(|(name, _)| name == table);
    expected.tables.retain(|_, table| !left_out(&table.name));
    let differences = expected.compare(&Schema::read(&again)?);
    let differences: Vec<_> = differences.iter().map(ToString::to_string).collect();
    ensure!(
        differences.is_empty(),
        "this schema does not come back from its own SQL, so it cannot be a migration: {}",
        differences.join("; ")
    );
    Ok(())
}

/// What to write into the program.
fn paste(folder: &str, is_grown: bool) {
    let argument = if folder == "migrations" { String::new() } else { format!("{folder:?}") };
    output::line(format!(
        "\nin the program:\n\n    use onward::{{Migrations, migrations}};\n\n    static MIGRATIONS: Migrations = migrations!({argument});\n"
    ));
    output::line(match is_grown {
        true => {
            "    // Databases from before onward are taken over, new ones are made.\n    let mut conn = onward::rusqlite::Connection::open(\"app.db\")?;\n    MIGRATIONS.migrator().adopt(onward::Adopt::Reconcile).apply(&mut conn)?;\n\nand delete what made the schema until now. Try it on a copy first: `cargo onward rehearse --adopt reconcile COPY`"
        }
        false => "    let conn = MIGRATIONS.open(\"app.db\")?;",
    });
}
