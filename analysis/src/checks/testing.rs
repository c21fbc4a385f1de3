//! What the tests of the checks share: a folder, its diagnostics in short form, and numbers by chance.

use std::path::Path;

use crate::analysis::{Analysis, Proof};
use crate::analyze::analyze;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{Style, render};

/// Rebuilds a table `jobs(id, state)`, with one column more.
pub(crate) const REBUILD: &str = "CREATE TABLE n(id INTEGER PRIMARY KEY, state TEXT, due TEXT);
INSERT INTO n(id, state) SELECT id, state FROM jobs;
DROP TABLE jobs;
ALTER TABLE n RENAME TO jobs;";

/// Analyses a folder of these files; without an `onward.toml` among them, what is dropped is meant to go.
pub(crate) fn folder(files: &[(&str, &str)]) -> Analysis {
    let dir = tempfile::tempdir().unwrap();
    if !files.iter().any(|(path, _)| *path == "onward.toml") {
        write(dir.path(), "onward.toml", "[levels]\ndata_dropped = 'allow'\n");
    }
    for (path, text) in files {
        write(dir.path(), path, text);
    }
    analyze(dir.path(), Proof::Whole)
}

pub(crate) fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// The files of a rule's example, each behind a line with its path.
pub(crate) fn example(example: &str) -> Vec<(&str, String)> {
    let mut files: Vec<(&str, String)> = Vec::new();
    for line in example.lines() {
        let path = line.strip_prefix("-- ").filter(|path| path.contains('.') && !path.contains(' '));
        match (path, files.last_mut()) {
            (Some(path), _) => files.push((path, String::new())),
            (None, Some((_, text))) => *text += &format!("{line}\n"),
            (None, None) => panic!("{example}"),
        }
    }
    if !files.iter().any(|(path, _)| *path == "onward.toml") {
        files.push(("onward.toml", String::new()));
    }
    files
}

/// `code file:line:column` of every diagnostic.
pub(crate) fn codes(files: &[(&str, &str)]) -> Vec<String> {
    let analysis = folder(files);
    let files = &analysis.history.files;
    let line = |diagnostic: &Diagnostic| {
        let position = files.position(&diagnostic.place);
        let path = &files.get(diagnostic.place.file).path;
        format!("{} {path}:{}:{}", diagnostic.rule.code, position.line, position.column)
    };
    analysis.diagnostics.iter().map(line).collect()
}

/// The codes of a history whose migrations are these texts, `0001_m.sql` and so on.
pub(crate) fn history(texts: &[&str]) -> Vec<String> {
    let names: Vec<String> = (1..=texts.len()).map(|number| format!("000{number}_m.sql")).collect();
    codes(&names.iter().map(String::as_str).zip(texts.iter().copied()).collect::<Vec<_>>())
}

/// The whole text of the first diagnostic.
pub(crate) fn rendered(files: &[(&str, &str)]) -> String {
    let analysis = folder(files);
    text(&analysis, &analysis.diagnostics[0])
}

/// The whole text of a diagnostic.
pub(crate) fn text(analysis: &Analysis, diagnostic: &Diagnostic) -> String {
    let style = Style { prefix: "migrations/", title: true, color: false };
    render(diagnostic, &analysis.history.files, style)
}

/// A sequence of numbers that is the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// How often to try, and the numbers to try it with; `ONWARD_ROUNDS` and `ONWARD_SEED` make it a longer search.
    pub(crate) fn rounds(usual: u64) -> (u64, Random) {
        let rounds = std::env::var("ONWARD_ROUNDS").map_or(usual, |rounds| rounds.parse().unwrap());
        let seed = std::env::var("ONWARD_SEED").map_or(0x9e37_79b9_7f4a_7c15, |seed| seed.parse().unwrap());
        (rounds, Random(seed))
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        // Marsaglia's xorshift.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    pub(crate) fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}
