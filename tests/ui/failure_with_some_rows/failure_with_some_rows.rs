//! Duplicates, what is no JSON, and NULL: what depends on the data is a warning that shows a row.

// A warning of onward reaches rustc as the use of something deprecated.
#![deny(deprecated)]

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/failure_with_some_rows/failure_with_some_rows");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
