//! The order of a folder's migrations, and the number under which a database's ledger knows each.
//!
//! Each layout keeps the order of the tool that it comes from. The ledger orders by a number, so that number has to rise
//! in the same order, and it must not change when later files come: it is made of the version and of what comes before.

use std::cmp::Ordering;

use onward_core::version::digits;

use super::layout::{Layout, Name, parse};
use super::lock::Entry;
use super::tool::Tool;

/// The digits that any version may have whose number is made up: with these, a number fits into the ledger.
const WIDTH: usize = 18;

/// How versions are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// As the tool does that the folder comes from.
    #[default]
    Tool,
    /// As numbers, whatever the tool, as onward did at first.
    Number,
    /// As numbers, and files of one number by their names.
    Name,
}

/// How the versions of one folder are compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Versions {
    /// What its tool compares.
    pub(crate) by: By,
    /// The tool, in messages.
    pub(crate) tool: &'static str,
}

/// What a tool compares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum By {
    /// The number at the beginning, of any length.
    #[default]
    Number,
    /// The number at the beginning, and then the name; names without one come last.
    NumberAndName,
    /// The parts of the number, as Flyway has them.
    Parts,
    /// What stands before the first `_`, without dashes, as a text.
    Text,
    /// The folder's name, as a text.
    Folder,
    /// The file's name, as a text.
    File,
    /// The place in a list of names; what is not in it comes behind.
    List(Vec<String>),
}

/// What of a version is compared.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Numbers of any length, each with its length before its digits; and what decides between equal ones.
    Numbers(Vec<(usize, String)>, String),
    Text(String),
}

impl Versions {
    /// How a folder of this tool is compared, with the list of its names if the tool keeps one.
    pub(crate) fn of(tool: Option<Tool>, layout: Option<Layout>, list: Option<Vec<String>>) -> Versions {
        let by = match (tool, layout, list) {
            (_, _, Some(list)) => By::List(list),
            (Some(Tool::Dbmate | Tool::Atlas), Some(Layout::Plain | Layout::UpDown), _) => By::File,
            (Some(Tool::D1 | Tool::SqlMigrate), Some(Layout::Plain | Layout::UpDown), _) => By::NumberAndName,
            (Some(Tool::RusqliteMigration), Some(Layout::Folders), _) => By::Number,
            (_, Some(Layout::Folders), _) => By::Text,
            (_, Some(Layout::FoldersMigration), _) => By::Folder,
            (_, Some(Layout::Prefixed), _) => By::Parts,
            _ => By::Number,
        };
        Versions { by, tool: tool.map_or("sqlx", Tool::name) }
    }

