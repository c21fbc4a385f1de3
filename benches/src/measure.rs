//! What is measured: one file a measure.

mod build;
mod check;
mod fresh;
mod growth;
mod handover;
mod heap;
mod in_memory;
mod release;
mod size;
mod start;
mod together;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::contender::{Contender, Name};
use crate::figures::{Measured, Row, Spread, Unit};
use crate::place::Place;

/// What a measure needs.
pub(crate) struct Run<'p> {
    pub(crate) place: &'p Place,
    pub(crate) quick: bool,
    pub(crate) contenders: Vec<Contender>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Measure {
    /// Start with all applied, and the first query
    Start,
    /// Start with all applied, beside the previous release
    Release,
    /// A fresh file
    Fresh,
    /// A fresh database in memory, as a test wants it
    InMemory,
    /// Ten processes on a fresh file
    Together,
    /// How long after the lock is free somebody who waits has it
    Handover,
    /// Memory that a start takes
    Heap,
    /// `cargo check` after a touch
    Check,
    /// `cargo check` by the length of the history
    Growth,
    /// A clean build of an application
    Build,
    /// The program that is built
    Size,
}

impl Measure {
    pub(crate) const ALL: [Measure; 11] = [
        Measure::Start,
        Measure::Release,
        Measure::Fresh,
        Measure::InMemory,
        Measure::Together,
        Measure::Handover,
        Measure::Heap,
        Measure::Check,
        Measure::Growth,
        Measure::Build,
        Measure::Size,
    ];

    /// Those that are done within a minute or two, if the histories are short.
    pub(crate) const QUICK: [Measure; 6] = [
        Measure::Start,
        Measure::Release,
        Measure::Fresh,
        Measure::InMemory,
        Measure::Together,
        Measure::Handover,
    ];

    /// Who has to be there for it.
    pub(crate) fn contenders(self) -> &'static [Name] {
        match self {
            Measure::Release => &Name::RELEASES,
            _ => &Name::WITH_SNAPSHOT,
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Measure::Start => "Start with all applied, then the first query",
            Measure::Release => {
                "Start with all applied, then the first query: this release and the previous one"
            }
            Measure::Fresh => "Fresh file, one run",
            Measure::InMemory => "Fresh database in memory, for a test",
            Measure::Together => "Ten processes on a fresh file, 100 migrations",
            Measure::Handover => "From the lock's release until a waiting process has it",
            Measure::Heap => "Memory of a start with 1,000 applied",
            Measure::Check => "`cargo check` after a touch of the source file",
            Measure::Growth => "`cargo check` after a touch, by the number of migrations",
            Measure::Build => "Clean build of an application with 100 migrations",
            Measure::Size => "The application with 1,000 migrations: released, stripped",
        }
    }

    pub(crate) fn run(self, run: &Run<'_>) -> Result<Measured> {
        match self {
            Measure::Start => start::measure(run),
            Measure::Release => release::measure(run),
            Measure::Fresh => fresh::measure(run),
            Measure::InMemory => in_memory::measure(run),
            Measure::Together => together::measure(run),
            Measure::Handover => handover::measure(run),
            Measure::Heap => heap::measure(run),
            Measure::Check => check::measure(run),
            Measure::Growth => growth::measure(run),
            Measure::Build => build::measure(run),
            Measure::Size => size::measure(run),
        }
    }

    /// An empty table of this measure.
    fn measured(self, unit: Unit, about: &str) -> Measured {
        let name = self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let (title, about) = (self.title().to_owned(), about.to_owned());
        Measured { name, title, about, unit, rows: Vec::new(), targets: Vec::new() }
    }
}

impl Run<'_> {
    pub(crate) fn contender(&self, name: Name) -> Result<&Contender> {
        self.contenders.iter().find(|contender| contender.name == name).context("find a contender")
    }

    /// As many rounds as this, or few.
    fn rounds(&self, full: usize, quick: usize) -> usize {
        if self.quick { quick } else { full }
    }

    /// How long a contender may take for one figure, all rounds together.
    fn patience(&self, full: u64) -> Duration {
        Duration::from_secs(if self.quick { 3 } else { full })
    }

    /// The sizes of the histories.
    fn sizes(&self, full: &[usize]) -> Vec<usize> {
        full.iter().copied().filter(|&size| !self.quick || size <= 100).collect()
    }
}

/// The figures of several contenders while they come in.
#[derive(Default)]
struct Samples(Vec<(Name, Cases)>);

/// What came of each turn, by case.
type Cases = BTreeMap<String, Vec<Vec<f64>>>;

impl Samples {
    /// What came of a turn.
    fn add(&mut self, name: Name, case: &str, values: impl IntoIterator<Item = f64>) {
        let at = match self.0.iter().position(|(known, _)| *known == name) {
            Some(at) => at,
            None => {
                self.0.push((name, BTreeMap::new()));
                self.0.len() - 1
            }
        };
        self.0[at].1.entry(case.to_owned()).or_default().push(values.into_iter().collect());
    }

    fn rows(self) -> Vec<Row> {
        let row = |(name, cells): (Name, Cases)| Row {
            contender: name.label().to_owned(),
            cells: cells.into_iter().filter_map(|(case, turns)| Some((case, Spread::of(turns)?))).collect(),
            note: None,
        };
        self.0.into_iter().map(row).collect()
    }
}

/// Calls for one after the other and again from the start, so that whatever else the machine does hits all alike. Who has
/// had `patience` sits out, so that the slow ones do not hold up the rest; everybody has one turn.
fn interleave<T: Copy>(
    rounds: usize,
    patience: Duration,
    who: &[T],
    mut turn: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let mut had = vec![Duration::ZERO; who.len()];
    for _ in 0..rounds {
        for (who, had) in who.iter().zip(&mut had) {
            if *had < patience {
                let start = Instant::now();
                turn(*who)?;
                *had += start.elapsed();
            }
        }
    }
    Ok(())
}

/// An empty file, as new.
fn empty(dir: &Path, name: &str) -> Result<PathBuf> {
    let path = dir.join(name);
    for suffix in ["-journal", "-wal", "-shm"] {
        let _ = fs::remove_file(dir.join(format!("{name}{suffix}")));
    }
    let _ = fs::remove_file(&path);
    fs::write(&path, "").with_context(|| format!("make {}", path.display()))?;
    Ok(path)
}

/// A path as an argument.
fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is not UTF-8")
}
