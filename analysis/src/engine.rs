//! The SQLite that runs the migrations, where it is not the one that proves them: its version, and what each version
//! brought.

mod feature;
mod find;

use std::fmt;

use crate::file::Place;
use crate::history::History;
pub use find::{Use, uses};

/// A version of SQLite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    major: i32,
    minor: i32,
    patch: i32,
}

/// What the runtime itself needs: its ledger is a STRICT table.
pub const OLDEST: Version = Version::new(3, 37, 0);

impl Version {
    const fn new(major: i32, minor: i32, patch: i32) -> Version {
        Version { major, minor, patch }
    }

    /// The version that the replay runs on.
    pub fn of_replay() -> Version {
        Version::from_number(rusqlite::version_number())
    }

    /// As [SQLite numbers it](https://www.sqlite.org/c3ref/libversion.html): 3040001 is 3.40.1.
    pub fn number(self) -> i32 {
        self.major * 1_000_000 + self.minor * 1000 + self.patch
    }

    fn from_number(number: i32) -> Version {
        Version::new(number / 1_000_000, number / 1000 % 1000, number % 1000)
    }

    /// Reads `3.40` or `3.40.1`.
    pub fn parse(text: &str) -> Option<Version> {
        let mut parts = text.split('.').map(|part| {
            let is_plain = (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            is_plain.then(|| part.parse::<i32>().ok()).flatten()
        });
        let (major, minor) = (parts.next()??, parts.next()??);
        let patch = parts.next().unwrap_or(Some(0))?;
        parts.next().is_none().then_some(Version::new(major, minor, patch))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if self.patch > 0 { write!(f, ".{}", self.patch) } else { Ok(()) }
    }
}

/// What `[engine]` of `onward.toml` says of the database engine that runs the migrations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Engine {
    /// The oldest SQLite that they meet, and where that is said.
    pub sqlite: Option<(Version, Place)>,
}

impl History {
    /// The oldest SQLite that the migrations are for: the one that `onward.toml` names, else the newest that something in
    /// them came with.
    pub fn oldest_sqlite(&self) -> Version {
        if let Some((version, _)) = &self.config.engine.sqlite {
            return *version;
        }
        let runs = |at: &_| self.statement(*at).kind.runs();
        let used = self.statements().filter(runs).flat_map(|at| self.newer(self.sql(at), OLDEST));
        used.map(|found| found.since).max().unwrap_or(OLDEST)
    }

    /// What a statement uses that this version of SQLite does not have. What the application registers is its own.
    pub(crate) fn newer(&self, sql: &str, than: Version) -> Vec<Use> {
        let is_own = |found: &Use| {
            let own = self.config.functions.iter().map(|function| &function.name);
            found
                .function
                .as_ref()
                .is_some_and(|name| own.into_iter().any(|own| own.eq_ignore_ascii_case(name)))
        };
        let mut uses = uses(sql);
        uses.retain(|found| found.since > than && !is_own(found));
        uses
    }
}

/// Statements that use what came with a newer SQLite than the oldest, with the version: older ones refuse them. They are for
/// a table `t` with columns `a` and `b`, and a constraint `c`.
pub fn examples() -> Vec<(Version, String)> {
    let is_null = |value: String| format!("SELECT CASE WHEN {value} IS NULL THEN json('none') END");
    let modifier = |name| match name {
        "ceiling" | "floor" => is_null(format!("date('2024-01-31', '+1 month', '{name}')")),
        name => is_null(format!("datetime(2460000, '{name}')")),
    };
    let letters = |(since, letters): &(i32, &'static str)| {
        let since = *since;
        letters.chars().map(move |letter| (since, is_null(format!("strftime('%{letter}', '2024-01-31')"))))
    };
    let fts5 = |option| format!("CREATE VIRTUAL TABLE f USING fts5(a, content = '', {option} = 1)");
    let calls = feature::FUNCTIONS.iter().map(|(since, call, _)| (*since, format!("SELECT {call}")));
    let tables = feature::TABLES.iter().map(|(since, call, _)| (*since, format!("SELECT * FROM {call}")));
    let modifiers = feature::MODIFIERS.iter().map(|(since, name)| (*since, modifier(*name)));
    let options = feature::FTS5.iter().map(|(since, option)| (*since, fts5(option)));
    let syntax = feature::SYNTAX.iter().map(|syntax| (syntax.since, syntax.example.to_owned()));
    let all = calls.chain(tables).chain(modifiers).chain(feature::LETTERS.iter().flat_map(letters));
    all.chain(options).chain(syntax).map(|(since, sql)| (feature::came_with(since), sql)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::folder;

    #[test]
    fn versions_are_read_and_written() {
        for (text, number) in [("3.40", 3_040_000), ("3.40.1", 3_040_001), ("3.9.2", 3_009_002)] {
            let version = Version::parse(text).unwrap();
            assert_eq!((version.number(), version.to_string().as_str()), (number, text));
            assert_eq!(Version::from_number(number), version);
        }
        for text in ["", "3", "3.", "3.40.", "3.40.1.1", "3.4x", "+3.4", "3. 40", "3.1000", "v3.40", "3,40"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_oldest_is_the_newest_that_is_used_unless_it_is_named() {
        let oldest = |files: &[(&str, &str)]| folder(files).history.oldest_sqlite().to_string();
        let plain = ("1_a.sql", "CREATE TABLE t(a, b);");
        assert_eq!(oldest(&[plain]), "3.37");
        let newer = ("2_b.sql", "UPDATE t SET a = unixepoch(), b = concat(a, b);");
        assert_eq!(oldest(&[plain, newer]), "3.44");
        let left_out = ("2_b.sql", "PRAGMA cache_size = 1_000;");
        assert_eq!(oldest(&[plain, left_out]), "3.37");
        assert_eq!(oldest(&[plain, ("onward.toml", "[engine]\nsqlite = '3.40'")]), "3.40");
        let own = ("onward.toml", "functions = ['CONCAT']");
        assert_eq!(oldest(&[plain, newer, own]), "3.38");
    }
}
