//! What to do about an error of the runtime's, in commands: its own help is for whoever calls it from Rust.

use std::borrow::Cow;

use onward::{Error, ErrorKind, Tool};
use onward_core::printable::printable;

/// What is wrong, and what to do about it from here.
pub(crate) fn words(error: &Error) -> String {
    let said = error.to_string();
    match help(error, &said) {
        Some(help) => format!("{}\nhelp: {help}", before_help(&said)),
        None => said,
    }
}

/// What is wrong, with the path, and no word of what to do.
pub(crate) fn wrong(error: &Error) -> String {
    before_help(&error.to_string()).to_owned()
}

/// What to do about it from here, alone.
pub(crate) fn only_help(error: &Error) -> Option<String> {
    help(error, &error.to_string()).map(Cow::into_owned).or_else(|| error.help())
}

fn before_help(said: &str) -> &str {
    said.split("\nhelp: ").next().unwrap_or_default()
}

fn help(error: &Error, said: &str) -> Option<Cow<'static, str>> {
    let fixed = match error.kind() {
        ErrorKind::HookElsewhere { before: Some(before), .. } => {
            let before = printable(before);
            return Some(Cow::Owned(format!(
                "let the program that has the function migrate this database; `--to {before}` runs what comes before"
            )));
        }
        ErrorKind::NoLedger { tables } if !Tool::with_ledger(tables).is_empty() => {
            "it has a table with the name of another tool's ledger: if that tool has migrated it, take it over with `cargo onward \
             adopt --from auto`; else, if its schema is the one after a migration, with `cargo onward adopt`; try it first with \
             `cargo onward rehearse`, and `--from auto` or `--adopt`"
        }
        ErrorKind::NoLedger { .. } => {
            "onward has not made it: check that it is the right one; if its schema is the one after a migration, adopt it with \
             `cargo onward adopt`; if it was changed by hand, with `cargo onward adopt --how reconcile`; try it first with \
             `cargo onward rehearse --adopt`; or begin with an empty file"
        }
        ErrorKind::Undecided { .. } => {
            "look at the rows, and name the last migration that has run, with `--at VERSION`; migrations up to it do not run"
        }
        ErrorKind::Unrepeatable { .. } => {
            "let the history begin with the oldest schema that is out there, and come to the newest in later migrations: `cargo \
             onward init --legacy COPY` writes the schema of a copy of this database into legacy/, so that the next build proves \
             that it arrives; or bring the schema by hand to what it is after this migration, and do what the statement does, on a \
             copy first; then run `cargo onward adopt`"
        }
        ErrorKind::Newer { .. } => {
            "use the newer program's migrations folder, for example from version control; if a draft of yours ran here and its \
             file is gone, put the file back and run `cargo onward revert`, or delete this development database; nothing was \
             changed"
        }
        ErrorKind::Locked { .. } => {
            "find out who has the file open: another process that migrates, an open transaction, a backup or a shell; then start \
             again"
        }
        ErrorKind::NotADatabase { .. } => {
            "it is either another kind of file or an encrypted database: check the path, or let the program that has the key \
             migrate it"
        }
        ErrorKind::OldSqlite { .. } => "install a newer cargo-onward: it brings its own SQLite",
        ErrorKind::Statement { .. }
            if said.contains(": no such function: ") || said.contains(": no such collation") =>
        {
            "the application registers this on its connections, and the command line does not have it: let the program \
             migrate this database"
        }
        _ => return None,
    };
    Some(Cow::Borrowed(fixed))
}
