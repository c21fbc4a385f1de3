//! Copies that leave a column out, put two in each other's place, and number the rows anew; and one over two files that does not.

// A warning of onward reaches rustc as the use of something deprecated.
#![deny(deprecated)]

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/values_changed/values_changed");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
