use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/statements/syntax_error");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
