use anyhow::Result;
use std::path::PathBuf;

use super::{Measure, Run, Samples, interleave};
use crate::application::Application;
use crate::contender::Name;
use crate::figures::{Measured, Unit};
use crate::history::write_locked;

/// Released and new migrations.
const CASES: [(usize, usize); 6] = [(0, 100), (100, 0), (100, 5), (0, 1000), (1000, 0), (1000, 5)];

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let about = "A dev build in which everything but the application is built. onward replays and checks the history; the others \
                 embed the files, and the limit is `include_str!`. `+` divides what `onward.lock` holds from what is new.";
    let mut measured = Measure::Check.measured(Unit::Nanoseconds, about);
    let mut applications: Vec<(Application, String)> = Vec::new();
    for name in Name::ALL {
        let cases = CASES.into_iter().filter(|(locked, _)| *locked == 0 || name == Name::Onward);
        for (locked, new) in cases {
            let case = case(locked, new);
            let history = history(run, locked, new)?;
            let application = Application::new(run.place, name, &case, &history)?;
            application.cargo(&["check", "--quiet", "--locked"])?;
            applications.push((application, case));
        }
    }
    let who: Vec<&(Application, String)> = applications.iter().collect();
    let mut samples = Samples::default();
    interleave(run.rounds(9, 1), run.patience(30), &who, |(application, case)| {
        samples.add(application.name, case, [application.check_touched()?]);
        Ok(())
    })?;
    measured.rows = samples.rows();
    let (onward, sqlx) = (Name::Onward.label(), Name::Sqlx.label());
    for (locked, new) in [(0, 1000), (1000, 0), (1000, 5)] {
        let what = format!("`cargo check`, {locked} locked and {new} new, against sqlx::migrate! of 1,000");
        measured.promise(what, (onward, &case(locked, new)), (sqlx, &case(0, 1000)), 2.0);
    }
    Ok(measured)
}

fn case(locked: usize, new: usize) -> String {
    match (locked, new) {
        (0, new) => format!("{new}"),
        (locked, 0) => format!("{locked} locked"),
        (locked, new) => format!("{locked} locked + {new}"),
    }
}

/// The folder of the history, made if it is one of these alone.
fn history(run: &Run<'_>, locked: usize, new: usize) -> Result<PathBuf> {
    if locked == 0 {
        return Ok(run.place.history(new));
    }
    let dir = run.place.benches().join("histories").join(format!("locked-{locked}-{new}"));
    write_locked(&dir, &run.place.history(locked), locked, new)?;
    Ok(dir)
}
