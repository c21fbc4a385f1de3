//! Columns in another order, and a name in quotes, which is a text.

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/values_changed/order");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
