//! One parent is not there, the other has no unique key.

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/order/foreign_key_mismatch");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
