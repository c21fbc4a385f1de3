//! prisma's `migration_lock.toml`, which says what database the migrations are for.

use std::ops::Range;

use toml::de::DeTable;

/// Where it lies.
pub(crate) const LOCK: &str = "migration_lock.toml";

/// The provider that it names, and where.
pub(crate) fn provider(text: &str) -> Option<(String, Range<usize>)> {
    let table = DeTable::parse(text).ok()?.into_inner();
    let provider = table.get("provider")?;
    Some((provider.get_ref().as_str()?.to_owned(), provider.span()))
}
