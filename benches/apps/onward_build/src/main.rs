//! Brings its database up to date and asks it something.

use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("../../histories/100/plain");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = MIGRATIONS.open("application.db")?;
    let name: String = conn.query_row("SELECT name FROM customers", [], |row| row.get(0))?;
    println!("{name}");
    Ok(())
}
