//! `cargo onward new`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use onward::rusqlite::Connection;
use onward_analysis::History;
use onward_analysis::folder::layout::Layout;
use onward_analysis::folder::tool::Tool;
use onward_core::printable::printable;
use onward_core::version;

use crate::{output, script, write};

pub(crate) fn run(name: &str, dir: &Path) -> anyhow::Result<ExitCode> {
    let name = name.trim().replace([' ', '-'], "_");
    let plain = |c: char| c.is_alphanumeric() || c == '_';
    ensure!(
        !name.is_empty() && name.chars().all(plain) && !name.starts_with('_'),
        "`{name}` cannot be the name of a migration: use letters, digits and `_`, as in add_archived"
    );
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", output::path(dir)))?;
    let (history, diagnostics) = onward_analysis::read(dir);
    if let Some(bad) =
        diagnostics.iter().find(|found| found.rule.about_files && found.rule.code != "no_migrations")
    {
        bail!("{}; {}", printable(&bad.message), bad.help);
    }
    let label = label(&history, &name)?;
    for (path, text) in files(&history, &label, &name) {
        let path = dir.join(path);
        write::create(&path, &text).with_context(|| format!("cannot write {}", output::path(&path)))?;
        output::line(output::path(&path));
    }
    if let Some((script, folder)) = unwatched(dir) {
        output::note(format!(
            "cargo does not see a file that is added to `{folder}`, since the package has no build.rs; write {} with\n\n\
             fn main() {{\n    println!(\"cargo::rerun-if-changed={folder}\");\n}}\n",
            output::path(&script)
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Where the build script of the package around a folder would be, and the folder's path in it, if there is none: then nobody
/// tells cargo of a file that is added.
fn unwatched(dir: &Path) -> Option<(PathBuf, String)> {
    let dir = std::path::absolute(dir).ok()?;
    let package = dir.ancestors().find(|folder| folder.join("Cargo.toml").is_file())?;
    let script = script::of(package).filter(|script| !script.exists())?;
    let folder = dir.strip_prefix(package).ok()?.to_str()?.replace('\\', "/");
    Some((script, folder))
}

/// The next version as this folder writes versions: numbers with their zeros, or the time in UTC.
fn label(history: &History, name: &str) -> anyhow::Result<String> {
    let Some(last) = history.migrations.last() else { return Ok("0001".to_owned()) };
    let is_last = |label: &str| {
        let files = files(history, label, name);
        files.iter().any(|(path, _)| history.is_last(&path.to_string_lossy().replace('\\', "/")))
    };
    let digits = last.label.bytes().filter(u8::is_ascii_digit).count();
    let is_dated = last.label.contains('-');
    let number: Option<i64> = version::digits(&last.label).parse().ok();
    let is_day = digits == 8 && number.is_some_and(|day| (19000101..=21001231).contains(&day));
    if digits < 14 && !is_dated && !is_day {
        let number = number.with_context(|| {
            format!("the last version, {}, is no number to go on from; name the file yourself", last.label)
        })?;
        let next = number.checked_add(1).context("there is no version after the last one")?;
        let label = format!("{next:0digits$}");
        ensure!(
            is_last(&label),
            "the next version, {label}, would not come after `{}`, since they are compared as texts here; name the file \
             yourself",
            last.label
        );
        return Ok(label);
    }
    // SQLite knows the calendar, so nothing else is needed for it.
    let conn = Connection::open_in_memory()?;
    // Two migrations of one second are still two, and after a day alone comes a time of that day.
    for seconds in 0..=60 {
        let now = |format: &str| -> anyhow::Result<String> {
            let sql = "SELECT strftime(?1, 'now', printf('+%d seconds', ?2))";
            Ok(conn.query_row(sql, (format, seconds), |row| row.get(0))?)
        };
        let day = now("%Y%m%d")?;
        if is_day && is_last(&day) {
            return Ok(day);
        }
        let time = now(if is_dated { "%Y-%m-%d-%H%M%S" } else { "%Y%m%d%H%M%S" })?;
        let rest = "0".repeat(digits.saturating_sub(14));
        let label = if is_dated && !rest.is_empty() { format!("{time}-{rest}") } else { time + &rest };
        if is_last(&label) {
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
        Layout::Plain => {
            let text = marked(history.tool, &text, with_down);
            vec![(format!("{label}_{name}.sql").into(), text)]
        }
        Layout::Prefixed => vec![(format!("V{label}__{name}.sql").into(), text)],
        Layout::UpDown => [(format!("{label}_{name}.up.sql").into(), text)]
            .into_iter()
            .chain(down(format!("{label}_{name}.down.sql")))
            .collect(),
        Layout::Folders => {
            let folder = format!("{label}{}{name}", separator(history));
            [(format!("{folder}/up.sql").into(), text)]
                .into_iter()
                .chain(down(format!("{folder}/down.sql")))
                .collect()
        }
        Layout::FoldersMigration => vec![(format!("{label}_{name}/migration.sql").into(), text)],
    }
}

/// The text of a new file with the marks of a tool that has up and down in one.
fn marked(tool: Option<Tool>, text: &str, with_down: bool) -> String {
    let (up, down) = match tool {
        Some(Tool::Goose) => ("-- +goose Up", "-- +goose Down"),
        Some(Tool::Dbmate) => ("-- migrate:up", "-- migrate:down"),
        Some(Tool::SqlMigrate) => ("-- +migrate Up", "-- +migrate Down"),
        _ => return text.to_owned(),
    };
    // dbmate wants both.
    let down = if with_down || tool == Some(Tool::Dbmate) { format!("\n{down}\n") } else { String::new() };
    format!("{up}\n{text}{down}")
}

/// What stands behind the version of a folder: rusqlite_migration wants a dash, and diesel counts one to the version.
fn separator(history: &History) -> char {
    let last = history.migrations.last();
    let rest = last.and_then(|last| history.files.get(last.file).path.strip_prefix(last.label.as_str()));
    let is_dash =
        last.is_some_and(|last| !last.label.contains('-')) && rest.is_some_and(|rest| rest.starts_with('-'));
    if is_dash { '-' } else { '_' }
}
