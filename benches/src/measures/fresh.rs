use anyhow::Result;

use crate::contender::Name;
use crate::figures::{Measured, Unit};
use crate::history::SIZES;
use crate::measure::Measure;
use crate::place::{On, empty, text};
use crate::run::Run;
use crate::samples::{Samples, interleave};

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let about = "An empty file until everything is applied and the first query is answered, in a process of its own. The limit: \
                 one `BEGIN EXCLUSIVE`, the same SQL, `COMMIT`. On a disk, each transaction waits for it; `memory` is a file \
                 system in memory, where nobody waits and what is left is work.";
    let mut measured = Measure::Fresh.measured(Unit::Nanoseconds, about);
    let mut samples = Samples::default();
    for (on, case) in [(On::Disk, ""), (On::Memory, " memory")] {
        let Some(dir) = run.place.scratch(on) else { continue };
        for size in run.sizes(&SIZES) {
            let size_text = size.to_string();
            interleave(run.rounds(31, 3), run.patience(12), &Name::WITH_GROUPED, |name| {
                let path = empty(dir, "fresh")?;
                let took = run.contender(name)?.numbers(&["start", &size_text, text(&path)?, "1"])?;
                samples.add(name, &format!("{size}{case}"), took);
                Ok(())
            })?;
        }
    }
    measured.rows = samples.rows();
    for size in SIZES {
        let (what, size) =
            (format!("fresh file, {size} migrations, against the same SQL alone"), size.to_string());
        measured.promise(what, (Name::Onward.label(), &size), (Name::Raw.label(), &size), 1.1);
    }
    Ok(measured)
}
