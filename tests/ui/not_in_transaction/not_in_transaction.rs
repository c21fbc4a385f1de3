use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/not_in_transaction/not_in_transaction");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
