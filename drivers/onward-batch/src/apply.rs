//! A run: read, try on the mirror, send, and find out what became of it.

use std::time::Duration;

use onward::{__private, Difference, Migration, Migrations, Phase, Status};

use crate::batch::{Batch, RUN, ran};
use crate::engine::{Engine, Failure, Statement, Value};
use crate::error::{Error, ErrorKind, Result};
use crate::event::Event;
use crate::guard::Guard;
use crate::mirror::Mirror;
use crate::name::name;
use crate::patience::{Patience, Wait};
use crate::pending::pending;
use crate::report::{Applied, Report};
use crate::state::{self, enforced};
use crate::watch::Watch;

/// Runs what is pending, in one request, and tells of it.
///
/// # Errors
/// Any [`Error`]. The database is as it was, but after [`ErrorKind::InDoubt`] perhaps.
pub fn apply<E: Engine>(
    engine: &E,
    migrations: &Migrations,
    patience: Patience,
    watch: &Watch,
) -> Result<Report> {
    let mut run = Run::new(engine, migrations, patience, watch);
    loop {
        match run.attempt()? {
            Outcome::Done(report) => {
                watch.tell(Event::Done { report: &report });
                return Ok(report);
            }
            Outcome::Again => {
                run.report.lost += 1;
                watch.tell(Event::Overtaken);
            }
        }
        if !run.pause() {
            return Err(ErrorKind::Crowded { waited: run.wait.elapsed() }.into());
        }
    }
}

/// Says what has run and what is pending. It only reads.
///
/// # Errors
/// As [`Migrations::status`] on a file, and that the engine cannot be read.
pub fn status<E: Engine>(engine: &E, migrations: &Migrations) -> Result<Status> {
    let (_, mirror) = read(engine, __private::ledger(migrations))?;
    Ok(migrations.status(&mirror.0)?)
}

/// Compares the schema with the ledger. It only reads.
///
/// # Errors
/// As [`Migrations::verify`] on a file, and that the engine cannot be read.
pub fn verify<E: Engine>(engine: &E, migrations: &Migrations) -> Result<Vec<Difference>> {
    let (_, mirror) = read(engine, __private::ledger(migrations))?;
    Ok(migrations.verify(&mirror.0)?)
}

fn read<E: Engine>(engine: &E, ledger: &str) -> Result<(state::State, Mirror)> {
    let state = state::State::read(engine, ledger)?;
    let mirror = Mirror::of(&state, ledger)?;
    Ok((state, mirror))
}

enum Outcome {
    Done(Report),
    Again,
}

struct Run<'r, E> {
    engine: &'r E,
    migrations: &'r Migrations,
    ledger: &'r str,
    wait: Wait,
    watch: &'r Watch,
    /// What this run's rows have, and no other's.
    name: String,
    report: Report,
}

impl<'r, E: Engine> Run<'r, E> {
    fn new(engine: &'r E, migrations: &'r Migrations, patience: Patience, watch: &'r Watch) -> Self {
        let report = Report {
            applied: Vec::new(),
            total: 0,
            newest: None,
            lost: 0,
            in_doubt: 0,
            duration: Duration::ZERO,
        };
        Run {
            engine,
            migrations,
            ledger: __private::ledger(migrations),
            wait: Wait::new(patience),
            watch,
            name: name(),
            report,
        }
    }

    fn attempt(&mut self) -> Result<Outcome> {
        let (state, mirror) = loop {
            match read(self.engine, self.ledger) {
                Err(error) if error.is_passing() && self.pause() => {}
                read => break read?,
            }
        };
        let before = ran(&state).len();
        let pending = pending(self.migrations, &mirror.0)?;
        __private::apply_without_rows(self.migrations, &mirror.0)?;
        if pending.is_empty() {
            return Ok(Outcome::Done(self.told(&[], before)));
        }
        let enforced = enforced(self.engine, state.foreign_keys);
        let batch = Batch::new(&state, (E::TARGET, enforced), self.ledger, &pending, &mirror, &self.name)?;
        self.watch.set(Phase::Migrating);
        self.watch.tell(Event::Started { migrations: &pending });
        match self.send(&batch)? {
            true => Ok(Outcome::Done(self.told(&pending, before + pending.len()))),
            false => Ok(Outcome::Again),
        }
    }

