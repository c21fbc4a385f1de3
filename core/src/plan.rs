//! What is to run: a function of the list of migrations and the ledger's rows, and of nothing else.

use crate::checksum::Checksum;
use crate::ledger::Row;

/// A migration that a program has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its version.
    pub version: i64,
    /// The checksum of its text.
    pub checksum: Checksum,
}

/// Why a ledger and a list do not go together: which row of the one, which migration of the other, by their indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// A migration that has run has another text now.
    Edited {
        /// What has run.
        row: usize,
        /// What the program has.
        migration: usize,
    },
    /// A migration that has run is not in the list, though later ones are.
    Missing {
        /// What has run.
        row: usize,
    },
    /// A migration that has run is newer than all in the list.
    Newer {
        /// What has run.
        row: usize,
    },
    /// A migration of the list has not run, though a later one has.
    OutOfOrder {
        /// What the program has.
        migration: usize,
        /// The newest version that has run.
        newest: i64,
    },
    /// A row that its chain does not vouch for: it, or a row before it, was changed or removed by hand.
    Tampered {
        /// What is written.
        row: usize,
        /// The chain that follows from the row before it; `None` if that row or this one holds no checksum.
        expected: Option<Checksum>,
    },
}

/// How far a ledger and a list are apart, by all that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody has written into the ledger.
    Tampered,
    /// The database is ahead of the program, and they agree up to there.
    Newer,
    /// They have had different migrations.
    Diverged,
}

impl Refusal {
    /// What these conflicts come to.
    ///
    /// ```
    /// use onward_core::plan::{Conflict, Refusal};
    ///
    /// assert_eq!(Refusal::of(&[Conflict::Newer { row: 2 }]), Refusal::Newer);
    /// ```
    pub fn of(conflicts: &[Conflict]) -> Refusal {
        if conflicts.iter().any(|conflict| matches!(conflict, Conflict::Tampered { .. })) {
            Refusal::Tampered
        } else if conflicts.iter().all(|conflict| matches!(conflict, Conflict::Newer { .. })) {
            Refusal::Newer
        } else {
            Refusal::Diverged
        }
    }
}

/// How many migrations of the list have run: what comes behind them is pending. Both list and rows rise in version.
///
/// ```
/// use onward_core::checksum::Checksum;
/// use onward_core::ledger::Row;
/// use onward_core::plan::{Conflict, Known, ran};
///
/// let known = |version| Known { version, checksum: Checksum::of("SELECT 1") };
/// let row = Row::of(Checksum::default(), 1, "jobs", Checksum::of("SELECT 1"));
/// assert_eq!(ran(&[known(1), known(2)], &[row.clone()]), Ok(1));
/// assert_eq!(ran(&[known(2)], &[row]), Err(vec![Conflict::Missing { row: 0 }]));
/// ```
///
/// # Errors
/// Every conflict between the two.
pub fn ran(list: &[Known], rows: &[Row]) -> Result<usize, Vec<Conflict>> {
    let last = list.last().map_or(i64::MIN, |migration| migration.version);
    let newest = rows.last().map_or(i64::MIN, |row| row.version);
    let mut conflicts = tampered(rows);
    let tampered: Vec<i64> = conflicts.iter().filter_map(|conflict| conflict.version(rows)).collect();
    // What a row says that its chain does not vouch for is no second cause.
    for (row, found) in rows.iter().enumerate().filter(|(_, row)| !tampered.contains(&row.version)) {
        match list.binary_search_by_key(&found.version, |migration| migration.version) {
            Ok(migration) if found.checksum.parse() != Ok(list[migration].checksum) => {
                conflicts.push(Conflict::Edited { row, migration });
            }
            Ok(_) => {}
            Err(_) if found.version > last => conflicts.push(Conflict::Newer { row }),
            Err(_) => conflicts.push(Conflict::Missing { row }),
        }
    }
    for (migration, known) in list.iter().enumerate().filter(|(_, known)| known.version < newest) {
        if rows.binary_search_by_key(&known.version, |row| row.version).is_err() {
            conflicts.push(Conflict::OutOfOrder { migration, newest });
        }
    }
    if conflicts.is_empty() {
        Ok(list.partition_point(|migration| migration.version <= newest))
    } else {
        Err(conflicts)
    }
}

