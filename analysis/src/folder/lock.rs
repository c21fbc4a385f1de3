//! `onward.lock`: the released migrations with their checksums.
//!
//! `cargo onward lock` writes it, the repository keeps it, and from then on an edit of a released migration is an
//! error at compile time instead of a database that refuses to start.

use std::fmt::Write;
use std::ops::Range;

use onward_core::checksum::Checksum;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use super::written::Problem;
use super::written::{integer, only, quoted, table};

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

/// Reads the text of a lock file.
///
/// # Errors
/// Why it cannot be used.
pub fn parse(text: &str) -> Result<Vec<Entry>, Problem> {
    let entries = match as_written(text) {
        Some(entries) => entries,
        None => as_toml(text)?,
    };
    match entries.windows(2).find(|pair| pair[0].version >= pair[1].version) {
        Some(pair) => Err((pair[1].range.clone(), "the migrations are not in order of version".to_owned())),
        None => Ok(entries),
    }
}

/// The entry of a version. They are in the order of their versions.
pub(crate) fn find(entries: &[Entry], version: i64) -> Option<&Entry> {
    let found = entries.binary_search_by_key(&version, |entry| entry.version);
    found.ok().map(|at| &entries[at])
}

/// The entries of a text that has nothing but what [`write`] writes. Every build reads it, and as TOML it takes as long as all the
/// migrations that it lists.
fn as_written(text: &str) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut rest = text.strip_prefix(write(&[], None).as_str())?;
    while !rest.is_empty() {
        let (version, file, checksum);
        rest = rest.strip_prefix("\n[[migration]]\nversion = ")?;
        let start = text.len() - rest.len();
        (version, rest) = rest.split_once('\n')?;
        (file, rest) = rest.strip_prefix("file = ")?.split_once('\n')?;
        (checksum, rest) = rest.strip_prefix("checksum = ")?.split_once('\n')?;
        let mut release = None;
        if let Some(named) = rest.strip_prefix("release = ") {
            let name;
            (name, rest) = named.split_once('\n')?;
            release = Some(plain(name)?.to_owned());
        }
        let number: i64 = version.parse().ok()?;
        if number.to_string() != version {
            return None;
        }
        entries.push(Entry {
            version: number,
            file: plain(file)?.to_owned(),
            checksum: plain(checksum)?.parse().ok()?,
            release,
            range: start..start + version.len(),
        });
    }
    Some(entries)
}

/// What stands between double quotes, if it means itself.
fn plain(quoted: &str) -> Option<&str> {
    let text = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let is_plain = |byte: u8| byte >= b' ' && !matches!(byte, b'"' | b'\\' | 0x7f);
    text.bytes().all(is_plain).then_some(text)
}

/// The entries of a text, however it is written.
fn as_toml(text: &str) -> Result<Vec<Entry>, Problem> {
    let table = table(text, FORMAT)?;
    // An entry that is not read counts as never released, and its migration may then be changed.
    only(&table, &["format", "ledger", "migration"], Some("migration"))?;
    if let Some(ledger) = table.get("ledger").filter(|ledger| !ledger.get_ref().is_str()) {
        return Err((ledger.span(), "this is not a string".to_owned()));
    }
    let Some(entries) = table.get("migration") else { return Ok(Vec::new()) };
    let list = entries.get_ref().as_array().ok_or_else(|| {
        (entries.span(), "`migration` is not a list: write `[[migration]]` above each entry".to_owned())
    })?;
    list.iter().map(entry).collect()
}

/// The table of the ledger that the released migrations are written in, and where the lock file says so; `None` if it is the
/// usual one.
pub fn ledger(text: &str) -> Option<(String, Range<usize>)> {
    // Few have one, and those of many migrations are long.
    let head = text.split("\n[").next()?;
    let table = head.contains("ledger").then(|| DeTable::parse(text).ok())??.into_inner();
    let value = table.get("ledger")?;
    Some((value.get_ref().as_str()?.to_owned(), value.span()))
}

