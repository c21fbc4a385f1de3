//! `cargo onward fleet`

mod arguments;
mod hook;
mod human;
mod json;
mod paths;
mod pattern;
mod progress;
mod stop;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{anyhow, ensure};
use onward::fleet::{Class, Ended, Event, Fleet, Plan, Sweep};
use onward::{Migrations, Migrator};

use crate::exit::{UNKNOWN, WRONG};
use crate::{advice, output, program, status};
pub(crate) use arguments::Command;
use arguments::{Care, Format, How, Which};
use paths::Found;
use progress::Progress;
use stop::{STOP, warn};

pub(crate) fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Status { which, how } => {
            let migrations = status::history(&which.folder()?)?;
            let stdin = paths::read_stdin(&which)?;
            let watch = Watch::begin(&which, how, stdin)?;
            let run: Run<Sweep> = |fleet, paths| fleet.status(paths);
            watch.sweep(migrations.fleet(), run, |sweep| {
                sweep.ended == Ended::Whole && sweep.failures() + sweep.count(Class::Busy) == 0
            })
        }
        Command::Plan { which, how, until, rehearse } => match proven(&which, &how)? {
            Ok((migrations, stdin)) => {
                let migrator = until.of(&migrations, migrations.migrator())?;
                let watch = Watch::begin(&which, how, stdin)?;
                if let Some(code) = watch.refuse(&migrations, &migrator)? {
                    return Ok(code);
                }
                watch.plan(migrator.fleet().rehearse(rehearse))
            }
            Err(code) => Ok(code),
        },
        Command::Apply { which, how, until, care } => match proven(&which, &how)? {
            Ok((migrations, stdin)) => {
                let migrator = until.of(&migrations, copying(&migrations, &care)?)?;
                let watch = Watch::begin(&which, how, stdin)?;
                if let Some(code) = watch.refuse(&migrations, &migrator)? {
                    return Ok(code);
                }
                watch.sweep(careful(migrator, &care), |fleet, paths| fleet.apply(paths), Sweep::is_done)
            }
            Err(code) => Ok(code),
        },
    }
}

/// The history as a program would embed it, and what the standard input has; else the exit code.
fn proven(which: &Which, how: &How) -> anyhow::Result<Result<(Migrations, Vec<u8>), ExitCode>> {
    let quiet = how.format == Format::Json;
    Ok(program::of_fleet(&which.folder()?, quiet, || paths::read_stdin(which)))
}

/// What holds for each file.
fn copying<'m>(migrations: &'m Migrations, care: &Care) -> anyhow::Result<Migrator<'m>> {
    let migrator = migrations.migrator().lock_timeout(Duration::from_secs(care.lock_timeout));
    let Some(folder) = &care.backup else { return Ok(migrator) };
    ensure!(folder.is_dir(), "{} is no folder for copies; nothing was done", output::path(folder));
    Ok(care.keep.into_iter().fold(migrator.backup(folder), Migrator::keep))
}

/// What holds for all.
fn careful<'m>(migrator: Migrator<'m>, care: &Care) -> Fleet<'m> {
    let fleet = migrator.fleet().canary(care.canary.unwrap_or(0)).rehearse(care.rehearse.unwrap_or(0));
    let fleet = care.then.into_iter().fold(fleet, Fleet::waves);
    care.max_failures.into_iter().fold(fleet, Fleet::max_failures)
}

/// What is done with the files.
type Run<T> = fn(&mut Fleet<'_>, Vec<PathBuf>) -> onward::Result<T>;

/// The files, and how they are watched.
struct Watch {
    found: Found,
    how: How,
    progress: Progress,
}

impl Watch {
    fn begin(which: &Which, how: How, stdin: Vec<u8>) -> anyhow::Result<Watch> {
        let found = paths::find(which, stdin)?;
        stop::listen()?;
        found.notes().iter().for_each(|note| warn(&format!("note: {note}")));
        if how.format == Format::Json {
            json::begin(&found);
        }
        Ok(Watch { progress: Progress::new(found.paths.len(), how.format), found, how })
    }

    /// The exit code, if no file may be begun.
    fn refuse(&self, migrations: &Migrations, migrator: &Migrator<'_>) -> anyhow::Result<Option<ExitCode>> {
        let fleet = self.how.jobs.0.into_iter().fold(migrator.clone().fleet(), Fleet::jobs);
        let refused = hook::refuse(migrations, fleet, self.found.paths.clone());
        // onward's errors say what SQLite says; a chain would say it twice.
        let refused = refused.map_err(|error| anyhow!("{}", advice::words(&error)))?;
        Ok(refused.map(|why| {
            output::error(why);
            ExitCode::from(UNKNOWN)
        }))
    }

    fn sweep(
        mut self,
        fleet: Fleet<'_>,
        run: Run<Sweep>,
        is_done: fn(&Sweep) -> bool,
    ) -> anyhow::Result<ExitCode> {
        let sweep = match self.watched(fleet, run, human::hear) {
            Ok(sweep) => sweep,
            Err(code) => return Ok(code),
        };
        let done = is_done(&sweep) && self.found.unread.is_empty();
        match self.how.format {
            Format::Human => human::end(&sweep),
            Format::Json => json::end(&sweep, &self.found, done),
        }
        Ok(code(done))
    }

    fn plan(mut self, fleet: Fleet<'_>) -> anyhow::Result<ExitCode> {
        let plan: Plan = match self.watched(fleet, |fleet, paths| fleet.plan(paths), human::hear_plan) {
            Ok(plan) => plan,
            Err(code) => return Ok(code),
        };
        let is_whole = plan.status.ended == Ended::Whole && plan.status.count(Class::Busy) == 0;
        let done = plan.is_sound() && is_whole && self.found.unread.is_empty();
        match self.how.format {
            Format::Human => human::plan(&plan),
            Format::Json => json::plan(&plan, &self.found, done),
        }
        Ok(code(done))
    }

    fn watched<T>(
        &mut self,
        fleet: Fleet<'_>,
        run: Run<T>,
        hear_human: fn(Event<'_>, &Progress),
    ) -> Result<T, ExitCode> {
        let (progress, format) = (&mut self.progress, self.how.format);
        let hear = |event: Event<'_>| {
            match format {
                Format::Human => hear_human(event, progress),
                Format::Json => progress.aside(|| json::hear(event)),
            }
            if let Event::Ended { tenant } = event {
                progress.count(tenant);
            }
        };
        let fleet = self.how.jobs.0.into_iter().fold(fleet, Fleet::jobs);
        let outcome = run(&mut fleet.observer(hear).stop_on(&STOP), std::mem::take(&mut self.found.paths));
        self.progress.end();
        outcome.map_err(|error| {
            output::error(advice::words(&error));
            ExitCode::from(UNKNOWN)
        })
    }
}

fn code(done: bool) -> ExitCode {
    if done { ExitCode::SUCCESS } else { ExitCode::from(WRONG) }
}
