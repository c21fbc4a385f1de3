//! `onward.lock`: the released migrations with their checksums.
//!
//! `cargo onward lock` writes it, the repository keeps it, and from then on an edit of a released migration is an
//! error at compile time instead of a database that refuses to start.

use std::fmt::Write;
use std::ops::Range;

use onward_core::checksum::Checksum;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

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

/// What is wrong with a lock file, and where.
pub type Problem = (Range<usize>, String);

/// Reads the text of a lock file.
///
/// # Errors
/// Why it cannot be used.
pub fn parse(text: &str) -> Result<Vec<Entry>, Problem> {
    let table = table(text, FORMAT)?;
    let Some(entries) = table.get("migration") else { return Ok(Vec::new()) };
    let list =
        entries.get_ref().as_array().ok_or((entries.span(), "`migration` is not a list".to_owned()))?;
    let entries = list.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    match entries.windows(2).find(|pair| pair[0].version >= pair[1].version) {
        Some(pair) => Err((pair[1].range.clone(), "the migrations are not in order of version".to_owned())),
        None => Ok(entries),
    }
}

/// The table of a file that a command has written, in a format up to this one.
///
/// # Errors
/// Why it cannot be used.
pub(super) fn table(text: &str, newest: i64) -> Result<DeTable<'_>, Problem> {
    if let Some(at) = text.find("<<<<<<<").filter(|&at| text[..at].is_empty() || text[..at].ends_with('\n')) {
        return Err((at..at + 7, "it has the conflict markers of a merge".to_owned()));
    }
    let table = DeTable::parse(text)
        .map_err(|error| (error.span().unwrap_or(0..0), error.message().trim().to_owned()))?
        .into_inner();
    let format = table.get("format").ok_or((0..0, "there is no `format`".to_owned()))?;
    if integer(format)? > newest {
        return Err((format.span(), "it was written by a newer onward than this one".to_owned()));
    }
    Ok(table)
}

/// The table of the ledger that the released migrations are written in, and where the lock file says so; `None` if it is the
/// usual one.
pub fn ledger(text: &str) -> Option<(String, Range<usize>)> {
    // Few have one, and those of many migrations are long.
    let table = text.contains("\nledger").then(|| DeTable::parse(text).ok())??.into_inner();
    let value = table.get("ledger")?;
    Some((value.get_ref().as_str()?.to_owned(), value.span()))
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

pub(super) fn integer(value: &Spanned<DeValue<'_>>) -> Result<i64, Problem> {
    let digits = value.get_ref().as_integer().and_then(|number| number.as_str().parse().ok());
    digits.ok_or((value.span(), "this is not a whole number".to_owned()))
}

/// The text of a lock file with these entries, whatever their ranges, and this table for the ledger, if it is not the usual one.
pub fn write(entries: &[Entry], ledger: Option<&str>) -> String {
    let mut text = String::from(
        "# The released migrations and their checksums, written by `cargo onward lock`. Commit this file.\n# Take out an \
         entry only if its migration was never released.\n",
    );
    // Writing to a String does not fail.
    let _ = writeln!(text, "format = {FORMAT}");
    if let Some(table) = ledger {
        let _ = writeln!(text, "ledger = {}", quoted(table));
    }
    for Entry { version, file, checksum, release, .. } in entries {
        let file = quoted(file);
        let _ =
            write!(text, "\n[[migration]]\nversion = {version}\nfile = {file}\nchecksum = \"{checksum}\"\n");
        if let Some(name) = release {
            let _ = writeln!(text, "release = {}", quoted(name));
        }
    }
    text
}

/// A [basic string](https://toml.io/en/v1.0.0#string) of TOML.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        parse(text).unwrap_err().1
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
