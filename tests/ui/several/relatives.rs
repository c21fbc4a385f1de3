//! Rows without relatives, and with some that a statement does not think of.

// A warning of onward reaches rustc as the use of something deprecated.
#![deny(deprecated)]

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/several/relatives");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
