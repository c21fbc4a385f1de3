//! What a pragma does in a migration, by <https://www.sqlite.org/pragma.html>.

/// What becomes of a pragma inside a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pragma {
    /// The runtime does what it asks for anyway.
    Implied,
    /// A switch of the connection, which is put back after the migration.
    Switch,
    /// It is kept in the database file, and set twice is set once.
    Kept,
    /// It works in the database file, and twice is not the same as once.
    Works,
    /// A question: it changes nothing, and some histories ask it to see that all is well.
    Question,
    /// It has no effect inside a transaction or on the database file.
    WithoutEffect,
}

impl Pragma {
    /// What a pragma of this name does, in any case.
    pub fn of(name: &str) -> Pragma {
        match name.to_ascii_lowercase().as_str() {
            "foreign_keys" | "defer_foreign_keys" | "foreign_key_check" => Pragma::Implied,
            "legacy_alter_table" | "writable_schema" => Pragma::Switch,
            "application_id" | "user_version" | "optimize" => Pragma::Kept,
            "schema_version" | "incremental_vacuum" => Pragma::Works,
            "integrity_check" | "quick_check" | "table_info" | "table_xinfo" | "table_list"
            | "index_list" | "index_info" | "index_xinfo" | "foreign_key_list" | "database_list"
            | "compile_options" => Pragma::Question,
            _ => Pragma::WithoutEffect,
        }
    }
}
