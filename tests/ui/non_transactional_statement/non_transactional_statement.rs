use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/non_transactional_statement/non_transactional_statement");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
