use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/transaction_control/transaction_control");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
