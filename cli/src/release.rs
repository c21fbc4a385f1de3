//! `cargo onward release`

pub(crate) mod backwards;
mod build;
pub(crate) mod idle;
mod unreached;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use onward_analysis::folder::lock;
use onward_analysis::folder::locked;
use onward_analysis::folder::recorded::{self, FILE_NAME, Release, Statement};
use onward_analysis::{Analysis, Migration, Proof};
use onward_core::printable::printable;

use crate::exit::WRONG;
use crate::folder::{self, Folders, plural};
use crate::{output, write};
use build::Collected;

/// Differences are listed up to so many.
const SHOWN: usize = 10;

#[derive(Args)]
pub(crate) struct Options {
    /// What the release is called, such as 1.4; the lock file gets the name as well
    name: Option<String>,
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    builds: build::Builds,
    /// Write nothing; fail if the newest release that is recorded runs other statements than the program does
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(options: Options) -> anyhow::Result<ExitCode> {
    let Options { mut name, mut folders, builds, check } = options;
    // A folder alone is the folder.
    if folders.is_default() && name.as_ref().is_some_and(|name| Path::new(name).is_dir()) {
        folders.set(name.take().map(PathBuf::from));
    }
    if let Some(name) = name.as_ref().filter(|_| check) {
        bail!(
            "`--check` looks at the newest release, so it takes no name, and `{}` is no folder",
            printable(name)
        );
    }
    let folders = folders.find()?;
    let mut sound = Vec::new();
    for dir in &folders {
        let analysis = onward_analysis::analyze(dir, Proof::Whole);
        if analysis.has_errors() {
            folder::print(&analysis, dir, false);
            output::error("a history with errors is not released; nothing was written");
            return Ok(ExitCode::from(folder::failure(&analysis)));
        }
        sound.push(analysis);
    }
    let Some(collected) = builds.collect(&folders)? else { return Ok(ExitCode::from(WRONG)) };
    let unreached = unreached::calls(&collected)?;
    if !unreached.is_empty() {
        output::note(format!(
            "no build reached these, so they are not recorded; `--features` and `--target` build more: {}",
            unreached.join(", ")
        ));
    }
    let mut sound = sound.into_iter();
    folder::each(&folders, |dir| match sound.next() {
        Some(analysis) => one(dir, analysis, &collected, name.as_deref(), check),
        None => Ok(0),
    })
}

fn one(
    dir: &Path,
    mut analysis: Analysis,
    collected: &Collected,
    name: Option<&str>,
    check: bool,
) -> anyhow::Result<u8> {
    let statements = collected.of(dir)?;
    let history = &mut analysis.history;
    let Some(last) = history.migrations.last() else { return Ok(0) };
    let path = dir.join(FILE_NAME);
    let text = history.recorded.map(|file| history.files.get(file).text.clone()).unwrap_or_default();
    // What is wrong with the file, the analysis has told.
    let mut releases = recorded::parse(&text).unwrap_or_default();
    if check {
        return Ok(fresh(&path, releases.last(), last, &statements));
    }
    let after = last.version;
    let is_new = history.released < history.migrations.len()
        || history.releases.name(history.migrations.len() - 1).is_none();
    if let Some(name) = name.filter(|_| is_new) {
        let mut named = history.releases.clone();
        if let Err(problem) = named.add(name, &history.migrations, &history.files) {
            output::error(format!("{problem}; nothing was written"));
            return Ok(WRONG);
        }
        history.releases = named;
    }
    let count = plural(statements.len(), "statement");
    let is_empty = statements.is_empty();
    let release = Release { name: name.unwrap_or_default().to_owned(), after, statements, range: 0..0 };
    let again = releases.iter().find(|known| release.is_again(known));
    let lost = again.map(|known| lost(&gone(known, &release.statements)));
    let old = recorded::add(&mut releases, release, history.config.releases.keep.max(1));
    let replaced = old.into_iter().find(|known| known.after == after);
    let lock = dir.join(lock::FILE_NAME);
    let writing = |path: &Path| format!("cannot write {}", output::path(path));
    let _alone = write::alone(dir).with_context(|| format!("{}; nothing was written", writing(&path)))?;
    for (path, text) in [(&path, text.as_str()), (&lock, history.lock_text())] {
        if !write::is_still(path, text) {
            bail!(
                "somebody else has written {} meanwhile; nothing was written: run this again",
                output::path(path)
            );
        }
    }
    // Both or none: the second is looked at before the first is written.
    write::can_replace(&path).with_context(|| format!("{}; nothing was written", writing(&path)))?;
    write::replace(&lock, &locked::text(history))
        .with_context(|| format!("{}; nothing was written", writing(&lock)))?;
    write::replace(&path, &recorded::write(&releases)).with_context(|| {
        format!(
            "{}, but {} has the migrations as locked: run this again",
            writing(&path),
            output::path(&lock)
        )
    })?;
    let migrations = plural(history.migrations.len(), "migration");
    if is_empty {
        output::note(
            "only what stands in query!, sql! and their kin, and structs with a table, can be recorded: nothing of this program is",
        );
    }
    if let Some(lost) = lost.flatten() {
        output::note(lost);
    }
    if let Some(replaced) = replaced {
        output::note(format!(
            "this takes the place of release `{}`, which has the same migrations: if its programs run on, set `keep` of `[releases]` \
             in onward.toml to 2 and record both",
            printable(&replaced.name)
        ));
    }
    output::line(format!(
        "recorded {count} in {} and locked {migrations} in {}; commit both",
        output::path(&path),
        output::path(&lock)
    ));
    Ok(0)
}

/// Whether a statement is in a list. Where it stands says nothing of it.
fn is_in(list: &[Statement], one: &Statement) -> bool {
    list.iter().any(|other| (&other.sql, other.by) == (&one.sql, one.by))
}

/// What of a release is not in a list.
fn gone<'r>(release: &'r Release, statements: &[Statement]) -> Vec<&'r Statement> {
    release.statements.iter().filter(|statement| !is_in(statements, statement)).collect()
}

