//! Hooks are functions of the program, and not here.

use std::path::PathBuf;

use onward::__private::has_code;
use onward::Migrations;
use onward::fleet::{Class, Event, Fleet, Tenant};

use super::stop::STOP;
use crate::folder::plural;
use crate::output;

/// The files that have a migration with a hook before them.
struct Met {
    /// The place of the first such migration in the history.
    first: usize,
    files: usize,
    path: PathBuf,
}

/// Looks at each file, and says why none is begun: the run would be refused in each that has a migration with a hook before it,
/// one after the other, with the others migrated past them.
///
/// # Errors
/// As [`Fleet::status`].
pub(super) fn refuse(
    migrations: &Migrations,
    fleet: Fleet<'_>,
    paths: Vec<PathBuf>,
) -> onward::Result<Option<String>> {
    if !migrations.list().iter().any(has_code) {
        return Ok(None);
    }
    let mut met: Option<Met> = None;
    let look = |event: Event<'_>| {
        if let Event::Ended { tenant } = event
            && let Some(first) = ahead(migrations, tenant)
        {
            let met = met.get_or_insert_with(|| Met { first, files: 0, path: tenant.path.clone() });
            (met.first, met.files) = (met.first.min(first), met.files + 1);
            // Whichever was looked at first.
            if tenant.path < met.path {
                met.path.clone_from(&tenant.path);
            }
        }
    };
    fleet.observer(look).stop_on(&STOP).status(paths)?;
    Ok(met.map(|met| words(migrations, &met)))
}

/// The place of the first migration with a hook among those that would run.
fn ahead(migrations: &Migrations, tenant: &Tenant) -> Option<usize> {
    if tenant.class != Class::Pending {
        return None;
    }
    let list = || migrations.list().iter().enumerate();
    let ran =
        tenant.before.as_deref().and_then(|label| list().find(|(_, migration)| migration.label() == label));
    let ran = ran.map_or(0, |(place, _)| place + 1);
    let mut coming = list().skip(ran).take(tenant.pending);
    coming.find(|(_, migration)| has_code(*migration)).map(|(place, _)| place)
}

fn words(migrations: &Migrations, Met { first, files, path }: &Met) -> String {
    let at = |place: usize| migrations.list().get(place);
    let file = at(*first).map_or("", |migration| migration.file());
    let before = first.checked_sub(1).and_then(at).map(|before| before.label());
    let help = before.map(|before| format!("; `--to {before}` runs what comes before")).unwrap_or_default();
    format!(
        "{file} has a hook, a function of the program that runs after it, and the function is not here; {} would come to one, such \
         as {}; nothing was changed\nhelp: let the program that has the function migrate them{help}",
        plural(*files, "file"),
        output::path(path)
    )
}
