use anyhow::Result;

use super::start::starts;
use crate::contender::Name;
use crate::figures::{Measured, Unit};
use crate::history::SIZES;
use crate::measure::Measure;
use crate::run::Run;

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let about = "As above, for the same program built with this release and with the one before it, taking turns: what has \
                 been added costs nobody who is up to date.";
    let mut measured = Measure::Release.measured(Unit::Nanoseconds, about);
    let who: Vec<Name> = run.contenders.iter().map(|contender| contender.name).collect();
    let who: Vec<Name> = Name::RELEASES.into_iter().filter(|name| who.contains(name)).collect();
    measured.rows = starts(run, &who)?;
    for size in SIZES {
        let (what, size) = (
            format!("start and first query, {size} applied, against the previous release"),
            size.to_string(),
        );
        measured.promise(what, (Name::Onward.label(), &size), (Name::Previous.label(), &size), 1.05);
    }
    Ok(measured)
}
