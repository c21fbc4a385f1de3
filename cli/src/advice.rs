//! What to do about an error of the runtime's, in commands: its own help is for whoever calls it from Rust.

use onward::{Error, ErrorKind, Tool};

/// What is wrong, and what to do about it from here.
pub(crate) fn words(error: &Error) -> String {
    let said = error.to_string();
    match help(error, &said) {
        Some(help) => {
            let wrong = said.split("\nhelp: ").next().unwrap_or_default();
            format!("{wrong}\nhelp: {help}")
        }
        None => said,
    }
}

/// Whether a table of these is the ledger of another tool.
fn has_ledger_of_a_tool(tables: &[String]) -> bool {
    let mut ledgers = Tool::ALL.into_iter().filter_map(Tool::ledger);
    ledgers.any(|ledger| tables.iter().any(|table| table.eq_ignore_ascii_case(ledger)))
}

fn help(error: &Error, said: &str) -> Option<&'static str> {
    Some(match error.kind() {
        ErrorKind::NoLedger { tables } if has_ledger_of_a_tool(tables) => {
            "another tool has migrated it: take it over with `cargo onward adopt --from auto`, and try it before with `cargo \
             onward rehearse --from auto`"
        }
        ErrorKind::NoLedger { .. } => {
            "it was made by other means than onward: look whether this is the right one; if its schema is that after one of \
             the migrations, take it over with `cargo onward adopt`, if it was grown by hand with `cargo onward adopt --how \
             reconcile`, and try it before with `cargo onward rehearse --adopt`; or begin with an empty file"
        }
        ErrorKind::Undecided { .. } => {
            "look at the rows, and say which migration was the last with `--at VERSION`; what is taken as run does not run"
        }
        ErrorKind::Unrepeatable { .. } => {
            "bring the schema by hand to what it is after this migration, with what the statement does, on a copy first; \
             `cargo onward adopt` then takes it over"
        }
        ErrorKind::Newer { .. } => {
            "take the newer program's migrations folder, from version control for one; nothing was changed"
        }
        ErrorKind::Locked { .. } => {
            "likely it is another process that migrates for long, a transaction that was left open, or a backup or a shell \
             that reads; look who has the file open, and start again"
        }
        ErrorKind::NotADatabase { .. } => {
            "either it is another kind of file, so look at the path, or it is encrypted, which cannot be told apart: the \
             program that has the key migrates it when it starts"
        }
        ErrorKind::OldSqlite { .. } => "install a newer cargo-onward: it brings its SQLite along",
        ErrorKind::Statement { .. }
            if said.contains(": no such function: ") || said.contains(": no such collation") =>
        {
            "the application registers this on its connections, and the command line does not have it: let the program \
             migrate this database"
        }
        _ => return None,
    })
}
