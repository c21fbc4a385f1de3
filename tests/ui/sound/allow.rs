use onward::rusqlite::Connection;
use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/sound/allow");

fn main() {
    let mut conn = Connection::open_in_memory().unwrap();
    assert_eq!(MIGRATIONS.apply(&mut conn).unwrap().applied.len(), 2);
}
