use anyhow::Result;

use crate::application::Application;
use crate::contender::Name;
use crate::figures::{Measured, Unit};
use crate::measure::Measure;
use crate::run::Run;
use crate::samples::{Samples, interleave};

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let mut measured = builds(run, Measure::Build, false)?;
    let what = "clean build (dev), against the same with rusqlite alone".to_owned();
    measured.promise(what, (Name::Onward.label(), "dev"), (Name::Raw.label(), "dev"), 2.2);
    Ok(measured)
}

pub(super) fn measure_release(run: &Run<'_>) -> Result<Measured> {
    builds(run, Measure::BuildRelease, true)
}

fn builds(run: &Run<'_>, measure: Measure, is_release: bool) -> Result<Measured> {
    let about = "The processor's time of `cargo build` of a small application with bundled SQLite, from nothing but the downloaded sources.";
    let mut measured = measure.measured(Unit::Nanoseconds, about);
    let mut samples = Samples::default();
    let who = run.among(&[Name::Raw, Name::Onward, Name::Tuned, Name::Refinery, Name::Sqlx]);
    let case = if is_release { "release" } else { "dev" };
    interleave(run.rounds(3, 1), run.patience(240), &who, |name| {
        let application = Application::new(run.place, name, "100", &run.place.history(100))?;
        samples.add(name, case, [application.clean_build(is_release)?]);
        Ok(())
    })?;
    measured.rows = samples.rows();
    let what = format!("clean build ({case}), against the same with refinery");
    measured.promise(what, (Name::Onward.label(), case), (Name::Refinery.label(), case), 1.25);
    Ok(measured)
}
