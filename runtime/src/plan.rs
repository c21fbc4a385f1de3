//! What to run: a function of the embedded history and the ledger's rows, and of nothing else.

use std::fmt;

use onward_schema::Checksum;

use crate::ledger::Row;
use crate::migrations::Migration;

/// Why a ledger and the embedded history do not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
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
        program: Checksum,
        /// The newest version that has run.
        newest: i64,
    },
}

impl Conflict {
    /// The version of the migration it is about.
    pub fn version(&self) -> i64 {
        match self {
            Conflict::Edited { version, .. }
            | Conflict::Missing { version, .. }
            | Conflict::Newer { version, .. }
            | Conflict::OutOfOrder { version, .. } => *version,
        }
    }

    /// The name of the migration it is about.
    pub fn name(&self) -> &str {
        match self {
            Conflict::Edited { name, .. } | Conflict::OutOfOrder { name, .. } => name,
            Conflict::Missing { name, .. } | Conflict::Newer { name, .. } => name,
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Conflict::Edited { version, name, file, ledger, program } => write!(
                f,
                "migration {version} `{name}` was edited after it ran\n  ran with checksum {ledger}\n  now has checksum \
                 {program} ({file})"
            ),
            Conflict::Missing { version, name, ledger } => write!(
                f,
                "migration {version} `{name}` has run, and the program does not have it\n  ran with checksum {ledger}"
            ),
            Conflict::Newer { version, name, ledger } => write!(
                f,
                "migration {version} `{name}` has run, and is newer than the program\n  ran with checksum {ledger}"
            ),
            Conflict::OutOfOrder { version, name, file, program, newest } => write!(
                f,
                "migration {version} `{name}` has not run, though migration {newest} after it has\n  has checksum \
                 {program} ({file})"
            ),
        }
    }
}

/// The migrations that are still to run: those after the newest that has, if all up to there agree.
pub(crate) fn pending<'m>(list: &'m [Migration], rows: &[Row]) -> Result<&'m [Migration], Vec<Conflict>> {
    let last = list.last().map_or(i64::MIN, |migration| migration.version);
    let newest = rows.last().map_or(i64::MIN, |row| row.version);
    let mut conflicts = Vec::new();
    for row in rows {
        let Row { version, name, checksum: ledger, .. } = row.clone();
        match list.iter().find(|migration| migration.version == version) {
            Some(migration) if migration.checksum.to_string() != ledger => conflicts.push(Conflict::Edited {
                version,
                name: migration.name,
                file: migration.file,
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
            let Migration { version, name, file, checksum: program, .. } = migration.clone();
            conflicts.push(Conflict::OutOfOrder { version, name, file, program, newest });
        }
    }
    if conflicts.is_empty() {
        Ok(&list[list.partition_point(|migration| migration.version <= newest)..])
    } else {
        Err(conflicts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn migration(version: i64) -> Migration {
        let sum = [u8::try_from(version).unwrap_or_default(); 32];
        crate::__private::migration(version, "", "m", "m.sql", "", &[], sum, sum)
    }

    fn row(version: i64) -> Row {
        let checksum = migration(version).checksum.to_string();
        Row { version, name: "m".into(), checksum, applied_at: String::new() }
    }

    fn versions(list: &[i64], rows: &[i64]) -> Result<Vec<i64>, Vec<Conflict>> {
        let list: Vec<Migration> = list.iter().copied().map(migration).collect();
        let rows: Vec<Row> = rows.iter().copied().map(row).collect();
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
        let edited = pending(&[migration(1)], &[Row { checksum: "00".into(), ..row(1) }]).unwrap_err();
        assert!(matches!(edited[..], [Conflict::Edited { version: 1, .. }]));
        let both = versions(&[2, 3], &[1, 3]).unwrap_err();
        assert_eq!(both.len(), 2);
        for conflict in newer.iter().chain(&missing).chain(&order).chain(&edited) {
            assert!(conflict.to_string().contains("checksum"), "{conflict}");
        }
    }
}
