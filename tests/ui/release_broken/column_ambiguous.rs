use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/release_broken/column_ambiguous");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
