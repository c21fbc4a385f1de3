//! The names in a packed history: of what it makes, and of what it needs of the application.

use super::number::Reader;
use super::source::{Function, FunctionKind};

/// What a history makes, and what it needs of the application.
#[derive(Debug, Clone, Default)]
pub struct Names<'p> {
    /// The table of its ledger; empty for the usual one.
    pub ledger: &'p str,
    /// The tables that others make, each with the statement that makes its stub.
    pub external: Vec<(&'p str, &'p str)>,
    /// The functions of the application that it calls.
    pub functions: Vec<Function<'p>>,
    /// The recorded release that the program is; empty if it is none.
    pub release: &'p str,
    /// The recorded releases that work on its schema.
    pub works_with: Vec<&'p str>,
    /// The collations of the application that it uses.
    pub collations: Vec<&'p str>,
    /// Everything that it makes, in lower case and sorted.
    pub objects: Vec<&'p str>,
}

/// Reads them in the order in which they lie: as [`Names`] has them.
pub(super) struct NameReader<'p> {
    text: &'p str,
    numbers: Reader<'p>,
}

impl<'p> NameReader<'p> {
    /// Of the text that the names are in, and the numbers that say how long each is.
    pub(super) fn new(text: &'p str, numbers: Reader<'p>) -> NameReader<'p> {
        NameReader { text, numbers }
    }

    pub(super) fn external(&mut self) -> Vec<(&'p str, &'p str)> {
        (0..self.count()).map(|_| (self.name(), self.name())).collect()
    }

    pub(super) fn functions(&mut self) -> Vec<Function<'p>> {
        let count = self.count();
        let mut function = || {
            let (name, arguments) = (self.name(), self.numbers.signed());
            let arguments = i32::try_from(arguments).unwrap_or_default();
            let deterministic = self.numbers.number() != 0;
            let kind = match self.numbers.number() {
                0 => FunctionKind::Scalar,
                1 => FunctionKind::Aggregate,
                _ => FunctionKind::Window,
            };
            Function { name, arguments, deterministic, kind }
        };
        (0..count).map(|_| function()).collect()
    }

    pub(super) fn list(&mut self) -> Vec<&'p str> {
        (0..self.count()).map(|_| self.name()).collect()
    }

    /// No more than there are bytes for, whatever it says.
    fn count(&mut self) -> usize {
        let count = self.numbers.number();
        count.min(self.numbers.0.len())
    }

    pub(super) fn name(&mut self) -> &'p str {
        let (name, rest) = self.text.split_at_checked(self.numbers.number()).unwrap_or_default();
        self.text = rest;
        name
    }
}
