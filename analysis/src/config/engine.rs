//! `[engine]` of `onward.toml`: what runs the migrations, and the versions of SQLite.

use std::fmt;
use std::ops::Range;

use onward_core::batch::Target;
use toml::Spanned;
use toml::de::DeValue;

use crate::file::{FileId, Place};

/// What `[engine]` of `onward.toml` says of the database engine that runs the migrations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Engine {
    /// The oldest SQLite that they meet, and where that is said.
    pub sqlite: Option<(Version, Place)>,
    /// The engine over the network that they run on, and where that is said.
    pub target: Option<(Target, Place)>,
    /// Whether that engine enforces foreign keys while they run, statement by statement: nodes of rqlite with `-fk`.
    pub foreign_keys: bool,
}

impl Engine {
    /// Reads the table; what is wrong with it goes to the others' problems.
    pub(super) fn parse(
        file: FileId,
        value: &Spanned<DeValue<'_>>,
        problems: &mut Vec<(Range<usize>, String)>,
    ) -> Engine {
        let mut engine = Engine::default();
        let mut problem = |range, problem: &str| problems.push((range, problem.to_owned()));
        let mut enforced = None;
        let keys = || Target::ALL.map(|target| format!("\"{}\"", target.key())).join(" and ");
        let Some(table) = value.get_ref().as_table() else {
            problem(value.span(), "`engine` is a table: `[engine]`");
            return engine;
        };
        for (key, value) in table {
            if key.get_ref() == "target" {
                match value.get_ref().as_str().and_then(Target::parse) {
                    None => problem(value.span(), &format!("the engines that can be named are {}", keys())),
                    Some(target) => engine.target = Some((target, file.at(value.span()))),
                }
                continue;
            }
            if key.get_ref() == "foreign_keys" {
                match value.get_ref().as_bool() {
                    None => problem(value.span(), "`foreign_keys` is true or false"),
                    Some(on) => enforced = on.then(|| value.span()),
                }
                continue;
            }
            if key.get_ref() != "sqlite" {
                let unknown = format!(
                    "unknown key `{}` of `engine`; known are `sqlite`, `target` and `foreign_keys`",
                    key.get_ref()
                );
                problem(key.span(), &unknown);
                continue;
            }
            match value.get_ref().as_str().and_then(Version::parse) {
                None => problem(value.span(), "a version of SQLite is written in quotes, such as \"3.40\""),
                Some(version) if version < OLDEST => {
                    problem(value.span(), &format!("onward itself needs SQLite {OLDEST} or later"));
                }
                Some(version) if version > Version::of_replay() => {
                    let replay = Version::of_replay();
                    let newer = format!("the migrations are proven on SQLite {replay}, so on nothing newer");
                    problem(value.span(), &newer);
                }
                Some(version) => engine.sqlite = Some((version, file.at(value.span()))),
            }
        }
        match (enforced, &engine.target) {
            (None, _) => {}
            (Some(_), Some((Target::Rqlite, _))) => engine.foreign_keys = true,
            (Some(span), _) => problem(
                span,
                "foreign keys are on in nodes of rqlite with `-fk`, so `target = \"rqlite\"` belongs to this: elsewhere a run has them off",
            ),
        }
        engine
    }

    /// The oldest SQLite that a statement meets, and where that is said: as it is named, or that of the target.
    pub(crate) fn oldest(&self) -> Option<Oldest<'_>> {
        let named =
            self.sqlite.as_ref().map(|(version, place)| Oldest { version: *version, place, is_named: true });
        let target = self.target.as_ref();
        named.or_else(|| target.map(|(_, place)| Oldest { version: OF_TARGETS, place, is_named: false }))
    }
}

/// The oldest SQLite that a statement meets.
#[derive(Clone, Copy)]
pub(crate) struct Oldest<'c> {
    pub(crate) version: Version,
    /// Where it is said, by its number or by the name of an engine that has it.
    pub(crate) place: &'c Place,
    pub(crate) is_named: bool,
}

/// What rqlite 8.26 and libSQL's server 0.24 have.
const OF_TARGETS: Version = Version::new(3, 45, 1);

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
    pub(crate) const fn new(major: i32, minor: i32, patch: i32) -> Version {
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

    pub(crate) fn from_number(number: i32) -> Version {
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
