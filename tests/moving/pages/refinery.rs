use onward::{Adopt, Migrations, Tool, migrations};

static MIGRATIONS: Migrations = migrations!("history/refinery", from = "refinery");

pub fn migrate(conn: &mut onward::rusqlite::Connection) -> onward::Result<()> {
    MIGRATIONS.migrator().adopt(Adopt::From(Tool::Refinery)).apply(conn)?;
    Ok(())
}
