//! Code that is held against the middle of the history: `worker` goes with the second migration, `price` comes with the third.

use onward::Migrations;
use onward::rusqlite::{Connection, Result, Transaction};

#[allow(deprecated)]
static MIGRATIONS: Migrations = onward::migrations!("ui/rows/hooked", after = { 1 => backfill::name, 2 => Titles::check, 3 => |_| Ok::<_, onward::Error>(()) });

#[onward::at(1)]
mod backfill {
    use onward::prelude::*;
    use onward::rusqlite::{Result, Transaction};

    macro_rules! workers {
        ($row:ty, $tail:literal) => {
            query_as!($row, "SELECT worker FROM jobs " + $tail)
        };
    }

    #[derive(Debug, PartialEq, Row)]
    #[onward(table = "jobs")]
    pub struct Job {
        id: i64,
        queue: String,
        worker: Option<String>,
    }

    /// It names no table, and is held against each statement.
    #[derive(Row)]
    struct Worker {
        worker: Option<String>,
    }

    pub fn name(tx: &Transaction<'_>) -> Result<()> {
        let ids = [1, 2];
        let named = true;
        query!("UPDATE jobs SET worker = 'w' || id WHERE worker IS NULL AND id IN (:ids...)").execute(tx)?;
        let jobs = query_as!(Job, "SELECT * FROM jobs" + if named { " WHERE worker NOT NULL" }).all(tx)?;
        assert_eq!(jobs.len(), workers!(Worker, "WHERE worker NOT NULL").all(tx)?.len());
        for Worker { worker } in workers!(Worker, "ORDER BY id").all(tx)? {
            assert!(worker.is_some());
        }
        assert_eq!(query_as!((Option<String>,), "SELECT worker FROM jobs").all(tx)?.len(), jobs.len());
        deeper::nothing(tx)
    }

    mod deeper {
        pub fn nothing(tx: &onward::rusqlite::Transaction<'_>) -> onward::rusqlite::Result<()> {
            let sql = ::onward::sql!("SELECT worker FROM jobs");
            tx.prepare(sql)?.query([]).map(drop)
        }
    }
}

struct Titles;

#[onward::at("0002")]
impl Titles {
    fn check(tx: &Transaction<'_>) -> Result<()> {
        let missing = onward::query_scalar!("SELECT count(*) FROM jobs WHERE title IS NULL").one(tx)?;
        assert_eq!(missing, 0);
        Ok(())
    }
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let mut conn = Connection::open_in_memory()?;
    MIGRATIONS.apply(&mut conn)?;
    // Outside it is the newest schema that counts.
    assert!(onward::query!("SELECT price FROM jobs").all(&conn)?.is_empty());
    Ok(())
}
