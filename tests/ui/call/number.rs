use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!(3);

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
