//! Brings its database up to date and asks it something.

use rusqlite::Connection;

mod embedded {
    refinery::embed_migrations!("../../histories/100/refinery");
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut conn = Connection::open("application.db")?;
    embedded::migrations::runner().run(&mut conn)?;
    let name: String = conn.query_row("SELECT name FROM customers", [], |row| row.get(0))?;
    println!("{name}");
    Ok(())
}
