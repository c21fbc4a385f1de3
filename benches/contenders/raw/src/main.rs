//! The limit: rusqlite alone.

mod sweep;

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use contender::{Contender, PATIENCE, QUERY, now, say};
use rusqlite::{Connection, TransactionBehavior};

const TEN: &[&str] = &include!("../../../histories/10/texts.rs");
const HUNDRED: &[&str] = &include!("../../../histories/100/texts.rs");
const THOUSAND: &[&str] = &include!("../../../histories/1000/texts.rs");

fn history(size: usize) -> Result<&'static [&'static str]> {
    Ok(match size {
        10 => TEN,
        100 => HUNDRED,
        1000 => THOUSAND,
        _ => bail!("no history of {size}"),
    })
}

/// One transaction, the SQL of all, nothing else.
fn replay(size: usize, conn: &mut Connection) -> Result<()> {
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    for text in history(size)? {
        transaction.execute_batch(text)?;
    }
    Ok(transaction.commit()?)
}

struct Raw;

impl Contender for Raw {
    type Connection = Connection;

    /// Looks at nothing: an empty file gets the history, any other is taken for complete.
    fn start(&self, size: usize, path: &Path) -> Result<Connection> {
        let is_new = path.metadata().is_ok_and(|file| file.len() == 0);
        let mut conn = Connection::open(path)?;
        if is_new {
            replay(size, &mut conn)?;
        }
        Ok(conn)
    }

    fn in_memory(&self, size: usize) -> Result<Connection> {
        let mut conn = Connection::open_in_memory()?;
        replay(size, &mut conn)?;
        Ok(conn)
    }

    fn query(&self, conn: &mut Connection) -> Result<()> {
        Ok(conn.query_row(QUERY, [], |row| row.get::<_, String>(0)).map(drop)?)
    }

    fn version(&self) -> Result<String> {
        Ok(rusqlite::version().to_owned())
    }

    /// The least that is right: what has run is read under the lock.
    fn together(&self, size: usize, path: &Path) -> Result<Connection> {
        let mut conn = Connection::open(path)?;
        conn.busy_timeout(PATIENCE)?;
        let transaction = conn.transaction_with_behavior(TransactionBehavior::Exclusive)?;
        let version: u32 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        for text in history(size)?.get(version as usize..).context("the file has run more than there is")? {
            transaction.execute_batch(text)?;
        }
        transaction.pragma_update(None, "user_version", i64::try_from(size)?)?;
        transaction.commit()?;
        Ok(conn)
    }

    fn outdated(&self, path: &Path) -> Result<()> {
        sweep::outdated(TEN, path)
    }

    fn fleet(&self, paths: impl Iterator<Item = PathBuf> + Send, jobs: usize) -> Result<()> {
        sweep::sweep(TEN, paths, jobs)
    }

    fn hold(&self, path: &Path, time: Duration) -> Result<u128> {
        let mut conn = Connection::open(path)?;
        let transaction = conn.transaction_with_behavior(TransactionBehavior::Exclusive)?;
        say("held")?;
        sleep(time);
        transaction.commit()?;
        Ok(now())
    }

    fn wake(&self, _size: usize, path: &Path) -> Result<u128> {
        let mut conn = Connection::open(path)?;
        conn.busy_timeout(PATIENCE)?;
        let transaction = conn.transaction_with_behavior(TransactionBehavior::Exclusive)?;
        let woken = now();
        transaction.commit()?;
        Ok(woken)
    }
}

fn main() -> Result<()> {
    contender::main(&Raw)
}
