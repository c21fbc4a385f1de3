//! The threads that work on files, and the two queues between them and the caller.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, Scope};

use super::class::Class;
use super::tenant::Tenant;
use super::visit::Round;

/// What is done with a file.
pub(super) type Visit<'v> = &'v (dyn Fn(&Path, Round) -> Tenant + Sync);

/// A file to work on.
pub(super) struct Job {
    pub(super) path: PathBuf,
    pub(super) round: Round,
}

/// A file that has ended.
pub(super) struct Answer {
    pub(super) round: Round,
    /// `None` if it was not begun, since the sweep had ended.
    pub(super) tenant: Option<Tenant>,
}

/// What the threads share.
pub(super) struct Desk {
    jobs: Mutex<Receiver<Job>>,
    /// No file that waits in the queue is begun any more.
    closed: AtomicBool,
    /// How many have failed, and how many may before that.
    failures: AtomicUsize,
    most: usize,
}

impl Desk {
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Whoever meets the last failure closes at once, before the caller has heard of it.
    fn count(&self, class: Class) {
        if class.is_failure() && self.failures.fetch_add(1, Ordering::AcqRel) + 1 >= self.most {
            self.close();
        }
    }
}

/// The caller's ends of the queues. Dropped, the threads end once they are done with the file in hand.
pub(super) struct Crew {
    jobs: Sender<Job>,
    answers: Receiver<Answer>,
    /// How many jobs have no answer yet.
    pub(super) in_hand: usize,
}

impl Crew {
    /// As many threads as wanted, or as can be had.
    ///
    /// # Errors
    /// If there is none at all.
    pub(super) fn hire<'s>(
        scope: &'s Scope<'s, '_>,
        number: usize,
        max_failures: Option<usize>,
        visit: Visit<'s>,
        desk: impl FnOnce(Desk) -> &'s Desk,
    ) -> io::Result<Crew> {
        let ((jobs, inbox), (outbox, answers)) = (channel(), channel());
        let desk = desk(Desk {
            jobs: Mutex::new(inbox),
            closed: AtomicBool::new(false),
            failures: AtomicUsize::new(0),
            most: max_failures.unwrap_or(usize::MAX),
        });
        for hired in 0..number {
            let outbox = outbox.clone();
            let name = "onward-fleet".to_owned();
            match Builder::new().name(name).spawn_scoped(scope, move || work(desk, visit, &outbox)) {
                Err(error) if hired == 0 => return Err(error),
                Err(_) => break,
                Ok(_) => {}
            }
        }
        Ok(Crew { jobs, answers, in_hand: 0 })
    }

    pub(super) fn send(&mut self, job: Job) {
        // The threads are there as long as this is.
        self.in_hand += usize::from(self.jobs.send(job).is_ok());
    }

    /// The next one that ends; `None` if none is in hand.
    pub(super) fn next(&mut self) -> Option<Answer> {
        self.in_hand = self.in_hand.checked_sub(1)?;
        self.answers.recv().ok()
    }
}

fn work(desk: &Desk, visit: Visit<'_>, answers: &Sender<Answer>) {
    loop {
        let job = desk.jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { path, round }) = job else { return };
        let is_closed = desk.closed.load(Ordering::Acquire);
        let tenant = match (is_closed, round) {
            (false, _) => Some(visit(&path, round)),
            (true, Round::First) => None,
            // It was busy, and nobody has looked since.
            (true, Round::Second) => Some(Tenant::new(path, Class::Busy)),
        };
        if let Some(tenant) = &tenant {
            desk.count(tenant.class);
        }
        if answers.send(Answer { round, tenant }).is_err() {
            return;
        }
    }
}
