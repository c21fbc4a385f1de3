//! What is done with one file.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use onward_core::ledger::Row;

use super::class::Class;
use super::tenant::Tenant;
use crate::error::{Error, ErrorKind, Result};
use crate::history::List;
use crate::ledger;
use crate::migrator::Migrator;
use crate::report::{Rehearsal, Report};
use crate::run::{Context, Goal, fit};
use crate::start;

/// How long a look waits for somebody who keeps even readers out.
const LOOK: Duration = Duration::from_millis(500);

/// Whether a file that others have locked is put off, or waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Round {
    First,
    Second,
}

/// Does with each file what all have in common.
pub(super) struct Visitor<'m> {
    /// For the first round, the second, and for a look.
    first: Migrator<'m>,
    second: Migrator<'m>,
    look: Migrator<'m>,
    goal: Goal,
}

impl<'m> Visitor<'m> {
    /// # Errors
    /// What would keep every file from being migrated.
    pub(super) fn new(migrator: &Migrator<'m>, stop: Option<&'m AtomicBool>) -> Result<Visitor<'m>> {
        let second = migrator.clone().in_a_fleet(stop);
        fit(second.context().migrations, rusqlite::version_number())?;
        let goal = second.context().goal()?;
        let (first, look) = (second.clone().lock_timeout(Duration::ZERO), second.clone().lock_timeout(LOOK));
        Ok(Visitor { first, second, look, goal })
    }

    /// Whether a copy is made of each file before its first change.
    pub(super) fn copies(&self) -> bool {
        self.second.context().options.backup.is_some()
    }

    /// Brings a file up to date.
    pub(super) fn migrate(&self, path: &Path, round: Round) -> Tenant {
        let migrator = match round {
            Round::First => &self.first,
            Round::Second => &self.second,
        };
        let mut tenant = self.visit(path, |tenant| {
            let (conn, report) = migrator.open(literal(path))?;
            drop(conn);
            self.tell(tenant, report);
            Ok(())
        });
        if round == Round::First && tenant.error.as_ref().is_some_and(start::is_empty) {
            tenant.class = Class::Busy;
        }
        tenant
    }

    fn tell(&self, tenant: &mut Tenant, report: Report) {
        let ran = report.applied.len();
        tenant.class = if ran + report.adopted == 0 { Class::UpToDate } else { Class::Migrated };
        tenant.before = self.label(report.total - ran - report.adopted);
        tenant.after = report.newest.map(|(label, _)| label);
        (tenant.applied, tenant.backup) = (ran, report.backup);
    }

    /// Says where a file stands. It only reads.
    pub(super) fn look(&self, path: &Path) -> Tenant {
        self.visit(path, |tenant| {
            let found = start::look(self.look.context(), self.goal, &literal(path))?;
            tenant.class = if found.is_behind() { Class::Pending } else { Class::UpToDate };
            tenant.before = self.label(found.ran);
            tenant.after.clone_from(&tenant.before);
            tenant.pending = found.pending;
            Ok(())
        })
    }

    /// Runs what is pending on a copy.
    pub(super) fn rehearse(&self, path: &Path) -> Result<Rehearsal> {
        guarded(|| {
            let conn = start::read(&literal(path))?;
            let context: Context<'_> = self.look.context();
            let rehearsal = start::rehearse(context, &conn).map_err(|error| error.on(&conn))?;
            match rehearsal.violation_count {
                0 => Ok(rehearsal),
                count => {
                    let kind = ErrorKind::ForeignKeys { violations: rehearsal.violations, count };
                    Err(Error::from(kind).on(&conn))
                }
            }
        })
        .map_err(|error| error.at(Some(path)))
    }

    fn visit(&self, path: &Path, visit: impl FnOnce(&mut Tenant) -> Result<()>) -> Tenant {
        let start = Instant::now();
        let mut tenant = Tenant::new(path.to_owned(), Class::Failed);
        if let Err(error) = guarded(|| visit(&mut tenant)) {
            self.refuse(&mut tenant, error.at(Some(path)));
        }
        tenant.duration = start.elapsed();
        tenant
    }

    fn refuse(&self, tenant: &mut Tenant, error: Error) {
        tenant.class = Class::of(&error);
        // One that cannot be read stays unknown.
        if !matches!(tenant.class, Class::Corrupt | Class::Unreadable | Class::NoLedger) {
            (tenant.after, tenant.pending) = self.version(&tenant.path);
            // Whatever failed was rolled back.
            if !matches!(tenant.class, Class::InDoubt) {
                tenant.before.clone_from(&tenant.after);
            }
        }
        tenant.error = Some(error);
    }

    /// The newest version in a file's ledger, as its file name writes it, and how many migrations are to run behind it.
    fn version(&self, path: &Path) -> (Option<String>, usize) {
        let read = || {
            let conn = start::read(&literal(path)).ok()?;
            ledger::read(&conn, self.look.context().migrations.ledger()).ok()
        };
        let Some(rows) = read() else { return (None, 0) };
        let Some(newest) = rows.as_deref().and_then(<[Row]>::last).map(|row| row.version.to_string()) else {
            return (None, self.goal.count());
        };
        match self.list().position(&newest) {
            Some(at) => {
                (Some(self.list().at(at).label().to_owned()), self.goal.count().saturating_sub(at + 1))
            }
            None => (Some(newest), 0),
        }
    }

    /// The version of the last of so many migrations, as its file name writes it.
    fn label(&self, count: usize) -> Option<String> {
        count.checked_sub(1).and_then(|last| self.list().get(last)).map(|last| last.label().to_owned())
    }

    pub(super) fn list(&self) -> List<'_> {
        self.second.context().migrations.list()
    }
}

/// A panic of the code beside the SQL ends no other file's migrations.
fn guarded<T>(run: impl FnOnce() -> Result<T>) -> Result<T> {
    // What it had in hand is rolled back when its connection is dropped.
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let message = message(&*panic);
        Err(ErrorKind::Panicked { message }.into())
    })
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

/// A name that SQLite takes for no URI and for no database in memory.
fn literal(path: &Path) -> PathBuf {
    let name = path.as_os_str().as_encoded_bytes();
    match name.starts_with(b"file:") || name.starts_with(b":") {
        true => Path::new(".").join(path),
        false => path.to_owned(),
    }
}
