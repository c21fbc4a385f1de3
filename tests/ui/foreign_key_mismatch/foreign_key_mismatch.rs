//! One parent is not there, the other has no unique key.

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/foreign_key_mismatch/foreign_key_mismatch");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
