//! A worker that migrates as one does by hand: look at the version, then run what is missing. `naive FILE`
//! makes tokens, `naive FILE hashes` gives messages their identities.
//!
//! It says when it has looked, and goes on when it is told to, so that a test can have all of them look first.

use std::process::ExitCode;

use onward::rusqlite::Connection;
use onward_tests::backfill;

fn main() -> ExitCode {
    let Some(file) = std::env::args().nth(1) else { return ExitCode::from(2) };
    let outcome = match std::env::args().nth(2) {
        None => migrate(&file),
        Some(_) => hash(&file).map_err(|error| -> Box<dyn std::error::Error> { error }),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The column first, then the code that fills it, each for itself.
fn hash(file: &str) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let conn = Connection::open(file)?;
    let is_missing = conn.prepare("SELECT identity FROM messages").is_err();
    println!("looked");
    std::io::stdin().read_line(&mut String::new())?;
    if is_missing {
        conn.execute_batch("ALTER TABLE messages ADD COLUMN identity TEXT")?;
        backfill::each_message(&conn)?;
        conn.execute_batch(include_str!("../../histories/hashes/0003_unique_identities.sql"))?;
    }
    Ok(())
}

fn migrate(file: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut conn = Connection::open(file)?;
    let version: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    println!("looked");
    std::io::stdin().read_line(&mut String::new())?;
    if version == 0 {
        let transaction = conn.transaction()?;
        transaction.execute_batch(include_str!("../../histories/workers/0001_tokens.sql"))?;
        transaction.execute_batch("PRAGMA user_version = 1")?;
        transaction.commit()?;
    }
    Ok(())
}
