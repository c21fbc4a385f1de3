//! What rqlite takes, and what only looks as if it would differ between its nodes.

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/sound/engine");

fn main() {
    let mut conn = onward::rusqlite::Connection::open_in_memory().unwrap();
    assert_eq!(MIGRATIONS.apply(&mut conn).unwrap().applied.len(), 3);
}
