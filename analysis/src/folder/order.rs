//! The order of a folder's migrations, and the number under which a database's ledger knows each.
//!
//! Each layout keeps the order of the tool that it comes from. The ledger orders by a number, so that number has to rise
//! in the same order, and it must not change when later files come: it is made of the version and of what comes before.

use std::cmp::Ordering;

use onward_core::version::digits;

use super::layout::{Layout, Name, parse};
use super::lock::Entry;

/// The digits that any version may have whose number is made up: with these, a number fits into the ledger.
const WIDTH: usize = 18;

/// How versions are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// As the tool does that the layout comes from.
    #[default]
    Tool,
    /// As numbers, whatever the layout, as onward did at first.
    Number,
}

/// How the versions of one folder are compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Versions {
    layout: Option<Layout>,
    /// Whether the folders are those of rusqlite_migration, which counts, and not diesel's.
    counted: bool,
}

/// What of a version is compared.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Numbers of any length, each with its length before its digits.
    Numbers(Vec<(usize, String)>),
    Text(String),
}

impl Versions {
    /// How a folder with these names is compared.
    pub(crate) fn of<'n>(layout: Option<Layout>, mut names: impl Iterator<Item = &'n Name>) -> Versions {
        // onward once made the next one with a `_` beside them.
        Versions { layout, counted: names.any(Name::is_counted) }
    }

    /// The tool by whose order the folder goes.
    pub(crate) fn tool(&self) -> &'static str {
        match self.layout {
            Some(Layout::Folders) if self.counted => "rusqlite_migration",
            Some(Layout::Folders) => "diesel",
            Some(Layout::FoldersMigration) => "prisma",
            Some(Layout::Prefixed) => "Flyway",
            Some(Layout::Plain | Layout::UpDown) | None => "sqlx",
        }
    }

    fn rank(&self, name: &Name, order: Order) -> Rank {
        let number = |part: &str| {
            let digits = digits(part);
            (digits.len(), digits)
        };
        match (order, self.layout) {
            (Order::Tool, Some(Layout::Folders)) if !self.counted => Rank::Text(name.text()),
            (Order::Tool, Some(Layout::FoldersMigration)) => Rank::Text(name.text()),
            (Order::Tool, Some(Layout::Prefixed)) => {
                let mut parts: Vec<_> = name.label.split(['.', '_']).map(number).collect();
                while parts.len() > 1 && parts.last().is_some_and(|(_, digits)| digits == "0") {
                    parts.pop();
                }
                Rank::Numbers(parts)
            }
            _ => Rank::Numbers(vec![number(&name.label)]),
        }
    }

    /// Which of two comes first.
    pub(crate) fn compare(&self, a: &Name, b: &Name, order: Order) -> Ordering {
        self.rank(a, order).cmp(&self.rank(b, order))
    }

    /// Whether two have one version, so that nobody can tell which comes first. prisma's is the whole name.
    pub(crate) fn is_same(&self, a: &Name, b: &Name, order: Order) -> bool {
        let same_number = !a.number().is_empty() && a.number() == b.number();
        match self.layout {
            Some(Layout::FoldersMigration) => false,
            Some(Layout::Folders) if same_number => true,
            _ => self.compare(a, b, order).is_eq(),
        }
    }

    /// Whether a name has a place among the others.
    pub(crate) fn has_place(&self, name: &Name) -> bool {
        matches!(self.rank(name, Order::Tool), Rank::Text(_)) || !name.number().is_empty()
    }

    /// The order in which a lock file has its migrations, if only one of the two has them like this.
    pub(crate) fn locked(&self, entries: &[Entry]) -> Option<Order> {
        let names: Vec<Name> = entries.iter().filter_map(|entry| parse(&entry.file).ok()).collect();
        let rises = |order| names.windows(2).all(|pair| self.compare(&pair[0], &pair[1], order).is_le());
        match (rises(Order::Tool), rises(Order::Number)) {
            (true, false) => Some(Order::Tool),
            (false, true) => Some(Order::Number),
            _ => None,
        }
    }
}

/// The ledger's numbers for versions in their order: the version's own number where it is greater than the one before; else
/// its digits, cut or filled up with zeros to as many as the longest version has so far; else the number after the one
/// before. `None` where no number is left.
pub(crate) fn keys<'n>(labels: impl Iterator<Item = &'n str>) -> Vec<Option<i64>> {
    let (mut width, mut last) = (0, None::<i64>);
    let key = |label: &str| {
        let (number, zeros) = (digits(label), zeros(label));
        width = width.max(zeros + number.len()).min(WIDTH);
        let rises = |key: &i64| last.is_none_or(|last| *key > last);
        let own = number.parse().ok().filter(rises);
        let filled = || format!("{:0zeros$}{number:0<width$}", "").get(..width)?.parse().ok().filter(rises);
        let next = || last.map_or(Some(1), |last| last.checked_add(1));
        let key = own.or_else(filled).or_else(next);
        last = key.or(last);
        key
    };
    labels.map(key).collect()
}

