use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/release_broken/foreign_key_is_new");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
