//! Hooks: functions of the application that run after the SQL of a migration.

use rusqlite::Transaction;

/// What a hook fails with.
type Boxed = Box<dyn std::error::Error + Send + Sync>;

/// What runs after the statements of a migration. Public only for the macro's expansion.
#[derive(Debug)]
pub struct Hook {
    /// The index of the migration.
    pub(crate) at: usize,
    /// What `migrations!` calls it.
    pub(crate) name: &'static str,
    pub(crate) call: Call,
}

impl Hook {
    /// Code of the application, after the migration at this index.
    pub const fn new(at: usize, name: &'static str, call: Call) -> Hook {
        Hook { at, name, call }
    }
}

/// A function of the application, its error in a box.
type Call = fn(&Transaction<'_>) -> std::result::Result<(), Boxed>;

/// Calls a function with any error that goes into a box. It is here, and not in the expansion, so that rustc says what
/// the function should be and knows the argument of a closure.
pub fn call<E: Into<Boxed>>(
    hook: impl FnOnce(&Transaction<'_>) -> std::result::Result<(), E>,
    transaction: &Transaction<'_>,
) -> std::result::Result<(), Boxed> {
    hook(transaction).map_err(Into::into)
}
