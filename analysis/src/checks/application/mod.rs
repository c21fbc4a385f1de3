//! The application's Rust, held against the schema: fields of structs, and what it embeds.

pub mod field_null;
pub mod field_type;
pub mod not_repeatable;
