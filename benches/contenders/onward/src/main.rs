//! onward, or what its snapshot does if the environment has `SNAPSHOT`.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result, bail, ensure};
use contender::{Contender, OUTDATED, QUERY};
use onward::rusqlite::{self, Connection};
use onward::{Event, Migrations, Snapshot, migrations, snapshot};

static TEN: Migrations = migrations!("../../histories/10/plain");
static HUNDRED: Migrations = migrations!("../../histories/100/plain");
static THOUSAND: Migrations = migrations!("../../histories/1000/plain");

static EMPTY_HUNDRED: Snapshot = snapshot!("../../histories/100/plain");
static EMPTY_THOUSAND: Snapshot = snapshot!("../../histories/1000/plain");

fn history(size: usize) -> Result<&'static Migrations> {
    Ok(match size {
        10 => &TEN,
        100 => &HUNDRED,
        1000 => &THOUSAND,
        _ => bail!("no history of {size}"),
    })
}

struct Onward {
    snapshot: bool,
}

impl Contender for Onward {
    type Connection = Connection;

    fn start(&self, size: usize, path: &Path) -> Result<Connection> {
        Ok(history(size)?.open(path)?)
    }

    fn in_memory(&self, size: usize) -> Result<Connection> {
        match (self.snapshot, size) {
            (true, 100) => return Ok(EMPTY_HUNDRED.open_in_memory()?),
            (true, 1000) => return Ok(EMPTY_THOUSAND.open_in_memory()?),
            (true, _) => bail!("no snapshot of {size}"),
            (false, _) => {}
        }
        let mut conn = Connection::open_in_memory()?;
        history(size)?.apply(&mut conn)?;
        Ok(conn)
    }

    fn query(&self, conn: &mut Connection) -> Result<()> {
        Ok(conn.query_row(QUERY, [], |row| row.get::<_, String>(0)).map(drop)?)
    }

    fn version(&self) -> Result<String> {
        Ok(rusqlite::version().to_owned())
    }

    fn outdated(&self, path: &Path) -> Result<()> {
        TEN.migrator().target(i64::try_from(OUTDATED)?).open(path)?;
        Ok(())
    }

    fn fleet(&self, paths: impl Iterator<Item = PathBuf> + Send, jobs: usize) -> Result<()> {
        let sweep = TEN.fleet().jobs(jobs).apply(paths)?;
        ensure!(sweep.is_done(), "{sweep}");
        Ok(())
    }

    fn wake(&self, size: usize, path: &Path) -> Result<u128> {
        let began = OnceLock::new();
        let observe = |event: Event<'_>| {
            if let Event::Started { .. } = event {
                began.get_or_init(contender::now);
            }
        };
        history(size)?.migrator().observer(observe).open(path)?;
        began.get().copied().context("nothing was to be done")
    }
}

fn main() -> Result<()> {
    contender::main(&Onward { snapshot: std::env::var_os("SNAPSHOT").is_some() })
}
