//! A worker that migrates as one does by hand: look at the version, then run what is missing. `naive FILE`.
//!
//! It says when it has looked, and goes on when it is told to, so that a test can have all of them look first.

use std::process::ExitCode;

use onward::rusqlite::Connection;

fn main() -> ExitCode {
    let Some(file) = std::env::args().nth(1) else { return ExitCode::from(2) };
    match migrate(&file) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
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
