use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/bad_file_name/bad_file_name");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
