//! Rebuilds that fail for every row: one has nothing for a column, the other puts back what was never gone.

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/failure_with_rows/rebuilds");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
