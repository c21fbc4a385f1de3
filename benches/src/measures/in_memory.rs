use anyhow::Result;

use crate::contender::Name;
use crate::figures::{Measured, Unit};
use crate::measure::Measure;
use crate::run::Run;
use crate::samples::{Samples, interleave};

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let about = "A database in memory that is up to date, and the same until its first query is done, for which SQLite \
                 reads the schema. The limit replays the same SQL, and `snapshot!` opens what the replay of the build has \
                 left.";
    let mut measured = Measure::InMemory.measured(Unit::Nanoseconds, about);
    let mut samples = Samples::default();
    for size in run.sizes(&[100, 1000]) {
        let size = size.to_string();
        interleave(run.rounds(15, 2), run.patience(8), &Name::WITH_SNAPSHOT, |name| {
            let took = run.contender(name)?.numbers(&["in-memory", &size, "2"])?;
            // The first round is to get warm.
            if let [_, _, opened, queried] = took[..] {
                samples.add(name, &size, [opened]);
                samples.add(name, &queried_case(&size), [queried]);
            }
            Ok(())
        })?;
    }
    measured.rows = samples.rows();
    for size in ["100", "1000"] {
        let what = format!("snapshot of {size} migrations in memory, against their replay");
        measured.promise(what, (Name::Snapshot.label(), size), (Name::Raw.label(), size), 0.1);
        let case = queried_case(size);
        let what =
            format!("snapshot of {size} migrations until the first query is done, against their replay");
        measured.promise(what, (Name::Snapshot.label(), &case), (Name::Raw.label(), &case), 0.1);
    }
    Ok(measured)
}

fn queried_case(size: &str) -> String {
    format!("{size} and query")
}
