//! A packed history that a process has made itself.

use std::borrow::Cow;

use super::names::Names;
use super::source::{File, Source, Step};
use super::view::{Packed, PackedFile, PackedStep};
use super::write::written;

/// A packed history that owns its text and its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedBuf {
    text: String,
    table: Vec<u8>,
}

/// Packs a history.
pub fn pack(source: &Source<'_>) -> PackedBuf {
    let (text, table) = written(source);
    PackedBuf { text, table }
}

impl PackedBuf {
    /// What is in it.
    pub fn view(&self) -> Packed<'_> {
        Packed::new(&self.text, &self.table)
    }

    /// The text, which begins with the first migration's path.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What says where in the text everything is.
    pub fn table(&self) -> &[u8] {
        &self.table
    }

    /// In one piece, for another process of the same program.
    pub fn to_bytes(&self) -> Vec<u8> {
        let length = (self.text.len() as u64).to_le_bytes();
        [&length[..], self.text.as_bytes(), &self.table].concat()
    }

    /// What [`to_bytes`](PackedBuf::to_bytes) has made; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<PackedBuf> {
        let (length, rest) = bytes.split_first_chunk()?;
        let (text, table) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let packed = PackedBuf { text: std::str::from_utf8(text).ok()?.to_owned(), table: table.to_owned() };
        // Whatever can be read and is not the same again was read wrongly.
        (pack(&packed.view().source()?) == packed).then_some(packed)
    }
}

impl<'p> Packed<'p> {
    /// What was packed; `None` if a statement does not lie in its text, which is so of none that was packed.
    pub fn source(self) -> Option<Source<'p>> {
        let Names { ledger, external, functions, release, works_with, collations, objects } = self.names();
        let steps = (0..self.len()).map(|index| self.step(index).source()).collect::<Option<_>>()?;
        let (fingerprint, sqlite) = (self.fingerprint(), self.sqlite());
        Some(Source {
            steps,
            objects,
            fingerprint,
            functions,
            collations,
            external,
            sqlite,
            ledger,
            release,
            works_with,
        })
    }
}

impl<'p> PackedStep<'p> {
    fn source(self) -> Option<Step<'p>> {
        let PackedStep { version, checksum, foreign_keys, hook, up, down } = self;
        let down = down.map(|down| down.source().ok_or(())).transpose().ok()?;
        Some(Step { version, checksum, foreign_keys, hook, up: up.source()?, down })
    }
}

impl<'p> PackedFile<'p> {
    fn source(self) -> Option<File<'p>> {
        let PackedFile { path, label, name, sql, .. } = self;
        let statements: Vec<_> = self.statements().collect();
        let lies = statements.iter().all(|found| sql.get(found.start..found.end).is_some());
        lies.then_some(File { path: Cow::Borrowed(path), label, name, sql, statements })
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::{Function, FunctionKind, Statement};
    use super::*;
    use crate::checksum::Checksum;

    fn file(path: &'static str, sql: &'static str, statements: Vec<Statement>) -> File<'static> {
        File { path: path.into(), label: "0001", name: "jöbs", sql, statements }
    }

    fn statement(start: usize, end: usize) -> Statement {
        Statement { start, end, strings: start > 0, undone: end > 10 }
    }

    fn source() -> Source<'static> {
        let step = |version, path, down| Step {
            version,
            checksum: Checksum::of(path),
            foreign_keys: down,
            hook: version < 0,
            up: file(path, "SELECT 1; SELECT 'é';", vec![statement(0, 8), statement(10, 21)]),
            down: down.then(|| file("down.sql", "", Vec::new())),
        };
        Source {
            steps: vec![
                step(-1, "m/0001_jöbs.sql", false),
                step(20_260_101_120_000, "V1__other.sql", true),
                step(i64::MAX, "", false),
            ],
            objects: vec!["jöbs", "t\n"],
            fingerprint: [7; 32],
            functions: vec![Function {
                name: "slug",
                arguments: -1,
                deterministic: true,
                kind: FunctionKind::Window,
            }],
            collations: vec!["by_number"],
            external: vec![("users", "CREATE TABLE users(id)")],
            sqlite: 3_040_001,
            ledger: "onward_migrations_auth",
            release: "5d 1.4",
            works_with: vec!["7a 1.2", "9c "],
        }
    }

    #[test]
    fn what_is_packed_is_read() {
        let source = source();
        let packed = pack(&source);
        assert_eq!(format!("{:?}", packed.view().source().unwrap()), format!("{source:?}"));
        assert_eq!(PackedBuf::from_bytes(&packed.to_bytes()), Some(packed.clone()));
        let view = packed.view();
        let link = |chain: Checksum, step: &Step<'_>| chain.chain(step.version, step.checksum);
        let chain = source.steps.iter().fold(Checksum::default(), link);
        assert_eq!((view.chain(), view.external()), (chain, source.external));
        assert_eq!(view.ledger().table(), "onward_migrations_auth");
        let empty = pack(&Source::default());
        assert!(empty.view().is_empty() && PackedBuf::from_bytes(&empty.to_bytes()).is_some());
    }

    #[test]
    fn a_name_in_the_path_is_not_written_twice() {
        let packed = pack(&source());
        assert_eq!(packed.text().matches("0001").count(), 4);
        assert_eq!(packed.text().matches("jöbs").count(), 5);
    }

    #[test]
    fn anything_else_is_refused() {
        let whole = pack(&source()).to_bytes();
        for end in 0..whole.len() {
            assert_eq!(PackedBuf::from_bytes(&whole[..end]), None, "{end}");
        }
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << bit;
                // Another text, sum or name is as good as this one; what cannot be is not taken.
                if let Some(packed) = PackedBuf::from_bytes(&bytes) {
                    assert_eq!(packed.to_bytes(), bytes);
                    let _ = packed.view().source().unwrap();
                }
            }
        }
    }
}
