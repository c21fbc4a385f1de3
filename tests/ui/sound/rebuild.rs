//! A table rebuild with the pragmas that go around it loses no row of the tables that refer to it.

use onward::rusqlite::Connection;
use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/sound/rebuild");

fn main() {
    let mut conn = Connection::open_in_memory().unwrap();
    assert_eq!(MIGRATIONS.apply(&mut conn).unwrap().applied.len(), 4);
    let orders: i64 = conn.query_row("SELECT count(*) FROM orders", [], |row| row.get(0)).unwrap();
    assert_eq!(orders, 4);
}
