//! A copy that ignores every row, and a cascade that the file asks for.

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/rows_lost/rows_lost");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
