use anyhow::Result;

use crate::application::Application;
use crate::contender::Name;
use crate::figures::{Measured, Unit};
use crate::history::{self, Layout};
use crate::measure::Measure;
use crate::run::Run;
use crate::samples::{Samples, interleave};

const NAMES: [Name; 3] = [Name::Onward, Name::Kept, Name::Sqlx];
const SIZES: [usize; 5] = [250, 500, 1000, 2000, 4000];

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let about = "The processor's time as above, all of it new, by the length of the history.";
    let mut measured = Measure::Growth.measured(Unit::Nanoseconds, about);
    let sizes: Vec<usize> = SIZES.into_iter().filter(|size| !run.quick || *size <= 500).collect();
    let mut applications = Vec::new();
    for name in run.among(&NAMES) {
        for size in &sizes {
            let history = run.place.history(*size);
            history::write(&history.join("plain"), Layout::Plain, &history::history(*size))?;
            let application = Application::new(run.place, name, &size.to_string(), &history)?;
            application.cargo(&["check", "--quiet", "--locked"])?;
            applications.push((application, size.to_string()));
        }
    }
    let who: Vec<&(Application, String)> = applications.iter().collect();
    let mut samples = Samples::default();
    interleave(run.rounds(3, 1), run.patience(120), &who, |(application, case)| {
        samples.add(application.name, case, [application.check_touched(1)?]);
        Ok(())
    })?;
    measured.rows = samples.rows();
    Ok(measured)
}
