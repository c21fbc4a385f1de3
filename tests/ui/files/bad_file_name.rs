use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/files/bad_file_name");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
