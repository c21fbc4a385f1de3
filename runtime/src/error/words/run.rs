//! Of the migrations themselves: their statements, their hooks, what they leave, and the end of the transaction.

use std::error::Error as Cause;

use onward_core::printable::printable;
use onward_schema::{Difference, Violation};

use super::adoption::newest;
use super::said::{Words, indented, lines};
use crate::error::fault::Fault;
use crate::error::kind::Error;
use crate::error::sqlite::{self, message};

pub(super) fn no_down_file(file: &str) -> Words {
    let what = format!("{} cannot be taken back: it has no down file; nothing was changed", printable(file));
    Words::new(Fault::Caller, what).verdict().help(
        "go forward with a new migration, or write one beside it: `0001_name/down.sql`, or `0001_name.down.sql` if all files \
         are named as `0001_name.up.sql`; another name changes no checksum",
    )
}

pub(super) fn unknown_target(target: i64, known: Option<&str>) -> Words {
    let what = format!("the target is migration {target}, which the program does not have");
    Words::new(Fault::Caller, what).help(newest(known))
}

pub(super) fn statement(
    (file, line, column): (&str, usize, usize),
    sql: &str,
    source: &rusqlite::Error,
    query: Option<&str>,
) -> Words {
    let what = format!(
        "a migration failed, and everything was rolled back; nothing was changed\n  {}:{line}:{column}: {}\n{}",
        printable(file),
        message(source),
        indented(sql)
    );
    let help = match query {
        Some(query) => Some(format!(
            "this query finds the rows that are in the way; correct them, on a copy first, and start again\n{}",
            indented(query)
        )),
        None => sqlite::help(source).map(str::to_owned),
    };
    Words { help, ..Words::new(sqlite::fault(source), what).verdict() }
}

pub(super) fn hook(file: &str, hook: &str, source: &(dyn Cause + Send + Sync)) -> Words {
    let what = format!(
        "the hook of a migration failed, and everything was rolled back; nothing was changed\n  {}, then `{hook}`: {source}",
        printable(file)
    );
    Words::new(Fault::Caller, what)
}

pub(super) fn panicked(message: &str) -> Words {
    let what = format!(
        "the code beside the migrations panicked, and everything was rolled back; nothing was changed: {}",
        printable(message)
    );
    Words::new(Fault::Caller, what)
}

pub(super) fn hook_elsewhere(file: &str, before: Option<&str>) -> Words {
    let what = format!(
        "{} has a hook, a function of the program that runs after it, and the function is not here; nothing was changed",
        printable(file)
    );
    let help = "let the program that has the function migrate this database";
    Words::new(Fault::Caller, what).help(match before {
        Some(before) => {
            format!("{help}; `Migrator::target` runs what comes before, up to {}", printable(before))
        }
        None => help.to_owned(),
    })
}

pub(super) fn transaction_ended(file: &str, hook: &str, source: Option<&(dyn Cause + Send + Sync)>) -> Words {
    let source = source.map(|source| format!(": {source}")).unwrap_or_default();
    let what = format!(
        "the hook of a migration ended the transaction that it was called in; what had run before was committed or rolled \
         back without its ledger\n  {}, then `{hook}`{source}",
        printable(file)
    );
    Words::new(Fault::Caller, what).help(
        "go back to a backup, and take COMMIT, END and ROLLBACK out of the function: the migrator commits when everything \
         has run",
    )
}

pub(super) fn foreign_keys(violations: &[Violation], count: u64) -> Words {
    let what = "the migrations would leave dangling foreign keys; nothing was changed".to_owned();
    let mut what = lines(what, "  ", violations.iter().take(10));
    let rest = count.saturating_sub(violations.len().min(10) as u64);
    if rest > 0 {
        what += &format!("\n  and {rest} more");
    }
    Words::new(Fault::Database, what).verdict().help(
        "delete or correct these rows in the migration; ON DELETE actions fire only in one with `-- onward: foreign_keys(on)` \
         at its top, and dangling foreign keys are refused at its end as well",
    )
}

pub(super) fn drift(differences: &[Difference]) -> Words {
    let what =
        "after the migrations the schema is not the one that was proven; nothing was changed".to_owned();
    Words::new(Fault::Database, lines(what, "  ", differences.iter().take(20))).verdict().help(
        "something other than the migrations has changed these, or a down file has left them so; undo that change, \
         then start again",
    )
}

pub(super) fn in_doubt(source: &rusqlite::Error) -> Words {
    let what = format!(
        "the disk failed during the commit: {}; either all migrations are applied now, or none",
        message(source)
    );
    Words::new(Fault::Environment, what).help(
        "check the disk and the system's log, and start again: the next start finds out which, and completes",
    )
}

pub(super) fn rollback(cause: &Error, source: &rusqlite::Error) -> Words {
    let what = format!("the migrations failed, and could not be rolled back: {}", message(source));
    Words::new(Fault::Environment, what)
        .help(
            "close the connection: SQLite then rolls back, at the latest when the file is opened again; nothing was \
             committed",
        )
        .because(format!("the migrations failed because: {cause}"))
}
