use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/release_broken/insert_without_names");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
