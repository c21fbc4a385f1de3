// A warning of onward reaches rustc as the use of something deprecated.
#![deny(deprecated)]

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/broken_trigger/broken_trigger");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
