//! Rows without relatives are seen to, and so are those that refer to what goes.

// A warning of onward reaches rustc as the use of something deprecated.
#![deny(deprecated)]

use onward::rusqlite::Connection;
use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/sound/relatives");

fn main() {
    let mut conn = Connection::open_in_memory().unwrap();
    assert_eq!(MIGRATIONS.apply(&mut conn).unwrap().applied.len(), 6);
}
