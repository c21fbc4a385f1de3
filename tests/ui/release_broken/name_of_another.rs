use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/release_broken/name_of_another");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
