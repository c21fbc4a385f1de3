use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/syntax_error/syntax_error");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
