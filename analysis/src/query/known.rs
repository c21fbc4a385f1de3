//! What a statement may name.

use onward_schema::Schema;

use super::registered::Registered;

/// What is known of the tables and functions that a statement may name.
#[derive(Clone, Copy)]
pub(crate) struct Known<'k> {
    pub(crate) schema: &'k Schema,
    /// The schema as the team vouches for it, if it does.
    pub(crate) vouched: Option<&'k Schema>,
    pub(crate) registered: Registered<'k>,
}
