//! Brings its database up to date and asks it something.

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

const LIST: &[M<'_>] = &include!("../../../histories/100/rusqlite_migration.rs");
const MIGRATIONS: Migrations<'_> = Migrations::from_slice(LIST);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut conn = Connection::open("application.db")?;
    MIGRATIONS.to_latest(&mut conn)?;
    let name: String = conn.query_row("SELECT name FROM customers", [], |row| row.get(0))?;
    println!("{name}");
    Ok(())
}
