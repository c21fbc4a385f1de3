//! Everything that goes with a table which is built anew.

// A warning of onward reaches rustc as the use of something deprecated.
#![deny(deprecated)]

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/several/lost");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
