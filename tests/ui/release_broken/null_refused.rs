use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/release_broken/null_refused");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
