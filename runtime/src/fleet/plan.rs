//! What a sweep would do, by a sample.

use std::fmt::{self, Write};
use std::fs;
use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::Duration;

use onward_core::printable::{Lines, printable_lines};

use super::class::Class;
use super::course::{Course, Rules};
use super::event::Event;
use super::stop::Stop;
use super::sweep::Sweep;
use super::visit::Visitor;
use crate::error::Result;
use crate::file::random;
use crate::report::Rehearsal;
use crate::text::{counted, millis, shown, size};

/// How many files are rehearsed.
pub(super) const SAMPLES: usize = 3;

/// A file whose migrations were rehearsed on a copy.
#[derive(Debug)]
#[non_exhaustive]
pub struct Sample {
    /// Its path.
    pub path: PathBuf,
    /// How many bytes it has.
    pub bytes: u64,
    /// What its migrations would do, or why they would fail.
    pub rehearsal: Result<Rehearsal>,
}

/// What a sweep would do. Made by [`Fleet::plan`](super::Fleet::plan); its `Display` is for people, and `{:#}`
/// as short as that of [`Sweep`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Plan {
    /// Where the files stand.
    pub status: Sweep,
    /// The files that were rehearsed: the largest with something pending, and others by chance.
    pub samples: Vec<Sample>,
    /// How many bytes the files with something pending have in all; a copy of each before its first change takes that much.
    pub bytes: u64,
    /// Whether such copies were asked for.
    pub copies: bool,
}

/// Looks at each file, then rehearses the largest and some by chance.
///
/// # Errors
/// If no thread can be had.
pub(super) fn make<O: FnMut(Event<'_>)>(
    rules: Rules,
    stop: Option<&Stop>,
    observer: &mut Option<O>,
    visitor: &Visitor<'_>,
    paths: impl Iterator<Item = PathBuf>,
    samples: usize,
) -> Result<Plan> {
    let mut pick = Pick::new(samples);
    let mut watch = Some(|event: Event<'_>| {
        if let Event::Ended { tenant } = event
            && tenant.class == Class::Pending
        {
            pick.meet(&tenant.path);
        }
        if let Some(observer) = observer.as_mut() {
            observer(event);
        }
    });
    let status = Course::new(rules, stop, visitor, &mut watch).run(paths, &|path, _| visitor.look(path))?;
    let (bytes, mut rehearsed) = (pick.total, Vec::new());
    for (path, bytes) in pick.picked() {
        if stop.is_some_and(Stop::is_stopped) {
            break;
        }
        let rehearsal = visitor.rehearse(&path);
        if let (Some(observer), Ok(rehearsal)) = (observer.as_mut(), &rehearsal) {
            observer(Event::Rehearsed { path: &path, rehearsal });
        }
        rehearsed.push(Sample { path, bytes, rehearsal });
    }
    Ok(Plan { status, samples: rehearsed, bytes, copies: visitor.copies() })
}

/// Picks the largest file, and others with the same chance for each, of any number of them
/// (reservoir sampling).
struct Pick {
    most: usize,
    met: u64,
    total: u64,
    largest: Option<(PathBuf, u64)>,
    others: Vec<(PathBuf, u64)>,
}

impl Pick {
    fn new(most: usize) -> Pick {
        Pick { most, met: 0, total: 0, largest: None, others: Vec::new() }
    }

    fn meet(&mut self, path: &std::path::Path) {
        let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
        self.total += bytes;
        let mut next = (path.to_owned(), bytes);
        match &mut self.largest {
            None => {
                self.largest = Some(next);
                return;
            }
            Some(largest) if bytes > largest.1 => std::mem::swap(largest, &mut next),
            Some(_) => {}
        }
        self.met += 1;
        if self.others.len() + 1 < self.most {
            self.others.push(next);
        } else if let Ok(place) = usize::try_from(random() % self.met)
            && let Some(other) = self.others.get_mut(place)
        {
            *other = next;
        }
    }

