//! What onward.toml stubs at compile time, the application registers before it migrates.

use onward::rusqlite::Connection;
use onward::rusqlite::functions::FunctionFlags;
use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/sound/config");

fn main() {
    let mut conn = Connection::open_in_memory().unwrap();
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    conn.create_scalar_function("slug", 1, flags, |context| {
        context.get::<String>(0).map(|title| title.to_lowercase().replace(' ', "-"))
    })
    .unwrap();
    conn.create_collation("natural_order", |a: &str, b: &str| a.cmp(b)).unwrap();
    assert_eq!(MIGRATIONS.apply(&mut conn).unwrap().applied.len(), 1);
}
