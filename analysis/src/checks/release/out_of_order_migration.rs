//! A new migration that is ordered before a released one, as happens when two branches meet.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::FileId;
use crate::folder::history::History;
use crate::folder::lock::{self, Entry};

/// `out_of_order_migration`
pub static RULE: Rule =
    Rule::error("out_of_order_migration", "a new migration comes after all released ones")
        .effect("Databases that have run later migrations have not run it, and refuse the program.");

pub(crate) fn check<'a>(
    history: &'a History,
    file: FileId,
    entries: &'a [Entry],
) -> impl Iterator<Item = Diagnostic> + 'a {
    let last = entries.last();
    history.migrations.iter().filter_map(move |migration| {
        let last = last.filter(|last| migration.version < last.version)?;
        if lock::find(entries, migration.version).is_some() {
            return None;
        }
        let path = &history.files.get(migration.file).path;
        let first = migration.statements.first().map_or(0..0, |statement| statement.range.clone());
        Some(
            Diagnostic::new(
                &RULE,
                migration.file.at(first),
                format!("`{path}` is new, but ordered before the released `{}`", last.file),
            )
            .label("not in the lock file")
            .related(file.at(last.range.clone()), "already released")
            .note("databases that are past it have not run it, and refuse a program in which it comes before what they have")
            .help("give it a version after the released ones"),
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, folder};
    use crate::folder::locked;

    #[test]
    fn in_between_and_after() {
        let lock = locked::text(&folder(&[("1_a.sql", "SELECT 1;"), ("3_c.sql", "SELECT 3;")]).history);
        let with = |path| {
            codes(&[
                ("1_a.sql", "SELECT 1;"),
                ("3_c.sql", "SELECT 3;"),
                (path, "SELECT 2;"),
                ("onward.lock", &lock),
            ])
        };
        assert_eq!(with("2_b.sql"), ["out_of_order_migration 2_b.sql:1:1"]);
        assert_eq!(with("4_b.sql"), [""; 0]);
    }
}
