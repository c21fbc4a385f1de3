//! sqlx's mark for a migration outside a transaction: the very first line.

use crate::folder::parts::Parts;

const MARK: &str = "-- no-transaction";

/// Whether a file begins with it.
pub(crate) fn has_mark(text: &str) -> bool {
    text.starts_with(MARK)
}

pub(crate) fn no_transaction(text: &str, parts: &mut Parts) {
    if has_mark(text) {
        parts.outside.get_or_insert(0..MARK.len());
    }
}
