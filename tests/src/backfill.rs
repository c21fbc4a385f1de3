//! A migration that SQL alone cannot do: messages get an identity that is made in code.

use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};

use onward::rusqlite::{Connection, Transaction};

/// What tells a message from others.
pub fn identity(sender: &str, body: &str) -> Result<String, Box<dyn Error + Send + Sync>> {
    match body {
        "" => return Err(format!("the message of {sender} is empty").into()),
        "panic" => panic!("this message is not to be hashed"),
        "abort" => std::process::abort(),
        _ => {}
    }
    let mut hasher = DefaultHasher::new();
    (sender, body).hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}

/// Gives every message that has none its identity, and says how many have one now.
pub fn each_message(conn: &Connection) -> Result<i64, Box<dyn Error + Send + Sync>> {
    let mut messages =
        conn.prepare("SELECT id, sender, body FROM messages WHERE identity IS NULL ORDER BY id")?;
    let mut messages = messages.query([])?;
    let mut count = 0;
    while let Some(message) = messages.next()? {
        let identity = identity(&message.get::<_, String>(1)?, &message.get::<_, String>(2)?)?;
        let id: i64 = message.get(0)?;
        conn.execute("UPDATE messages SET identity = ?1 WHERE id = ?2", (identity, id))?;
        count += 1;
    }
    Ok(count)
}

/// Runs after the second migration of the history `hashes`, which leaves it a temporary table.
pub fn hash_messages(transaction: &Transaction<'_>) -> Result<(), Box<dyn Error + Send + Sync>> {
    let expected: i64 = transaction.query_row("SELECT count(*) FROM unhashed", [], |row| row.get(0))?;
    let hashed = each_message(transaction)?;
    assert_eq!(hashed, expected);
    transaction.execute("INSERT INTO backfills(messages) VALUES (?1)", [hashed])?;
    Ok(())
}
