//! The first files of a history, from databases that are there.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use onward::rusqlite::{Connection, OpenFlags};
use onward_schema::Schema;

use super::files::New;
use super::schema::{self, Owned};
use super::steps::{self, Steps};
use crate::{database, output};

/// A database that was named, and what its owner has made.
pub(super) struct Database<'a> {
    path: &'a Path,
    conn: Connection,
    owned: Owned,
}

impl<'a> Database<'a> {
    /// # Errors
    /// If it is no database, has no tables, or is onward's already.
    pub(super) fn read(path: &'a Path) -> anyhow::Result<Database<'a>> {
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

/// The first migration, from what a database has; two where it grew out of the oldest by nothing but additions, and one
/// more where its columns stand in another order.
///
/// # Errors
/// If the folder has migrations, or the schema is none that SQL alone makes.
pub(super) fn migrations(
    folder: &Path,
    db: &Database<'_>,
    oldest: Option<&Database<'_>>,
) -> anyhow::Result<Vec<New>> {
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
        output::line(format!(
            "`{table}` is left out: {tool} keeps there what it has run; where its folder is kept, that is the history, and `cargo onward \
             adopt --from {tool}` takes such databases over"
        ));
    }
    let file = |name: &str, from: String, sql: &str| New {
        path: folder.join(name),
        text: format!("-- {from}\n{sql}"),
    };
    let whole =
        || vec![file("0001_schema.sql", format!("The schema of {}.", name(db.path)), &db.owned.sql())];
    let Some(oldest) = oldest else { return Ok(whole()) };
    let Some(Steps { first, since, order }) = steps::between(&oldest.owned, &db.owned) else {
        output::line(format!(
            "{} did not grow out of {} by additions alone, so there is one migration, with the newest schema; what leads from the one to \
             the other is yours to write: put {} into 0001_schema.sql, and each change into a migration of its own",
            name(db.path),
            name(oldest.path),
            output::path(&folder.join("legacy").join(sql_name(oldest.path)))
        ));
        return Ok(whole());
    };
    let mut made = vec![file("0001_schema.sql", format!("The schema of {}.", name(oldest.path)), &first)];
    if !since.is_empty() {
        made.push(file("0002_since.sql", format!("What {} has beyond that.", name(db.path)), &since));
    }
    if let Some(order) = order {
        let from = format!(
            "The columns in the order of {}: on a database that has grown, the new ones stand behind the others.",
            name(db.path)
        );
        made.push(file(&format!("{:04}_order.sql", made.len() + 1), from, &order));
    }
    Ok(made)
}

/// The schema of an old release, and the rows of the tables that were named.
///
/// # Errors
/// If there is no such table, or it cannot be read.
pub(super) fn legacy(folder: &Path, db: &Database<'_>, tables: &[String]) -> anyhow::Result<New> {
    let mut text = db.owned.sql();
    let names = db.owned.tables();
    for table in tables {
        let Some(table) = names.iter().find(|name| name.eq_ignore_ascii_case(table)) else {
            bail!("{} has no table `{table}`; it has {}", output::path(db.path), names.join(", "));
        };
        let rows = schema::rows(&db.conn, table);
        text.push_str(&rows.with_context(|| format!("cannot read the rows of `{table}`"))?);
    }
    Ok(New { path: folder.join("legacy").join(sql_name(db.path)), text })
}

/// The name of the file in `legacy` for a database. Nobody reads a hidden file.
fn sql_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    format!("{}.sql", stem.trim_start_matches('.'))
}

fn name(path: &Path) -> String {
    output::path(Path::new(path.file_name().unwrap_or_default()))
}

/// Whether the text makes this schema. What SQLite refuses, such as a function of the application's, is told by the check.
fn agrees(db: &Database<'_>) -> anyhow::Result<()> {
    let Ok(again) = schema::made(&[db.owned.sql()]) else { return Ok(()) };
    let mut expected = Schema::read(&db.conn)?;
    let left_out = |table: &str| db.owned.left_out.iter().any(|(name, _)| name == table);
    expected.tables.retain(|_, table| !left_out(&table.name));
    let differences = expected.compare(&again);
    let differences: Vec<_> = differences.iter().map(ToString::to_string).collect();
    ensure!(
        differences.is_empty(),
        "this schema does not come back from its own SQL, so it cannot be a migration: {}",
        differences.join("; ")
    );
    Ok(())
}
