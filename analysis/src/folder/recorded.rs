//! `onward.release`: the statements of released programs.
//!
//! `cargo onward release` writes it, the repository keeps it, and from then on each build holds what was released against the
//! schema that the next release brings.

use std::fmt::Write;
use std::ops::Range;
use std::path::Path;

use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::written::{Problem, integer, only, quoted, table};

/// The name of the file, which lies beside the SQL files.
pub const FILE_NAME: &str = "onward.release";

/// Set to a folder while `cargo onward release` builds: the macros write there what they are given.
pub const VARIABLE: &str = "ONWARD_RELEASE";

/// The version of its format.
const FORMAT: i64 = 1;

/// A released program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// What it is called; empty if nobody has said so.
    pub name: String,
    /// The version of the last migration that it has.
    pub after: i64,
    /// What it runs.
    pub statements: Vec<Statement>,
    /// Where the file says `after`.
    pub range: Range<usize>,
}

/// A statement of a released program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its text, with what the aliases say to onward.
    pub sql: String,
    /// The source file and the line it stood in: `src/jobs.rs:12`.
    pub at: String,
    /// The columns of its rows, each as name and type, with a `?` behind what may be NULL.
    pub gives: Vec<String>,
    /// Its parameters.
    pub takes: Vec<String>,
    /// Who runs it.
    pub by: By,
    /// Where the file has the text.
    pub range: Range<usize>,
}

impl Release {
    /// Whether it is the same release as another one, and takes its place.
    pub fn is_again(&self, known: &Release) -> bool {
        known.name == self.name && (!self.name.is_empty() || known.after == self.after)
    }
}

/// Who runs a statement, and how the rows are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// `query!` and its kin; rows are read by the places of their columns.
    Query,
    /// `query_as!` with a struct; rows are read by the names of their columns.
    Name,
    /// A struct of this table, if the program reads or writes by it; by name as well.
    Struct,
}

