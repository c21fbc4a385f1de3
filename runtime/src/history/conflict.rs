//! In words why the embedded history does not go together with a ledger.

use std::fmt::{self, Write};

use onward_core::checksum::Checksum;
use onward_core::ledger::Row;
use onward_core::plan;
use onward_core::printable::{Lines, printable};

use super::list::List;
use super::migration::Migration;

/// Why a ledger and the embedded history do not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Conflict {
    /// A migration that has run has another text now.
    Edited {
        /// Its version.
        version: i64,
        /// The version as its file name writes it; one that the program does not have is written as the others are.
        label: String,
        /// Its name in the program.
        name: String,
        /// Its file in the program.
        file: String,
        /// The checksum of what has run.
        ledger: String,
        /// The checksum of what the program has.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::text"))]
        program: Checksum,
    },
    /// A migration that has run is not in the program, though later ones are.
    Missing {
        /// Its version.
        version: i64,
        /// The version as its file name writes it; one that the program does not have is written as the others are.
        label: String,
        /// Its name in the ledger.
        name: String,
        /// The checksum of what has run.
        ledger: String,
    },
    /// A migration that has run is newer than all in the program.
    Newer {
        /// Its version.
        version: i64,
        /// The version as its file name writes it; one that the program does not have is written as the others are.
        label: String,
        /// Its name in the ledger.
        name: String,
        /// The checksum of what has run.
        ledger: String,
    },
    /// A migration of the program has not run, though a later one has.
    OutOfOrder {
        /// Its version.
        version: i64,
        /// The version as its file name writes it; one that the program does not have is written as the others are.
        label: String,
        /// Its name.
        name: String,
        /// Its file.
        file: String,
        /// The checksum of what the program has.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::text"))]
        program: Checksum,
        /// The newest version that has run.
        newest: i64,
        /// As its file name writes it.
        newest_label: String,
    },
    /// A row of the ledger that its chain does not vouch for: it, or a row before it, was changed or removed by hand.
    Tampered {
        /// Its version.
        version: i64,
        /// The version as its file name writes it; one that the program does not have is written as the others are.
        label: String,
        /// Its name in the ledger.
        name: String,
        /// The chain of the row.
        ledger: String,
        /// The chain that follows from the row before it.
        expected: String,
    },
}

