//! The files of a new check.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::command::{cargo, run};

mod convention;

/// Where checks are, each in the folder of its topic.
const CHECKS: &str = "analysis/src/checks";
/// The table of their rules, and who asks them.
const TABLE: &str = "analysis/src/checks/table.rs";
const RUN: &str = "analysis/src/checks/run.rs";
const UI: &str = "tests/ui";

const RULE: &str = include_str!("new_check/rule.rs.txt");
const CASE: &str = include_str!("new_check/case.rs.txt");
const SQL: &str = "CREATE TABLE jobs (id INTEGER PRIMARY KEY);\n";

/// Writes the rule with a detector that finds nothing, its UI case, and its entries in the table.
///
/// # Errors
/// If this is no name of a code, or there is one already. Then nothing was written.
pub(crate) fn write(name: &str, topic: &str) -> Result<()> {
    if let Some(fault) = convention::fault(name) {
        bail!("`{name}` cannot be a code: {fault}; CONTRIBUTING.md says how a code is named");
    }
    let topics = topics()?;
    ensure!(
        topics.iter().any(|known| known == topic),
        "there is no topic `{topic}`; those of {CHECKS} are {}",
        topics.join(", ")
    );
    let entries = entries(name, topic)?;
    let ui = Path::new(UI).join(name);
    let fill = |text: &str| text.replace("{NAME}", name);
    let files: [(PathBuf, String); 3] = [
        (Path::new(CHECKS).join(topic).join(format!("{name}.rs")), fill(RULE)),
        (ui.join(format!("{name}.rs")), fill(CASE)),
        (ui.join(name).join("0001_jobs.sql"), SQL.to_owned()),
    ];
    for (path, _) in &files {
        ensure!(!path.exists(), "{} is there already; nothing was written", path.display());
    }
    for (path, text) in &files {
        create(path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("{}", path.display());
    }
    for listing in entries {
        listing.write()?;
        println!("{}", listing.path);
    }
    // Sorts the names in the lists.
    run(&mut cargo(["fmt", "-p", "onward-analysis"]))?;
    println!(
        "\nnext:\n  \
         write the detector and its words, and SQL that shows it: cargo test -p onward-analysis --lib checks::{topic}::{name}\n  \
         write its case, then what is seen: TRYBUILD=overwrite cargo test -p onward-tests --test ui -- cases trybuild={name}\n  \
         write the page: cargo run -q -p cargo-onward -- checks > docs/checks.md\n  \
         say it in CHANGELOG.md"
    );
    Ok(())
}

/// The folders that checks of the replay are in, each with a list of its own.
fn topics() -> Result<Vec<String>> {
    let run = Listing::read(RUN)?;
    let entries = fs::read_dir(CHECKS).with_context(|| format!("cannot read {CHECKS}"))?.flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut topics: Vec<String> = names.filter(|name| run.find(&imports(name)).is_ok()).collect();
    topics.sort();
    Ok(topics)
}

/// How a line begins that takes the checks of a topic.
fn imports(topic: &str) -> String {
    format!("use super::{topic}::{{")
}

/// The files that list all checks, with one more.
fn entries(name: &str, topic: &str) -> Result<[Listing; 3]> {
    let modules =
        Listing::read(format!("{CHECKS}/{topic}/mod.rs"))?.sorted("pub mod ", &format!("pub mod {name};"))?;
    let imports = imports(topic);
    let table = Listing::read(TABLE)?
        .within(&imports, &format!("{name}, "))?
        .sorted("    &", &format!("    &{name}::RULE,"))?;
    let call = format!("    diagnostics.extend({name}::check(history, replay));");
    let run = Listing::read(RUN)?
        .within(&imports, &format!("{name}, "))?
        .after("pub(crate) fn replayed(", &call)?;
    Ok([modules, table, run])
}

/// A file that lists checks.
struct Listing {
    path: String,
    lines: Vec<String>,
}

impl Listing {
    fn read(path: impl Into<String>) -> Result<Listing> {
        let path = path.into();
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        Ok(Listing { path, lines: text.lines().map(str::to_owned).collect() })
    }

    fn write(&self) -> Result<()> {
        fs::write(&self.path, self.lines.join("\n") + "\n")
            .with_context(|| format!("cannot write {}", self.path))
    }

    fn find(&self, like: &str) -> Result<usize> {
        let found = self.lines.iter().position(|line| line.starts_with(like));
        found.with_context(|| format!("{} has no line `{like}…`", self.path))
    }

    /// Puts a line among those that begin like it, which are sorted.
    fn sorted(mut self, like: &str, line: &str) -> Result<Listing> {
        let first = self.find(like)?;
        let alike = || self.lines[first..].iter().take_while(|other| other.starts_with(like));
        ensure!(alike().all(|other| other != line), "there is a code of this name; nothing was written");
        let before = alike().filter(|other| other.as_str() < line).count();
        self.lines.insert(first + before, line.to_owned());
        Ok(self)
    }

    /// Puts a text behind the line's beginning.
    fn within(mut self, beginning: &str, text: &str) -> Result<Listing> {
        let at = self.find(beginning)?;
        self.lines[at].insert_str(beginning.len(), text);
        Ok(self)
    }

    /// Puts a line first into the braces that open here.
    fn after(mut self, like: &str, line: &str) -> Result<Listing> {
        let begin = self.find(like)?;
        let open = self.lines[begin..].iter().position(|other| other.ends_with('{'));
        let open = open.with_context(|| format!("{}: nothing opens behind `{like}…`", self.path))?;
        self.lines.insert(begin + open + 1, line.to_owned());
        Ok(self)
    }
}

/// Never writes over a file.
fn create(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}
