//! refinery, a transaction a migration as it does by itself, or one for all if the environment has `GROUPED`.

use std::path::Path;

use anyhow::{Result, bail};
use contender::{Contender, OUTDATED, PATIENCE, QUERY};
use refinery::{Runner, Target};
use rusqlite::Connection;

mod ten {
    refinery::embed_migrations!("../../histories/10/refinery");
}
mod hundred {
    refinery::embed_migrations!("../../histories/100/refinery");
}
mod thousand {
    refinery::embed_migrations!("../../histories/1000/refinery");
}

fn runner(size: usize) -> Result<Runner> {
    Ok(match size {
        10 => ten::migrations::runner(),
        100 => hundred::migrations::runner(),
        1000 => thousand::migrations::runner(),
        _ => bail!("no history of {size}"),
    })
}

struct Refinery {
    grouped: bool,
}

impl Refinery {
    fn migrate(&self, size: usize, mut conn: Connection) -> Result<Connection> {
        runner(size)?.set_grouped(self.grouped).run(&mut conn)?;
        Ok(conn)
    }
}

impl Contender for Refinery {
    type Connection = Connection;

    fn start(&self, size: usize, path: &Path) -> Result<Connection> {
        let conn = Connection::open(path)?;
        conn.busy_timeout(PATIENCE)?;
        self.migrate(size, conn)
    }

    fn in_memory(&self, size: usize) -> Result<Connection> {
        self.migrate(size, Connection::open_in_memory()?)
    }

    fn query(&self, conn: &mut Connection) -> Result<()> {
        Ok(conn.query_row(QUERY, [], |row| row.get::<_, String>(0)).map(drop)?)
    }

    fn outdated(&self, path: &Path) -> Result<()> {
        let target = Target::Version(OUTDATED.try_into()?);
        runner(10)?.set_target(target).run(&mut Connection::open(path)?)?;
        Ok(())
    }

    fn version(&self) -> Result<String> {
        Ok(rusqlite::version().to_owned())
    }
}

fn main() -> Result<()> {
    contender::main(&Refinery { grouped: std::env::var_os("GROUPED").is_some() })
}
