//! What a statement may name.

use onward_schema::Schema;

use super::nulls::Nulls;
use super::registered::Registered;

/// What is known of the tables and functions that a statement may name.
#[derive(Clone, Copy)]
pub(crate) struct Known<'k> {
    pub(crate) schema: &'k Schema,
    /// What is known of the tables in it.
    pub(crate) nulls: &'k Nulls,
    /// The two as the team vouches for them, if it does.
    pub(crate) vouched: Option<(&'k Schema, &'k Nulls)>,
    pub(crate) registered: Registered<'k>,
}
