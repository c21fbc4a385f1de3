// A warning of onward reaches rustc as the use of something deprecated.
#![deny(deprecated)]

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/redundant_index/redundant_index");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
