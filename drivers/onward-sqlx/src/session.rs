//! Work on a connection of another driver's: lock it, lend it to rusqlite, work on a thread, give it back.

use std::error::Error as Cause;
use std::future::Future;
use std::time::Duration;

use onward::Work;

use crate::borrowed::Borrowed;
use crate::locked::Locked;
use crate::thread;

pub(crate) type AnyError = Box<dyn Cause + Send + Sync>;

/// Between two looks at a file that others have locked.
pub(crate) const WAIT: Duration = Duration::from_millis(25);

/// Whether a code of SQLite's, as sqlx gives it, is [`SQLITE_BUSY`](https://www.sqlite.org/rescode.html#busy) or one of its kin.
pub(crate) fn is_busy(code: Option<&str>) -> bool {
    code.and_then(|code| code.parse::<i32>().ok()).is_some_and(|code| code & 0xff == 5)
}

/// A connection of a driver that has a thread of its own for it.
pub(crate) trait Held: Send {
    type Error: Cause + Send + Sync + 'static;
    type Locked<'c>: Locked
    where
        Self: 'c;

    /// Drops the statements that are prepared.
    fn forget_statements(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Keeps the driver's thread away from the connection.
    fn lock(&mut self) -> impl Future<Output = Result<Self::Locked<'_>, Self::Error>> + Send;
}

/// # Errors
/// Why there is no connection; the work was not run then.
pub(crate) async fn run<W: Work>(conn: &mut impl Held, work: W) -> Result<W::Output, AnyError> {
    if W::MIGRATES {
        // Not behind the run: if it fails there, it is not true that nothing was changed. What is prepared on another schema
        // would have the columns of that one.
        conn.forget_statements().await?;
    }
    // Dropped last, whether the work ends, fails, or its future is dropped.
    let mut locked = conn.lock().await?;
    let mut borrowed = if W::MIGRATES { Borrowed::once(&mut locked)? } else { Borrowed::kept(&mut locked)? };
    Ok(thread::run(move || work.run(borrowed.get())).await?)
}
