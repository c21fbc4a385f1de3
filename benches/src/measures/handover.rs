use anyhow::{Context, Result};

use crate::contender::Name;
use crate::figures::{Measured, Target, Unit};
use crate::measure::Measure;
use crate::place::{On, empty, text};
use crate::run::Run;
use crate::samples::{Samples, interleave};

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let about = "One process holds the lock for some 200 to 500 ms, another waits for it. From the holder's `COMMIT` until the \
                 other has the lock: its first migration begins. The limit waits with SQLite's own busy timeout.";
    let mut measured = Measure::Handover.measured(Unit::Nanoseconds, about);
    let dir = run.place.scratch(On::Disk).context("find a folder for databases")?;
    let mut samples = Samples::default();
    let holder = run.contender(Name::Raw)?;
    let mut turn = 0;
    interleave(run.rounds(80, 5), run.patience(60), &[Name::Onward, Name::Raw], |name| {
        turn += 1;
        // Other times in every turn, so that no rhythm of theirs fits ours.
        let hold = (200 + turn * 37 % 300).to_string();
        let path = empty(dir, "handover")?;
        let mut waiter = run.contender(name)?.wait_for("ready", &["wake", "10", text(&path)?])?;
        let holding = holder.wait_for("held", &["hold", text(&path)?, &hold])?;
        waiter.go()?;
        let released: f64 = holding.end()?.trim().parse()?;
        let woken: f64 = waiter.end()?.trim().parse()?;
        samples.add(name, "hand-over", [(woken - released).max(0.0)]);
        Ok(())
    })?;
    measured.rows = samples.rows();
    if let Some(spread) = measured.cell(Name::Onward.label(), "hand-over") {
        let target = |what: &str, found, at_most| Target {
            what: format!("hand-over of the lock, {what}"),
            found,
            at_most,
            unit: Unit::Nanoseconds,
        };
        measured.targets = vec![target("median", spread.median, 25e6), target("worst", spread.worst, 50e6)];
    }
    Ok(measured)
}
