//! What rows show that are carried through a history.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rusqlite::Result;

use super::finding::{Finding, What};
use super::idle::Later;
use super::plans::Plans;
use super::populated;
use super::sample::Rows;
use super::step::Base;
use super::touched;
use crate::folder::history::At;
use crate::sqlite::message::Refusal;

/// What the rows have shown.
pub(super) struct Seen {
    pub(super) findings: Vec<Finding>,
    /// The tables that could not be populated, and why.
    pub(super) unpopulated: BTreeMap<String, String>,
    /// Where the rows could be carried no further.
    pub(super) stopped: Vec<At>,
    /// The last statement before a COMMIT that failed.
    pub(super) uncommitted: Option<(At, Refusal)>,
    /// Whether users may have rows in the locked tables that could not be made there any more.
    pub(super) lacks_rows: bool,
}

impl Seen {
    /// Carries rows through the history, mild ones and then harsh ones.
    pub(super) fn of(
        base: &Base<'_>,
        later: &Later,
        plans: &mut Plans<'_>,
        faulty: &HashSet<usize>,
    ) -> Result<Seen> {
        let plans = plans.all(base.steps);
        let sandbox = base.sandbox()?;
        let reached = match &base.locked {
            Some(_) => touched::tables(base.history, base.steps, &sandbox)?,
            None => BTreeSet::new(),
        };
        // One after the other: memory is counted for the whole process, and two threads would wait for the count.
        let mild = populated::run(base, sandbox, &reached, &plans, later, faulty, Rows::Mild)?;
        let harsh = populated::run(base, base.sandbox()?, &reached, &plans, later, faulty, Rows::Harsh)?;
        let mut findings = mild.found;
        // What the mild rows have shown, the harsh ones show again.
        let seen: HashSet<At> = findings.iter().map(|finding| finding.at).collect();
        findings.extend(harsh.found.into_iter().filter(|finding| !seen.contains(&finding.at)));
        for finding in &mut findings {
            if let What::Fails { acts, .. } = &mut finding.what {
                *acts = harsh.acting.contains(&finding.at.migration);
            }
        }
        Ok(Seen {
            findings,
            unpopulated: mild.empty,
            stopped: mild.stopped.into_iter().chain(harsh.stopped).collect(),
            uncommitted: mild.uncommitted.or(harsh.uncommitted),
            lacks_rows: mild.lacks_rows || harsh.lacks_rows,
        })
    }

    /// Adds what rows have shown that came all the way, of the migrations from this one on.
    pub(super) fn extend(&mut self, whole: Seen, from: usize) {
        let seen: HashSet<At> = self.findings.iter().map(|finding| finding.at).collect();
        let is_open = |at: &At| at.migration >= from;
        let is_new = |finding: &Finding| is_open(&finding.at) && !seen.contains(&finding.at);
        self.findings.extend(whole.findings.into_iter().filter(is_new));
        self.stopped.extend(whole.stopped.into_iter().filter(is_open));
        self.uncommitted = self.uncommitted.take().or(whole.uncommitted.filter(|(at, _)| is_open(at)));
        self.unpopulated = whole.unpopulated;
    }
}