impl Conflict {
    /// The version of the migration it is about.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// migrations.apply(&mut conn)?;
    /// // Somebody has removed a row of the ledger.
    /// conn.execute("DELETE FROM onward_migrations WHERE version = 2", [])?;
    /// let status = migrations.status(&conn)?;
    /// let versions: Vec<i64> = status.conflicts().map(|conflict| conflict.version()).collect();
    /// assert_eq!(versions, [2, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn version(&self) -> i64 {
        match self {
            Conflict::Edited { version, .. }
            | Conflict::Missing { version, .. }
            | Conflict::Newer { version, .. }
            | Conflict::OutOfOrder { version, .. }
            | Conflict::Tampered { version, .. } => *version,
        }
    }

    /// The version of that migration as its file name writes it, `0004`. One that the program does not have is written as wide
    /// as the program's own.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// migrations.apply(&mut conn)?;
    /// conn.execute("UPDATE onward_migrations SET version = 11 WHERE version = 10", [])?;
    /// let status = migrations.status(&conn)?;
    /// // The program has no file of this version.
    /// assert!(status.conflicts().any(|conflict| conflict.label() == "0011"));
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn label(&self) -> &str {
        match self {
            Conflict::Edited { label, .. }
            | Conflict::Missing { label, .. }
            | Conflict::Newer { label, .. }
            | Conflict::OutOfOrder { label, .. }
            | Conflict::Tampered { label, .. } => label,
        }
    }

    /// With the names and sums that its indexes stand for.
    pub(crate) fn of(found: plan::Conflict, list: List<'_>, rows: &[Row]) -> Conflict {
        let of = |migration| {
            let found = list.at(migration);
            let (label, name, file) = (found.label(), found.name(), found.file());
            (found.version(), label.to_owned(), name.to_owned(), file.to_owned(), found.checksum())
        };
        match found {
            plan::Conflict::Edited { row, migration } => {
                let (version, label, name, file, program) = of(migration);
                Conflict::Edited { version, label, name, file, ledger: rows[row].checksum.clone(), program }
            }
            plan::Conflict::Missing { row } => {
                let Row { version, name, checksum: ledger, .. } = rows[row].clone();
                Conflict::Missing { version, label: label(list, version), name, ledger }
            }
            plan::Conflict::Newer { row } => {
                let Row { version, name, checksum: ledger, .. } = rows[row].clone();
                Conflict::Newer { version, label: label(list, version), name, ledger }
            }
            plan::Conflict::OutOfOrder { migration, newest } => {
                let (version, label_of, name, file, program) = of(migration);
                let newest_label = label(list, newest);
                Conflict::OutOfOrder { version, label: label_of, name, file, program, newest, newest_label }
            }
            plan::Conflict::Tampered { row, expected } => {
                let Row { version, name, chain: ledger, .. } = rows[row].clone();
                let expected = expected.map_or_else(|| "another".to_owned(), |expected| expected.to_string());
                Conflict::Tampered { version, label: label(list, version), name, ledger, expected }
            }
        }
    }

    pub(crate) fn is_tampered(&self) -> bool {
        matches!(self, Conflict::Tampered { .. })
    }

    /// The name of the migration it is about.
    ///
    /// ```
    /// # let migrations: onward::Migrations = onward::migrations!("../migrations");
    /// # let mut conn = onward::rusqlite::Connection::open_in_memory()?;
    /// migrations.apply(&mut conn)?;
    /// conn.execute("UPDATE onward_migrations SET checksum = '' WHERE version = 3", [])?;
    /// let status = migrations.status(&conn)?;
    /// assert_eq!(status.conflicts().next().map(|conflict| conflict.name()), Some("attempts"));
    /// # Ok::<(), onward::Error>(())
    /// ```
    pub fn name(&self) -> &str {
        match self {
            Conflict::Edited { name, .. } | Conflict::OutOfOrder { name, .. } => name,
            Conflict::Missing { name, .. }
            | Conflict::Newer { name, .. }
            | Conflict::Tampered { name, .. } => name,
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let f = &mut Lines(f);
        // A name comes from the ledger, and so do checksums and chains: anybody may have written them.
        let name = printable(self.name());
        match self {
            Conflict::Edited { label, file, ledger, program, .. } => write!(
                f,
                "migration {label} `{name}` was edited after it ran\n  ran with checksum {}\n  now has checksum \
                 {program} ({file})",
                printable(ledger)
            ),
            Conflict::Missing { label, ledger, .. } => write!(
                f,
                "migration {label} `{name}` has run, and the program does not have it\n  ran with checksum {}",
                printable(ledger)
            ),
            Conflict::Newer { label, ledger, .. } => write!(
                f,
                "migration {label} `{name}` has run, and is newer than the program\n  ran with checksum {}",
                printable(ledger)
            ),
            Conflict::OutOfOrder { label, file, program, newest_label, .. } => write!(
                f,
                "migration {label} `{name}` has not run, though migration {newest_label} after it has\n  has checksum \
                 {program} ({file})"
            ),
            Conflict::Tampered { label, ledger, expected, .. } => write!(
                f,
                "the row of migration {label} `{name}`, or one before it, was changed or removed\n  has chain \
                 {}\n  should have {expected}",
                printable(ledger)
            ),
        }
    }
}

/// A version as the file names of these migrations write it: that of the one that has it, or with as many digits as all have.
fn label(list: List<'_>, version: i64) -> String {
    if let Some(migration) = list.iter().find(|migration| migration.version() == version) {
        return migration.label().to_owned();
    }
    let width = list.first().map_or(0, |first| first.label().len());
    let is_plain = |migration: Migration<'_>| {
        let label = migration.label();
        label.len() == width && label.parse() == Ok(migration.version())
    };
    if list.iter().all(is_plain) { format!("{version:0width$}") } else { version.to_string() }
}

