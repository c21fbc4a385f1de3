//! sqlx's mark for a migration outside a transaction: the very first line.

use crate::folder::parts::Parts;

pub(crate) fn no_transaction(text: &str, parts: &mut Parts) {
    const MARK: &str = "-- no-transaction";
    if text.starts_with(MARK) {
        parts.outside.get_or_insert(0..MARK.len());
    }
}
