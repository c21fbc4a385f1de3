//! The files of a new check.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, run};

/// Where checks are.
const CHECKS: &str = "analysis/src/checks";
/// The list of their files, the table of their rules, and who asks them.
const MODULES: &str = "analysis/src/checks/mod.rs";
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
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    ensure!(
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(is_plain)
            && !name.ends_with('_'),
        "`{name}` cannot be a code: use small letters, digits and `_`, as in index_before_column"
    );
    let ui = Path::new(UI).join(topic);
    ensure!(ui.is_dir(), "there is no folder {}; `ls {UI}` shows the topics", ui.display());
    let entries = entries(name)?;
    let fill = |text: &str| text.replace("{NAME}", name).replace("{TOPIC}", topic);
    let files: [(PathBuf, String); 3] = [
        (Path::new(CHECKS).join(format!("{name}.rs")), fill(RULE)),
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
         write the detector and its words, and SQL that shows it: cargo test -p onward-analysis --lib checks::{name}\n  \
         write its case, then what is seen: TRYBUILD=overwrite cargo test -p onward-tests --test ui -- cases trybuild={name}\n  \
         write the page: cargo run -q -p cargo-onward -- checks > docs/checks.md\n  \
         say it in CHANGELOG.md"
    );
    Ok(())
}

/// The files that list all checks, with one more.
fn entries(name: &str) -> Result<[Listing; 3]> {
    let modules = Listing::read(MODULES)?.sorted("pub mod ", &format!("pub mod {name};"))?;
    let imported = format!("    {name},");
    let table = Listing::read(TABLE)?
        .after("use super::{", &imported)?
        .sorted("    &", &format!("    &{name}::RULE,"))?;
    let call = format!("    diagnostics.extend({name}::check(history, replay));");
    let run =
        Listing::read(RUN)?.after("use super::{", &imported)?.after("pub(crate) fn replayed(", &call)?;
    Ok([modules, table, run])
}

/// A file that lists checks.
struct Listing {
    path: &'static str,
    lines: Vec<String>,
}

impl Listing {
    fn read(path: &'static str) -> Result<Listing> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
        Ok(Listing { path, lines: text.lines().map(str::to_owned).collect() })
    }

    fn write(&self) -> Result<()> {
        fs::write(self.path, self.lines.join("\n") + "\n")
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
