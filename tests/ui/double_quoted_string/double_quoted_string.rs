use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/double_quoted_string/double_quoted_string");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
