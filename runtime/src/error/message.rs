//! What the errors say: where, what is wrong, what it does to the database, what to do.

use std::fmt::{self, Write};

use onward_core::printable::{Lines, printable};

use super::access::Access;
use super::kind::Error;
use super::leftover::Leftover;
use super::sqlite::{damage, help, message};
use crate::text::{counted, shown};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut Lines(f);
        if let Some(path) = self.path() {
            write!(f, "`{}`: ", shown(path))?;
        }
        match self {
            Error::Open { path, source } => {
                write!(f, "the database could not be opened: {}; nothing was changed", message(source))?;
                match path.is_dir() {
                    true => write!(f, "\nhelp: this is a folder; name a file in it"),
                    false => {
                        write!(f, "\nhelp: see that the file can be read and written: {}", Access::of(path))
                    }
                }
            }
            Error::EmptyPath { path } => {
                match path.as_os_str().is_empty() {
                    true => write!(f, "the path of the database is empty")?,
                    false => write!(f, "the path in `{}` is empty", shown(path))?,
                }
                write!(
                    f,
                    ": SQLite would make a temporary database, and every row in it would be gone when the connection closes; \
                     nothing was made\nhelp: look at the setting or environment variable that the path comes from; a database \
                     that is meant to be gone is `:memory:`"
                )
            }
            Error::ParentMissing { parent, .. } => write!(
                f,
                "the folder `{}` does not exist, and SQLite makes files only; no database was made\nhelp: make the folder first, or look \
                 whether the path is right and what should hold it is mounted",
                shown(parent)
            ),
            Error::ParentNotWritable { parent, access, .. } => write!(
                f,
                "no file can be made in the folder `{}` ({access}), and SQLite writes a journal beside the database; \
                 nothing was changed\nhelp: let the user of this process write the folder, and see that it is not \
                 mounted read-only",
                shown(parent)
            ),
            Error::Unreadable { parent, access, source, .. } => write!(
                f,
                "the database cannot be read without a file beside it, and none can be made in the folder `{}` \
                 ({access}): {}; whether migrations are pending is not known; nothing was changed\nhelp: it is in WAL \
                 mode, or a process that was killed has left a journal: let the user of this process write the file and \
                 its folder, or let one that can have it open, or set `journal_mode` to DELETE before the folder becomes \
                 read-only",
                shown(parent),
                message(source)
            ),
            Error::TooManyFiles { source, .. } => write!(
                f,
                "the database could not be opened: {source}; nothing was changed\nhelp: this process, or the system, has as \
                 many files open as it may: close what is not needed, or raise the limit, `ulimit -n`"
            ),
            Error::FileReadOnly { access, .. } => write!(
                f,
                "the file is read-only ({access}) and has migrations pending; nothing was changed\nhelp: let the user \
                 of this process write the file and its folder, and see that they are not mounted read-only"
            ),
            Error::ReadOnlyConnection { .. } => write!(
                f,
                "the connection is read-only, and migrations are pending; nothing was changed\nhelp: migrate on a \
                 connection that can write, before this one is opened"
            ),
            Error::NotADatabase { source, .. } => write!(
                f,
                "{}; nothing was changed\nhelp: either it is another kind of file, so look at the path, or it is \
                 encrypted, which cannot be told apart: open it with its key and migrate on that connection",
                message(source)
            ),
            Error::Corrupt { action, source, .. } => write!(
                f,
                "could not {action}: {}; what was begun is rolled back\nhelp: {}",
                message(source),
                damage(source)
            ),
            Error::DiskFull { action, source, .. } => write!(
                f,
                "could not {action}: {}; all migrations were rolled back, nothing was changed\nhelp: make room where \
                 the database and the temporary files lie: a migration needs up to the database's size again; or raise \
                 the connection's `max_page_count`",
                message(source)
            ),
            Error::InTransaction { .. } => write!(
                f,
                "the connection is inside a transaction; nothing was changed\nhelp: commit it or roll it back first, or \
                 migrate on a connection of its own"
            ),
            Error::OldSqlite { needed, found, .. } => write!(
                f,
                "the migrations need SQLite {needed} or later, and this program runs on {found}; nothing was \
                 changed\nhelp: install a newer SQLite, or build the program with the feature `bundled`"
            ),
            Error::Attached { databases, .. } => write!(
                f,
                "the connection has other databases attached: {}; a name in a migration could mean one of theirs; \
                 nothing was changed\nhelp: detach them first, or migrate on a connection of its own",
                list(databases)
            ),
            Error::Shadowed { objects, .. } => write!(
                f,
                "the connection has temporary objects in the way of the migrations, which would change or set off these and \
                 not what is in the database: {}; nothing was changed\nhelp: drop them first, or migrate before they are \
                 made, or on a connection of its own",
                objects.join(", ")
            ),
            Error::Settings { source, .. } => write!(
                f,
                "the migrations are applied, but the connection's settings could not be put back: {}\nhelp: open a new \
                 connection; the database is up to date",
                message(source)
            ),
            Error::Locked { waited, attempts, tries, pending, .. } => write!(
                f,
                "the database is locked by another connection: gave up after {:.1} s ({}, {}); {}; nothing was \
                 changed\nhelp: likely it is another process that migrates for long, a transaction that was left open, \
                 or a backup or a shell that reads; look who has the file open, and start again, or raise `lock_timeout`",
                waited.as_secs_f64(),
                counted(*attempts as usize, "attempt", "attempts"),
                counted(*tries as usize, "try", "tries"),
                match pending {
                    Some(pending) => counted(*pending, "migration is pending", "migrations are pending"),
                    None => "it could not be read, so whether migrations are pending is not known".to_owned(),
                }
            ),
            Error::NotALedger { found, .. } => write!(
                f,
                "`{0}` is {found}, and not the ledger of migrations that onward keeps under this name; nothing was \
                 changed\nhelp: look whether this is the right database; if it is, give what is called `{0}` another \
                 name, or put the ledger back from a backup",
                onward_core::ledger::LEDGER
            ),
            Error::NoLedger { tables, .. } => write!(
                f,
                "the database has no ledger of migrations, but already holds {}; nothing was changed\nhelp: it was \
                 made by other means than onward: look whether this is the right one; if its schema is that after one of \
                 the migrations, take it over with `migrator().adopt(Adopt::Exact)`, if it was grown by hand with \
                 `Adopt::Reconcile`; or begin with an empty file",
                list(tables)
            ),
            Error::NotAdopted { nearest: None, differences, .. } if differences.is_empty() => write!(
                f,
                "the database has no ledger, and holds nothing of what the migrations make; nothing was changed\nhelp: look \
                 whether this is the right database; what it holds belongs to something else, so give the program a \
                 file of its own"
            ),
            Error::NotAdopted { at, nearest, differences, .. } => {
                match (at, nearest) {
                    (Some(at), Some(nearest)) => write!(
                        f,
                        "the database has no ledger, and its schema is not the one after migration {at}, with which it \
                         should be taken over; nothing was changed\n  it is not as after {}:",
                        printable(nearest)
                    )?,
                    (_, Some(nearest)) => write!(
                        f,
                        "the database has no ledger, and its schema is not the one after any of the migrations; nothing \
                         was changed\n  it comes nearest to the one after {}, but:",
                        printable(nearest)
                    )?,
                    (_, None) => write!(
                        f,
                        "the database has no ledger, and its schema is not the one after any of the migrations, nor the \
                         empty one before the first; nothing was changed"
                    )?,
                }
                differences.iter().take(20).try_for_each(|difference| write!(f, "\n  {difference}"))?;
                write!(
                    f,
                    "\nhelp: bring these in line by hand, on a copy first; or let a migration that comes before make \
                     the schema that is there"
                )
            }
            Error::Undecided { versions, writing, .. } => {
                let (last, rest) = versions.split_last().unwrap_or((&0, &[]));
                let rest: Vec<String> = rest.iter().map(i64::to_string).collect();
                write!(
                    f,
                    "the database has no ledger, and its schema does not tell which migrations have run: it is the same \
                     after {} and {last}; nothing was changed",
                    rest.join(", ")
                )?;
                writing.iter().try_for_each(|file| {
                    write!(f, "\n  {} may have changed rows, or not have run", printable(file))
                })?;
                write!(
                    f,
                    "\nhelp: look at the rows, and say which migration was the last with \
                     `migrator().adopt(Adopt::At(version))`, or `--at VERSION` on the command line; what is taken as \
                     run does not run"
                )
            }
            Error::UnknownVersion { version, known } => {
                write!(
                    f,
                    "the database should be taken over with migration {version}, which the program does not have"
                )?;
                match known {
                    Some(known) => write!(f, "\nhelp: its newest is {known}; nothing was changed"),
                    None => write!(f, "\nhelp: it has none; nothing was changed"),
                }
            }
            Error::Unrepeatable { file, line, column, sql, .. } => write!(
                f,
                "the database has no ledger, and a statement may have run on it before and must not run twice; nothing \
                 was changed\n  {file}:{line}:{column}\n{}\nhelp: bring the schema by hand to what it is after this \
                 migration, with what the statement does, on a copy first; `Adopt::Exact` then takes it over",
                indented(sql),
                file = printable(file)
            ),
            Error::Newer { known, conflicts, .. } => {
                match known {
                    Some(known) => {
                        write!(f, "the database is newer than this program, which knows version {known}")?
                    }
                    None => write!(f, "the database is newer than this program, which knows no migrations")?,
                }
                conflicts.iter().try_for_each(|conflict| write!(f, "\n{conflict}"))?;
                write!(f, "\nhelp: run the newer program again; nothing was changed")
            }
            Error::Diverged { conflicts, .. } => {
                write!(f, "the database has not run the same migrations as this program has")?;
                conflicts.iter().try_for_each(|conflict| write!(f, "\n{conflict}"))?;
                write!(
                    f,
                    "\nhelp: a released migration stays as it is; take its text from version control again and write \
                     the change as a new migration; if this one never left your machine, delete this development \
                     database instead; nothing was changed"
                )
            }
            Error::Tampered { conflicts, .. } => {
                write!(f, "the ledger of migrations was changed by hand, and does not say what has run")?;
                conflicts.iter().try_for_each(|conflict| write!(f, "\n{conflict}"))?;
                write!(
                    f,
                    "\nhelp: put the rows of `{}` back as they are in a backup, or go back to the backup; nothing was \
                     changed",
                    onward_core::ledger::LEDGER
                )
            }
            Error::LedgerNotWritten { triggers, .. } if triggers.is_empty() => write!(
                f,
                "the ledger of migrations, `{}`, does not have what was written to it; all was rolled back, since the next \
                 start would run the same once more; nothing was changed\nhelp: likely the connection's authorizer \
                 ignores what is written there: migrate on a connection without one",
                onward_core::ledger::LEDGER
            ),
            Error::LedgerNotWritten { triggers, .. } => write!(
                f,
                "the ledger of migrations, `{}`, does not have what was written to it, for there are triggers on it: {}; \
                 all was rolled back, since the next start would run the same once more; nothing was changed\nhelp: drop \
                 these triggers: only onward writes to that table; then start again",
                onward_core::ledger::LEDGER,
                list(triggers)
            ),
            Error::NoDownFile { file, .. } => write!(
                f,
                "{file} cannot be taken back: it has no down file; nothing was changed\nhelp: write one beside it, as in \
                 `0001_name.down.sql` or `0001_name/down.sql`, or go forward with a new migration",
                file = printable(file)
            ),
            Error::UnknownTarget { target, known } => {
                write!(f, "the run should stop at migration {target}, which the program does not have")?;
                match known {
                    Some(known) => write!(f, "\nhelp: its newest is {known}; nothing was changed"),
                    None => write!(f, "\nhelp: it has none; nothing was changed"),
                }
            }
            Error::Statement { file, line, column, sql, source, query, .. } => {
                write!(
                    f,
                    "a migration failed and all were rolled back; nothing was changed\n  {file}:{line}:{column}: {}\n{}",
                    message(source),
                    indented(sql),
                    file = printable(file)
                )?;
                match query {
                    Some(query) => write!(
                        f,
                        "\nhelp: this finds the rows in the way; mend them, on a copy first, and start again\n{}",
                        indented(query)
                    ),
                    None => help(f, source),
                }
            }
            Error::Hook { file, hook, source, .. } => write!(
                f,
                "the code beside a migration failed and all were rolled back; nothing was changed\n  {file}, then \
                 `{hook}`: {source}",
                file = printable(file)
            ),
            Error::TransactionEnded { file, hook, source, .. } => {
                write!(
                    f,
                    "the code beside a migration ended the transaction it was called in; what had run before was \
                     committed or rolled back without its ledger\n  {file}, then `{hook}`",
                    file = printable(file)
                )?;
                if let Some(source) = source {
                    write!(f, ": {source}")?;
                }
                write!(
                    f,
                    "\nhelp: go back to a backup, and take COMMIT, END and ROLLBACK out of the function: the migrator \
                     commits when everything has run"
                )
            }
            Error::ForeignKeys { violations, count, .. } => {
                write!(
                    f,
                    "the migrations would leave rows whose foreign keys lead nowhere; nothing was changed"
                )?;
                violations.iter().take(10).try_for_each(|violation| write!(f, "\n  {violation}"))?;
                let rest = count.saturating_sub(violations.len().min(10) as u64);
                if rest > 0 {
                    write!(f, "\n  and {rest} more")?;
                }
                write!(
                    f,
                    "\nhelp: foreign keys are off while migrations run, so ON DELETE actions do not fire; delete or \
                     mend these rows in the migration"
                )
            }
            Error::Drift { differences, .. } => {
                write!(
                    f,
                    "after the migrations the schema is not the one that was proven; nothing was changed"
                )?;
                differences.iter().take(20).try_for_each(|difference| write!(f, "\n  {difference}"))?;
                write!(
                    f,
                    "\nhelp: something other than the migrations has changed these, or a down file leaves them so; take that \
                     change back, then start again"
                )
            }
            Error::InDoubt { source, .. } => write!(
                f,
                "the disk failed while the migrations were committed: {}; either all of them are applied now or none\nhelp: \
                 look at the disk and the system's log, and start again: the next start sees which, and completes",
                message(source)
            ),
            Error::Rollback { cause, source, .. } => write!(
                f,
                "the migrations failed, and could not be rolled back: {}\nhelp: close the connection: SQLite then rolls \
                 back, at the latest when the file is opened again; nothing was committed\nthe migrations failed \
                 because: {cause}",
                message(source)
            ),
            Error::Backup { to, source, .. } => write!(
                f,
                "no copy could be made at `{}` before the migrations: {source}; nothing was changed\nhelp: see that its \
                 folder exists, can be written and has room for the whole database, and that the path begins a file's name",
                shown(to)
            ),
            Error::Recreate { cause, moved_to: Some(moved_to), source, .. } => write!(
                f,
                "the database cannot be migrated and was moved to `{}`, but no new one could be made: {source}\nhelp: mend \
                 that and start again, or move the old one back\nit cannot be migrated because: {cause}",
                shown(moved_to)
            ),
            Error::Recreate { cause, moved_to: None, source, .. } => write!(
                f,
                "the database cannot be migrated, and could not be moved aside: {source}; it is as it \
                 was\nhelp: see that the folder can be written and no other process has the file open\nit cannot be \
                 migrated because: {cause}"
            ),
            Error::Create { source, .. } if source.kind() == std::io::ErrorKind::AlreadyExists => {
                f.write_str("there is a file already, which a snapshot does not replace; nothing was changed\nhelp: remove it, or open it with `Migrations::open`, which applies what it lacks")
            }
            Error::Create { source, .. } if Leftover::is(source) => write!(
                f,
                "{source}; no database was made\nhelp: move that file away, or put the database back that it belongs to: it \
                 may hold rows that are nowhere else"
            ),
            Error::Create { source, .. } if source.kind() == std::io::ErrorKind::InvalidInput => write!(
                f,
                "the database cannot be made of the snapshot: {source}; nothing was made\nhelp: name a file, or use \
                 `open_in_memory`"
            ),
            Error::Create { source, .. } => write!(
                f,
                "the database cannot be made of the snapshot: {source}\nhelp: see that the folder exists, can be written and \
                 is on a file system with hard links, or use `Migrations::open`, which runs the migrations"
            ),
            Error::LockFile { source, .. } => write!(
                f,
                "`or_recreate` could not use its lock file beside the database, or not finish the move that it tells of: \
                 {source}; nothing was lost\nhelp: see that the folder can be written; SQLite needs a file system with locks \
                 as well; or do without `or_recreate`"
            ),
            Error::Sqlite { action, source, .. } => {
                write!(f, "could not {action}: {}; nothing was changed", message(source))?;
                help(f, source)
            }
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Some names, and how many more there are.
fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(5).map(|name| format!("`{}`", printable(name))).collect();
    match names.len().saturating_sub(5) {
        0 => shown.join(", "),
        rest => format!("{} and {rest} more", shown.join(", ")),
    }
}

