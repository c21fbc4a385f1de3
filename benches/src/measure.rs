//! What can be measured.

use clap::ValueEnum;

use crate::contender::Name;
use crate::figures::{Measured, Unit};

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
    /// 10,000 files with one history
    Fleet,
    /// `cargo check` after a touch
    Check,
    /// `cargo check` by the length of the history
    Growth,
    /// `cargo check` by the number of statements
    Statements,
    /// `cargo check` with the statements of a release
    Recorded,
    /// A clean build of an application
    Build,
    /// The same with `--release`
    BuildRelease,
    /// The program that is built
    Size,
}

impl Measure {
    pub(crate) const ALL: [Measure; 15] = [
        Measure::Start,
        Measure::Release,
        Measure::Fresh,
        Measure::InMemory,
        Measure::Together,
        Measure::Handover,
        Measure::Heap,
        Measure::Fleet,
        Measure::Check,
        Measure::Growth,
        Measure::Statements,
        Measure::Recorded,
        Measure::Build,
        Measure::BuildRelease,
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
            Measure::Fleet => &Name::FLEET,
            // These build applications of their own.
            Measure::Check
            | Measure::Growth
            | Measure::Statements
            | Measure::Recorded
            | Measure::Build
            | Measure::BuildRelease
            | Measure::Size => &[],
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
            Measure::Fleet => "A fleet: 10,000 files, two of ten migrations pending, and none",
            Measure::Check => "`cargo check` after a touch of the source file",
            Measure::Growth => "`cargo check` after a touch, by the number of migrations",
            Measure::Statements => "`cargo check` after a touch, by the number of statements",
            Measure::Recorded => "`cargo check` after a touch, with the statements of a release",
            Measure::Build => "Clean build of an application with 100 migrations",
            Measure::BuildRelease => "The same with `--release`",
            Measure::Size => "The application with 1,000 migrations: released, stripped",
        }
    }

    /// An empty table of this measure.
    pub(crate) fn measured(self, unit: Unit, about: &str) -> Measured {
        let name = self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let (title, about) = (self.title().to_owned(), about.to_owned());
        Measured { name, title, about, unit, on: String::new(), rows: Vec::new(), targets: Vec::new() }
    }
}
