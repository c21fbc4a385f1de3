//! Columns that a rebuild leaves out though nobody needs to be told: somebody has said so, or their values are elsewhere.

use onward_core::token::significant;
use onward_schema::{ForeignKey, Index, Origin, Table};

use super::lifted::differences;
use super::purpose::Said;
use super::table::{Rebuild, takes_from};
use crate::replay::write::{Item, Write, before_where};

/// How many migrations before a rebuild may have moved what it leaves out.
const MOVED_BEFORE: usize = 4;

/// Whether a comment or the name of a file says that these columns go.
///
/// Where the table is the same but for them, the rebuild has no other purpose, and less says so.
pub(super) fn is_said(rebuild: &Rebuild<'_>, new: &Table, columns: &[String]) -> bool {
    let migrations = rebuild.plan.migrations().map(|index| &rebuild.history.migrations[index]);
    let said = Said::read(rebuild.history, migrations);
    let is_all = is_all(rebuild, new);
    columns.iter().all(|column| said.drops(column, is_all))
}

/// Whether the new table is the old one without some columns, and the copy names the others.
fn is_all(rebuild: &Rebuild<'_>, new: &Table) -> bool {
    let mut bare = rebuild.old.clone();
    let (kept, left): (Vec<_>, Vec<_>) =
        bare.columns.drain(..).partition(|column| new.column(&column.name).is_some());
    bare.columns = kept;
    let is_left = |name: &str| left.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    let of_left = |index: &Index| index.columns.iter().any(|column| is_left(&column.name_or_expression));
    bare.indexes.retain(|index| index.origin != Origin::UniqueConstraint || !of_left(index));
    bare.foreign_keys.retain(|key: &ForeignKey| !key.columns.iter().any(|name| is_left(name)));
    bare.checks
        .retain(|check| !significant(check).filter_map(|token| token.name()).any(|name| is_left(&name)));
    let names = |table: &Table| -> Vec<String> {
        table.columns.iter().map(|column| column.name.to_ascii_lowercase()).collect()
    };
    names(&bare) == names(new)
        && differences(rebuild.key, &bare, new).is_empty()
        && rebuild.copies().all(|copy| !copy.items.contains(&Item::Star))
}

/// Whether a statement of the same release, or of the migrations right before, has put the values of a column into
/// another table, which is still there.
pub(super) fn is_kept_elsewhere(rebuild: &Rebuild<'_>, column: &str) -> bool {
    let (history, names) = (rebuild.history, rebuild.names());
    let end = rebuild.plan.migration();
    let first = (0..end).rev().find(|&index| history.releases.stop(index).is_some());
    let first = first.map_or(0, |index| index + 1).min(end.saturating_sub(MOVED_BEFORE));
    let takes = |sql: &str| {
        let from = before_where(sql);
        let mut tokens = significant(from);
        takes_from(sql, &names)
            && tokens.any(|token| token.name().is_some_and(|name| name.eq_ignore_ascii_case(column)))
    };
    history.statements().filter(|at| (first..end).contains(&at.migration)).any(|at| {
        let sql = history.sql(at);
        takes(sql)
            && matches!(Write::parse(sql), Some(write) if !matches!(write, Write::Delete { .. })
                && !names.contains(write.table())
                && rebuild.before.has_table(write.table()))
    })
}
