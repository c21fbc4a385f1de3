//! A released migration was edited.
//!
//! In 127 public projects, 402 migration files were edited after a release. New databases get the new text and old
//! ones keep the old: from then on there are two schemas under one version, and onward refuses to start on the old.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::FileId;
use crate::folder::history::History;
use crate::folder::lock::{self, Entry};

/// `released_migration_changed`
pub static RULE: Rule = Rule::error("released_migration_changed", "a released migration is not edited")
    .effect("Databases that have run the released text refuse the program with the new one.");

pub(crate) fn check<'a>(
    history: &'a History,
    file: FileId,
    entries: &'a [Entry],
) -> impl Iterator<Item = Diagnostic> + 'a {
    history.migrations.iter().filter_map(move |migration| {
        let entry = lock::find(entries, migration.version)?;
        if entry.checksum == migration.checksum {
            return None;
        }
        let path = &history.files.get(migration.file).path;
        let message = format!("`{path}` was changed after its release");
        let first = migration.statements.first().map_or(0..0, |statement| statement.range.clone());
        Some(
            Diagnostic::new(&RULE, migration.file.at(first), message)
                .label(format!("the checksum is {} now", migration.checksum))
                .related(file.at(entry.range.clone()), format!("locked with checksum {}", entry.checksum))
                .note("databases that have run it keep what the old text made, and refuse the new text")
                .help(
                    "restore the old text from version control, and write the change as a new migration; if it was \
                     never released, remove its entry from onward.lock",
                ),
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, folder};
    use crate::folder::locked;

    fn locked(text: &str) -> String {
        locked::text(&folder(&[("1_a.sql", text)]).history)
    }

    #[test]
    fn a_changed_statement() {
        let lock = locked("CREATE TABLE t(a);");
        let found = codes(&[("1_a.sql", "-- now with b\nCREATE TABLE t(a, b);"), ("onward.lock", &lock)]);
        assert_eq!(found, ["released_migration_changed 1_a.sql:2:1"]);
    }

    #[test]
    fn silent_for_formatting_comments_and_a_new_name() {
        let lock = locked("CREATE TABLE t(a);");
        for (path, text) in
            [("1_a.sql", "CREATE TABLE t (\r\n  a -- first\r\n);\r\n"), ("0001_b.sql", "CREATE TABLE t(a);")]
        {
            assert_eq!(codes(&[(path, text), ("onward.lock", &lock)]), [""; 0]);
        }
    }
}
