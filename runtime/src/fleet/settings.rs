//! What a program sets and calls for a sweep.

use std::fmt;
use std::path::PathBuf;
use std::thread::available_parallelism;

use super::amount::Amount;
use super::course::{Course, Rules};
use super::event::Event;
use super::plan::{self, Plan};
use super::stop::Stop;
use super::sweep::Sweep;
use super::visit::Visitor;
use crate::error::{Error, ErrorKind, Result};
use crate::migrator::Migrator;

/// How many files are worked on at a time for each processor: a migration waits for the disk most of the time.
const JOBS_PER_CORE: usize = 8;
const MOST_JOBS: usize = 256;

/// How many files a rehearsal looks at before it gives up finding more with something pending.
const LOOKED_AT: usize = 1000;

type Observer<'m> = Box<dyn FnMut(Event<'_>) + 'm>;

/// How many files are to be migrated. Made by [`Migrations::fleet`](crate::Migrations::fleet), or by
/// [`Migrator::fleet`](crate::Migrator::fleet) for settings that hold for each file, such as copies before the first change.
///
/// ```
/// # let migrations: onward::Migrations = onward::migrations!("../migrations");
/// # let folder = tempfile::tempdir()?;
/// # let tenants = [folder.path().join("1.db"), folder.path().join("2.db")];
/// # for tenant in &tenants { migrations.migrator().target(9).open(tenant)?; }
/// # std::fs::create_dir(folder.path().join("before"))?;
/// let mut fleet = migrations.migrator().backup(folder.path().join("before")).fleet();
/// let sweep = fleet.rehearse(1).canary(1).waves(100).max_failures(3).apply(&tenants)?;
/// assert!(sweep.is_done());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Fleet<'m> {
    migrator: Migrator<'m>,
    jobs: Option<usize>,
    canary: usize,
    waves: Option<Amount>,
    max_failures: Option<Amount>,
    rehearse: usize,
    observer: Option<Observer<'m>>,
    stop: Option<&'m Stop>,
}

impl<'m> Fleet<'m> {
    pub(crate) fn new(migrator: Migrator<'m>) -> Fleet<'m> {
        Fleet {
            migrator,
            jobs: None,
            canary: 0,
            waves: None,
            max_failures: None,
            rehearse: 0,
            observer: None,
            stop: None,
        }
    }

    /// Sets how many files are worked on at a time: eight for each processor by default, since most of a migration is waiting for
    /// the disk. One at least, 256 at most; each has a thread and a few open files.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// let sweep = migrations.fleet().jobs(4).apply(Vec::<String>::new())?;
    /// assert_eq!(sweep.jobs, 4);
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn jobs(mut self, jobs: usize) -> Fleet<'m> {
        self.jobs = Some(jobs.clamp(1, MOST_JOBS));
        self
    }

