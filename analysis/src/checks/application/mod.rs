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

/// What becomes of a statement that writes what its table refuses.
fn outcome(write: &Write) -> &'static str {
    match (write.conflict, write.what) {
        (Some(Conflict::Ignore), What::Update) => "it never changes a row",
        (Some(Conflict::Ignore), _) => "no such row is ever inserted",
        (_, What::Insert) => "it always fails",
        (_, What::Copy | What::Update) => "it fails at the first row",
    }
}
