//! What exists, and in which order: statements that come before or after what they need, and what a later change breaks.
//!
//! A name that nothing makes is in `name`.

pub mod broken_trigger;
pub mod broken_view;
pub mod column_added_twice;
pub mod column_removed;
pub mod foreign_key_mismatch;
pub mod index_before_column;
pub mod index_before_table;
pub mod masked_create;
pub mod name_taken;
pub mod use_before_definition;
