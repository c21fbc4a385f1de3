//! `onward.lock`: the released migrations with their checksums.
//!
//! `cargo onward lock` writes it, the repository keeps it, and from then on an edit of a released migration is an
//! error at compile time instead of a database that refuses to start.

use std::fmt::Write;
use std::ops::Range;

use onward_core::checksum::Checksum;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::checks::bad_lock_file;
use crate::diagnostic::Diagnostic;
use crate::file::FileId;
use crate::history::{History, Migration};

/// The name of the file, which lies beside the SQL files.
pub const FILE_NAME: &str = "onward.lock";

/// The version of its format.
const FORMAT: i64 = 1;

/// A released migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its version.
    pub version: i64,
    /// Its file when it was locked, relative to the migrations folder.
    pub file: String,
    /// Its checksum when it was locked.
    pub checksum: Checksum,
    /// The name of the release that it ends, if it has one.
    pub release: Option<String>,
    /// Where the lock file says so.
    pub range: Range<usize>,
}

/// Reads the text of a lock file; `None` if it cannot be used, which `diagnostics` then explain.
pub fn parse(file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<Entry>> {
    read(text)
        .map_err(|(range, problem)| diagnostics.push(bad_lock_file::diagnose(file.at(range), &problem)))
        .ok()
}

type Problem = (Range<usize>, String);

fn read(text: &str) -> Result<Vec<Entry>, Problem> {
    if let Some(at) = text.find("<<<<<<<").filter(|&at| text[..at].is_empty() || text[..at].ends_with('\n')) {
        return Err((at..at + 7, "it has the conflict markers of a merge".to_owned()));
    }
    let table = DeTable::parse(text)
        .map_err(|error| (error.span().unwrap_or(0..0), error.message().trim().to_owned()))?
        .into_inner();
    let format = table.get("format").ok_or((0..0, "there is no `format`".to_owned()))?;
    if integer(format)? > FORMAT {
        return Err((format.span(), "it was written by a newer onward than this one".to_owned()));
    }
    let Some(entries) = table.get("migration") else { return Ok(Vec::new()) };
    let list =
        entries.get_ref().as_array().ok_or((entries.span(), "`migration` is not a list".to_owned()))?;
    let entries = list.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    match entries.windows(2).find(|pair| pair[0].version >= pair[1].version) {
        Some(pair) => Err((pair[1].range.clone(), "the migrations are not in order of version".to_owned())),
        None => Ok(entries),
    }
}

fn entry(item: &Spanned<DeValue<'_>>) -> Result<Entry, Problem> {
    let table = item.get_ref().as_table().ok_or((item.span(), "this is not a table".to_owned()))?;
    let get = |key: &str| table.get(key).ok_or((item.span(), format!("a migration has no `{key}`")));
    let text = |value: &Spanned<DeValue<'_>>| match value.get_ref().as_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err((value.span(), "this is not a string".to_owned())),
    };
    let (version, checksum) = (get("version")?, get("checksum")?);
    let parsed = text(checksum)?.parse();
    Ok(Entry {
        version: integer(version)?,
        file: text(get("file")?)?,
        checksum: parsed.map_err(|()| (checksum.span(), "this is not a checksum".to_owned()))?,
        release: table.get("release").map(text).transpose()?,
        range: version.span(),
    })
}

fn integer(value: &Spanned<DeValue<'_>>) -> Result<i64, Problem> {
    let digits = value.get_ref().as_integer().and_then(|number| number.as_str().parse().ok());
    digits.ok_or((value.span(), "this is not a whole number".to_owned()))
}

/// How many migrations of a history were proven when they were locked. A directive that turns foreign keys on is no part
/// of the checksum, and may have come later.
pub(crate) fn proven(history: &History, entries: &[Entry]) -> usize {
    let is_proven = |(migration, entry): &(&Migration, &Entry)| {
        migration.version == entry.version && migration.checksum == entry.checksum && !migration.foreign_keys
    };
    history.migrations.iter().zip(entries).take_while(is_proven).count()
}

/// How many of a history's first migrations are released, whatever has become of them since.
pub(crate) fn released(history: &History, entries: &[Entry]) -> usize {
    let is_listed = |version| entries.iter().any(|entry| entry.version == version);
    history.migrations.iter().take_while(|migration| is_listed(migration.version)).count()
}

