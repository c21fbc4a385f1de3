use anyhow::{Context, Result};

use crate::contender::Name;
use crate::figures::{Measured, Target, Unit};
use crate::history::history;
use crate::measure::Measure;
use crate::place::{On, empty, text};
use crate::run::Run;
use crate::samples::{Samples, interleave};

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let about = "What a start asks of Rust's allocator, in all, and the most memory that the process has had (`VmHWM`). SQLite \
                 has an allocator of its own, which only the second figure counts.";
    let mut measured = Measure::Heap.measured(Unit::Bytes, about);
    let dir = run.place.scratch(On::Memory).or(run.place.scratch(On::Disk)).context("find a folder")?;
    let who = Name::ALL;
    for &name in &who {
        let path = empty(dir, &format!("heap-{}", name.label()))?;
        run.contender(name)?.text(&["start", "1000", text(&path)?, "1"])?;
    }
    let mut samples = Samples::default();
    interleave(run.rounds(5, 2), run.patience(20), &who, |name| {
        let path = dir.join(format!("heap-{}", name.label()));
        let found = run.contender(name)?.numbers(&["heap", "1000", text(&path)?])?;
        samples.add(name, "allocated", found.first().copied());
        samples.add(name, "peak", found.get(1).copied());
        Ok(())
    })?;
    measured.rows = samples.rows();
    if let Some(allocated) = measured.cell(Name::Onward.label(), "allocated") {
        let sql: usize = history(1000).iter().map(|migration| migration.sql.len()).sum();
        let what = "allocated by a start, against the SQL itself: no copy of it".to_owned();
        let at_most = sql as f64 / 10.0;
        measured.targets.push(Target { what, found: allocated.median, at_most, unit: Unit::Bytes });
    }
    Ok(measured)
}
