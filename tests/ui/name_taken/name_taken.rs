use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/name_taken/name_taken");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
