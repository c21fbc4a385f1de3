//! The foreign keys follow the old table.

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/references_moved/references_moved");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
