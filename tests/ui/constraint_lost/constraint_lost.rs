//! A rebuild that adds a column, and does not write again what the table asked of its rows.

// A warning of onward reaches rustc as the use of something deprecated.
#![deny(deprecated)]

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/constraint_lost/constraint_lost");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