/// What to say of statements that a new record does not have any more.
fn lost(gone: &[&Statement]) -> Option<String> {
    let mut places: Vec<&str> = gone.iter().take(SHOWN).map(|statement| statement.at.as_str()).collect();
    if gone.len() > SHOWN {
        places.push("…");
    }
    let are = if gone.len() == 1 { "is" } else { "are" };
    let said = format!(
        "{} of what was recorded under this name before {are} no longer there: {}",
        plural(gone.len(), "statement"),
        places.join(", ")
    );
    (!gone.is_empty()).then_some(said)
}

/// Holds the newest release against what the program runs.
fn fresh(path: &Path, newest: Option<&Release>, last: &Migration, statements: &[Statement]) -> u8 {
    let shown = output::path(path);
    let Some(newest) = newest else {
        output::error(format!("{shown} records no release; run `cargo onward release` and commit the file"));
        return WRONG;
    };
    let new = statements.iter().filter(|statement| !is_in(&newest.statements, statement));
    let gone = gone(newest, statements).into_iter();
    let lines = new.map(|statement| ('+', statement)).chain(gone.map(|statement| ('-', statement)));
    let lines: Vec<String> =
        lines.map(|(sign, Statement { sql, at, .. })| format!("  {sign} {at}  {sql}")).collect();
    if lines.is_empty() && newest.after != last.version {
        output::error(format!(
            "{shown} records no release with migration {}: if this is one, run `cargo onward release` and commit the file",
            last.label
        ));
        return WRONG;
    }
    if lines.is_empty() {
        output::line(format!("{}, all recorded in {shown}", plural(statements.len(), "statement")));
        return 0;
    }
    for line in lines.iter().take(SHOWN) {
        output::line(line);
    }
    if let Some(more) = lines.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        output::line(format!("  and {more} more"));
    }
    output::error(format!(
        "{shown} does not hold what the program runs; if this is a release, run `cargo onward release` and commit the file"
    ));
    WRONG
}
