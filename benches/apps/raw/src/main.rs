//! Brings its database up to date and asks it something.

use rusqlite::{Connection, TransactionBehavior};

static MIGRATIONS: &[&str] = &include!("../../../histories/100/texts.rs");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut conn = Connection::open("application.db")?;
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let version: u32 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for text in &MIGRATIONS[version as usize..] {
        transaction.execute_batch(text)?;
    }
    transaction.pragma_update(None, "user_version", MIGRATIONS.len() as u32)?;
    transaction.commit()?;
    let name: String = conn.query_row("SELECT name FROM customers", [], |row| row.get(0))?;
    println!("{name}");
    Ok(())
}
