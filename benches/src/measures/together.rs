use anyhow::{Context, Result};
use std::collections::BTreeMap;

use crate::contender::{Contender, Name, Running};
use crate::figures::{Measured, Target, Unit};
use crate::measure::Measure;
use crate::place::{On, empty, text};
use crate::run::Run;
use crate::samples::{Samples, interleave};

const PROCESSES: usize = 10;

/// What a waiter may sleep beyond the lock's release: the promise of the hand-over.
const WAIT: f64 = 50e6;

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let about = "Ten processes are told to start at the same moment on an empty file on the disk; the time until the last is \
                 done, and how many fail. Everybody waits up to 30 s for locks. `alone` is one process.";
    let mut measured = Measure::Together.measured(Unit::Nanoseconds, about);
    let dir = run.place.scratch(On::Disk).context("find a folder for databases")?;
    let mut samples = Samples::default();
    let mut failed: BTreeMap<&str, (usize, usize, String)> = BTreeMap::new();
    interleave(run.rounds(15, 2), run.patience(20), &Name::WITH_GROUPED, |name| {
        let contender = run.contender(name)?;
        let (alone, _) = together(contender, &empty(dir, "alone")?, 1)?;
        let (all, errors) = together(contender, &empty(dir, "together")?, PROCESSES)?;
        let (count, of, last) = failed.entry(name.label()).or_default();
        (*count, *of) = (*count + errors.len(), *of + PROCESSES);
        if let Some(error) = errors.into_iter().next() {
            *last = error;
        }
        samples.add(name, "alone", [alone]);
        samples.add(name, "ten", [all]);
        Ok(())
    })?;
    measured.rows = samples.rows();
    for row in &mut measured.rows {
        if let Some((count, of, last)) = failed.get(row.contender.as_str()) {
            // The end of an error is its cause.
            let cause: String = last.rsplit(": ").next().unwrap_or(last).chars().take(120).collect();
            let cause = if cause.is_empty() { cause } else { format!(", such as: {cause}") };
            row.note = Some(format!("{count} of {of} processes failed{cause}"));
        }
    }
    let onward = Name::Onward.label();
    let median = |case| measured.cell(onward, case).map(|spread| spread.median);
    if let (Some(alone), Some(ten)) = (median("alone"), median("ten")) {
        let failures = failed.get(onward).map_or(0, |(count, ..)| *count);
        let what = "ten processes, failures".to_owned();
        measured.targets.push(Target { what, found: failures as f64, at_most: 0.0, unit: Unit::Count });
        let what = "ten processes until all are done, against 1.5 × one alone and a wait of 50 ms".to_owned();
        let at_most = 1.5 * alone + WAIT;
        measured.targets.push(Target { what, found: ten, at_most, unit: Unit::Nanoseconds });
    }
    Ok(measured)
}

/// How long so many take until the last is done, and what went wrong.
fn together(contender: &Contender, path: &std::path::Path, count: usize) -> Result<(f64, Vec<String>)> {
    let arguments = ["together", "100", text(path)?];
    let mut running: Vec<Running> =
        (0..count).map(|_| contender.wait_for("ready", &arguments)).collect::<Result<_>>()?;
    running.iter_mut().try_for_each(Running::go)?;
    let (mut first, mut last, mut errors) = (f64::INFINITY, 0f64, Vec::new());
    for one in running {
        let said = one.end()?;
        let mut words = said.trim().splitn(3, ' ');
        let mut number = || -> Result<f64> { Ok(words.next().context("read a time")?.parse()?) };
        (first, last) = (first.min(number()?), last.max(number()?));
        errors.extend(words.next().map(str::to_owned));
    }
    Ok((last - first, errors))
}