    /// The tool by whose order the folder goes.
    pub(crate) fn tool(&self) -> &'static str {
        self.tool
    }

    fn rank(&self, name: &Name, order: Order) -> Rank {
        let number = |part: &str| {
            let digits = digits(part);
            (digits.len(), digits)
        };
        // With its end, as a tool compares it: `2_a-b.sql` comes before `2_a.sql`.
        let file = || format!("{}.sql", name.stem);
        let named = || match name.number().is_empty() {
            // Behind every number that fits into a name.
            true => Rank::Numbers(vec![(usize::MAX, String::new())], file()),
            false => Rank::Numbers(vec![number(&name.label)], file()),
        };
        match (order, &self.by) {
            (Order::Name, _) | (Order::Tool, By::NumberAndName) => named(),
            (Order::Tool, By::Text) => Rank::Text(name.text()),
            (Order::Tool, By::Folder) => Rank::Text(name.stem.clone()),
            (Order::Tool, By::File) => Rank::Text(file()),
            (Order::Tool, By::List(list)) => match list.iter().position(|known| *known == name.stem) {
                Some(at) => Rank::Numbers(vec![(0, String::new()), (at, String::new())], String::new()),
                None => named(),
            },
            (Order::Tool, By::Parts) => {
                let mut parts: Vec<_> = name.label.split(['.', '_']).map(number).collect();
                while parts.len() > 1 && parts.last().is_some_and(|(_, digits)| digits == "0") {
                    parts.pop();
                }
                Rank::Numbers(parts, String::new())
            }
            _ => Rank::Numbers(vec![number(&name.label)], String::new()),
        }
    }

    /// What of a version decides where it comes.
    pub(super) fn place(&self, name: &Name, order: Order) -> (Rank, Option<char>) {
        (self.rank(name, order), name.letter())
    }

    /// Which of two comes first.
    pub(crate) fn compare(&self, a: &Name, b: &Name, order: Order) -> Ordering {
        self.place(a, order).cmp(&self.place(b, order))
    }

    /// Whether two have one version, so that nobody can tell which comes first. prisma's is the whole name.
    pub(crate) fn is_same(&self, a: &Name, b: &Name, order: Order) -> bool {
        let number = a.number();
        let same_number = !number.is_empty() && number == b.number();
        match (order, &self.by) {
            (Order::Name, _) | (_, By::NumberAndName | By::Folder | By::List(_)) => false,
            // One that their tools refuse, or that nobody would take for another.
            (_, By::Text | By::File) if same_number => true,
            _ => {
                let has_letters = || a.letter().is_some() && b.letter().is_some() && a.letter() != b.letter();
                self.rank(a, order) == self.rank(b, order) && !has_letters()
            }
        }
    }

    /// Whether the tool itself compares numbers, so that there are no two orders.
    pub(crate) fn is_of_numbers(&self) -> bool {
        self.by == By::Number
    }

    /// Whether a name has a place among the others.
    pub(crate) fn has_place(&self, name: &Name) -> bool {
        matches!(self.by, By::NumberAndName)
            || matches!(self.rank(name, Order::Tool), Rank::Text(_))
            || !name.number().is_empty()
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
    use crate::folder::layout::unnumbered;

    fn numbers(labels: &[&str]) -> Vec<i64> {
        keys(labels.iter().copied()).into_iter().map(Option::unwrap).collect()
    }

    fn sorted(paths: &[&str], order: Order) -> Vec<String> {
        let mut names: Vec<Name> = paths.iter().map(|path| parse(path).unwrap()).collect();
        let layout = names.first().map(|name| name.layout);
        let counted = names.iter().any(Name::is_counted).then_some(Tool::RusqliteMigration);
        let versions = Versions::of(counted, layout, None);
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
    fn each_tool_has_its_own() {
        let paths = ["1_a.sql", "10_c.sql", "2_b.sql", "2_a.sql", "2_a-b.sql", "init.sql"];
        for (tool, expected) in [
            (Tool::Dbmate, ["10_c", "1_a", "2_a-b", "2_a", "2_b", "init"]),
            (Tool::D1, ["1_a", "2_a-b", "2_a", "2_b", "10_c", "init"]),
            (Tool::SqlMigrate, ["1_a", "2_a-b", "2_a", "2_b", "10_c", "init"]),
        ] {
            let versions = Versions::of(Some(tool), Some(Layout::Plain), None);
            let name = |path: &str| parse(path).ok().or_else(|| unnumbered(path)).unwrap();
            let mut names = paths.map(name);
            names.sort_by(|a, b| versions.compare(a, b, Order::Tool));
            assert_eq!(names.map(|name| name.stem), expected, "{tool}");
        }
        let listed =
            Versions::of(Some(Tool::Drizzle), Some(Layout::Plain), Some(vec!["2_b".into(), "1_a".into()]));
        let [a, b, c] = ["1_a.sql", "2_b.sql", "0_c.sql"].map(|path| parse(path).unwrap());
        assert!(listed.compare(&b, &a, Order::Tool).is_lt() && listed.compare(&a, &c, Order::Tool).is_lt());
    }

    #[test]
    fn letters_tell_two_of_one_number_apart() {
        let versions = Versions::of(None, Some(Layout::Plain), None);
        let same = |a: &str, b: &str| versions.is_same(&parse(a).unwrap(), &parse(b).unwrap(), Order::Tool);
        assert!(!same("002_a_x.sql", "002_b_y.sql") && !same("002a_x.sql", "002b_y.sql"));
        assert!(
            same("002_a.sql", "002_b.sql")
                && same("002_a_x.sql", "002_a_y.sql")
                && same("002_x.sql", "02_b_y.sql")
        );
        assert_eq!(
            sorted(&["002_b_y.sql", "003_z.sql", "002_a_x.sql"], Order::Tool),
            ["002_a_x", "002_b_y", "003_z"]
        );
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
