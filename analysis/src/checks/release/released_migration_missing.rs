//! A released migration was removed or got another number.

use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::FileId;
use crate::folder::history::History;
use crate::folder::lock::{self, Entry};

/// `released_migration_missing`
pub static RULE: Rule =
    Rule::error("released_migration_missing", "a released migration stays, with its version")
        .effect("Databases that have run it refuse the program.");

pub(crate) fn check<'a>(
    history: &'a History,
    file: FileId,
    entries: &'a [Entry],
) -> impl Iterator<Item = Diagnostic> + 'a {
    let versions: HashSet<i64> = history.migrations.iter().map(|migration| migration.version).collect();
    entries.iter().filter(move |entry| !versions.contains(&entry.version)).map(move |entry| {
        let moved = history.migrations.iter().find(|migration| {
            migration.checksum == entry.checksum && lock::find(entries, migration.version).is_none()
        });
        let diagnostic = Diagnostic::new(
            &RULE,
            file.at(entry.range.clone()),
            format!("the released migration `{}` is missing", entry.file),
        )
        .label("locked here")
        .note("databases that have run it refuse a program that does not know it");
        match moved {
            Some(migration) => diagnostic
                .related(migration.file.start(), "the same text has another version here")
                .help(format!("name it `{}` again", entry.file)),
            None => diagnostic.help("restore the file from version control"),
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, folder};
    use crate::folder::locked;

    #[test]
    fn removed_and_renumbered() {
        let text = "CREATE TABLE t(a);";
        let lock = locked::text(&folder(&[("1_a.sql", text), ("2_b.sql", "SELECT 1;")]).history);
        let found = codes(&[("1_a.sql", text), ("onward.lock", &lock)]);
        assert_eq!(found, ["released_migration_missing onward.lock:11:11"]);
        let files = [("1_a.sql", text), ("3_b.sql", "SELECT 1;"), ("onward.lock", &lock)];
        let found = folder(&files);
        assert_eq!(found.diagnostics[0].related.len(), 1);
        assert_eq!(found.diagnostics[0].help, "name it `2_b.sql` again");
        // Another text is another migration, and the same text under a released version is that one.
        for (first, third) in [(text, "SELECT 3;"), ("SELECT 1;", "SELECT 3;")] {
            let files = [("1_a.sql", first), ("3_c.sql", third), ("onward.lock", &lock)];
            let found = folder(&files);
            let missing = found
                .diagnostics
                .iter()
                .find(|found| found.rule.code == "released_migration_missing")
                .unwrap();
            assert_eq!(missing.related, []);
            assert_eq!(missing.help, "restore the file from version control");
        }
    }
}
