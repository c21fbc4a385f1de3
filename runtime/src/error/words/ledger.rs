//! Of the ledger, and of what it and the program do not agree about.

use onward_core::ledger::{LEDGER, Ledger};
use onward_core::printable::printable;
use onward_core::tool::Tool;

use super::said::{Words, lines, list};
use crate::error::NotAccepted;
use crate::error::fault::Fault;
use crate::history::Conflict;

fn verdict(what: impl Into<String>) -> Words {
    Words::new(Fault::Database, what).verdict()
}

pub(super) fn not_a_ledger(ledger: &str, found: &str) -> Words {
    verdict(format!(
        "`{ledger}` is {found}, and not the ledger of migrations that onward keeps under this name; nothing was changed"
    ))
    .help(format!(
        "check that this is the right database; if it is, rename that `{ledger}`, or restore the ledger from a backup"
    ))
}

pub(super) fn no_ledger(ledger: &str, tables: &[String]) -> Words {
    // Without a name of its own, whoever meets this has not heard of ledgers.
    let name = if ledger == LEDGER { String::new() } else { format!(" `{ledger}`") };
    let words = verdict(format!(
        "the database has no ledger of migrations{name}, but already holds {}; nothing was changed",
        list(tables)
    ));
    let tools: Vec<&str> = Tool::with_ledger(tables).into_iter().map(Tool::name).collect();
    match &tools[..] {
        [] => words.help(
            "onward has not made it: check that it is the right one; if its schema is the one after a migration, adopt it with \
             `migrator().adopt(Adopt::Exact)`; if it was changed by hand, with `Adopt::Reconcile`; or begin with an empty \
             file",
        ),
        [first, ..] => words.help(format!(
            "it has a table with the name of the ledger of {tools}: if that tool has migrated it, adopt it with \
             `migrator().adopt(Adopt::From(…))` and `migrations!(\"…\", from = \"{first}\")`; else, if its schema is the one \
             after a migration, with `Adopt::Exact`",
            tools = tools.join(" or "),
        )),
    }
}

pub(super) fn renamed(ledger: &str, found: &str) -> Words {
    let found = printable(found);
    let name = match Ledger::of(&found).name() {
        Some(name) => format!("write `name = \"{name}\"` below `[ledger]` in onward.toml again"),
        None => "take `[ledger]` out of onward.toml again".to_owned(),
    };
    let what = format!(
        "the program keeps its ledger of migrations in `{ledger}`, and the database has it in `{found}`, under another name; \
         nothing was changed, since the migrations would run a second time"
    );
    Words::new(Fault::Caller, what).verdict().help(format!(
        "{name}: a ledger keeps its name once a database is migrated; or, if no older program uses this database, rename \
         the table: `ALTER TABLE {found} RENAME TO {ledger}`"
    ))
}

pub(super) fn newer(known: Option<&str>, conflicts: &[Conflict], accept: Option<&NotAccepted>) -> Words {
    let mut what = match known {
        Some(known) => format!("the database is newer than this program, which knows version {known}"),
        None => "the database is newer than this program, which knows no migrations".to_owned(),
    };
    if let Some(accept) = accept {
        let (why, help) = not_accepted(accept);
        what = format!("{what}, and it is not accepted: {why}");
        return verdict(lines(what, "", conflicts)).help(help);
    }
    verdict(lines(what, "", conflicts)).help( "run the newer program again; if a draft of yours ran here and its file is gone, take it back with \
         `cargo onward revert` while you have its down file, or delete this development database; nothing was changed",
    )
}

/// Why, and what helps against it.
fn not_accepted(accept: &NotAccepted) -> (String, &'static str) {
    let newer = "start the newer program: what its migrations do may break this release; nothing was changed";
    match accept {
        NotAccepted::NoRelease => (
            "this program is no recorded release".to_owned(),
            "start the newer program; and run `cargo onward release` before a release is built, so that newer ones are proven \
             for it; nothing was changed",
        ),
        NotAccepted::NotProven { release, proven } if proven.is_empty() => {
            (format!("its schema was proven for no release, and this is {}", printable(release)), newer)
        }
        NotAccepted::NotProven { release, proven } => {
            let proven: Vec<_> = proven.iter().map(|name| printable(name)).collect();
            let other = if proven.iter().any(|name| **name == **release) {
                ", which ran other statements"
            } else {
                ""
            };
            (
                format!(
                    "its schema was proven for {}{other}, and this is {}",
                    proven.join(" and "),
                    printable(release)
                ),
                newer,
            )
        }
    }
}

pub(super) fn diverged(conflicts: &[Conflict]) -> Words {
    let what = "the database has not run the same migrations as this program has".to_owned();
    verdict(lines(what, "", conflicts)).help(
        "restore the released text from version control, and write the change as a new migration; if this migration never \
         left your machine, delete this development database instead; nothing was changed",
    )
}

pub(super) fn tampered(ledger: &str, conflicts: &[Conflict]) -> Words {
    let what = "the ledger of migrations was changed by hand, and does not say what has run".to_owned();
    verdict(lines(what, "", conflicts)).help(format!(
        "restore the rows of `{ledger}` from a backup, or the whole database; nothing was changed"
    ))
}

pub(super) fn not_written(ledger: &str, triggers: &[String]) -> Words {
    let rolled_back = "everything was rolled back, because the next start would run the migrations again; nothing was changed";
    if triggers.is_empty() {
        let what = format!(
            "the ledger of migrations, `{ledger}`, does not have what was written to it; {rolled_back}"
        );
        return Words::new(Fault::Caller, what).verdict().help(
            "the connection probably has an authorizer that ignores writes to it: migrate on a connection without one",
        );
    }
    verdict(format!(
        "the ledger of migrations, `{ledger}`, does not have what was written to it, because it has triggers: {}; \
         {rolled_back}",
        list(triggers)
    ))
    .help("drop these triggers: only onward writes to that table; then start again")
}
