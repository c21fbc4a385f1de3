//! What a rebuild of a table leaves behind of its schema.
//!
//! What happens to the rows is in `rows`.

pub mod affinity_changed;
pub mod autoincrement_lost;
pub mod constraint_lost;
pub mod foreign_key_lost;
pub mod foreign_key_moved;
pub mod index_lost;
pub mod null_primary_key;
pub mod trigger_lost;
pub mod view_lost;
