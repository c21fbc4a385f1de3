use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!(history);

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
