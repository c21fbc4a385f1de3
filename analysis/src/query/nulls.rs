//! What is known of NULL in the columns of each table of a schema.

use std::sync::Arc;

use super::value::Null;
use crate::memo::Memo;

/// Of the columns of each table, by its name, whether they are never NULL: by their declarations, by the CHECK constraints or by
/// their expressions.
pub(crate) type Nulls = Memo<String, Arc<[Null]>>;
