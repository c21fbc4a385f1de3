//! What to run: a function of the embedded history and the ledger's rows, and of nothing else.

use std::fmt::{self, Write};

use onward_core::checksum::Checksum;
use onward_core::printable::{Lines, printable};

use crate::error::Error;
use crate::ledger::Row;
use crate::migrations::Migration;

/// Why a ledger and the embedded history do not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Conflict {
    /// A migration that has run has another text now.
    Edited {
        /// Its version.
        version: i64,
        /// Its name in the program.
        name: &'static str,
        /// Its file in the program.
        file: &'static str,
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
        /// Its name in the ledger.
        name: String,
        /// The checksum of what has run.
        ledger: String,
    },
    /// A migration that has run is newer than all in the program.
    Newer {
        /// Its version.
        version: i64,
        /// Its name in the ledger.
        name: String,
        /// The checksum of what has run.
        ledger: String,
    },
    /// A migration of the program has not run, though a later one has.
    OutOfOrder {
        /// Its version.
        version: i64,
        /// Its name.
        name: &'static str,
        /// Its file.
        file: &'static str,
        /// The checksum of what the program has.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serialize::text"))]
        program: Checksum,
        /// The newest version that has run.
        newest: i64,
    },
    /// A row of the ledger that its chain does not vouch for: it, or a row before it, was changed or removed by hand.
    Tampered {
        /// Its version.
        version: i64,
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
    pub fn version(&self) -> i64 {
        match self {
            Conflict::Edited { version, .. }
            | Conflict::Missing { version, .. }
            | Conflict::Newer { version, .. }
            | Conflict::OutOfOrder { version, .. }
            | Conflict::Tampered { version, .. } => *version,
        }
    }

    pub(crate) fn is_tampered(&self) -> bool {
        matches!(self, Conflict::Tampered { .. })
    }

    /// The name of the migration it is about.
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
            Conflict::Edited { version, file, ledger, program, .. } => write!(
                f,
                "migration {version} `{name}` was edited after it ran\n  ran with checksum {}\n  now has checksum \
                 {program} ({file})",
                printable(ledger)
            ),
            Conflict::Missing { version, ledger, .. } => write!(
                f,
                "migration {version} `{name}` has run, and the program does not have it\n  ran with checksum {}",
                printable(ledger)
            ),
            Conflict::Newer { version, ledger, .. } => write!(
                f,
                "migration {version} `{name}` has run, and is newer than the program\n  ran with checksum {}",
                printable(ledger)
            ),
            Conflict::OutOfOrder { version, file, program, newest, .. } => write!(
                f,
                "migration {version} `{name}` has not run, though migration {newest} after it has\n  has checksum \
                 {program} ({file})"
            ),
            Conflict::Tampered { version, ledger, expected, .. } => write!(
                f,
                "the row of migration {version} `{name}`, or one before it, was changed or removed\n  has chain \
                 {}\n  should have {expected}",
                printable(ledger)
            ),
        }
    }
}

/// The rows that do not follow from the row before them. The chain after a row that was changed is taken as it is
/// written, so that one change is named once.
fn tampered(rows: &[Row]) -> impl Iterator<Item = Conflict> {
    let mut before = Some(Checksum::default());
    rows.iter().filter_map(move |row| {
        let follows = before.zip(row.checksum.parse().ok());
        let expected = follows.map(|(before, checksum)| before.chain(row.version, checksum).to_string());
        before = row.chain.parse().ok();
        let expected = expected.unwrap_or_else(|| "another".to_owned());
        (expected != row.chain).then(|| Conflict::Tampered {
            version: row.version,
            name: row.name.clone(),
            ledger: row.chain.clone(),
            expected,
        })
    })
}

/// The migrations that are still to run: those after the newest that has, if all up to there agree.
pub(crate) fn pending<'m>(list: &'m [Migration], rows: &[Row]) -> Result<&'m [Migration], Vec<Conflict>> {
    let last = list.last().map_or(i64::MIN, |migration| migration.version);
    let newest = rows.last().map_or(i64::MIN, |row| row.version);
    let tampered: Vec<Conflict> = tampered(rows).collect();
    let is_tampered = |version| tampered.iter().any(|conflict| conflict.version() == version);
    let mut conflicts = tampered.clone();
    // What a row says that its chain does not vouch for is no second cause.
    for row in rows.iter().filter(|row| !is_tampered(row.version)) {
        let Row { version, name, checksum: ledger, .. } = row.clone();
        match list.iter().find(|migration| migration.version == version) {
            Some(migration) if migration.checksum.to_string() != ledger => conflicts.push(Conflict::Edited {
                version,
                name: migration.name(),
                file: migration.file(),
                ledger,
                program: migration.checksum,
            }),
            Some(_) => {}
            None if version > last => conflicts.push(Conflict::Newer { version, name, ledger }),
            None => conflicts.push(Conflict::Missing { version, name, ledger }),
        }
    }
    for migration in list.iter().filter(|migration| migration.version < newest) {
        if !rows.iter().any(|row| row.version == migration.version) {
            conflicts.push(Conflict::OutOfOrder {
                version: migration.version,
                name: migration.name(),
                file: migration.file(),
                program: migration.checksum,
                newest,
            });
        }
    }
    if conflicts.is_empty() {
        Ok(&list[list.partition_point(|migration| migration.version <= newest)..])
    } else {
        Err(conflicts)
    }
}

