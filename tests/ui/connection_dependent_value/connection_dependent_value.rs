//! What ran before on the same connection is not the same on an upgrade.

// A warning of onward reaches rustc as the use of something deprecated.
#![deny(deprecated)]

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/connection_dependent_value/connection_dependent_value");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
