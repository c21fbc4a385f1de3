//! Every setting of a connection that SQLite documents, and what a run does about it.
//!
//! One table, for the replay at compile time and the run in the application: what is set here is set in both, so that a
//! statement means the same in both. It is data alone: `onward_schema::switch` reads and sets.

/// What becomes of a setting of the application's connection while migrations run on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// It is put to this, as the replay has it, and back to what it was.
    Set(bool),
    /// A run that has something to do is refused, or SQLite refuses it; nothing is changed.
    Refused(&'static str),
    /// It stays as the application has it, for this reason.
    Left(&'static str),
}

/// What becomes of a pragma that stands in a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InMigration {
    /// It is run: what it sets is kept in the file, and set twice is set once; or it is a question.
    Kept,
    /// It is run: it works in the file, and twice is not the same as once.
    Works,
    /// It is run, and taken back after the migration.
    Undone,
    /// It is left out, since every run does as much.
    Implied,
    /// It is left out: inside a transaction it has no effect, or what it sets ends with the connection.
    LeftOut,
}

/// A setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The pragma that sets it, if there is one.
    pub pragma: Option<&'static str>,
    /// Its number for `sqlite3_db_config`, if it has one (<https://www.sqlite.org/c3ref/c_dbconfig_defensive.html>).
    pub config: Option<i32>,
    /// What a run does about it.
    pub care: Care,
    /// What becomes of the pragma in a migration.
    pub in_migration: InMigration,
}

/// What becomes of a pragma in a migration, by its name in lower case; what is not known is left out.
///
/// ```
/// use onward_core::setting::{InMigration, in_migration};
/// assert_eq!(in_migration("user_version"), InMigration::Kept);
/// assert_eq!(in_migration("journal_mode"), InMigration::LeftOut);
/// ```
pub fn in_migration(pragma: &str) -> InMigration {
    let found = SETTINGS.iter().find(|setting| setting.pragma == Some(pragma));
    found.map_or(InMigration::LeftOut, |setting| setting.in_migration)
}

/// Whether a pragma, by its name in lower case, asks and sets nothing.
///
/// ```
/// use onward_core::setting::is_question;
/// assert!(is_question("table_info") && !is_question("synchronous"));
/// ```
pub fn is_question(pragma: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.pragma == Some(pragma) && setting.care == Left(ASKS))
}

use Care::{Left, Refused, Set};

const fn pragma(name: &'static str, care: Care) -> Setting {
    Setting { pragma: Some(name), config: None, care, in_migration: InMigration::LeftOut }
}

const fn config(number: i32, care: Care) -> Setting {
    Setting { pragma: None, config: Some(number), care, in_migration: InMigration::LeftOut }
}

const fn both(name: &'static str, number: i32, care: Care) -> Setting {
    Setting { config: Some(number), ..pragma(name, care) }
}

const fn question(name: &'static str) -> Setting {
    pragma(name, Left(ASKS))
}

impl Setting {
    const fn kept(self) -> Setting {
        Setting { in_migration: InMigration::Kept, ..self }
    }

    const fn works(self) -> Setting {
        Setting { in_migration: InMigration::Works, ..self }
    }

    const fn undone(self) -> Setting {
        Setting { in_migration: InMigration::Undone, ..self }
    }

    const fn implied(self) -> Setting {
        Setting { in_migration: InMigration::Implied, ..self }
    }
}

const PLAN: &str = "it decides how a statement runs, not what it does";
const SPEED: &str = "it decides how fast and how surely something is written, not what";
const ROOM: &str = "what does not fit fails loudly, and everything is rolled back";
const FILE: &str = "it is the file's and was chosen when that was made";
const ASKS: &str = "it asks";
const DEBUG: &str = "it prints, in a debug build of SQLite";
const OTHERS: &str = "it is about other databases, and none is attached during a run";

/// `SQLITE_DBCONFIG_ENABLE_FKEY`
pub const FOREIGN_KEYS: i32 = 1002;
/// `SQLITE_DBCONFIG_WRITABLE_SCHEMA`
pub const WRITABLE_SCHEMA: i32 = 1011;
/// `SQLITE_DBCONFIG_DQS_DML` and `SQLITE_DBCONFIG_DQS_DDL`
pub const STRINGS: [i32; 2] = [1013, 1014];
/// The pragma that ends with the transaction.
pub const DEFER: &str = "defer_foreign_keys";
/// The pragma that replaces the function `like`, and cannot be asked.
pub const LIKE: &str = "case_sensitive_like";

