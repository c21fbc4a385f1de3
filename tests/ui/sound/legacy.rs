use onward::{Adopt, Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/sound/legacy");

fn main() -> onward::Result<()> {
    let mut conn = onward::rusqlite::Connection::open_in_memory().unwrap();
    conn.execute_batch(include_str!("legacy/legacy/v0_9_5.sql")).unwrap();
    assert_eq!(MIGRATIONS.migrator().adopt(Adopt::Exact).apply(&mut conn)?.adopted, 1);
    Ok(())
}
