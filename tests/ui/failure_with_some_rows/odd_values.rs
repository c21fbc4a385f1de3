//! Values that sample rows rarely hold, where a migration asks more of a column than before.

// A warning of onward reaches rustc as the use of something deprecated.
#![deny(deprecated)]

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/failure_with_some_rows/odd_values");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
