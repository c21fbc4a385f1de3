use anyhow::Result;

use super::{Measure, Run, Samples, interleave};
use crate::contender::Name;
use crate::figures::{Measured, Unit};

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let about = "A database in memory that is up to date, and the first query. The limit replays the same SQL, and \
                 `snapshot!` opens what the replay of the build has left.";
    let mut measured = Measure::InMemory.measured(Unit::Nanoseconds, about);
    let mut samples = Samples::default();
    for size in run.sizes(&[100, 1000]) {
        let size = size.to_string();
        interleave(run.rounds(15, 2), run.patience(8), &Name::WITH_SNAPSHOT, |name| {
            let took = run.contender(name)?.numbers(&["in-memory", &size, "2"])?;
            samples.add(name, &size, took.into_iter().skip(1));
            Ok(())
        })?;
    }
    measured.rows = samples.rows();
    for size in ["100", "1000"] {
        let what = format!("snapshot of {size} migrations in memory, against their replay");
        measured.promise(what, (Name::Snapshot.label(), size), (Name::Raw.label(), size), 0.1);
    }
    Ok(measured)
}
