use onward::{Adopt, Migrations, Tool, migrations};

static MIGRATIONS: Migrations = migrations!("history/rusqlite_migration", from = "rusqlite_migration");

pub fn migrate(conn: &mut onward::rusqlite::Connection) -> onward::Result<()> {
    MIGRATIONS.migrator().adopt(Adopt::From(Tool::RusqliteMigration)).apply(conn)?;
    Ok(())
}
