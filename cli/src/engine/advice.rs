//! What to do about an error of an engine's, in commands.

use onward::ErrorKind as Own;
use onward_batch::{COPY, Error, ErrorKind, Failure};
use onward_core::batch::Target;

use crate::advice;

/// What is wrong, and what to do about it from here.
pub(crate) fn words(error: &Error, engine: Target) -> String {
    let said = match error.kind() {
        ErrorKind::Refused(own) => advice::words(own),
        _ => error.to_string(),
    };
    match help(error.kind(), engine) {
        Some(help) => format!("{}\nhelp: {help}", said.split("\nhelp: ").next().unwrap_or_default()),
        None => said,
    }
}

/// What a driver tells of nodes, which names its own calls.
pub(crate) fn in_options(told: &str) -> String {
    told.replace("call `allow_http`", "say `--allow-http`")
}

/// Whether the error is about the database or its history; any other, and no more is known than before.
pub(crate) fn is_verdict(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Refused(own) => own.is_verdict(),
        ErrorKind::Unfit { .. }
        | ErrorKind::Statement { .. }
        | ErrorKind::ForeignKeys
        | ErrorKind::Drift
        | ErrorKind::Nodes { .. } => true,
        _ => false,
    }
}

fn help(kind: &ErrorKind, engine: Target) -> Option<&'static str> {
    Some(match kind {
        // What these advise for a file does not go here: no hooks, no `adopt`, no `revert`, and no functions of a program's.
        ErrorKind::Refused(own) => match own.kind() {
            Own::HookElsewhere { .. } => {
                "no code of a program runs inside an engine: write what it does as SQL in a migration, or let a program do it behind \
                 the migrations"
            }
            Own::NoLedger { .. } => {
                "onward has not made it, and does not adopt what is in an engine: check that it is the right one, or begin with an \
                 empty database and copy the rows"
            }
            Own::Newer { .. } => {
                "use the newer program's migrations folder, for example from version control; if this is a development database, \
                 begin with an empty one; nothing was changed"
            }
            _ => return None,
        },
        ErrorKind::Drift => {
            "somebody has changed the schema by hand, or the engine's SQLite writes it in another way: `cargo onward verify` shows \
             what differs"
        }
        ErrorKind::ForeignKeys => "`cargo onward rehearse` shows which rows they are",
        ErrorKind::Mirror { .. } => {
            "the engine has what SQLite here has not, such as a module: let a program migrate it whose SQLite has it"
        }
        ErrorKind::InDoubt { .. } => {
            "run the command again when the engine can be reached: what was applied is found, and nothing runs twice"
        }
        ErrorKind::Certificate { .. } => {
            "name the file of the certificate, in PEM, with `--root-certificate`"
        }
        ErrorKind::Engine { failure: Failure::Untrusted { .. }, .. } => {
            "name the authority that has signed it with `--root-certificate`, and the server as its certificate does"
        }
        ErrorKind::Engine { failure: Failure::Denied { message }, doing }
            if asks_for_credentials(message) =>
        {
            match (engine, *doing) {
                (Target::Rqlite, COPY) => {
                    "write a user into the address, http+rqlite://user@host:4001, who has rqlite's permission `backup`, and put the \
                     password into the variable ONWARD_PASSWORD, or into a file for `--password-file`"
                }
                (Target::Rqlite, _) => {
                    "write the user into the address, http+rqlite://user@host:4001, and put the password into the variable \
                     ONWARD_PASSWORD, or into a file for `--password-file`"
                }
                (Target::Libsql, _) => {
                    "put the token into the variable ONWARD_TOKEN, or into a file for `--token-file`"
                }
            }
        }
        ErrorKind::Engine { doing: COPY, .. } => {
            "see that the address is right, and that the engine runs and has a leader; a large database takes a longer `--timeout`, \
             and twice its size in the folder for temporary files"
        }
        _ => return None,
    })
}

fn asks_for_credentials(message: &str) -> bool {
    message.starts_with("401") || message.starts_with("403")
}
