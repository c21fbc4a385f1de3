//! What of a history a program embeds.

use std::borrow::Cow;

use onward_core::packed::{File, PackedBuf, Source, Statement, Step, pack};
use onward_core::run::Run;

use crate::file::FileId;
use crate::folder::history::{History, Migration};
use crate::folder::statement;
use crate::replay::Replay;

impl History {
    /// What a program embeds of it, with what the replay has proven, if there was one; `prefix` comes before the paths of
    /// the files.
    pub fn packed(&self, replay: Option<&Replay>, prefix: &str) -> PackedBuf {
        let external = self.config.others().map(|table| (table.name.as_str(), table.sql.as_str()));
        let fingerprint = replay.map(|replay| *replay.fingerprint.as_bytes());
        pack(&Source {
            steps: self.migrations.iter().map(|found| self.step(found, prefix)).collect(),
            objects: replay.iter().flat_map(|replay| &replay.objects).map(String::as_str).collect(),
            fingerprint: fingerprint.unwrap_or_default(),
            functions: self.config.stubs().collect(),
            collations: self.config.collations.iter().map(String::as_str).collect(),
            external: external.collect(),
            release: &self.compatible.own,
            works_with: self.compatible.works_with.iter().map(String::as_str).collect(),
            ledger: self.config.ledger.as_ref().map_or("", |(table, _)| table),
            // What was not replayed is not run either.
            sqlite: replay.map_or(0, |_| self.oldest_sqlite().number()),
        })
    }

    fn step<'h>(&'h self, found: &'h Migration, prefix: &str) -> Step<'h> {
        let &Migration { version, checksum, foreign_keys, .. } = found;
        let hook = found.hook.is_some();
        let file = |file: FileId, statements: &[statement::Statement], until: usize| {
            let file = self.files.get(file);
            let path = Cow::Owned(format!("{prefix}{}", file.path));
            let sql = &file.text[..file.text.len().min(until)];
            File { path, label: &found.label, name: &found.name, sql, statements: self.run(statements) }
        };
        let down = found.down.map(|down| file(down, &found.down_statements, usize::MAX));
        // The down migration is embedded once, also where it is in the same file.
        let end = found.statements.last().map_or(0, |last| last.range.end);
        let until = if found.down == Some(found.file) { end } else { usize::MAX };
        Step { version, checksum, foreign_keys, hook, up: file(found.file, &found.statements, until), down }
    }

    fn run(&self, statements: &[statement::Statement]) -> Vec<Statement> {
        let run = statements.iter().filter(|statement| statement.kind.runs());
        let packed = run.map(|statement| Statement {
            start: statement.range.start,
            end: statement.range.end,
            strings: self.reads_strings(statement),
            undone: statement.kind.run() == Run::Undone,
        });
        packed.collect()
    }
}
