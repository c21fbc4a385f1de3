//! What the macros for rows and statements expand to, and what rustc evaluates of it. Nothing here knows migrations.

pub(crate) mod argument;
pub mod as_text;
pub(crate) mod convert;
pub(crate) mod fields;
#[cfg(feature = "serde_json")]
mod json;
pub(crate) mod list;
mod many;
pub(crate) mod names;
mod on;
mod owned;
pub(crate) mod parameter;
mod prepared;
mod query;
pub(crate) mod statement;
mod stored;
mod traits;
pub(crate) mod typed;
mod upsert;
mod vouched;
pub(crate) mod wrong;

pub use as_text::Text;
#[cfg(feature = "serde_json")]
pub use json::Json;
pub use many::RowError;
pub use on::On;
pub use owned::{Owned, OwnedExecute};
pub use prepared::Prepared;
pub use query::{Execute, Query};
pub use stored::{Nullable, Stored};
pub use traits::{Insert, Row, Table, Update};
pub use upsert::Upsert;
pub use vouched::{never_null, vouched};
