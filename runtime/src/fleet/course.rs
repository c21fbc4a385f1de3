//! The course of a sweep: which file is next, when a wave is over, when the sweep ends.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::thread;
use std::time::Instant;

use super::class::Class;
use super::crew::{Answer, Crew, Desk, Job, Visit};
use super::event::Event;
use super::stop::Stop;
use super::sweep::{Ended, Sweep};
use super::tenant::Tenant;
use super::visit::{Round, Visitor};
use crate::error::{ErrorKind, Result};

/// How many files are put off at most, since they are kept in memory: any more are waited for at once.
const PUT_OFF: usize = 1000;

/// How many files lie ready for each thread, so that none waits for the caller.
const AHEAD: usize = 4;

/// What was asked for, in files.
pub(super) struct Rules {
    pub(super) jobs: usize,
    pub(super) canary: usize,
    pub(super) wave: Option<usize>,
    pub(super) max_failures: Option<usize>,
    /// Whether migrations run. Then there are waves, and a file that others have locked has a second round.
    pub(super) migrates: bool,
    /// How many files there are, if the iterator says so.
    pub(super) total: Option<usize>,
}

impl Rules {
    /// For files that are only looked at.
    pub(super) fn look(jobs: usize, total: Option<usize>) -> Rules {
        Rules { jobs, canary: 0, wave: None, max_failures: None, migrates: false, total }
    }

    /// In how many files migrations run in this wave; `None` is in all that are left.
    fn size(&self, wave: usize) -> Option<usize> {
        if wave == 1 && self.canary > 0 { Some(self.canary) } else { self.wave }
    }
}

/// A sweep under way.
pub(super) struct Course<'c, O> {
    rules: Rules,
    stop: Option<&'c Stop>,
    observer: &'c mut Option<O>,
    sweep: Sweep,
    start: Instant,
    put_off: VecDeque<Tenant>,
    /// In how many more files of this wave migrations are to run.
    left: Option<usize>,
}

impl<'c, O: FnMut(Event<'_>)> Course<'c, O> {
    pub(super) fn new(
        rules: Rules,
        stop: Option<&'c Stop>,
        visitor: &Visitor<'_>,
        observer: &'c mut Option<O>,
    ) -> Self {
        let sweep = Sweep::new(rules.jobs, rules.total, visitor.list());
        let put_off = VecDeque::new();
        Course { rules, stop, observer, sweep, start: Instant::now(), put_off, left: Some(0) }
    }

    /// Rehearses the first files with something pending, and gives back all that were looked at.
    pub(super) fn rehearse(
        &mut self,
        visitor: &Visitor<'_>,
        paths: &mut impl Iterator<Item = PathBuf>,
        wanted: usize,
        most: usize,
    ) -> Vec<PathBuf> {
        let (mut held, mut rehearsed) = (Vec::new(), 0);
        while rehearsed < wanted && held.len() < most && !self.is_over() {
            let Some(path) = paths.next() else { break };
            let looked = visitor.look(&path);
            if looked.class == Class::Pending {
                match visitor.rehearse(&path) {
                    Ok(rehearsal) => {
                        rehearsed += 1;
                        self.tell(Event::Rehearsed { path: &path, rehearsal: &rehearsal });
                    }
                    // Others had it for too long, or have migrated it meanwhile.
                    Err(error) if !Class::of(&error).tells() => {}
                    Err(error) => {
                        let error = Some(error);
                        self.end(Tenant { class: Class::Failed, error, ..looked });
                        self.sweep.ended = Ended::Rehearsal;
                    }
                }
            }
            held.push(path);
        }
        held
    }

    /// Takes the files one after the other, and says what became of all.
    ///
    /// # Errors
    /// If no thread can be had.
    pub(super) fn run(mut self, paths: impl Iterator<Item = PathBuf>, visit: Visit<'_>) -> Result<Sweep> {
        let desk = OnceLock::new();
        thread::scope(|scope| {
            let hired = Crew::hire(scope, self.rules.jobs, self.rules.max_failures, visit, |new| {
                desk.get_or_init(|| new)
            });
            let crew = hired.map_err(|source| ErrorKind::NoThread { source })?;
            self.sweep(paths.peekable(), crew, desk.get());
            Ok::<(), crate::error::Error>(())
        })?;
        // Those that nobody came back to.
        for tenant in std::mem::take(&mut self.put_off) {
            self.end(tenant);
        }
        self.sweep.duration = self.start.elapsed();
        Ok(self.sweep)
    }

    fn sweep(
        &mut self,
        mut paths: std::iter::Peekable<impl Iterator<Item = PathBuf>>,
        mut crew: Crew,
        desk: Option<&Desk>,
    ) {
        loop {
            while !self.is_over() && self.has_room(crew.in_hand) {
                match self.next(&mut paths) {
                    Some(job) => crew.send(job),
                    None => break,
                }
            }
            if self.is_over()
                && let Some(desk) = desk
            {
                desk.close();
            }
            match crew.next() {
                Some(answer) => self.take(answer, &mut crew),
                None if self.is_over() || (paths.peek().is_none() && self.put_off.is_empty()) => return,
                None => self.next_wave(),
            }
        }
    }

    /// Whether one more may be begun beside these.
    fn has_room(&self, in_hand: usize) -> bool {
        in_hand < self.left.unwrap_or(usize::MAX).min(self.rules.jobs * AHEAD)
    }

    fn next(&mut self, paths: &mut impl Iterator<Item = PathBuf>) -> Option<Job> {
        let first = paths.next().map(|path| Job { path, round: Round::First });
        first.or_else(|| {
            self.put_off.pop_front().map(|tenant| Job { path: tenant.path, round: Round::Second })
        })
    }

    fn next_wave(&mut self) {
        if !self.rules.migrates {
            self.left = None;
            return;
        }
        self.sweep.waves += 1;
        self.left = self.rules.size(self.sweep.waves);
        self.tell(Event::Wave { number: self.sweep.waves, size: self.left });
    }

    fn take(&mut self, Answer { round, tenant }: Answer, crew: &mut Crew) {
        let Some(tenant) = tenant else { return };
        if tenant.class == Class::Busy && round == Round::First && self.rules.migrates {
            self.sweep.put_off += 1;
            self.tell(Event::PutOff { path: &tenant.path });
            match self.put_off.len() < PUT_OFF {
                true => self.put_off.push_back(tenant),
                false => crew.send(Job { path: tenant.path, round: Round::Second }),
            }
        } else {
            self.end(tenant);
        }
    }

    /// Counts a file that has ended, and with it perhaps the sweep.
    fn end(&mut self, tenant: Tenant) {
        self.tell(Event::Ended { tenant: &tenant });
        let (tells, is_failure) = (tenant.class.tells(), tenant.class.is_failure());
        self.sweep.add(tenant);
        if tells {
            self.left = self.left.map(|left| left.saturating_sub(1));
        }
        if self.sweep.ended != Ended::Whole || !is_failure {
            return;
        }
        if tells && self.sweep.waves == 1 && self.rules.canary > 0 {
            self.sweep.ended = Ended::Canary;
        } else if self.rules.max_failures.is_some_and(|most| self.sweep.failures() >= most) {
            self.sweep.ended = Ended::MaxFailures;
        }
    }

    fn is_over(&mut self) -> bool {
        if self.sweep.ended == Ended::Whole && self.stop.is_some_and(Stop::is_stopped) {
            self.sweep.ended = Ended::Stopped;
        }
        self.sweep.ended != Ended::Whole
    }

    fn tell(&mut self, event: Event<'_>) {
        if let Some(observer) = &mut self.observer {
            observer(event);
        }
    }
}
