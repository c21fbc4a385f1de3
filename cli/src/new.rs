//! `cargo onward new`

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use onward::rusqlite::Connection;
use onward_analysis::layout::Layout;
use onward_analysis::{History, source};

pub(crate) fn run(name: &str, dir: &Path) -> anyhow::Result<ExitCode> {
    let name = name.trim().replace([' ', '-'], "_");
    let plain = |c: char| c.is_alphanumeric() || c == '_';
    ensure!(
        !name.is_empty() && name.chars().all(plain) && !name.starts_with('_'),
        "`{name}` cannot be the name of a migration: use letters, digits and `_`, as in add_archived"
    );
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
    let (history, diagnostics) = source::read(dir);
    if let Some(bad) =
        diagnostics.iter().find(|found| found.rule.about_files && found.rule.code != "no_migrations")
    {
        bail!("{}; {}", bad.message, bad.help);
    }
    let label = label(&history)?;
    for (path, text) in files(&history, &label, &name) {
        let path = dir.join(path);
        create(&path, &text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// The next version as this folder writes versions: numbers with their zeros, or the time in UTC.
fn label(history: &History) -> anyhow::Result<String> {
    let Some(last) = history.migrations.last() else { return Ok("0001".to_owned()) };
    let dated = last.label.contains('-');
    if !dated && last.label.len() < 14 {
        let next = last.version.checked_add(1).context("there is no version after the last one")?;
        return Ok(format!("{next:0width$}", width = last.label.len()));
    }
    let format = if dated { "%Y-%m-%d-%H%M%S" } else { "%Y%m%d%H%M%S" };
    // SQLite knows the calendar, so nothing else is needed for it.
    let time = "SELECT strftime(?1, 'now', printf('+%d seconds', ?2)), CAST(strftime('%Y%m%d%H%M%S', 'now', \
                printf('+%d seconds', ?2)) AS INTEGER)";
    let conn = Connection::open_in_memory()?;
    for seconds in 0..=60 {
        let (label, version): (String, i64) =
            conn.query_row(time, (format, seconds), |row| Ok((row.get(0)?, row.get(1)?)))?;
        // Two migrations made within a second are still two.
        if version > last.version {
            return Ok(label);
        }
    }
    bail!("the last migration, `{}_{}`, is dated in the future", last.label, last.name)
}

fn files(history: &History, label: &str, name: &str) -> Vec<(PathBuf, String)> {
    let text = format!("-- {}\n", name.replace('_', " "));
    let with_down = history.migrations.last().is_some_and(|last| last.down.is_some());
    let down = |path: String| {
        with_down.then(|| (path.into(), format!("-- takes back: {}\n", name.replace('_', " "))))
    };
    match history.layout.unwrap_or(Layout::Plain) {
        Layout::Plain => vec![(format!("{label}_{name}.sql").into(), text)],
        Layout::Prefixed => vec![(format!("V{label}__{name}.sql").into(), text)],
        Layout::UpDown => [(format!("{label}_{name}.up.sql").into(), text)]
            .into_iter()
            .chain(down(format!("{label}_{name}.down.sql")))
            .collect(),
        Layout::Folders => [(format!("{label}_{name}/up.sql").into(), text)]
            .into_iter()
            .chain(down(format!("{label}_{name}/down.sql")))
            .collect(),
        Layout::FoldersMigration => vec![(format!("{label}_{name}/migration.sql").into(), text)],
    }
}

/// Never writes over a file.
fn create(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}