/// How many zeros stand before the number of a version.
fn zeros(label: &str) -> usize {
    let is_zero = |c: &char| matches!(c, '0' | '-' | '_' | '.');
    let zeros = label.chars().take_while(is_zero).filter(|c| *c == '0').count();
    if digits(label) == "0" { zeros - 1 } else { zeros }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(labels: &[&str]) -> Vec<i64> {
        keys(labels.iter().copied()).into_iter().map(Option::unwrap).collect()
    }

    fn sorted(paths: &[&str], order: Order) -> Vec<String> {
        let mut names: Vec<Name> = paths.iter().map(|path| parse(path).unwrap()).collect();
        let layout = names.first().map(|name| name.layout);
        let versions = Versions::of(layout, names.iter());
        names.sort_by(|a, b| versions.compare(a, b, order));
        names.into_iter().map(|name| name.stem).collect()
    }

    #[test]
    fn each_layout_has_the_order_of_its_tool() {
        for (paths, tool, number) in [
            (["1_a.sql", "2_b.sql", "10_c.sql"], [0, 1, 2], [0, 1, 2]),
            (["1_a.up.sql", "2_b.up.sql", "10_c.up.sql"], [0, 1, 2], [0, 1, 2]),
            (["V1.9__a.sql", "V1.10__b.sql", "V2__c.sql"], [0, 1, 2], [2, 0, 1]),
            (["1-a/up.sql", "2-b/up.sql", "10-c/up.sql"], [0, 1, 2], [0, 1, 2]),
            (["1_a/up.sql", "2_b/up.sql", "10_c/up.sql"], [0, 2, 1], [0, 1, 2]),
            (["1_a/migration.sql", "2_b/migration.sql", "10_c/migration.sql"], [2, 0, 1], [0, 1, 2]),
            (
                ["2025-10-28-175920-0000_x/up.sql", "2025-11-15-232503_y/up.sql", "2025_z/up.sql"],
                [2, 0, 1],
                [2, 1, 0],
            ),
            (["init/migration.sql", "20260101_a/migration.sql", "a/migration.sql"], [1, 2, 0], [0, 2, 1]),
        ] {
            let stems: Vec<String> = paths.iter().map(|path| parse(path).unwrap().stem).collect();
            let expected = |at: [usize; 3]| at.map(|at| stems[at].clone());
            assert_eq!(sorted(&paths, Order::Tool), expected(tool), "{paths:?}");
            assert_eq!(sorted(&paths, Order::Number), expected(number), "{paths:?}");
        }
    }

    #[test]
    fn a_key_is_the_number_where_the_orders_agree() {
        assert_eq!(numbers(&["0000", "0001", "9", "10"]), [0, 1, 9, 10]);
        assert_eq!(numbers(&["2018-01-14-171611", "2024-03-13_170000"]), [20180114171611, 20240313170000]);
        assert_eq!(numbers(&["9223372036854775807"]), [i64::MAX]);
    }

    #[test]
    fn a_key_rises_where_they_do_not() {
        let mixed =
            ["2025-10-28-175920-0000", "2025-11-15-232503", "2025-12-01-080000", "2025-12-02-080000-0001"];
        assert_eq!(
            numbers(&mixed),
            [202510281759200000, 202511152325030000, 202512010800000000, 202512020800000001]
        );
        assert_eq!(numbers(&["1", "10", "2", "3"]), [1, 10, 20, 30]);
        assert_eq!(numbers(&["1.9", "1.10", "2"]), [19, 110, 200]);
        // Longer than 64 bits, and no numbers at all.
        assert_eq!(
            numbers(&["2025-10-28-175920-000000", "2025-11-15-232503"]),
            [202510281759200000, 202511152325030000]
        );
        assert_eq!(
            numbers(&["20251028175920123456", "20251028175920123999", "20251028175920124000"]),
            [202510281759201234, 202510281759201239, 202510281759201240]
        );
        assert_eq!(numbers(&["20260101", "a", "b"]), [20260101, 20260102, 20260103]);
        assert_eq!(numbers(&["init", "seed"]), [1, 2]);
        assert_eq!(keys(["9223372036854775807", "a"].into_iter()), [Some(i64::MAX), None]);
    }

    #[test]
    fn keys_rise_and_do_not_change_when_later_files_come() {
        let mut seed = 7_u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 33) % below
        };
        for _ in 0..2000 {
            let labels: Vec<String> = (0..12)
                .map(|_| match random(6) {
                    0 => random(30).to_string(),
                    1 => format!("{:04}", random(30)),
                    2 => format!("2025-{:02}-01-120000", random(12) + 1),
                    3 => format!("2025-{:02}-01-120000-{:04}", random(12) + 1, random(3)),
                    4 => format!("2025{:02}01120000123456", random(12) + 1),
                    _ => format!("x{}", random(9)),
                })
                .collect();
            let all = keys(labels.iter().map(String::as_str));
            assert!(all.is_sorted_by(|a, b| a < b), "{labels:?} {all:?}");
            for count in 0..labels.len() {
                assert_eq!(keys(labels[..count].iter().map(String::as_str)), all[..count], "{labels:?}");
            }
        }
    }
}
