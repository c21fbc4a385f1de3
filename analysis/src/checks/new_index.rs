//! What checks say of an index that is to be made.

use crate::config::FILE_NAME;
use crate::plans::{NewIndex, Scratch};

/// What to write to get indexes, which all are of one table.
pub(super) fn help(scratch: &Scratch, indexes: &[NewIndex]) -> String {
    let written: Vec<String> = indexes.iter().map(|index| format!("`{};`", scratch.written(index))).collect();
    let mut help = format!("write into a new migration: {}", written.join(" and "));
    let replaced = indexes.iter().find_map(|index| index.replaces(scratch.schema().table(&index.table)?));
    if let Some(replaced) = replaced {
        help += &format!(
            "; it does what `{0}` does, so `DROP INDEX {0};` as well",
            scratch.plain(&replaced.name)
        );
    }
    help
}

/// What to write where a table needs no index.
pub(super) fn small(table: &str) -> String {
    format!("if `{table}` stays small, write `small = [\"{table}\"]` below `[plans]` into {FILE_NAME}")
}

/// The columns of indexes, as people name them.
pub(super) fn columns(indexes: &[NewIndex]) -> String {
    let lists = indexes
        .iter()
        .map(|index| format!("`{}({})`", index.table, index.columns().collect::<Vec<_>>().join(", ")));
    lists.collect::<Vec<_>>().join(" or ")
}
