//! A team that wants no data to be dropped without a word.

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/drops_data/drops_data");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
