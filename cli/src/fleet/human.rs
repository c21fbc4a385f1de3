//! A sweep for people.

use onward::fleet::{Class, Event, Plan, Sweep, Tenant};

use super::progress::{Progress, is_wrong};
use super::stop::{tell, warn};
use crate::folder::plural;
use crate::{advice, output};

/// How many files are told with what to do about each.
const SHOWN: usize = 10;

/// Says what happens as it happens, without what to do about it.
pub(super) fn hear(event: Event<'_>, progress: &Progress) {
    let text = match event {
        Event::Ended { tenant } if is_wrong(tenant.class) => wrong(tenant, advice::wrong),
        Event::Wave { number, size: Some(size) } => {
            format!("wave {number}: the migrations run in {}", plural(size, "file"))
        }
        Event::Rehearsed { path, rehearsal } => {
            let millis = rehearsal.duration.as_secs_f64() * 1000.0;
            format!("rehearsed on a copy of {}: {millis:.2} ms", output::path(path))
        }
        _ => return,
    };
    progress.aside(|| warn(&text));
}

/// As [`hear`], but for the rehearsals, which the plan shows itself.
pub(super) fn hear_plan(event: Event<'_>, progress: &Progress) {
    if !matches!(event, Event::Rehearsed { .. }) {
        hear(event, progress);
    }
}

fn wrong(tenant: &Tenant, words: fn(&onward::Error) -> String) -> String {
    let what = tenant.error.as_ref().map_or_else(|| format!("`{}`", output::path(&tenant.path)), words);
    format!("{}: {what}", tenant.class)
}

/// What became of all, with the worst files first, so that the counts are the last thing on a screen.
pub(super) fn end(sweep: &Sweep) {
    worst(sweep);
    tell(&format!("{sweep:#}"));
}

pub(super) fn plan(plan: &Plan) {
    worst(&plan.status);
    tell(&format!("{plan:#}"));
}

fn worst(sweep: &Sweep) {
    for tenant in sweep.worst().iter().take(SHOWN) {
        tell(&wrong(tenant, advice::words));
    }
    let more = (sweep.failures() + sweep.count(Class::Busy)).saturating_sub(SHOWN);
    if more > 0 {
        tell(&format!("and {} more", plural(more, "file")));
    }
}
