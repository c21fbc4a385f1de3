use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/duplicate_version/duplicate_version/0001_notes.sql");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
