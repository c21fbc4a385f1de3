//! A cascade that does not fire while migrations run.

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/dangling_foreign_key/cascade");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