/// The rows that do not follow from the row before them. The chain after a row that was changed is taken as it is
/// written, so that one change is named once.
fn tampered(rows: &[Row]) -> Vec<Conflict> {
    let mut before = Some(Checksum::default());
    let conflicts = rows.iter().enumerate().filter_map(|(index, row)| {
        let follows = before.zip(row.checksum.parse().ok());
        let expected = follows.map(|(before, checksum)| before.chain(row.version, checksum));
        before = row.chain.parse().ok();
        let follows = expected.is_some() && expected == before;
        (!follows).then_some(Conflict::Tampered { row: index, expected })
    });
    conflicts.collect()
}

impl Conflict {
    /// The version of its row, if it is about one.
    fn version(self, rows: &[Row]) -> Option<i64> {
        match self {
            Conflict::Edited { row, .. }
            | Conflict::Missing { row }
            | Conflict::Newer { row }
            | Conflict::Tampered { row, .. } => Some(rows[row].version),
            Conflict::OutOfOrder { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(version: i64) -> Known {
        Known { version, checksum: Checksum([u8::try_from(version).unwrap_or_default(); 32]) }
    }

    /// What a ledger holds after these.
    fn ledger(versions: &[i64]) -> Vec<Row> {
        let mut chain = Checksum::default();
        let row = |version: &i64| {
            let row = Row::of(chain, *version, "m", known(*version).checksum);
            chain = chain.chain(*version, known(*version).checksum);
            row
        };
        versions.iter().map(row).collect()
    }

    fn of(list: &[i64], rows: &[i64]) -> Result<usize, Vec<Conflict>> {
        let list: Vec<Known> = list.iter().copied().map(known).collect();
        ran(&list, &ledger(rows))
    }

    #[test]
    fn what_comes_after_the_newest_row_is_pending() {
        assert_eq!(of(&[1, 2, 3], &[]), Ok(0));
        assert_eq!(of(&[1, 2, 3], &[1]), Ok(1));
        assert_eq!(of(&[1, 2, 3], &[1, 2, 3]), Ok(3));
        assert_eq!(of(&[0], &[]), Ok(0));
        assert_eq!(of(&[], &[]), Ok(0));
    }

    #[test]
    fn every_conflict_is_named() {
        let newer = vec![Conflict::Newer { row: 2 }, Conflict::Newer { row: 3 }];
        assert_eq!(Refusal::of(&newer), Refusal::Newer);
        assert_eq!(of(&[1, 2], &[1, 2, 3, 4]), Err(newer));
        assert_eq!(of(&[1, 3], &[1, 2, 3]), Err(vec![Conflict::Missing { row: 1 }]));
        assert_eq!(of(&[1, 2, 3], &[1, 3]), Err(vec![Conflict::OutOfOrder { migration: 1, newest: 3 }]));
        let other = Known { checksum: Checksum([9; 32]), ..known(1) };
        assert_eq!(ran(&[other], &ledger(&[1])), Err(vec![Conflict::Edited { row: 0, migration: 0 }]));
        let both = vec![Conflict::Missing { row: 0 }, Conflict::OutOfOrder { migration: 0, newest: 3 }];
        assert_eq!(Refusal::of(&both), Refusal::Diverged);
        assert_eq!(of(&[2, 3], &[1, 3]), Err(both));
    }

    #[test]
    fn a_row_that_was_changed_is_named_once() {
        let list = [1, 2, 3, 4].map(known);
        for change in ["removed", "another checksum", "no checksum", "another chain", "another version"] {
            let mut rows = ledger(&[1, 2, 3, 4]);
            match change {
                "removed" => drop(rows.remove(1)),
                "another checksum" => rows[2].checksum = Checksum([8; 32]).to_string(),
                "no checksum" => rows[2].checksum = "see the wiki".to_owned(),
                "another chain" => rows[2].chain = Checksum([8; 32]).to_string(),
                _ => rows[3].version = 7,
            }
            let conflicts = ran(&list, &rows).unwrap_err();
            let named = conflicts.iter().filter(|conflict| matches!(conflict, Conflict::Tampered { .. }));
            // A changed chain is wrong itself and leads nowhere either.
            let expected = if change == "another chain" { 2 } else { 1 };
            assert_eq!(named.count(), expected, "{change}: {conflicts:?}");
            assert_eq!(Refusal::of(&conflicts), Refusal::Tampered, "{change}");
        }
    }
}
