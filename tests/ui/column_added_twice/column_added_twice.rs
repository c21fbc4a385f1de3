use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/column_added_twice/column_added_twice");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
