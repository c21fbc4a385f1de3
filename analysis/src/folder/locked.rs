//! What `onward.lock` says of a history, and what it is to say.

use super::history::{History, Migration};
use super::lock::{self, Entry};

/// How many migrations of a history were proven when they were locked. A directive that turns foreign keys on is no part
/// of the checksum, and may have come later.
pub(crate) fn proven(history: &History, entries: &[Entry]) -> usize {
    let is_proven = |(migration, entry): &(&Migration, &Entry)| {
        migration.version == entry.version && migration.checksum == entry.checksum && !migration.foreign_keys
    };
    history.migrations.iter().zip(entries).take_while(is_proven).count()
}

/// How many of a history's first migrations are released, whatever has become of them since.
pub(crate) fn released(history: &History, entries: &[Entry]) -> usize {
    let is_listed = |version| lock::find(entries, version).is_some();
    history.migrations.iter().take_while(|migration| is_listed(migration.version)).count()
}

/// The lock file for all migrations of a history.
pub fn text(history: &History) -> String {
    let entries = history.migrations.iter().enumerate().map(|(index, migration)| Entry {
        version: migration.version,
        file: history.files.get(migration.file).path.clone(),
        checksum: migration.checksum,
        release: history.releases.name(index).map(str::to_owned),
        range: 0..0,
    });
    let ledger = history.config.ledger.as_ref().map(|(table, _)| table.as_str());
    lock::write(&entries.collect::<Vec<_>>(), ledger)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("0001_a \"quoted\\ name\".sql"), "CREATE TABLE a(b);").unwrap();
        std::fs::write(dir.path().join("0002_b.sql"), "CREATE TABLE b(b);").unwrap();
        let history = crate::analyze(dir.path(), crate::Proof::Whole).history;
        let entries = lock::parse(&text(&history)).unwrap();
        assert_eq!(entries.len(), 2);
        for (entry, migration) in entries.iter().zip(&history.migrations) {
            assert_eq!((entry.version, entry.checksum), (migration.version, migration.checksum));
            assert_eq!(entry.file, history.files.get(migration.file).path);
        }
    }

    #[test]
    fn the_ledger_is_written_where_it_has_a_name() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("1_a.sql"), "CREATE TABLE a(b);").unwrap();
        let written = || text(&crate::analyze(dir.path(), crate::Proof::Whole).history);
        assert_eq!(lock::ledger(&written()), None);
        std::fs::write(dir.path().join("onward.toml"), "[ledger]\nname = 'auth'").unwrap();
        let text = written();
        let (table, range) = lock::ledger(&text).unwrap();
        assert_eq!((table.as_str(), &text[range]), ("onward_migrations_auth", "\"onward_migrations_auth\""));
        assert_eq!(lock::parse(&text).unwrap().len(), 1);
    }

    #[test]
    fn a_release_has_one_name_and_stays_where_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let lock = |name: Option<&str>| {
            let mut history = crate::analyze(dir.path(), crate::Proof::Whole).history;
            if let Some(name) = name {
                let mut releases = history.releases.clone();
                releases.add(name, &history.migrations, &history.files)?;
                history.releases = releases;
            }
            let text = text(&history);
            std::fs::write(dir.path().join(lock::FILE_NAME), &text).unwrap();
            let names =
                lock::parse(&text).unwrap().into_iter().map(|entry| entry.release.unwrap_or_default());
            Ok::<_, String>(names.collect::<Vec<_>>())
        };
        let add =
            |number: i32| std::fs::write(dir.path().join(format!("{number}_m.sql")), "SELECT 1;").unwrap();
        add(1);
        add(2);
        assert_eq!(lock(None).unwrap(), ["", ""]);
        add(3);
        add(4);
        // Each of the first two was a release of its own.
        assert_eq!(lock(Some("1.0 \"β\"")).unwrap(), ["1", "2", "", "1.0 \"β\""]);
        assert_eq!(lock(Some("1.0 \"β\"")).unwrap(), lock(None).unwrap());
        assert!(lock(Some("1.1")).unwrap_err().contains("4_m.sql ends the release `1.0 \"β\"` already"));
        add(5);
        add(6);
        assert_eq!(lock(None).unwrap()[4..], ["", ""]);
        assert_eq!(lock(Some("1")).unwrap_err(), "`1` is the release that ends with 1_m.sql");
        assert!(lock(Some(" ")).is_err() && lock(Some("a\nb")).is_err());
        add(7);
        add(8);
        assert_eq!(lock(Some("2.0")).unwrap()[4..], ["5", "6", "", "2.0"]);
    }
}
