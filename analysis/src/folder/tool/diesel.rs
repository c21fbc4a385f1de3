//! diesel's `metadata.toml` in the folder of a migration.

use std::ops::Range;

use toml::de::DeTable;

/// Its name.
pub(crate) const METADATA: &str = "metadata.toml";

/// Where it asks for no transaction: diesel takes a file without the key for one that does, and one that is no TOML for none.
pub(crate) fn outside(text: &str) -> Option<Range<usize>> {
    let table = DeTable::parse(text).ok()?.into_inner();
    match table.get("run_in_transaction") {
        None => Some(0..0),
        Some(key) => (key.get_ref().as_bool() == Some(false)).then(|| key.span()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_diesel_reads_it() {
        assert_eq!(outside("run_in_transaction = false\n"), Some(21..26));
        assert_eq!(outside("run_in_transaction = true\n"), None);
        assert_eq!(outside(""), Some(0..0));
        assert_eq!(outside("run_in_transaction ="), None);
        assert_eq!(outside("run_in_transaction = 0"), None);
    }
}