/// Where the two do not go together.
pub(crate) fn conflicts(list: List<'_>, rows: &[Row]) -> Vec<Conflict> {
    let found = plan::ran(&list.known(), rows).err().unwrap_or_default();
    found.into_iter().map(|found| Conflict::of(found, list, rows)).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use onward_core::packed::{File, Source, Step, pack};

    use super::super::migrations::Migrations;
    use super::*;

    fn checksum(version: i64) -> Checksum {
        Checksum([u8::try_from(version).unwrap_or_default(); 32])
    }

    fn history(list: &[(i64, Checksum)]) -> Migrations {
        let up = File { path: "m.sql".into(), label: "", name: "m", sql: "", statements: Vec::new() };
        let step = |&(version, checksum): &(i64, Checksum)| Step {
            version,
            checksum,
            foreign_keys: false,
            hook: false,
            up: up.clone(),
            down: None,
        };
        pack(&Source { steps: list.iter().map(step).collect(), ..Source::default() }).into()
    }

    /// Empty migrations of these versions, all called `m`.
    pub(crate) fn migrations(versions: &[i64]) -> Migrations {
        history(&versions.iter().map(|&version| (version, checksum(version))).collect::<Vec<_>>())
    }

    /// What a ledger holds after these.
    pub(crate) fn ledger(versions: &[i64]) -> Vec<Row> {
        let mut chain = Checksum::default();
        let row = |version: &i64| {
            let row = Row::of(chain, *version, "m", checksum(*version));
            chain = chain.chain(*version, checksum(*version));
            row
        };
        versions.iter().map(row).collect()
    }

    #[test]
    fn versions_are_called_as_the_files_are() {
        let named = |labels: &[&'static str], version| {
            let one = |(version, label): (i64, &&'static str)| {
                let up = File { path: "m.sql".into(), label, name: "m", sql: "", statements: Vec::new() };
                Step { version, checksum: checksum(5), foreign_keys: false, hook: false, up, down: None }
            };
            let source = Source { steps: (1..).zip(labels).map(one).collect(), ..Source::default() };
            label(Migrations::from(pack(&source)).list(), version)
        };
        assert_eq!(named(&["0001", "0002"], 2), "0002");
        assert_eq!(named(&["0001", "0002"], 4), "0004");
        assert_eq!(named(&["1", "2"], 4), "4");
        // In no form that another number could be written in.
        assert_eq!(named(&["0001", "02"], 4), "4");
        assert_eq!(named(&["2026-01-05", "2026-01-06"], 4), "4");
        assert_eq!(named(&["00a", "00b"], 4), "4");
        assert_eq!(named(&[], 4), "4");
    }

    #[test]
    fn every_conflict_says_which_migration_it_is_about() {
        let conflicts = |history: &Migrations, rows: &[Row]| conflicts(history.list(), rows);
        let newer = conflicts(&migrations(&[1, 2]), &ledger(&[1, 2, 3, 4]));
        let missing = conflicts(&migrations(&[1, 3]), &ledger(&[1, 2, 3]));
        let order = conflicts(&migrations(&[1, 2, 3]), &ledger(&[1, 3]));
        let edited = conflicts(&history(&[(1, checksum(9))]), &ledger(&[1]));
        let mut rows = ledger(&[1, 2, 3]);
        rows[2].chain = "another".to_owned();
        let tampered = conflicts(&migrations(&[1, 2, 3]), &rows);
        for conflict in newer.iter().chain(&missing).chain(&order).chain(&edited) {
            assert!(conflict.to_string().contains("checksum"), "{conflict}");
        }
        let named = |conflicts: &[Conflict]| {
            let pair = |conflict: &Conflict| (conflict.version(), conflict.name().to_owned());
            conflicts.iter().map(pair).collect::<Vec<_>>()
        };
        let m = |version| (version, "m".to_owned());
        assert_eq!(named(&newer), [m(3), m(4)]);
        assert_eq!(named(&missing), [m(2)]);
        assert_eq!(named(&order), [m(2)]);
        assert_eq!(named(&edited), [m(1)]);
        assert_eq!(named(&tampered), [m(3)]);
        let chain = ledger(&[1, 2, 3])[2].chain.clone();
        assert!(matches!(&tampered[..], [Conflict::Tampered { expected, .. }] if *expected == chain));
    }
}