    fn picked(self) -> impl Iterator<Item = (PathBuf, u64)> {
        self.largest.into_iter().chain(self.others)
    }
}

impl Plan {
    /// How long the sweep would take at least: what the samples took, for each file with something pending, on as many processors
    /// as there are; `None` if nothing was rehearsed. On a copy nobody waits for the disk, nor for a lock: both come on top.
    pub fn duration(&self) -> Option<Duration> {
        let seconds = self.of_all(|rehearsal| rehearsal.duration.as_secs_f64())?;
        let at_once = self.status.jobs.min(self.status.count(Class::Pending));
        let cores = available_parallelism().map_or(1, usize::from).min(at_once).max(1);
        Duration::try_from_secs_f64(seconds / cores as f64).ok()
    }

    /// How many bytes have to be free for the sweep, by the samples: what all files grow by, a copy of each if copies were asked for,
    /// and the journals of as many as are worked on at a time, each as long as the longest; `None` if nothing was rehearsed.
    /// [`Rehearsal::bytes_needed`] says what is in it, and what is not.
    pub fn bytes_needed(&self) -> Option<u64> {
        let stays = |rehearsal: &Rehearsal| {
            let copy = if self.copies { rehearsal.bytes_before } else { 0 };
            copy + rehearsal.bytes_after.saturating_sub(rehearsal.bytes_before)
        };
        let journal =
            |(_, rehearsal): (_, &Rehearsal)| rehearsal.bytes_needed.saturating_sub(stays(rehearsal));
        let at_once = self.status.jobs.min(self.status.count(Class::Pending)) as u64;
        let journals = self.rehearsals().map(journal).max()?.saturating_mul(at_once);
        Some((self.of_all(|rehearsal| stays(rehearsal) as f64)? as u64).saturating_add(journals))
    }

    /// What all files have of something that the samples have: the largest by itself, and each other one as much as the samples
    /// beside it.
    fn of_all(&self, of: impl Fn(&Rehearsal) -> f64) -> Option<f64> {
        let found: Vec<f64> = self.rehearsals().map(|(_, rehearsal)| of(rehearsal)).collect();
        let (largest, others) = found.split_first()?;
        let each =
            if others.is_empty() { *largest } else { others.iter().sum::<f64>() / others.len() as f64 };
        Some(largest + each * self.status.count(Class::Pending).saturating_sub(1) as f64)
    }

    fn rehearsals(&self) -> impl Iterator<Item = (&Sample, &Rehearsal)> {
        self.samples.iter().filter_map(|sample| Some((sample, sample.rehearsal.as_ref().ok()?)))
    }

    /// Whether a sweep may begin: nothing has failed, and no rehearsal has.
    pub fn is_sound(&self) -> bool {
        self.status.failures() == 0 && self.samples.iter().all(|sample| sample.rehearsal.is_ok())
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_short = f.alternate();
        let f = &mut Lines(f);
        match is_short {
            true => writeln!(f, "{:#}", self.status)?,
            false => writeln!(f, "{}", self.status)?,
        }
        for Sample { path, bytes, rehearsal } in &self.samples {
            match rehearsal {
                Ok(rehearsal) => {
                    writeln!(
                        f,
                        "rehearsed `{}`, {bytes} bytes: {}",
                        shown(path),
                        millis(rehearsal.duration)
                    )?;
                    write!(f, "{}", printable_lines(&rehearsal.to_string()))?;
                    writeln!(f)?;
                }
                Err(error) => writeln!(f, "the rehearsal failed: {error}")?,
            }
        }
        let pending = self.status.count(Class::Pending);
        match self.duration() {
            None if pending == 0 => write!(f, "nothing is pending"),
            None => {
                write!(f, "{} pending; how long that takes is not known", counted(pending, "file", "files"))
            }
            Some(duration) => write!(
                f,
                "{} pending: at least {:.2} s, plus what the disk needs for each commit; {} of free disk are enough",
                counted(pending, "file", "files"),
                duration.as_secs_f64(),
                size(self.bytes_needed().unwrap_or(0)),
            ),
        }
    }
}
