//! A cascade that does not fire while migrations run.

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/orphans/cascade");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