/// All of them. What is set comes first, in the order in which it is set; it is put back in the opposite order.
///
/// Limits (`sqlite3_limit`) are not here: each of them makes a statement fail that goes beyond it, and everything is rolled
/// back. Nor are functions and collations that the application puts in the place of SQLite's own: they are meant.
pub const SETTINGS: &[Setting] = &[
    // DEFENSIVE: makes PRAGMA writable_schema and schema_version do nothing. First, since others depend on it.
    config(1010, Set(false)),
    // A rebuild of a table would fire ON DELETE (https://www.sqlite.org/lang_altertable.html#otheralter).
    both("foreign_keys", FOREIGN_KEYS, Set(false)).implied(),
    // ENABLE_TRIGGER and ENABLE_VIEW: the triggers and views of the history are part of what was proven.
    config(1003, Set(true)),
    config(1015, Set(true)),
    // RESET_DATABASE: the schema would look empty.
    config(1009, Set(false)),
    both("writable_schema", WRITABLE_SCHEMA, Set(false)).undone(),
    both("legacy_alter_table", 1012, Set(false)).undone(),
    // Unknown names in double quotes would be strings.
    config(STRINGS[0], Set(false)),
    config(STRINGS[1], Set(false)),
    // Another order of rows, and so other rowids, where a statement asks for none.
    both("reverse_unordered_selects", 1019, Set(false)),
    // ENABLE_COMMENTS: statements run with the comments in them.
    config(1022, Set(true)),
    pragma("ignore_check_constraints", Set(false)),
    pragma("recursive_triggers", Set(false)),
    // A migration with foreign keys on would fail later than in the replay, or not at all.
    pragma(DEFER, Set(false)).implied(),
    // Statements that write would give rows, and columns of the ledger have other names.
    pragma("count_changes", Set(false)),
    pragma("full_column_names", Set(false)),
    pragma("short_column_names", Set(true)),
    pragma(LIKE, Set(false)),
    // What is refused.
    // What code beside a migration sets is put back behind it.
    pragma("query_only", Refused("the application wants nothing to be written")),
    pragma(
        "journal_mode",
        Refused("OFF: there is no rollback without a journal, so one is switched on for the run"),
    ),
    // What SQLite is told by a pragma and keeps in the file, or does there.
    pragma("application_id", Left(FILE)).kept(),
    pragma("user_version", Left(FILE)).kept(),
    pragma("schema_version", Left(FILE)).works(),
    pragma("optimize", Left(PLAN)).kept(),
    pragma("incremental_vacuum", Left(FILE)).works(),
    pragma("auto_vacuum", Left(FILE)),
    pragma("encoding", Left(FILE)),
    pragma("page_size", Left(FILE)),
    pragma("default_cache_size", Left(FILE)),
    // LEGACY_FILE_FORMAT
    config(1016, Left(FILE)),
    // What does not change what a statement does.
    pragma("analysis_limit", Left(PLAN)),
    pragma("automatic_index", Left(PLAN)),
    pragma("cache_size", Left(SPEED)),
    pragma("cache_spill", Left(SPEED)),
    pragma("mmap_size", Left(SPEED)),
    pragma("threads", Left(SPEED)),
    pragma("synchronous", Left(SPEED)),
    pragma("fullfsync", Left(SPEED)),
    pragma("checkpoint_fullfsync", Left(SPEED)),
    pragma("journal_size_limit", Left(SPEED)),
    pragma("wal_autocheckpoint", Left(SPEED)),
    pragma("wal_checkpoint", Left(SPEED)),
    pragma("secure_delete", Left("deleted bytes are written over as the application wants them to be")),
    pragma("shrink_memory", Left(SPEED)),
    pragma("temp_store", Left("temporary files lie where the application wants them")),
    pragma("temp_store_directory", Left("temporary files lie where the application wants them")),
    pragma("data_store_directory", Left("it is about paths that are opened later")),
    pragma("locking_mode", Left("a run locks everybody out in any case")),
    pragma("lock_proxy_file", Left("it is about how locks are taken")),
    pragma("busy_timeout", Left("the wait is onward's own; the timeout is short meanwhile, and put back")),
    pragma(
        "read_uncommitted",
        Left("nobody else writes during a run; the look before it is as the application reads"),
    ),
    pragma("cell_size_check", Left("it finds damage earlier")),
    pragma("empty_result_callbacks", Left("it is about sqlite3_exec, which is not called")),
    both(
        "trusted_schema",
        1017,
        Left("off, it keeps functions of the application out of the schema, loudly"),
    ),
    pragma("hard_heap_limit", Left(ROOM)),
    pragma("soft_heap_limit", Left(SPEED)),
    pragma("max_page_count", Left(ROOM)),
    pragma("activate_extensions", Left("it is a key of SQLite's own extensions")),
    // MAINDBNAME: the name `main` goes on working.
    config(1000, Left("the first database answers to `main` under any name")),
    // LOOKASIDE
    config(1001, Left(SPEED)),
    // ENABLE_FTS3_TOKENIZER and ENABLE_LOAD_EXTENSION: the replay refuses such calls.
    config(1004, Left("no migration with such a call builds")),
    config(1005, Left("no migration with such a call builds")),
    // NO_CKPT_ON_CLOSE
    config(1006, Left(SPEED)),
    // ENABLE_QPSG and TRIGGER_EQP
    config(1007, Left(PLAN)),
    config(1008, Left("it is about EXPLAIN")),
    // STMT_SCANSTATUS
    config(1018, Left("it counts")),
    // ENABLE_ATTACH_CREATE and ENABLE_ATTACH_WRITE
    config(1020, Left(OTHERS)),
    config(1021, Left(OTHERS)),
    // FP_DIGITS: a number, and another one in older versions of SQLite.
    config(1023, Left("how many digits a fraction has as text depends on SQLite's version as well")),
    // Questions, of which histories ask some to see that all is well.
    pragma("foreign_key_check", Left(ASKS)).implied(),
    question("integrity_check").kept(),
    question("quick_check").kept(),
    question("table_info").kept(),
    question("table_xinfo").kept(),
    question("table_list").kept(),
    question("index_list").kept(),
    question("index_info").kept(),
    question("index_xinfo").kept(),
    question("foreign_key_list").kept(),
    question("database_list").kept(),
    question("compile_options").kept(),
    question("collation_list"),
    question("data_version"),
    question("freelist_count"),
    question("function_list"),
    question("lock_status"),
    question("module_list"),
    question("page_count"),
    question("pragma_list"),
    question("stats"),
    pragma("parser_trace", Left(DEBUG)),
    pragma("sql_trace", Left(DEBUG)),
    pragma("vdbe_addoptrace", Left(DEBUG)),
    pragma("vdbe_debug", Left(DEBUG)),
    pragma("vdbe_eqp", Left(DEBUG)),
    pragma("vdbe_listing", Left(DEBUG)),
    pragma("vdbe_trace", Left(DEBUG)),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rusqlite::{Connection, Result};

    use super::*;

    #[test]
    fn every_pragma_of_this_sqlite_is_in_the_table() -> Result<()> {
        let conn = Connection::open_in_memory()?;
        let mut pragmas = conn.prepare("PRAGMA pragma_list")?;
        let pragmas: Vec<String> = pragmas.query_map([], |row| row.get(0))?.collect::<Result<_>>()?;
        assert!(pragmas.len() > 50, "{pragmas:?}");
        let known: BTreeSet<_> = SETTINGS.iter().filter_map(|setting| setting.pragma).collect();
        let missing: Vec<_> = pragmas.iter().filter(|name| !known.contains(name.as_str())).collect();
        assert!(missing.is_empty(), "what does a run do about these? {missing:?}");
        Ok(())
    }

    #[test]
    fn every_switch_of_this_sqlite_is_in_the_table() {
        let known: BTreeSet<_> = SETTINGS.iter().filter_map(|setting| setting.config).collect();
        let missing: Vec<_> =
            (1000..=rusqlite::ffi::SQLITE_DBCONFIG_MAX).filter(|number| !known.contains(number)).collect();
        assert!(missing.is_empty(), "what does a run do about these? {missing:?}");
    }

    #[test]
    fn each_is_there_once() {
        let mut pragmas: Vec<_> = SETTINGS.iter().filter_map(|setting| setting.pragma).collect();
        let mut configs: Vec<_> = SETTINGS.iter().filter_map(|setting| setting.config).collect();
        let counts = (pragmas.len(), configs.len());
        pragmas.sort_unstable();
        pragmas.dedup();
        configs.sort_unstable();
        configs.dedup();
        assert_eq!((pragmas.len(), configs.len()), counts);
    }
}
