//! The application's Rust, held against the schema: fields of structs, statements, and what it embeds.

pub mod comparison_with_null;
pub mod conflict_target_mismatch;
pub mod field_null_mismatch;
pub mod field_type_mismatch;
pub mod null_refused;
pub mod required_column_missing;
pub mod unrepeatable_history;
pub mod value_type_mismatch;

use crate::query::write::{Conflict, What, Write};

/// What becomes of a statement that writes what its table refuses, or ignores.
fn outcome(write: &Write, is_ignored: bool) -> &'static str {
    match (is_ignored || write.conflict == Some(Conflict::Ignore), write.what) {
        (true, What::Update) => "it never changes a row",
        (true, What::Insert | What::Copy) => "no such row is ever inserted",
        (false, What::Insert) => "it always fails",
        (false, What::Copy | What::Update) => "it fails at the first row",
    }
}
