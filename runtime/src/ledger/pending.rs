//! What is pending by the ledger, or why it does not go together with the history.

use onward_core::ledger::{Ledger, Row};
use onward_core::plan::{self, Refusal};

use crate::error::{Error, ErrorKind, Result};
use crate::history::{Conflict, List};

/// The migrations that are still to run: those after the newest that has, if all up to there agree.
///
/// # Errors
/// [`ErrorKind::Tampered`], [`ErrorKind::Newer`] or [`ErrorKind::Diverged`].
pub(crate) fn pending<'m>(list: List<'m>, rows: &[Row], ledger: Ledger<'_>) -> Result<List<'m>> {
    let found = match plan::ran(&list.known(), rows) {
        Ok(ran) => return Ok(list.part(ran..list.len())),
        Err(found) => found,
    };
    let refusal = Refusal::of(&found);
    let conflicts = found.into_iter().map(|found| Conflict::of(found, list, rows)).collect();
    let kind = match refusal {
        Refusal::Tampered => ErrorKind::Tampered { conflicts },
        Refusal::Newer => {
            let (known, label) = list.newest();
            ErrorKind::Newer { known, label, conflicts, accept: None }
        }
        Refusal::Diverged => ErrorKind::Diverged { conflicts },
    };
    Err(Error::from(kind).of(ledger))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{ledger, migrations};

    #[test]
    fn what_goes_together_is_split_and_what_does_not_is_refused() {
        let history = migrations(&[1, 2, 3]);
        let list = history.list();
        let versions = |rows: &[i64]| -> Vec<i64> {
            pending(list, &ledger(rows), Ledger::default())
                .unwrap()
                .iter()
                .map(|found| found.version())
                .collect()
        };
        assert_eq!(versions(&[]), [1, 2, 3]);
        assert_eq!(versions(&[1, 2]), [3]);
        let refused = |rows: &[Row]| pending(list, rows, Ledger::default()).unwrap_err().into_kind();
        assert!(matches!(refused(&ledger(&[1, 2, 3, 4])), ErrorKind::Newer { known: Some(3), .. }));
        assert!(matches!(refused(&ledger(&[1, 3])), ErrorKind::Diverged { .. }));
        assert!(matches!(refused(&ledger(&[1, 2])[1..]), ErrorKind::Tampered { .. }));
    }
}
