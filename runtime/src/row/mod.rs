//! What the macros for rows and statements expand to, and what rustc evaluates of it. Nothing here knows migrations.

pub(crate) mod fields;
#[cfg(feature = "serde_json")]
mod json;
mod query;
mod stored;
mod traits;

#[cfg(feature = "serde_json")]
pub use json::Json;
pub use query::{Execute, Prepared, Query};
pub use stored::{Nullable, Stored};
pub use traits::{Insert, Row, Table, Update};
