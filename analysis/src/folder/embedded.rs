//! What of a history a program embeds.

use std::ops::Range;

use onward_core::run::Run;

use super::history::{History, Migration};
use super::statement;
use crate::file::FileId;

/// A migration's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path, the migration's label and name, and its text, one right behind the other.
    pub whole: String,
    /// Where the first three of them end.
    pub ends: [usize; 3],
    /// The statements that run.
    pub statements: Vec<Statement>,
}

/// A statement that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The bytes of its file's text.
    pub range: Range<usize>,
    /// Whether double quotes may be strings in it.
    pub strings: bool,
    /// Whether what it leaves on the connection ends with the migration.
    pub undone: bool,
}

impl History {
    /// A migration's file, and the one that takes it back; `prefix` comes before their paths.
    pub fn embedded(&self, migration: &Migration, prefix: &str) -> (File, Option<File>) {
        let file = |file: FileId, statements: &[statement::Statement], until: usize| {
            let (file, mut whole, mut ends) = (self.files.get(file), prefix.to_owned(), [0; 3]);
            for (end, part) in ends.iter_mut().zip([&file.path, &migration.label, &migration.name]) {
                whole.push_str(part);
                *end = whole.len();
            }
            whole.push_str(&file.text[..file.text.len().min(until)]);
            File { whole, ends, statements: self.run(statements) }
        };
        let down = migration.down.map(|down| file(down, &migration.down_statements, usize::MAX));
        // The way back is embedded once, also where it is in the same file.
        let end = migration.statements.last().map_or(0, |last| last.range.end);
        let until = if migration.down == Some(migration.file) { end } else { usize::MAX };
        (file(migration.file, &migration.statements, until), down)
    }

    fn run(&self, statements: &[statement::Statement]) -> Vec<Statement> {
        let run = statements.iter().filter(|statement| statement.kind.runs());
        let embedded = run.map(|statement| Statement {
            range: statement.range.clone(),
            strings: self.reads_strings(statement),
            undone: statement.kind.run() == Run::Undone,
        });
        embedded.collect()
    }
}
