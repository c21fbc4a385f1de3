//! Many namespaces of one server with one history.

use std::fmt;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use onward::Migrations;
use onward_batch::{Error, Report, Result};

use crate::server::Server;

/// How many namespaces are worked on at a time.
const JOBS: usize = 8;
const MOST_JOBS: usize = 256;

/// How many of the failures `Display` shows.
const SHOWN: usize = 10;

/// Namespaces that are to be migrated. Made by [`Server::fleet`].
pub struct Fleet {
    server: Server,
    names: Vec<String>,
    jobs: usize,
}

/// A namespace, and what became of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Tenant {
    /// Its name, as it was given.
    pub name: String,
    /// What the run did, or why it did not.
    pub outcome: Result<Report>,
}

/// What became of the namespaces. Its `Display` is for people, with the first failures.
#[derive(Debug)]
#[non_exhaustive]
pub struct Sweep {
    /// Each namespace, in the order of their names as they were given.
    pub tenants: Vec<Tenant>,
    /// How many were worked on at a time.
    pub jobs: usize,
    /// How long it took.
    pub duration: Duration,
}

impl Server {
    /// Many of its namespaces with one history, a database per tenant.
    ///
    /// Neither [`Server::observer`] nor [`Server::readiness`] is told. Each has [`Server::timeout`] for itself: with many of them, and a server that may be gone, a short one.
    ///
    /// ```no_run
    /// # fn sweep(migrations: &onward::Migrations) -> onward_libsql::Result<()> {
    /// use onward_libsql::Server;
    ///
    /// let server = Server::connect("http://localhost:8080")?;
    /// let sweep = server.fleet(["ada", "bea"]).jobs(4).apply(migrations)?;
    /// println!("{sweep}");
    /// for (name, error) in sweep.failures() {
    ///     eprintln!("{name}: {error}");
    /// }
    /// # Ok(()) }
    /// ```
    pub fn fleet<N: Into<String>>(&self, namespaces: impl IntoIterator<Item = N>) -> Fleet {
        Fleet {
            server: self.unwatched(),
            names: namespaces.into_iter().map(Into::into).collect(),
            jobs: JOBS,
        }
    }
}

impl Fleet {
    /// Sets how many namespaces are worked on at a time: eight by default, one at least, 256 at most.
    pub fn jobs(mut self, jobs: usize) -> Fleet {
        self.jobs = jobs.clamp(1, MOST_JOBS);
        self
    }

    /// Runs in each namespace what is pending there, as [`Server::apply`] does, and returns when all have ended: what becomes of one
    /// stops no other. Run once more, it goes on where it was.
    ///
    /// # Errors
    /// If the server may not be asked, or does not tell namespaces apart: it would take every name for the same database. What becomes
    /// of a namespace is in the [`Sweep`].
    pub fn apply(&self, migrations: &Migrations) -> Result<Sweep> {
        let start = Instant::now();
        self.server.tell_apart()?;
        let server = self.server.clone().telling_apart();
        let jobs = self.jobs.min(self.names.len());
        let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            let work = || {
                while let Some((number, name)) = self.take(&next) {
                    let outcome = server.clone().namespace(name).apply(migrations);
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner).push((number, outcome));
                }
            };
            for _ in 1..jobs {
                // Where no further thread can be had, those that are there do it.
                let _ = thread::Builder::new().name("onward-fleet".to_owned()).spawn_scoped(scope, work);
            }
            work();
        });
        let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
        outcomes.sort_by_key(|(number, _)| *number);
        let tenant = |(name, (_, outcome)): (&String, _)| Tenant { name: name.clone(), outcome };
        let tenants = self.names.iter().zip(outcomes).map(tenant).collect();
        Ok(Sweep { tenants, jobs, duration: start.elapsed() })
    }

    fn take(&self, next: &AtomicUsize) -> Option<(usize, &str)> {
        let number = next.fetch_add(1, Ordering::Relaxed);
        self.names.get(number).map(|name| (number, name.as_str()))
    }
}

impl Sweep {
    /// The namespaces that were not brought up to date, and why.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &Error)> {
        self.tenants.iter().filter_map(|tenant| Some((&*tenant.name, tenant.outcome.as_ref().err()?)))
    }

    /// Whether every namespace is up to date.
    pub fn is_done(&self) -> bool {
        self.failures().next().is_none()
    }
}

impl fmt::Display for Sweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, error) in self.failures().take(SHOWN) {
            writeln!(f, "{name}: {error}")?;
        }
        let failed = self.failures().count();
        if failed > SHOWN {
            writeln!(f, "… and {} more", failed - SHOWN)?;
        }
        let reports = self.tenants.iter().filter_map(|tenant| tenant.outcome.as_ref().ok());
        let migrated = reports.filter(|report| !report.is_up_to_date()).count();
        let (all, seconds) = (self.tenants.len(), self.duration.as_secs_f64());
        write!(f, "{migrated} of {all} namespaces migrated, {failed} failed, in {seconds:.2} s")
    }
}
