// A warning of onward reaches rustc as the use of something deprecated.
#![deny(deprecated)]

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/unnamed_function/unnamed_function");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
