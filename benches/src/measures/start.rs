use anyhow::Result;

use crate::contender::Name;
use crate::figures::{Measured, Row, Unit};
use crate::history::SIZES;
use crate::measure::Measure;
use crate::place::{On, empty, text};
use crate::run::Run;
use crate::samples::{Samples, interleave};

/// How often a process starts; the first time does not count, since it also loads the program.
const STARTS: usize = 25;

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let about = "Opening the file, finding everything applied, and one row of a table: `SELECT … WHERE id = 1`. The limit \
                 opens onward's file, looks at nothing and runs the query alone. Files are in the system's cache.";
    let mut measured = Measure::Start.measured(Unit::Nanoseconds, about);
    measured.rows = starts(run, &Name::ALL)?;
    for size in SIZES {
        let (what, size) =
            (format!("start and first query, {size} applied, against the query alone"), size.to_string());
        measured.promise(what, (Name::Onward.label(), &size), (Name::Raw.label(), &size), 1.1);
    }
    Ok(measured)
}

/// The starts of these, taking turns.
pub(super) fn starts(run: &Run<'_>, who: &[Name]) -> Result<Vec<Row>> {
    let dir = run.place.scratch(On::Memory).or(run.place.scratch(On::Disk)).unwrap_or(&run.place.root);
    let mut samples = Samples::default();
    for size in run.sizes(&SIZES) {
        let size_text = size.to_string();
        let file = |name: Name| match name {
            Name::Raw => format!("start-{size}-{}", Name::Onward.label()),
            name => format!("start-{size}-{}", name.label()),
        };
        for &name in who.iter().filter(|name| **name != Name::Raw) {
            let path = empty(dir, &file(name))?;
            run.contender(name)?.text(&["start", &size_text, text(&path)?, "1"])?;
        }
        let starts = (STARTS + 1).to_string();
        interleave(run.rounds(40, 3), run.patience(20), who, |name| {
            let path = dir.join(file(name));
            let took = run.contender(name)?.numbers(&["start", &size_text, text(&path)?, &starts])?;
            samples.add(name, &size_text, took.into_iter().skip(1));
            Ok(())
        })?;
    }
    Ok(samples.rows())
}
