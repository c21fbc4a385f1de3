use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/bad_file_name/down_without_up");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