/// The error that these conflicts are.
pub(crate) fn refusal(list: &[Migration], conflicts: Vec<Conflict>) -> Error {
    let path = None;
    if conflicts.iter().any(Conflict::is_tampered) {
        Error::Tampered { path, conflicts }
    } else if conflicts.iter().all(|conflict| matches!(conflict, Conflict::Newer { .. })) {
        Error::Newer { path, known: list.last().map(Migration::version), conflicts }
    } else {
        Error::Diverged { path, conflicts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn migration(version: i64) -> Migration {
        let sum = [u8::try_from(version).unwrap_or_default(); 32];
        crate::__private::migration(version, crate::__private::file("m.sqlm", [5, 5, 6], &[]), sum, sum)
    }

    /// What a ledger holds after these.
    fn ledger(versions: &[i64]) -> Vec<Row> {
        let mut chain = Checksum::default();
        let row = |version: &i64| {
            let checksum = migration(*version).checksum;
            chain = chain.chain(*version, checksum);
            Row {
                version: *version,
                name: "m".into(),
                checksum: checksum.to_string(),
                chain: chain.to_string(),
                applied_at: String::new(),
                adopted: false,
            }
        };
        versions.iter().map(row).collect()
    }

    fn versions(list: &[i64], rows: &[i64]) -> Result<Vec<i64>, Vec<Conflict>> {
        let list: Vec<Migration> = list.iter().copied().map(migration).collect();
        let rows = ledger(rows);
        pending(&list, &rows).map(|pending| pending.iter().map(|migration| migration.version).collect())
    }

    #[test]
    fn what_comes_after_the_newest_row_is_pending() {
        assert_eq!(versions(&[1, 2, 3], &[]), Ok(vec![1, 2, 3]));
        assert_eq!(versions(&[1, 2, 3], &[1]), Ok(vec![2, 3]));
        assert_eq!(versions(&[1, 2, 3], &[1, 2, 3]), Ok(vec![]));
        assert_eq!(versions(&[0], &[]), Ok(vec![0]));
        assert_eq!(versions(&[], &[]), Ok(vec![]));
    }

    #[test]
    fn every_conflict_is_named() {
        let newer = versions(&[1, 2], &[1, 2, 3, 4]).unwrap_err();
        assert!(matches!(
            newer[..],
            [Conflict::Newer { version: 3, .. }, Conflict::Newer { version: 4, .. }]
        ));
        let missing = versions(&[1, 3], &[1, 2, 3]).unwrap_err();
        assert!(matches!(missing[..], [Conflict::Missing { version: 2, .. }]));
        let order = versions(&[1, 2, 3], &[1, 3]).unwrap_err();
        assert!(matches!(order[..], [Conflict::OutOfOrder { version: 2, newest: 3, .. }]));
        let other = Migration { checksum: Checksum([9; 32]), ..migration(1) };
        let edited = pending(&[other], &ledger(&[1])).unwrap_err();
        assert!(matches!(edited[..], [Conflict::Edited { version: 1, .. }]));
        let both = versions(&[2, 3], &[1, 3]).unwrap_err();
        assert_eq!(both.len(), 2);
        for conflict in newer.iter().chain(&missing).chain(&order).chain(&edited) {
            assert!(conflict.to_string().contains("checksum"), "{conflict}");
        }
        let mut rows = ledger(&[1, 2, 3]);
        rows[2].chain = "another".to_owned();
        let tampered = pending(&[1, 2, 3].map(migration), &rows).unwrap_err();
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
    }

    #[test]
    fn a_row_that_was_changed_is_named_once() {
        let list: Vec<Migration> = [1, 2, 3, 4].map(migration).to_vec();
        for change in ["removed", "another checksum", "no checksum", "another chain", "another version"] {
            let mut rows = ledger(&[1, 2, 3, 4]);
            match change {
                "removed" => drop(rows.remove(1)),
                "another checksum" => rows[2].checksum = Checksum([8; 32]).to_string(),
                "no checksum" => rows[2].checksum = "see the wiki".to_owned(),
                "another chain" => rows[2].chain = Checksum([8; 32]).to_string(),
                _ => rows[3].version = 7,
            }
            let conflicts = pending(&list, &rows).unwrap_err();
            let named = conflicts.iter().filter(|conflict| matches!(conflict, Conflict::Tampered { .. }));
            // A changed chain is wrong itself and leads nowhere either.
            assert_eq!(
                named.count(),
                if change == "another chain" { 2 } else { 1 },
                "{change}: {conflicts:?}"
            );
        }
    }
}
