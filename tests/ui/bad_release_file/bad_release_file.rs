use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/bad_release_file/bad_release_file");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
