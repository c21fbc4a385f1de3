//! A team that wants no data to be dropped without a word.

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/data_dropped/data_dropped");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