/// The lock file for all migrations of a history.
pub fn text(history: &History) -> String {
    let mut text = String::from(
        "# The released migrations and their checksums, written by `cargo onward lock`. Commit this file.\n# Take out an \
         entry only if its migration was never released.\n",
    );
    // Writing to a String does not fail.
    let _ = writeln!(text, "format = {FORMAT}");
    for (index, migration) in history.migrations.iter().enumerate() {
        let file = quoted(&history.files.get(migration.file).path);
        let _ = write!(
            text,
            "\n[[migration]]\nversion = {}\nfile = {file}\nchecksum = \"{}\"\n",
            migration.version, migration.checksum
        );
        if let Some(name) = history.releases.name(index) {
            let _ = writeln!(text, "release = {}", quoted(name));
        }
    }
    text
}

/// A [basic string](https://toml.io/en/v1.0.0#string) of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::{File, Files};

    fn problem(text: &str) -> String {
        let mut diagnostics = Vec::new();
        let file = Files::default().add(File::new(FILE_NAME.into(), text));
        assert_eq!(parse(file, text, &mut diagnostics), None);
        diagnostics.remove(0).message
    }

    #[test]
    fn what_is_written_is_read() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("0001_a \"quoted\\ name\".sql"), "CREATE TABLE a(b);").unwrap();
        std::fs::write(dir.path().join("0002_b.sql"), "CREATE TABLE b(b);").unwrap();
        let history = crate::analyze(dir.path(), crate::Proof::Whole).history;
        let entries = read(&text(&history)).unwrap();
        assert_eq!(entries.len(), 2);
        for (entry, migration) in entries.iter().zip(&history.migrations) {
            assert_eq!((entry.version, entry.checksum), (migration.version, migration.checksum));
            assert_eq!(entry.file, history.files.get(migration.file).path);
        }
    }

    #[test]
    fn a_release_has_one_name_and_stays_where_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let lock = |name: Option<&str>| {
            let mut history = crate::analyze(dir.path(), crate::Proof::Whole).history;
            if let Some(name) = name {
                let mut releases = history.releases.clone();
                releases.add(name, &history)?;
                history.releases = releases;
            }
            let text = text(&history);
            std::fs::write(dir.path().join(FILE_NAME), &text).unwrap();
            let names = read(&text).unwrap().into_iter().map(|entry| entry.release.unwrap_or_default());
            Ok::<_, String>(names.collect::<Vec<_>>())
        };
        let add =
            |number: i32| std::fs::write(dir.path().join(format!("{number}_m.sql")), "SELECT 1;").unwrap();
        add(1);
        add(2);
        assert_eq!(lock(None).unwrap(), ["", ""]);
        add(3);
        add(4);
        // Each of the first two was a release of its own.
        assert_eq!(lock(Some("1.0 \"β\"")).unwrap(), ["1", "2", "", "1.0 \"β\""]);
        assert_eq!(lock(Some("1.0 \"β\"")).unwrap(), lock(None).unwrap());
        assert!(lock(Some("1.1")).unwrap_err().contains("4_m.sql ends the release `1.0 \"β\"` already"));
        add(5);
        add(6);
        assert_eq!(lock(None).unwrap()[4..], ["", ""]);
        assert_eq!(lock(Some("1")).unwrap_err(), "`1` is the release that ends with 1_m.sql");
        assert!(lock(Some(" ")).is_err() && lock(Some("a\nb")).is_err());
        add(7);
        add(8);
        assert_eq!(lock(Some("2.0")).unwrap()[4..], ["5", "6", "", "2.0"]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let entry = |version: &str| {
            format!("[[migration]]\nversion = {version}\nfile = 'a'\nchecksum = '{}'\n", Checksum::default())
        };
        assert!(problem("").contains("there is no `format`"));
        assert!(problem("format = 99").contains("newer onward"));
        assert!(problem("format = 1\n<<<<<<< ours").contains("conflict markers"));
        assert!(problem("format = ").len() > 10);
        assert!(problem("format = 1\nmigration = 3").contains("not a list"));
        assert!(problem("format = 1\n[[migration]]\nversion = 1").contains("no `checksum`"));
        assert!(problem(&format!("format = 1\n{}release = 1", entry("1"))).contains("not a string"));
        assert!(problem(&format!("format = 1\n{}", entry("'1'"))).contains("not a whole number"));
        assert!(problem(&format!("format = 1\n{}{}", entry("2"), entry("1"))).contains("not in order"));
        assert!(
            problem(&format!("format = 1\n{}", entry("1").replace("00", "zz"))).contains("not a checksum")
        );
    }
}
