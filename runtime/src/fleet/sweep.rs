//! What became of all files.

use std::fmt::{self, Write};
use std::time::Duration;

use onward_core::printable::Lines;

use super::class::Class;
use super::tenant::Tenant;
use super::versions::{VersionCount, Versions};
use super::worst::Worst;
use crate::history::List;
use crate::text::counted;

/// How many of the worst files `Display` shows.
const SHOWN: usize = 10;

/// Why a sweep ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Ended {
    /// It has been at every file.
    Whole,
    /// Somebody has asked for it: [`Stop`](super::Stop).
    Stopped,
    /// The migrations failed on a copy, and nothing was written.
    Rehearsal,
    /// The migrations failed in a file of the canary.
    Canary,
    /// As many files have failed as [`Fleet::max_failures`](super::Fleet::max_failures) says.
    MaxFailures,
}

/// What became of the files of a sweep. Its `Display` is a table for people, with the worst files and what to do about each;
/// `{:#}` leaves those out, for whoever has told of them.
///
/// It holds no list of all files: the [observer](super::Fleet::observer) is told of each.
///
/// ```
/// use onward::fleet::{Class, Ended};
///
/// # let migrations: onward::Migrations = onward::migrations!("../migrations");
/// # let folder = tempfile::tempdir()?;
/// # let tenants = [folder.path().join("1.db"), folder.path().join("2.db"), folder.path().join("3.db")];
/// # for tenant in &tenants { migrations.migrator().target(9).open(tenant)?; }
/// std::fs::write(&tenants[1], "anything but a database".repeat(100))?;
/// let sweep = migrations.fleet().apply(&tenants)?;
/// assert_eq!((sweep.ended, sweep.files(), sweep.count(Class::Migrated)), (Ended::Whole, 3, 2));
/// assert_eq!(sweep.not_begun(), Some(0));
/// let at: Vec<_> = sweep.versions().map(|count| (count.version.as_deref(), count.before, count.after)).collect();
/// // Of a damaged file nobody knows the version.
/// assert_eq!(at, [(None, 1, 1), (Some("0009"), 2, 0), (Some("0010"), 0, 2)]);
/// // The one that was damaged stopped nothing else.
/// assert_eq!(sweep.worst()[0].path, tenants[1]);
/// assert_eq!(sweep.worst()[0].class, Class::Corrupt);
/// assert!(format!("{sweep}").contains("2.db") && !format!("{sweep:#}").contains("2.db"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Sweep {
    counts: [usize; Class::ALL.len()],
    versions: Versions,
    worst: Worst,
    /// Why it ended.
    pub ended: Ended,
    /// How many files there are, if the iterator of their paths says so exactly, as those of slices and vectors do.
    pub total: Option<usize>,
    /// How many waves there were, the canary included.
    pub waves: usize,
    /// How many files were put off at first, since others had their lock.
    pub put_off: usize,
    /// How many files were worked on at a time.
    pub jobs: usize,
    /// How long it took.
    pub duration: Duration,
}

impl Sweep {
    pub(super) fn new(jobs: usize, total: Option<usize>, list: List<'_>) -> Sweep {
        Sweep {
            counts: [0; Class::ALL.len()],
            versions: Versions::of(list),
            worst: Worst::default(),
            ended: Ended::Whole,
            total,
            waves: 0,
            put_off: 0,
            jobs,
            duration: Duration::ZERO,
        }
    }

    pub(super) fn add(&mut self, tenant: Tenant) {
        self.counts[tenant.class as usize] += 1;
        self.versions.add(tenant.before.as_deref(), tenant.after.as_deref());
        if !tenant.class.is_done() && tenant.class != Class::Pending {
            self.worst.add(tenant);
        }
    }

    /// How many files ended in this class.
    pub fn count(&self, class: Class) -> usize {
        self.counts[class as usize]
    }

    /// How many files it has been at.
    pub fn files(&self) -> usize {
        self.counts.iter().sum()
    }

    /// How many files it has not been at, since it ended before; `None` if nobody knows how many there are.
    pub fn not_begun(&self) -> Option<usize> {
        self.total.map(|total| total.saturating_sub(self.files()))
    }

    /// How many failed, by [`Class::is_failure`].
    pub fn failures(&self) -> usize {
        let failed = Class::ALL.into_iter().filter(|class| class.is_failure());
        failed.map(|class| self.count(class)).sum()
    }

    /// Whether it has been at every file, and nothing is left to do in any.
    pub fn is_done(&self) -> bool {
        self.ended == Ended::Whole
            && Class::ALL.into_iter().all(|class| class.is_done() || self.count(class) == 0)
    }

    /// How many files stood at which version before and after, in the order of the history; those at which none is are left
    /// out.
    pub fn versions(&self) -> impl Iterator<Item = &VersionCount> {
        self.versions.counted()
    }

    /// The files that somebody has to look at, the worst first: a hundred at most, busy ones last.
    pub fn worst(&self) -> &[Tenant] {
        self.worst.list()
    }
}

impl fmt::Display for Sweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_short = f.alternate();
        let f = &mut Lines(f);
        for class in Class::ALL.into_iter().filter(|class| self.count(*class) > 0) {
            writeln!(f, "  {:>7}  {class}", self.count(class))?;
        }
        self.table(f)?;
        if !is_short {
            self.tell_worst(f)?;
        }
        match self.ended {
            Ended::Whole => {}
            Ended::Stopped => writeln!(f, "stopped when it was asked to; run it again for the rest")?,
            Ended::Rehearsal => writeln!(f, "ended: the migrations fail on a copy; no file was changed")?,
            Ended::Canary => writeln!(f, "ended: the migrations fail in a file of the canary")?,
            Ended::MaxFailures => writeln!(f, "ended: it has reached the limit of failures")?,
        }
        if self.ended != Ended::Whole
            && let Some(not_begun @ 1..) = self.not_begun()
        {
            writeln!(f, "{} not begun", counted(not_begun, "file was", "files were"))?;
        }
        write!(
            f,
            "{} in {:.2} s, {} at a time",
            counted(self.files(), "file", "files"),
            self.duration.as_secs_f64(),
            self.jobs
        )
    }
}

impl Sweep {
    fn tell_worst(&self, f: &mut impl Write) -> fmt::Result {
        for tenant in self.worst().iter().take(SHOWN) {
            match &tenant.error {
                Some(error) => writeln!(f, "{}: {error}", tenant.class)?,
                None => writeln!(f, "{}: `{}`", tenant.class, crate::text::shown(&tenant.path))?,
            }
        }
        let wrong = self.failures() + self.count(Class::Busy);
        if wrong > SHOWN {
            writeln!(f, "and {} more that are not done", wrong - self.worst().len().min(SHOWN))?;
        }
        Ok(())
    }

    /// The versions before and after, where they are not all the same.
    fn table(&self, f: &mut impl Write) -> fmt::Result {
        if self.files() == 0 {
            return Ok(());
        }
        let label = |count: &VersionCount| count.version.clone().unwrap_or_else(|| "none".to_owned());
        let width = self.versions().map(|count| label(count).chars().count()).max().unwrap_or(0).max(7);
        writeln!(f, "  {:<width$}  {:>7}  {:>7}", "version", "before", "after")?;
        self.versions().try_for_each(|count| {
            writeln!(f, "  {:<width$}  {:>7}  {:>7}", label(count), count.before, count.after)
        })
    }
}