fn entry(item: &Spanned<DeValue<'_>>) -> Result<Entry, Problem> {
    let table = item.get_ref().as_table().ok_or((item.span(), "this is not a table".to_owned()))?;
    only(table, &["version", "file", "checksum", "release"], None)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        parse(text).unwrap_err().1
    }

    #[test]
    fn what_is_written_is_read_as_toml_reads_it() {
        let entry = |version: i64, file: &str, release: Option<&str>| Entry {
            version,
            file: file.to_owned(),
            checksum: Checksum::of(file),
            release: release.map(str::to_owned),
            range: 0..0,
        };
        let plain =
            [entry(-3, "1_a.sql", None), entry(0, "é b'.sql", Some("1.0 β")), entry(i64::MAX, "", None)];
        let text = write(&plain, None);
        let read = as_written(&text).unwrap();
        assert_eq!(read, as_toml(&text).unwrap());
        assert!(read.iter().all(|entry| text[entry.range.clone()] == entry.version.to_string()));
        assert_eq!(as_written(&write(&[], None)), Some(Vec::new()));
        // What is written otherwise is for TOML to read, and what is no TOML for TOML to refuse.
        for other in [
            write(&plain, Some("onward_migrations_auth")),
            write(&[entry(1, "a\"b", None)], None),
            write(&[entry(1, "a\\b", None)], None),
            text.replace("version = 0", "version = +0"),
            text.replace("version = 0", "version = 00"),
            text.replace("version = 0", "version = 0 # first"),
            text.replace("\nrelease", "\nother = 1\nrelease"),
            text.replace('\n', "\r\n"),
            text.replace("1_a.sql", "1_a\u{7f}.sql"),
            text.trim_end().to_owned(),
            format!("{text}\n"),
            format!("{text}format = 1\n"),
            text.replacen("format = 1", "format = 2", 1),
        ] {
            assert_eq!(as_written(&other), None, "{other}");
        }
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
        assert!(problem("format = 1\nledger = 3").contains("not a string"));
        assert!(problem("format = 1\n[migration]\nversion = 1").contains("write `[[migration]]` above each"));
        assert_eq!(parse(&format!("format = 1\n{}", entry("0x10"))).unwrap()[0].version, 16);
    }

    #[test]
    fn what_would_be_passed_over_is_refused() {
        let written = |index: i64| Entry {
            version: index,
            file: format!("{index}.sql"),
            checksum: Checksum::default(),
            release: Some(index.to_string()),
            range: 0..0,
        };
        let text = write(&[1, 2, 3].map(written), None);
        let unknown = |text: &str| {
            let (range, problem) = parse(text).unwrap_err();
            (text[range.clone()].to_owned(), text[..range.start].matches('\n').count() + 1, problem)
        };
        let instead =
            |name: &str| format!("what stands below `{name}` would be passed over: write `[[migration]]`");
        for name in ["migratoin", "migrations", "Migration", "entry"] {
            let header = format!("[[{name}]]");
            let one = text.replacen("[[migration]]", &header, 2).replacen(&header, "[[migration]]", 1);
            assert_eq!(unknown(&one), (name.to_owned(), 11, instead(name)));
            assert_eq!(unknown(&text.replace("[[migration]]", &header)), (name.to_owned(), 5, instead(name)));
        }
        assert_eq!(unknown("format = 1\nmigrations = [{}]").2, instead("migrations"));
        assert_eq!(unknown("format = 1\n[release]\nversion = 1").2, instead("release"));
        let known = "unknown key `leger`; known are `format`, `ledger`, `migration`";
        assert_eq!(unknown("format = 1\nleger = 'a'"), ("leger".to_owned(), 2, known.to_owned()));
        let known = "unknown key `Release`; known are `version`, `file`, `checksum`, `release`";
        let other = text.replacen("release = ", "Release = ", 2).replacen("Release = ", "release = ", 1);
        assert_eq!(unknown(&other), ("Release".to_owned(), 15, known.to_owned()));
    }

    #[test]
    fn the_ledger_is_found_wherever_it_stands() {
        let found = |text: &str| ledger(text).map(|(table, range)| (table, text[range].to_owned()));
        let named = Some(("a".to_owned(), "'a'".to_owned()));
        for text in [
            "ledger = 'a'\nformat = 1",
            "format = 1\n  ledger = 'a'",
            "format = 1\n\"ledger\" = 'a'",
            "format = 1\nmigration = []\nledger = 'a'",
        ] {
            assert_eq!(found(text), named, "{text}");
        }
        assert_eq!(found("format = 1\n[[migration]]\nfile = 'ledger'"), None);
    }
}
