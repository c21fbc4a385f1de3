//! How it is measured: one file a measure.

mod build;
mod check;
mod fleet;
mod fresh;
mod growth;
mod handover;
mod heap;
mod in_memory;
mod recorded;
mod release;
mod size;
mod start;
mod statements;
mod together;

use anyhow::Result;

use crate::figures::Measured;
use crate::measure::Measure;
use crate::run::Run;

pub(crate) fn run(measure: Measure, run: &Run<'_>) -> Result<Measured> {
    match measure {
        Measure::Start => start::measure(run),
        Measure::Release => release::measure(run),
        Measure::Fresh => fresh::measure(run),
        Measure::InMemory => in_memory::measure(run),
        Measure::Together => together::measure(run),
        Measure::Handover => handover::measure(run),
        Measure::Heap => heap::measure(run),
        Measure::Fleet => fleet::measure(run),
        Measure::Check => check::measure(run),
        Measure::Growth => growth::measure(run),
        Measure::Statements => statements::measure(run),
        Measure::Recorded => recorded::measure(run),
        Measure::Build => build::measure(run),
        Measure::BuildRelease => build::measure_release(run),
        Measure::Size => size::measure(run),
    }
}
