//! The application's Rust, held against the schema: fields of structs, and what it embeds.

pub mod field_null_mismatch;
pub mod field_type_mismatch;
pub mod unrepeatable_history;
