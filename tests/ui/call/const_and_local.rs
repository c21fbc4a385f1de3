use onward::{Migrations, migrations};

const MIGRATIONS: Migrations = migrations!("ui/call/const_and_local");

fn main() -> onward::Result<()> {
    let migrations = migrations!("ui/call/const_and_local");
    migrations.open("app.db")?;
    MIGRATIONS.open("app.db").map(drop)
}
