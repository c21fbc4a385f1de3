//! Which migration each row of another tool's ledger is about.

use std::collections::HashMap;

use crate::history::{Known, Ran};

/// The migration that a row is about, by its place in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum About {
    /// None that the program has.
    Unknown,
    One(usize),
    /// One of these, which have one name in the ledger, and the row has no checksum.
    OneOf(Vec<usize>),
}

/// What each row is about. Two files may have one name in the ledger, since drizzle's journal may give both one time: then
/// the checksum says which of them it is, and a checksum of neither is held against the first that has no row.
pub(super) fn about(files: &[Known], rows: &[Ran]) -> Vec<About> {
    let mut named = HashMap::<&str, Vec<usize>>::new();
    for (at, file) in files.iter().enumerate() {
        named.entry(&file.key).or_default().push(at);
    }
    let named = |row: &Ran| named.get(&*row.key).map_or(&[][..], Vec::as_slice);
    let mut has_row = vec![false; files.len()];
    let mut found = vec![None; rows.len()];
    for (row, found) in rows.iter().zip(&mut found) {
        let is_its = |at: &&usize| row.sum.as_ref().is_some_and(|sum| files[**at].has(sum));
        let mut its = named(row).iter().filter(is_its);
        // What has run twice is written down twice.
        *found = its.clone().find(|at| !has_row[**at]).or(its.next()).copied();
        found.iter().for_each(|at| has_row[*at] = true);
    }
    for (row, found) in rows.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
        *found = named(row).iter().find(|at| !has_row[**at]).or(named(row).first()).copied();
        found.iter().for_each(|at| has_row[*at] = true);
    }
    let about = |(row, found): (&Ran, Option<usize>)| {
        let Some(at) = found else { return About::Unknown };
        let is_other = |other: &&usize| !has_row[**other] && files[**other].sums != files[at].sums;
        match row.sum.is_none() && named(row).iter().any(|other| is_other(&other)) {
            true => About::OneOf(named(row).to_vec()),
            false => About::One(at),
        }
    };
    rows.iter().zip(found).map(about).collect()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use onward_core::tool::Lag;

    use super::*;

    /// What the rows are about in a history of files with these keys and sums.
    fn of(files: &[(&'static str, &'static str)], rows: &[(&str, &str)]) -> Vec<About> {
        let known = |(key, sums): &(&'static str, &'static str)| Known {
            key: Cow::Borrowed(key),
            sums: Cow::Borrowed(sums),
            lag: Lag::Never,
        };
        let ran = |(key, sum): &(&str, &str)| Ran {
            key: (*key).to_owned(),
            sum: Some((*sum).to_owned()).filter(|sum| !sum.is_empty()),
            is_done: true,
            stands_for_all: false,
        };
        let files: Vec<Known> = files.iter().map(known).collect();
        about(&files, &rows.iter().map(ran).collect::<Vec<_>>())
    }

    #[test]
    fn files_of_one_name_are_told_apart_by_their_checksums() {
        use About::{One, OneOf, Unknown};
        let files = [("1", "a"), ("2", "b other"), ("2", "c")];
        assert_eq!(of(&files, &[("1", "a"), ("2", "b"), ("2", "c")]), [One(0), One(1), One(2)]);
        assert_eq!(of(&files, &[("2", "c"), ("2", "other"), ("9", "c")]), [One(2), One(1), Unknown]);
        assert_eq!(of(&files, &[("2", "c")]), [One(2)]);
        // Neither is it as it ran: the one without a row.
        assert_eq!(of(&files, &[("2", "edited"), ("2", "b")]), [One(2), One(1)]);
        assert_eq!(of(&files, &[("2", "b"), ("2", "b"), ("1", "edited")]), [One(1), One(1), One(0)]);
        assert_eq!(of(&files, &[("2", ""), ("2", "")]), [One(1), One(2)]);
        assert_eq!(of(&files, &[("2", "b"), ("2", "")]), [One(1), One(2)]);
        assert_eq!(of(&files, &[("1", ""), ("2", "")]), [One(0), OneOf(vec![1, 2])]);
        // Of one text, so that it is one which of them has run.
        let same = [("1", "a"), ("2", "b"), ("2", "b")];
        assert_eq!(of(&same, &[("2", "b")]), [One(1)]);
        assert_eq!(of(&same, &[("2", "")]), [One(1)]);
        assert_eq!(of(&same, &[("2", "b"), ("2", "b"), ("2", "b")]), [One(1), One(2), One(1)]);
    }
}
