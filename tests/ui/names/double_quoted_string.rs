use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/names/double_quoted_string");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
