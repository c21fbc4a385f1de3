//! The foreign keys follow the old table.

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/foreign_key_moved/foreign_key_moved");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