    /// Sets in how many files the migrations run first, before any other: none by default. If they fail in one of them, the sweep
    /// ends there.
    ///
    /// Files in which nothing is pending do not count, nor does one that cannot be migrated for a reason of its own, such as a
    /// corrupt one: they tell nothing of the migrations.
    ///
    /// ```
    /// use onward::fleet::Ended;
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir()?;
    /// # let tenants: Vec<_> = (0..9).map(|tenant| folder.path().join(format!("{tenant}.db"))).collect();
    /// for tenant in &tenants {
    ///     let (conn, _) = migrations.migrator().target(9).open(tenant)?;
    ///     // Not what the migrations leave: something that they make is there.
    ///     conn.execute_batch("ALTER TABLE jobs ADD COLUMN retries INTEGER")?;
    /// }
    /// let sweep = migrations.fleet().canary(1).apply(&tenants)?;
    /// assert_eq!((sweep.ended, sweep.failures()), (Ended::Canary, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn canary(mut self, files: usize) -> Fleet<'m> {
        self.canary = files;
        self
    }

    /// Sets in how many files the migrations run before the next ones are begun: in all that are left by default. Between two
    /// waves nothing runs, and [`Event::Wave`] is told; the observer may take its time, or stop the sweep.
    ///
    /// ```
    /// use onward::fleet::Amount;
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir()?;
    /// # let tenants: Vec<_> = (0..9).map(|tenant| folder.path().join(format!("{tenant}.db"))).collect();
    /// # for tenant in &tenants { migrations.migrator().target(9).open(tenant)?; }
    /// let sweep = migrations.fleet().canary(1).waves(Amount::Percent(50)).apply(&tenants)?;
    /// // One, five and three.
    /// assert_eq!(sweep.waves, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn waves(mut self, size: impl Into<Amount>) -> Fleet<'m> {
        self.waves = Some(size.into());
        self
    }

    /// Sets at how many failures the sweep ends: at none by default, so that each file is tried. Those in hand are finished.
    /// [`Class::is_failure`](super::Class::is_failure) says what counts.
    ///
    /// ```
    /// use onward::fleet::Ended;
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// // None of them is there.
    /// let sweep = migrations.fleet().jobs(1).max_failures(3).apply((0..1000).map(|tenant| format!("{tenant}.db")))?;
    /// assert_eq!((sweep.ended, sweep.failures()), (Ended::MaxFailures, 3));
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn max_failures(mut self, failures: impl Into<Amount>) -> Fleet<'m> {
        self.max_failures = Some(failures.into());
        self
    }

    /// Rehearses the migrations on copies of so many files first: none by default. If they fail on one of the copies, the
    /// sweep ends, and nothing has been written.
    ///
    /// These are the first files with something pending; up to 1,000 are looked at to find them. [`Fleet::plan`] takes three
    /// unless this says otherwise.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir()?;
    /// # let tenants = [folder.path().join("1.db"), folder.path().join("2.db")];
    /// # for tenant in &tenants { migrations.migrator().target(9).open(tenant)?; }
    /// let sweep = migrations.fleet().rehearse(1).apply(&tenants)?;
    /// assert!(sweep.is_done());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rehearse(mut self, files: usize) -> Fleet<'m> {
        self.rehearse = files;
        self
    }

    /// Calls a function for each [`Event`] of the sweep, on the thread that called: for a progress bar or a log.
    ///
    /// If it panics, the files in hand are finished before the panic goes on.
    ///
    /// ```
    /// use onward::fleet::{Event, Stop};
    ///
    /// static STOP: Stop = Stop::new();
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir()?;
    /// # let tenants = [folder.path().join("1.db")];
    /// # for tenant in &tenants { migrations.migrator().target(9).open(tenant)?; }
    /// let fleet = migrations.fleet().stop_on(&STOP).observer(|event| {
    ///     if let Event::Ended { tenant } = event {
    ///         println!("{}: {}", tenant.path.display(), tenant.class);
    ///     }
    /// });
    /// # let mut fleet = fleet;
    /// assert!(fleet.apply(&tenants)?.is_done());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn observer(mut self, observer: impl FnMut(Event<'_>) + 'm) -> Fleet<'m> {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Ends the sweep when this asks for it; see [`Stop`].
    pub fn stop_on(mut self, stop: &'m Stop) -> Fleet<'m> {
        self.stop = Some(stop);
        self
    }

    /// Migrates these files, and says what became of each.
    ///
    /// Each gets the guarantees of [`Migrations::apply`](crate::Migrations::apply), but that no file is made: one that is not there
    /// is [`Class::Unreadable`](super::Class::Unreadable), and so is one
    /// that is empty to the end, or that SQLite or onward keeps beside a database. A file whose lock others have is put off until all others have ended,
    /// and waited for then: ten seconds, unless [`Migrator::lock_timeout`](crate::Migrator::lock_timeout) says otherwise.
    ///
    /// Paths are taken one after the other, as they are needed; how many there are costs no memory. Names are names: `:memory:`
    /// or `file:…` have no meaning of their own here. [`Migrator::or_recreate`](crate::Migrator::or_recreate) has no effect: a
    /// tenant that cannot be migrated stays where it is.
    ///
    /// # Errors
    /// If no file could be migrated whatever it is: [`ErrorKind::OldSqlite`], [`ErrorKind::UnknownTarget`],
    /// [`ErrorKind::UnknownVersion`], and [`ErrorKind::UnknownLength`] for a share of an iterator that does not say
    /// how long it is. Never because of a file: what is wrong with it is in the [`Sweep`].
    pub fn apply<P: Into<PathBuf>>(&mut self, paths: impl IntoIterator<Item = P>) -> Result<Sweep> {
        let mut paths = paths.into_iter().map(Into::into);
        let rules = self.rules(paths.size_hint())?;
        let visitor = Visitor::new(&self.migrator, self.stop.map(Stop::flag))?;
        let mut course = Course::new(rules, self.stop, &visitor, &mut self.observer);
        let mut held = Vec::new();
        if self.rehearse > 0 {
            held = course.rehearse(&visitor, &mut paths, self.rehearse, LOOKED_AT);
        }
        course.run(held.into_iter().chain(paths), &|path, round| visitor.migrate(path, round))
    }

    /// Says where these files stand, and changes none: each is [`Class::UpToDate`](super::Class::UpToDate), [`Class::Pending`](super::Class::Pending) or what would keep it
    /// from being migrated, as far as one read tells.
    ///
    /// ```
    /// use onward::fleet::Class;
    ///
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir()?;
    /// # let tenants = [folder.path().join("1.db"), folder.path().join("2.db")];
    /// # for tenant in &tenants { migrations.migrator().target(9).open(tenant)?; }
    /// let sweep = migrations.fleet().status(&tenants)?;
    /// assert_eq!(sweep.count(Class::Pending), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Fleet::apply`].
    pub fn status<P: Into<PathBuf>>(&mut self, paths: impl IntoIterator<Item = P>) -> Result<Sweep> {
        let visitor = Visitor::new(&self.migrator, self.stop.map(Stop::flag))?;
        let paths = paths.into_iter().map(Into::into);
        let rules = Rules::look(self.number_of_jobs(), length(paths.size_hint()));
        Course::new(rules, self.stop, &visitor, &mut self.observer).run(paths, &|path, _| visitor.look(path))
    }

    /// Says where these files stand, rehearses some of them on copies, and says from that how long a sweep would take and
    /// what room on the disk it needs. It changes none.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let folder = tempfile::tempdir()?;
    /// # let tenants = [folder.path().join("1.db"), folder.path().join("2.db")];
    /// # for tenant in &tenants { migrations.migrator().target(9).open(tenant)?; }
    /// let plan = migrations.fleet().plan(&tenants)?;
    /// println!("{plan}");
    /// assert_eq!(plan.samples.len(), 2);
    /// assert!(plan.is_sound() && plan.duration().is_some() && plan.bytes_needed().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Fleet::apply`].
    pub fn plan<P: Into<PathBuf>>(&mut self, paths: impl IntoIterator<Item = P>) -> Result<Plan> {
        let visitor = Visitor::new(&self.migrator, self.stop.map(Stop::flag))?;
        let paths = paths.into_iter().map(Into::into);
        let rules = Rules::look(self.number_of_jobs(), length(paths.size_hint()));
        let samples = if self.rehearse == 0 { plan::SAMPLES } else { self.rehearse };
        plan::make(rules, self.stop, &mut self.observer, &visitor, paths, samples)
    }

    fn number_of_jobs(&self) -> usize {
        let cores = || available_parallelism().map_or(2, usize::from);
        self.jobs.unwrap_or_else(|| (cores() * JOBS_PER_CORE).min(MOST_JOBS))
    }

    /// # Errors
    /// [`ErrorKind::UnknownLength`].
    fn rules(&self, hint: (usize, Option<usize>)) -> Result<Rules> {
        let length = length(hint);
        let files = |amount: Amount| amount.of(length).ok_or_else(|| Error::from(ErrorKind::UnknownLength));
        Ok(Rules {
            jobs: self.number_of_jobs(),
            canary: self.canary,
            wave: self.waves.map(files).transpose()?,
            max_failures: self.max_failures.map(files).transpose()?,
            migrates: true,
            total: length,
        })
    }
}

/// How many an iterator has that says so exactly.
fn length((least, most): (usize, Option<usize>)) -> Option<usize> {
    most.filter(|most| *most == least)
}

impl fmt::Debug for Fleet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet")
            .field("migrator", &self.migrator)
            .field("jobs", &self.jobs)
            .field("canary", &self.canary)
            .field("waves", &self.waves)
            .field("max_failures", &self.max_failures)
            .field("rehearse", &self.rehearse)
            .finish_non_exhaustive()
    }
}
