use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/dangling_foreign_key/dangling_foreign_key");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
