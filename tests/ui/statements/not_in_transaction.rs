use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/statements/not_in_transaction");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