impl By {
    const ALL: [(By, &'static str); 3] = [(By::Query, "query"), (By::Name, "name"), (By::Struct, "struct")];

    fn as_str(self) -> &'static str {
        By::ALL.iter().find(|(by, _)| *by == self).map_or("", |(_, name)| name)
    }
}

/// Reads the text of the file: the releases, the oldest first.
///
/// # Errors
/// Why it cannot be used.
pub fn parse(text: &str) -> Result<Vec<Release>, Problem> {
    let table = table(text, FORMAT)?;
    // A release that is not read is one that nothing is held against.
    only(&table, &["format", "release"], Some("release"))?;
    let Some(releases) = table.get("release") else { return Ok(Vec::new()) };
    list(releases)?.iter().map(release).collect()
}

fn release(item: &Spanned<DeValue<'_>>) -> Result<Release, Problem> {
    let table = item.get_ref().as_table().ok_or((item.span(), "a release is a table".to_owned()))?;
    only(table, &["name", "after", "statements"], None)?;
    let after = table.get("after").ok_or((item.span(), "a release has no `after`".to_owned()))?;
    let statements = match table.get("statements") {
        Some(statements) => list(statements)?.iter().map(statement).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let name = table.get("name").map(text).transpose()?.unwrap_or_default();
    Ok(Release { name, after: integer(after)?, statements, range: after.span() })
}

/// Puts a release behind those that are recorded, and takes away what is too old: so many stay of those that end where it does,
/// and so many of those before. What was taken away comes back, but for what the release is once more.
pub fn add(releases: &mut Vec<Release>, release: Release, keep: usize) -> Vec<Release> {
    releases.retain(|known| !release.is_again(known));
    let after = release.after;
    releases.push(release);
    let (mut own, mut earlier) = (0, 0);
    let is_kept = |known: &Release| {
        let count = if known.after == after { &mut own } else { &mut earlier };
        *count += 1;
        *count <= keep
    };
    let (kept, old) = releases.drain(..).rev().partition(is_kept);
    *releases = kept;
    releases.reverse();
    old
}

/// Reads what [`line()`] has written.
///
/// # Errors
/// Why it is none.
pub fn statement_of(written: &str) -> Result<Statement, Problem> {
    let text = format!("statement = {written}");
    let table = DeTable::parse(&text)
        .map_err(|error| (error.span().unwrap_or(0..0), error.message().trim().to_owned()))?
        .into_inner();
    let found = table.get("statement").ok_or((0..0, "there is no statement".to_owned()))?;
    statement(found)
}

fn statement(item: &Spanned<DeValue<'_>>) -> Result<Statement, Problem> {
    let table = item.get_ref().as_table().ok_or((item.span(), "a statement is a table".to_owned()))?;
    only(table, &["sql", "gives", "takes", "by", "at"], None)?;
    let get = |key: &str| table.get(key).ok_or((item.span(), format!("a statement has no `{key}`")));
    let texts = |key: &str| match table.get(key) {
        Some(value) => list(value)?.iter().map(text).collect(),
        None => Ok(Vec::new()),
    };
    let sql = get("sql")?;
    let by = match table.get("by") {
        None => By::Query,
        Some(value) => {
            let name = text(value)?;
            let found = By::ALL.into_iter().find(|(_, known)| *known == name);
            found.ok_or((value.span(), format!("nothing runs statements by `{name}`")))?.0
        }
    };
    Ok(Statement {
        sql: text(sql)?,
        at: text(get("at")?)?,
        gives: texts("gives")?,
        takes: texts("takes")?,
        by,
        range: sql.span(),
    })
}

fn list<'v, 'i>(value: &'v Spanned<DeValue<'i>>) -> Result<&'v [Spanned<DeValue<'i>>], Problem> {
    let list = value.get_ref().as_array().ok_or((value.span(), "this is not a list".to_owned()))?;
    Ok(list)
}

fn text(value: &Spanned<DeValue<'_>>) -> Result<String, Problem> {
    let text = value.get_ref().as_str().ok_or((value.span(), "this is not a string".to_owned()))?;
    Ok(text.to_owned())
}

/// What the names of files begin with in which the statements of this history are collected, a line each.
pub fn collected(dir: &Path) -> String {
    let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let sum = Sha256::digest(dir.as_os_str().as_encoded_bytes());
    sum.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The text of a file with these releases, whatever their ranges.
pub fn write(releases: &[Release]) -> String {
    let mut file = String::from(
        "# The statements of released programs, written by `cargo onward release`: each build holds them against the\n# schema. \
         Commit this file.\n",
    );
    // Writing to a String does not fail.
    let _ = writeln!(file, "format = {FORMAT}");
    for Release { name, after, statements, .. } in releases {
        file += "\n[[release]]\n";
        if !name.is_empty() {
            let _ = writeln!(file, "name = {}", quoted(name));
        }
        let _ = writeln!(file, "after = {after}");
        file += "statements = [\n";
        for statement in statements {
            let _ = writeln!(file, "  {},", line(statement));
        }
        file += "]\n";
    }
    file
}

/// A statement in one line.
pub fn line(Statement { sql, at, gives, takes, by, .. }: &Statement) -> String {
    let mut line = format!("{{ sql = {}", quoted(sql));
    for (key, values) in [("gives", gives), ("takes", takes)] {
        if !values.is_empty() {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            // Writing to a String does not fail.
            let _ = write!(line, ", {key} = [{}]", values.join(", "));
        }
    }
    if *by != By::Query {
        let _ = write!(line, ", by = {}", quoted(by.as_str()));
    }
    let _ = write!(line, ", at = {} }}", quoted(at));
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let statement = |sql: &str, by| Statement {
            sql: sql.to_owned(),
            at: "src/a \"b\".rs:1".to_owned(),
            gives: vec!["id INTEGER".to_owned(), "note\n TEXT?".to_owned()],
            takes: vec![":state".to_owned()],
            by,
            range: 0..0,
        };
        let plain =
            Statement { gives: Vec::new(), takes: Vec::new(), ..statement("DELETE FROM t", By::Query) };
        let statements =
            vec![statement("SELECT \"id!\",\n  '\\' FROM t", By::Name), plain, statement("x", By::Struct)];
        let releases = [("1.0 \"β\"", 7, statements), ("", -1, vec![])].map(|(name, after, statements)| {
            Release { name: name.to_owned(), after, statements, range: 0..0 }
        });
        let text = write(&releases);
        let mut read = parse(&text).unwrap();
        assert!(text[read[0].statements[0].range.clone()].starts_with("\"SELECT"));
        for release in &mut read {
            release.range = 0..0;
            release.statements.iter_mut().for_each(|statement| statement.range = 0..0);
        }
        assert_eq!(read, releases);
        let one = statement_of(&line(&releases[0].statements[0])).unwrap();
        assert_eq!(Statement { range: 0..0, ..one }, releases[0].statements[0]);
    }

    #[test]
    fn a_release_takes_the_place_of_what_is_too_old() {
        let recorded = |releases: &[(&str, i64)], keep| {
            let mut list = Vec::new();
            for &(name, after) in releases {
                add(
                    &mut list,
                    Release { name: name.to_owned(), after, statements: Vec::new(), range: 0..0 },
                    keep,
                );
            }
            list.into_iter().map(|found| (found.name, found.after)).collect::<Vec<_>>()
        };
        let names = |list: &[(&str, i64)]| -> Vec<(String, i64)> {
            list.iter().map(|(name, after)| ((*name).to_owned(), *after)).collect()
        };
        // The one before stays, so that a build of this release is held against it.
        assert_eq!(recorded(&[("1", 1), ("2", 2), ("3", 3)], 1), names(&[("2", 2), ("3", 3)]));
        assert_eq!(recorded(&[("1", 1), ("2", 2), ("2", 3)], 1), names(&[("1", 1), ("2", 3)]));
        assert_eq!(recorded(&[("1", 1), ("2", 2), ("2.1", 2)], 1), names(&[("1", 1), ("2.1", 2)]));
        assert_eq!(recorded(&[("", 1), ("", 2), ("", 2)], 1), names(&[("", 1), ("", 2)]));
        let all = [("1", 1), ("2", 2), ("3", 3), ("4", 4), ("4.1", 4), ("4.2", 4)];
        assert_eq!(recorded(&all, 2), names(&[("2", 2), ("3", 3), ("4.1", 4), ("4.2", 4)]));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, expected) in [
            ("", "there is no `format`"),
            ("format = 99", "newer onward"),
            ("format = 1\n<<<<<<< ours", "conflict markers"),
            ("format = 0", "there is no format 0"),
            (
                "format = 1\n[[releases]]\nafter = 1",
                "below `releases` would be passed over: write `[[release]]`",
            ),
            ("format = 1\n[[release]]\nafter = 1\nstatement = []", "unknown key `statement`"),
            (
                "format = 1\n[[release]]\nafter = 1\nstatements = [{ sql = '', at = '', give = [] }]",
                "unknown key `give`",
            ),
            ("format = 1\nrelease = 3", "not a list"),
            ("format = 1\nrelease = [3]", "a release is a table"),
            ("format = 1\n[[release]]\nname = 'a'", "no `after`"),
            ("format = 1\n[[release]]\nafter = 1\nstatements = [{ sql = 'a' }]", "no `at`"),
            ("format = 1\n[[release]]\nafter = 1\nstatements = [{ sql = 1, at = '' }]", "not a string"),
            ("format = 1\n[[release]]\nafter = 1\nstatements = [{ sql = '', at = '', by = 'x' }]", "by `x`"),
        ] {
            assert!(parse(text).unwrap_err().1.contains(expected), "{text}");
        }
        assert_eq!(parse("format = 1\n"), Ok(Vec::new()));
    }
}
