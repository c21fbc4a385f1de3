//! The other tools whose record of what has run is understood: their names and their ledgers.

use std::fmt;

use crate::name::Ident;

/// A tool that applies migrations and writes down which have run.
///
/// ```
/// use onward_core::tool::Tool;
/// assert_eq!(Tool::named("golang-migrate"), Some(Tool::GolangMigrate));
/// assert_eq!(Tool::Sqlx.ledger(), Some("_sqlx_migrations"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Tool {
    /// sqlx, and Tauri's plugin-sql, which is built on it.
    Sqlx,
    /// refinery.
    Refinery,
    /// diesel.
    Diesel,
    /// rusqlite_migration, which counts in `PRAGMA user_version`.
    RusqliteMigration,
    /// golang-migrate.
    GolangMigrate,
    /// goose.
    Goose,
    /// dbmate.
    Dbmate,
    /// sql-migrate.
    SqlMigrate,
    /// Prisma Migrate.
    Prisma,
    /// Drizzle.
    Drizzle,
    /// Flyway.
    Flyway,
    /// Atlas.
    Atlas,
    /// Cloudflare's D1, by wrangler.
    D1,
    /// hiqlite.
    Hiqlite,
}

impl Tool {
    /// All of them.
    pub const ALL: [Tool; 14] = [
        Tool::Sqlx,
        Tool::Refinery,
        Tool::Diesel,
        Tool::RusqliteMigration,
        Tool::GolangMigrate,
        Tool::Goose,
        Tool::Dbmate,
        Tool::SqlMigrate,
        Tool::Prisma,
        Tool::Drizzle,
        Tool::Flyway,
        Tool::Atlas,
        Tool::D1,
        Tool::Hiqlite,
    ];

    /// Its name, as `migrations!(from = "…")` and `cargo onward adopt --from` take it.
    pub const fn name(self) -> &'static str {
        match self {
            Tool::Sqlx => "sqlx",
            Tool::Refinery => "refinery",
            Tool::Diesel => "diesel",
            Tool::RusqliteMigration => "rusqlite_migration",
            Tool::GolangMigrate => "golang-migrate",
            Tool::Goose => "goose",
            Tool::Dbmate => "dbmate",
            Tool::SqlMigrate => "sql-migrate",
            Tool::Prisma => "prisma",
            Tool::Drizzle => "drizzle",
            Tool::Flyway => "flyway",
            Tool::Atlas => "atlas",
            Tool::D1 => "d1",
            Tool::Hiqlite => "hiqlite",
        }
    }

    /// The tool of this name.
    pub fn named(name: &str) -> Option<Tool> {
        Tool::ALL.into_iter().find(|tool| tool.name() == name)
    }

    /// Those that call their ledger as one of these tables is called, in any case.
    ///
    /// ```
    /// use onward_core::tool::Tool;
    /// assert_eq!(Tool::with_ledger(&["jobs", "Schema_migrations"]), [Tool::GolangMigrate, Tool::Dbmate]);
    /// ```
    pub fn with_ledger(tables: &[impl AsRef<str>]) -> Vec<Tool> {
        let has = |ledger: &str| tables.iter().any(|table| Ident(table.as_ref()) == ledger);
        Tool::ALL.into_iter().filter(|tool| tool.ledger().is_some_and(has)).collect()
    }

    /// The table in which it writes down what has run, as it calls it unless told otherwise; `None` if it only counts, in
    /// `PRAGMA user_version`.
    pub const fn ledger(self) -> Option<&'static str> {
        Some(match self {
            Tool::Sqlx => "_sqlx_migrations",
            Tool::Refinery => "refinery_schema_history",
            Tool::Diesel => "__diesel_schema_migrations",
            Tool::RusqliteMigration => return None,
            Tool::GolangMigrate | Tool::Dbmate => "schema_migrations",
            Tool::Goose => "goose_db_version",
            Tool::SqlMigrate => "gorp_migrations",
            Tool::Prisma => "_prisma_migrations",
            Tool::Drizzle => "__drizzle_migrations",
            Tool::Flyway => "flyway_schema_history",
            Tool::Atlas => "atlas_schema_revisions",
            Tool::D1 => "d1_migrations",
            Tool::Hiqlite => "_migrations",
        })
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What stands between a tool's SQL and its row about it, and so how far a database may be ahead of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lag {
    /// SQL and row are in one transaction, or the row comes first.
    Never,
    /// The SQL is in one transaction, and the row is written behind it.
    Row,
    /// Each statement counts as soon as it has run, and the row is written behind the last.
    Statements,
}

/// The form in which versions of Flyway's are compared: numbers without leading zeros, and no zeros at the end.
///
/// ```
/// assert_eq!(onward_core::tool::dotted("1_02.0"), "1.2");
/// ```
pub fn dotted(version: &str) -> String {
    let trim = |part: &str| match part.trim_start_matches('0') {
        "" => "0".to_owned(),
        rest => rest.to_owned(),
    };
    let mut parts: Vec<String> = version.split(['.', '_']).map(trim).collect();
    while parts.len() > 1 && parts.last().is_some_and(|part| part == "0") {
        parts.pop();
    }
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_is_found_by_its_name() {
        for tool in Tool::ALL {
            assert_eq!(Tool::named(&tool.to_string()), Some(tool));
        }
        assert_eq!(Tool::named("liquibase"), None);
    }

    #[test]
    fn versions_of_flyways() {
        for (version, expected) in [("1", "1"), ("001", "1"), ("1.10", "1.10"), ("2.0.0", "2"), ("0", "0")] {
            assert_eq!(dotted(version), expected);
        }
    }
}
