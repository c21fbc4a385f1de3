//! Code of the application that runs beside the SQL of a migration.

use rusqlite::{ErrorCode, Transaction};

use crate::error::{Error, Result};
use crate::migrations::Migration;

type Boxed = Box<dyn std::error::Error + Send + Sync>;

/// What runs after the statements of a migration. Public only for the macro's expansion.
#[derive(Debug)]
pub struct Hook {
    /// What `migrations!` calls it.
    pub(crate) name: &'static str,
    pub(crate) call: Call,
}

/// A function of the application, its error in a box.
pub type Call = fn(&Transaction<'_>) -> std::result::Result<(), Boxed>;

/// Calls a function with any error that goes into a box. It is here, and not in the expansion, so that rustc says what
/// the function should be and knows the argument of a closure.
pub fn call<E: Into<Boxed>>(
    hook: impl FnOnce(&Transaction<'_>) -> std::result::Result<(), E>,
    transaction: &Transaction<'_>,
) -> std::result::Result<(), Boxed> {
    hook(transaction).map_err(Into::into)
}

/// Gone when the transaction has ended, even if another one has begun since.
const SAVEPOINT: &str = "onward_hook";

/// Calls the hook of a migration, if it has one, and sees that the transaction is still the same.
pub(crate) fn run(migration: &Migration, transaction: &Transaction<'_>) -> Result<()> {
    let Some(hook) = migration.hook else { return Ok(()) };
    let calling = Error::sqlite("call the code beside the migration");
    transaction.execute_batch(&format!("SAVEPOINT {SAVEPOINT}")).map_err(&calling)?;
    let outcome = (hook.call)(transaction);
    let ended =
        transaction.is_autocommit() || transaction.execute_batch(&format!("RELEASE {SAVEPOINT}")).is_err();
    let (path, file, hook) = (None, migration.file(), hook.name);
    match outcome {
        Err(source) if transaction.is_autocommit() && rolls_back(&*source) => {
            Err(Error::Hook { path, file, hook, source })
        }
        outcome if ended => Err(Error::TransactionEnded { path, file, hook, source: outcome.err() }),
        Err(source) => Err(Error::Hook { path, file, hook, source }),
        Ok(()) => Ok(()),
    }
}

/// Whether SQLite ends the transaction itself on this error
/// (<https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction>).
fn rolls_back(error: &(dyn std::error::Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let codes = causes.filter_map(|cause| cause.downcast_ref::<rusqlite::Error>()?.sqlite_error_code());
    let mut codes = codes.map(|code| {
        use ErrorCode::{DiskFull, OperationInterrupted, OutOfMemory, SystemIoFailure};
        matches!(code, DiskFull | SystemIoFailure | OutOfMemory | OperationInterrupted)
    });
    codes.any(|code| code)
}
