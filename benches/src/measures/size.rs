use anyhow::Result;

use crate::application::Application;
use crate::contender::Name;
use crate::figures::{Measured, Unit};
use crate::measure::Measure;
use crate::run::Run;
use crate::samples::Samples;

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let about = "The size of the executable. The limit embeds the SQL with `include_str!`.";
    let mut measured = Measure::Size.measured(Unit::Bytes, about);
    let mut samples = Samples::default();
    for name in run.among(&Name::ALL) {
        let application = Application::new(run.place, name, "1000", &run.place.history(1000))?;
        samples.add(name, "1000", [application.size()?]);
    }
    measured.rows = samples.rows();
    let what = "binary with 1,000 migrations, against the SQL embedded plain".to_owned();
    measured.promise(what, (Name::Onward.label(), "1000"), (Name::Raw.label(), "1000"), 1.15);
    Ok(measured)
}
