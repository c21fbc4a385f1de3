// A warning of onward reaches rustc as the use of something deprecated.
#![deny(deprecated)]

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/missing_foreign_key_index/missing_foreign_key_index");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
