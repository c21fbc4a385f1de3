use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/release_broken/rows_left_out");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
