//! The table in which onward records what has run, as SQL.

/// Its name. It is no part of the schema that onward looks after.
pub const LEDGER: &str = "onward_migrations";

/// Makes it.
pub const CREATE_LEDGER: &str = "
    CREATE TABLE main.onward_migrations (
      version INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      checksum TEXT NOT NULL,
      chain TEXT NOT NULL,
      applied_at TEXT NOT NULL,
      duration_us INTEGER NOT NULL
    ) STRICT";

/// Writes a row, as of now: version, name, checksum, chain, duration.
pub const INSERT_LEDGER: &str = "
    INSERT INTO main.onward_migrations(version, name, checksum, chain, applied_at, duration_us)
    VALUES (?1, ?2, ?3, ?4, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?5)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_is_about_the_ledger() {
        let table = format!("main.{LEDGER}");
        for sql in [CREATE_LEDGER, INSERT_LEDGER] {
            assert!(sql.contains(&table), "{sql}");
        }
    }
}