    /// Whether it is done by this run; otherwise another one was faster.
    fn send(&mut self, batch: &Batch) -> Result<bool> {
        let mut in_doubt = false;
        loop {
            self.watch.set(Phase::Migrating);
            let failure = match self.engine.write(&batch.statements) {
                Ok(()) => return Ok(true),
                Err(failure) => failure,
            };
            match failure {
                // What was sent before may have been done.
                Failure::Refused { statement, message } => {
                    return match refused(batch, statement, message) {
                        None => Ok(in_doubt && self.is_ours()?),
                        // The guard comes first: what fails behind it was not done.
                        Some(error) => Err(error),
                    };
                }
                Failure::InDoubt { .. } => {
                    in_doubt = true;
                    self.report.in_doubt += 1;
                    self.watch.tell(Event::InDoubt { failure: &failure });
                    if !self.pause() {
                        return Err(ErrorKind::InDoubt { failure }.into());
                    }
                }
                Failure::Unreachable { .. } if self.pause() => {}
                // It may come from what stands in between, behind the engine's back.
                Failure::Denied { .. } => {
                    return match self.has_written() {
                        Some(true) => Ok(true),
                        Some(false) if !in_doubt => Err(not_run(failure)),
                        _ => Err(ErrorKind::InDoubt { failure }.into()),
                    };
                }
                failure if in_doubt => return Err(ErrorKind::InDoubt { failure }.into()),
                failure => return Err(not_run(failure)),
            }
        }
    }

    /// Whether the newest row of the ledger is of this run.
    fn is_ours(&mut self) -> Result<bool> {
        loop {
            match self.newest() {
                Ok(is_ours) => return Ok(is_ours),
                Err(_) if self.pause() => {}
                Err(failure) => return Err(ErrorKind::InDoubt { failure }.into()),
            }
        }
    }

    /// The same, asked once, where there may be no ledger; `None` if nobody can say.
    fn has_written(&self) -> Option<bool> {
        match self.newest() {
            Ok(is_ours) => Some(is_ours),
            // There is no ledger, or no such column.
            Err(Failure::Refused { .. }) => Some(false),
            Err(_) => None,
        }
    }

    fn newest(&self) -> std::result::Result<bool, Failure> {
        let sql = format!("SELECT {RUN} FROM main.{} ORDER BY version DESC LIMIT 1", self.ledger);
        let answers = self.engine.read(&[Statement::new(sql)])?;
        let newest = answers.into_iter().next().and_then(|rows| rows.into_iter().next());
        Ok(newest.is_some_and(|newest| newest == [Value::Text(self.name.clone())]))
    }

    fn pause(&mut self) -> bool {
        if !self.wait.left().is_zero() {
            self.watch.tell(Event::Waiting { attempt: self.wait.pauses() + 1, waited: self.wait.elapsed() });
        }
        self.wait.pause()
    }

    fn told(&mut self, applied: &[Migration<'_>], total: usize) -> Report {
        let told = |migration: &Migration<'_>| Applied {
            version: migration.version(),
            label: migration.label().to_owned(),
            name: migration.name().to_owned(),
        };
        let applied = applied.iter().map(told).collect();
        let newest = total.checked_sub(1).and_then(|last| self.migrations.list().get(last));
        let newest = newest.map(|newest| (newest.label().to_owned(), newest.name().to_owned()));
        Report { applied, total, newest, duration: self.wait.elapsed(), ..self.report.clone() }
    }
}

fn not_run(failure: Failure) -> Error {
    ErrorKind::Engine { doing: "run the migrations", failure }.into()
}

/// What a refused statement means; `None` if another run was faster.
fn refused(batch: &Batch, statement: usize, message: String) -> Option<Error> {
    let place = batch.places.get(statement).cloned().flatten();
    Some(match (place, Guard::of(&message)) {
        (None, Some(Guard::Ledger)) => return None,
        (None, Some(Guard::ForeignKeys)) => ErrorKind::ForeignKeys.into(),
        (None, Some(Guard::Schema)) => ErrorKind::Drift.into(),
        (Some(place), _) => {
            let (file, line, column, sql) = (place.file, place.line, place.column, place.sql);
            ErrorKind::Statement { file, line, column, sql, message }.into()
        }
        // The ledger is there by now, or has the column.
        (None, None) if message.contains("already exists") || message.contains("duplicate column") => {
            return None;
        }
        (None, None) => {
            let failure = Failure::Refused { statement, message };
            ErrorKind::Engine { doing: "write the ledger", failure }.into()
        }
    })
}
