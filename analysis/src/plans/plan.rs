//! A query plan.

use super::line::{By, Line};

/// How SQLite would run a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) lines: Vec<Line>,
    /// The lines whose work is done once for each row of another.
    repeated: Vec<bool>,
}

/// A row of EXPLAIN QUERY PLAN.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: i64,
    /// The row that this one is a part of.
    pub(super) parent: i64,
    pub(super) text: String,
}

impl Plan {
    /// Of the rows of EXPLAIN QUERY PLAN; `None` if one of them is not known.
    pub(super) fn read(rows: &[Row]) -> Option<Plan> {
        let lines: Vec<Line> = rows.iter().map(|row| Line::read(&row.text)).collect();
        let is_inner = |at: usize| {
            let beside = rows[..at].iter().zip(&lines);
            beside.into_iter().any(|(row, line)| row.parent == rows[at].parent && line.label().is_some())
        };
        let repeated = (0..rows.len()).map(|at| is_inner(at) || is_correlated(rows, &rows[at])).collect();
        (!lines.contains(&Line::Unknown)).then_some(Plan { lines, repeated })
    }

    /// The tables that are read from end to end where an index may spare that. An index that has all that is asked for is read
    /// so on purpose, unless it is for each row of another table.
    pub(super) fn slow(&self) -> Vec<&str> {
        let is_slow = |(line, repeated): &(&Line, &bool)| match line {
            Line::Scan { covering, .. } => !covering || **repeated,
            Line::Search { by, .. } => *by == By::Automatic,
            _ => false,
        };
        self.lines.iter().zip(&self.repeated).filter(is_slow).filter_map(|(line, _)| line.label()).collect()
    }

    /// What is read from its beginning to its end, by the names that the statement gives to it.
    pub(super) fn scans(&self) -> Vec<&str> {
        let label = |line: &'_ Line| matches!(line, Line::Scan { .. });
        self.lines.iter().filter(|line| label(line)).filter_map(Line::label).collect()
    }

    /// What SQLite makes an index of each time the statement runs.
    pub(super) fn automatic(&self) -> Vec<&str> {
        let is_it = |line: &&Line| matches!(line, Line::Search { by: By::Automatic, .. });
        self.lines.iter().filter(is_it).filter_map(Line::label).collect()
    }

    /// How many sorts there are.
    pub(super) fn sorts(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line, Line::Sort(_))).count()
    }

    /// Whether all that it scans another one scans as well.
    fn scans_no_more(&self, other: &Plan) -> bool {
        let mut others = other.scans();
        self.scans().iter().all(|label| match others.iter().position(|other| other == label) {
            Some(at) => {
                others.swap_remove(at);
                true
            }
            None => false,
        })
    }

    /// Whether it scans less than another one, and nothing that the other does not scan. To sort what is left costs less.
    pub(super) fn spares_a_scan(&self, before: &Plan) -> bool {
        let cost = |plan: &Plan| plan.scans().len() + plan.automatic().len();
        cost(self) < cost(before)
            && self.automatic().len() <= before.automatic().len()
            && self.scans_no_more(before)
    }

    /// Whether it sorts less than another one, and nothing else is worse.
    pub(super) fn spares_a_sort(&self, before: &Plan) -> bool {
        self.sorts() < before.sorts()
            && self.automatic().len() <= before.automatic().len()
            && self.scans_no_more(before)
    }

    /// The first line that uses an index.
    pub(super) fn line_of(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.index() == Some(name))
    }
}

impl Line {
    /// What the statement calls the table that is read.
    pub(super) fn label(&self) -> Option<&str> {
        match self {
            Line::Scan { label, .. } | Line::Search { label, .. } => Some(label),
            Line::Sort(_) | Line::Other | Line::Unknown => None,
        }
    }

    /// By how many columns rows are looked up. Behind one that is greater or less there is no other.
    pub(super) fn width(&self) -> usize {
        let Line::Search { terms, .. } = self else { return 0 };
        let equal = terms.iter().take_while(|term| term.equal).count();
        equal + usize::from(terms.len() > equal)
    }

    /// The index of the schema that is used.
    pub(super) fn index(&self) -> Option<&str> {
        match self {
            Line::Scan { index, .. } => index.as_deref(),
            Line::Search { by: By::Index(index), .. } => Some(index),
            _ => None,
        }
    }
}

/// Whether it is a part of a subquery that is run for each row of what is around it.
fn is_correlated(rows: &[Row], row: &Row) -> bool {
    let mut at = row;
    while let Some(around) = rows.iter().find(|other| other.id == at.parent && other.id < at.id) {
        if around.text.starts_with("CORRELATED ") {
            return true;
        }
        at = around;
    }
    false
}
