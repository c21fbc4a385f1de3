//! Calls that do not fit the statement.

use onward::query;
use onward::rusqlite::{Connection, Result};

fn main() -> Result<()> {
    let conn = Connection::open_in_memory()?;
    let _ = query!("INSERT INTO queues(name, size) VALUES ('mail', 1)").all(&conn)?;
    let _ = query!("UPDATE queues SET size = 2").one(&conn)?;
    let _ = query!("DELETE FROM queues").optional(&conn)?;
    let _ = query!("DELETE FROM queues").prepare(&conn)?;
    query!("SELECT id FROM jobs").execute(&conn)?;
    query!("DELETE FROM queues RETURNING name").execute(&conn)?;
    let ids = vec![1_i64, 2];
    let _ = query!("SELECT id FROM jobs WHERE id IN (?)", ids).all(&conn)?;
    let _ = query!("SELECT id FROM jobs WHERE id IN (:ids)").all(&conn)?;
    Ok(())
}