/// The first lines of a statement.
fn indented(sql: &str) -> String {
    let mut lines: Vec<String> = sql.lines().take(8).map(|line| format!("    {line}")).collect();
    if sql.lines().count() > 8 {
        lines.push("    …".to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    fn failure(code: i32, message: &str) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(message.to_owned()))
    }

    /// One code of SQLite's has more than one cause.
    #[test]
    fn each_cause_has_words_of_its_own() {
        for (code, said, help) in [
            (ffi::SQLITE_CORRUPT, "database disk image is malformed", "the file is damaged"),
            (ffi::SQLITE_CORRUPT_VTAB, "database disk image is malformed", "the file itself may be sound"),
            (ffi::SQLITE_CORRUPT, "malformed database schema (i)", "does not understand the schema"),
        ] {
            let error = Error::Corrupt { path: None, action: "read".to_owned(), source: failure(code, said) };
            assert!(error.to_string().contains(help), "{error}");
        }
        for (code, said, help) in [
            (ffi::SQLITE_IOERR, "disk I/O error", "look at the disk"),
            (ffi::SQLITE_IOERR_GETTEMPPATH, "disk I/O error", "SQLITE_TMPDIR"),
            (ffi::SQLITE_INTERRUPT, "interrupted", "has interrupted the connection"),
            (ffi::SQLITE_NOMEM, "out of memory", "no more memory"),
            (ffi::SQLITE_TOOBIG, "string or blob too big", "SQLITE_LIMIT_LENGTH"),
            (ffi::SQLITE_CANTOPEN, "unable to open database file", "the folder for temporary files"),
            (ffi::SQLITE_CONSTRAINT_FOREIGNKEY, "FOREIGN KEY constraint failed", "with foreign keys on"),
            (ffi::SQLITE_CONSTRAINT_UNIQUE, "UNIQUE constraint failed: t.a", "rows of this database break"),
            (ffi::SQLITE_ERROR, "table t already exists", "its row in `onward_migrations` was removed"),
        ] {
            let error = Error::sqlite("commit")(failure(code, said));
            assert!(error.to_string().contains(help), "{error}");
        }
    }
}
