//! Calls the code of the application beside a migration, and sees that it leaves alone what only onward writes.

use onward_core::ledger::Ledger;
use rusqlite::types::Value;
use rusqlite::{ErrorCode, Transaction};

use crate::error::{Error, ErrorKind, Result};
use crate::history::{List, Migration};
use crate::ledger;

/// What the ledgers of a database hold, with their tables: that of the history, and those of others. `None` where it cannot be
/// read as one.
type Ledgers = Vec<(String, Option<Vec<Vec<Value>>>)>;

/// Refuses migrations of which one has a hook that is not here, as on the command line: it would be recorded without it.
pub(crate) fn here(list: List<'_>) -> Result<()> {
    let is_elsewhere = |migration: &Migration<'_>| migration.has_code() && migration.code().is_none();
    let Some(at) = list.iter().position(|migration| is_elsewhere(&migration)) else { return Ok(()) };
    let before = at.checked_sub(1).map(|last| list.at(last).label().to_owned());
    Err(ErrorKind::HookElsewhere { file: list.at(at).file().to_owned(), before }.into())
}

/// Calls the hook of a migration, if it has one, and sees that the transaction is still the same, and what only onward
/// writes as it was.
pub(crate) fn run(migration: Migration<'_>, table: Ledger<'_>, transaction: &Transaction<'_>) -> Result<()> {
    let Some(hook) = migration.code() else { return Ok(()) };
    let calling = Error::sqlite("call the hook of the migration");
    let savepoint = savepoint(transaction).map_err(&calling)?;
    begin_to_write(transaction).map_err(&calling)?;
    let before = ledgers(transaction, table).map_err(&calling)?;
    transaction.execute_batch(&format!("SAVEPOINT {savepoint}")).map_err(&calling)?;
    let outcome = (hook.call)(transaction);
    let ended =
        transaction.is_autocommit() || transaction.execute_batch(&format!("RELEASE {savepoint}")).is_err();
    let (file, hook) = (migration.file().to_owned(), hook.name.to_owned());
    match outcome {
        Err(source) if transaction.is_autocommit() && rolls_back(&*source) => {
            Err(ErrorKind::Hook { file, hook, source }.into())
        }
        outcome if ended => Err(ErrorKind::TransactionEnded { file, hook, source: outcome.err() }.into()),
        Err(source) => Err(ErrorKind::Hook { file, hook, source }.into()),
        Ok(()) => match forbidden(transaction, table, &before).map_err(&calling)? {
            Some(source) => Err(ErrorKind::Hook { file, hook, source: source.into() }.into()),
            None => Ok(()),
        },
    }
}

/// A name that nobody else knows. It is gone when the transaction has ended, even if another one has begun since.
fn savepoint(transaction: &Transaction<'_>) -> rusqlite::Result<String> {
    transaction.query_row("SELECT 'onward_' || hex(randomblob(16))", [], |row| row.get(0))
}

/// Writes a number that is there as it is, without calling anybody: from here on SQLite does not let go of its journal,
/// which `PRAGMA journal_mode = OFF` makes it do before the first write.
fn begin_to_write(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let version: i64 = transaction.query_row("PRAGMA main.user_version", [], |row| row.get(0))?;
    transaction.execute_batch(&format!("PRAGMA main.user_version = {version}"))
}

/// What all ledgers hold.
fn ledgers(transaction: &Transaction<'_>, table: Ledger<'_>) -> rusqlite::Result<Ledgers> {
    let contents = |table: String| match ledger::contents(transaction, Ledger::of(&table)) {
        Ok(found) => Ok((table, Some(found))),
        // Not to be read as a table is one way to be another one; a disk that fails is not.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::Unknown) => Ok((table, None)),
        Err(error) => Err(error),
    };
    let mut tables = ledger::ledgers(transaction)?;
    // Its own, however it was made.
    if !tables.iter().any(|found| found == table.table()) {
        tables.push(table.table().to_owned());
    }
    tables.into_iter().map(contents).collect()
}

/// What the code has done that it must not do, in words.
fn forbidden(
    transaction: &Transaction<'_>,
    table: Ledger<'_>,
    before: &Ledgers,
) -> rusqlite::Result<Option<String>> {
    let after = ledgers(transaction, table)?;
    let changed = before.iter().find(|ledger| !after.contains(ledger));
    if let Some((table, _)) = changed.or_else(|| after.iter().find(|ledger| !before.contains(ledger))) {
        return Ok(Some(format!("it changes the table `{table}`, which says what has run and is onward's")));
    }
    let attached = ledger::attached(transaction)?;
    Ok((!attached.is_empty()).then(|| {
        format!(
            "it attaches other databases and leaves them attached: {}; a name in a later migration could mean one of theirs",
            attached.join(", ")
        )
    }))
}

/// Whether SQLite ends the transaction itself on this error
/// (<https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction>).
fn rolls_back(error: &(dyn std::error::Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let codes = causes.filter_map(|cause| {
        // An error of onward's says in its own words what SQLite said.
        let of_ours = cause.downcast_ref::<Error>().and_then(Error::sqlite_error);
        cause.downcast_ref::<rusqlite::Error>().or(of_ours)?.sqlite_error_code()
    });
    let mut codes = codes.map(|code| {
        use ErrorCode::{DiskFull, OperationInterrupted, OutOfMemory, SystemIoFailure};
        matches!(code, DiskFull | SystemIoFailure | OutOfMemory | OperationInterrupted)
    });
    codes.any(|code| code)
}
