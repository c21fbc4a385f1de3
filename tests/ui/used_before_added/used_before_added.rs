use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/used_before_added/used_before_added");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
