//! What another tool has written down of a folder's files where it has run them: the name it has for each, and its checksum.
//!
//! A program embeds it to take over databases of that tool. What is compared there are texts: which sum a tool has, and over
//! what, is known here alone.

mod sum;
mod text;

use std::collections::HashSet;
use std::path::{self, Path, PathBuf};

use onward_core::tool::{Lag, Tool, dotted};
use toml::de::DeTable;

use crate::folder::directive;
use crate::folder::history::{History, Migration};
use crate::folder::tool::diesel;
use crate::folder::tool::drizzle::{self, Journal};
use crate::folder::{marks, regular};
use text::text;

/// What a tool has of a folder's files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moving {
    /// Of each migration, in the order of the history.
    pub files: Vec<Known>,
    /// What was read beside the migrations.
    pub inputs: Vec<PathBuf>,
}

/// What a tool has of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What stands in its ledger for the migration.
    pub key: String,
    /// The checksums that it takes for those of the file, each as text; none if it keeps none.
    pub sums: Vec<String>,
    /// How far a database may be ahead of the ledger when it stops in this migration.
    pub lag: Lag,
}

/// A migration's file as the tool sees it.
struct File<'h> {
    /// Its path in the folder, with `/` between its parts.
    path: &'h str,
    bytes: Vec<u8>,
}

impl File<'_> {
    /// The name of the file.
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The name of the folder that it lies in, which is the migration's own.
    fn folder(&self) -> &str {
        self.path.rsplit('/').nth(1).unwrap_or_default()
    }

    /// What stands before the first `_` of its name, as a number.
    fn number(&self) -> Option<String> {
        let (version, _) = self.name().split_once('_')?;
        version.parse::<i64>().ok().map(|number| number.to_string())
    }
}

/// What a tool has of the files of a history.
///
/// # Errors
/// In words, why these cannot be files of that tool's.
pub fn of(history: &History, tool: Tool) -> Result<Moving, String> {
    let mut moving = Moving::default();
    let journal = match tool {
        Tool::Drizzle => journal(&history.dir, &mut moving.inputs)?,
        _ => None,
    };
    let ignored = match tool {
        Tool::Sqlx => ignored(&history.dir, &mut moving.inputs),
        _ => Vec::new(),
    };
    let cumulative = match tool {
        // Once as the files are, and once as they were before any was marked.
        Tool::Atlas => {
            [sum::cumulative(history, <[u8]>::to_vec)?, sum::cumulative(history, unmarked)?].concat()
        }
        _ => Vec::new(),
    };
    for (at, migration) in history.migrations.iter().enumerate() {
        let file = read(history, migration)?;
        let key = key(tool, &file, at, journal.as_ref())
            .ok_or_else(|| format!("`{}` is not named as a migration of {tool} is", file.path))?;
        let of = |bytes: &[u8]| match tool {
            Tool::Sqlx => vec![sum::sha384(bytes, &ignored)],
            Tool::Refinery => sum::refinery(file.name(), bytes),
            Tool::Prisma => sum::prisma(bytes),
            Tool::Drizzle | Tool::Hiqlite => vec![sum::sha256(bytes)],
            Tool::Flyway => vec![sum::flyway(bytes)],
            Tool::Atlas => {
                let its = cumulative.iter().filter(|(name, _)| name == file.name());
                its.map(|(_, sum)| sum.clone()).collect()
            }
            _ => Vec::new(),
        };
        let mut sums = of(&file.bytes);
        if migration.hook.is_some() {
            sums.extend(of(&unmarked(&file.bytes)));
        }
        // One is as good as another, and all are embedded.
        let mut seen = HashSet::new();
        sums.retain(|sum| seen.insert(sum.clone()));
        let lag = lag(tool, history, migration, &file);
        moving.files.push(Known { key, sums, lag });
    }
    Ok(moving)
}

/// A file as it was before it was marked as one with a hook: other tools count comments.
fn unmarked(bytes: &[u8]) -> Vec<u8> {
    let before = std::str::from_utf8(bytes).ok().and_then(directive::unmarked);
    before.map_or_else(|| bytes.to_vec(), String::into_bytes)
}

fn read<'h>(history: &'h History, migration: &Migration) -> Result<File<'h>, String> {
    let path = history.files.get(migration.file).path.as_str();
    let bytes = regular::read(&history.dir.join(path))
        .map_err(|problem| format!("cannot read `{path}`: {problem}"))?;
    Ok(File { path, bytes })
}

/// What stands in the tool's ledger for a file, the `at`th of the history; `None` if it would not run such a file.
fn key(tool: Tool, file: &File<'_>, at: usize, journal: Option<&Journal>) -> Option<String> {
    match tool {
        Tool::Sqlx | Tool::Goose | Tool::GolangMigrate | Tool::Hiqlite => file.number(),
        Tool::Refinery => sum::refinery_name(file.name()).map(|(version, _)| version.to_string()),
        Tool::Flyway => {
            let (version, _) = file.name().strip_prefix('V')?.split_once("__")?;
            Some(dotted(version))
        }
        Tool::Diesel => Some(file.folder().split('_').next()?.replace('-', "")).filter(|key| !key.is_empty()),
        Tool::RusqliteMigration => Some((at + 1).to_string()),
        Tool::Dbmate => {
            let end = file.name().bytes().position(|byte| !byte.is_ascii_digit())?;
            Some(file.name()[..end].to_owned()).filter(|key| !key.is_empty())
        }
        Tool::SqlMigrate | Tool::D1 => Some(file.name().to_owned()),
        Tool::Prisma => Some(file.folder().to_owned()).filter(|key| !key.is_empty()),
        Tool::Drizzle => match journal {
            Some(journal) => journal.time(file.name().strip_suffix(".sql")?).map(|time| time.to_string()),
            None => Some(file.folder().to_owned()).filter(|key| !key.is_empty()),
        },
        Tool::Atlas => file.name().strip_suffix(".sql")?.split('_').next().map(str::to_owned),
        // A tool that was added, and is not known here yet.
        _ => None,
    }
}

/// How far a database may be ahead of the tool's ledger when it stops in this migration.
fn lag(tool: Tool, history: &History, migration: &Migration, file: &File<'_>) -> Lag {
    let outside = match tool {
        Tool::Refinery => return Lag::Row,
        Tool::Diesel => {
            let beside = history.files.named(&format!("{}/{}", file.folder(), diesel::METADATA));
            beside.is_some_and(|text| diesel::outside(text).is_some())
        }
        tool => marks::is_outside(&history.files.get(migration.file).text, tool),
    };
    if outside { Lag::Statements } else { Lag::Never }
}

/// drizzle's journal; `None` if there is none, since each migration has a folder of its own.
fn journal(dir: &Path, inputs: &mut Vec<PathBuf>) -> Result<Option<Journal>, String> {
    let Some(text) = text(&dir.join(drizzle::JOURNAL), inputs) else { return Ok(None) };
    let journal = Journal::parse(&text);
    journal.map(Some).map_err(|error| format!("cannot read `{}`: {error}", drizzle::JOURNAL))
}

/// The characters that sqlx leaves out of its sums, as `sqlx.toml` beside the package's Cargo.toml says.
fn ignored(dir: &Path, inputs: &mut Vec<PathBuf>) -> Vec<char> {
    let Ok(dir) = path::absolute(dir) else { return Vec::new() };
    let package = dir.ancestors().skip(1).find(|folder| folder.join("Cargo.toml").exists());
    let chars = package.and_then(|package| {
        let text = text(&package.join("sqlx.toml"), inputs)?;
        let config = DeTable::parse(&text).ok()?.into_inner();
        let chars = config.get("migrate")?.get_ref().get("ignored-chars")?.get_ref().as_array()?.clone();
        Some(chars.iter().filter_map(|char| char.get_ref().as_str()?.chars().next()).collect())
    });
    chars.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::write;

    fn known(files: &[(&str, &str)], tool: Tool) -> Result<Moving, String> {
        let dir = tempfile::tempdir().expect("a folder can be made");
        files.iter().for_each(|(path, text)| write(dir.path(), path, text));
        of(&crate::read(dir.path()).0, tool)
    }

    fn keys(paths: &[&str], tool: Tool) -> Vec<String> {
        let files: Vec<_> = paths.iter().map(|path| (*path, "SELECT 1;")).collect();
        known(&files, tool).expect("its files").files.into_iter().map(|file| file.key).collect()
    }

    #[test]
    fn each_tool_has_a_name_of_its_own_for_a_file() {
        for (tool, path, key) in [
            (Tool::Sqlx, "0001_jobs.sql", "1"),
            (Tool::Sqlx, "20260101120000_jobs.up.sql", "20260101120000"),
            (Tool::GolangMigrate, "000007_jobs.up.sql", "7"),
            (Tool::Goose, "00007_jobs.sql", "7"),
            (Tool::Hiqlite, "1_init.sql", "1"),
            (Tool::Dbmate, "0007_jobs.sql", "0007"),
            (Tool::SqlMigrate, "7-jobs.sql", "7-jobs.sql"),
            (Tool::D1, "0001_jobs.sql", "0001_jobs.sql"),
            (Tool::Refinery, "V7__jobs.sql", "7"),
            (Tool::Flyway, "V1_02__jobs.sql", "1.2"),
            (Tool::Diesel, "2026-01-01-120000_jobs/up.sql", "20260101120000"),
            (Tool::RusqliteMigration, "01-jobs/up.sql", "1"),
            (Tool::Prisma, "20260101120000_jobs/migration.sql", "20260101120000_jobs"),
            (Tool::Drizzle, "20260101120000_jobs/migration.sql", "20260101120000_jobs"),
            (Tool::Atlas, "20260101120000_jobs.sql", "20260101120000"),
        ] {
            assert_eq!(keys(&[path], tool), [key], "{tool} {path}");
        }
        let error = known(&[("0001_jobs.sql", "SELECT 1;")], Tool::Diesel).unwrap_err();
        assert_eq!(error, "`0001_jobs.sql` is not named as a migration of diesel is");
    }

    #[test]
    fn a_database_may_be_ahead_where_the_tool_has_no_transaction() {
        for (tool, path, text, lag) in [
            (Tool::Sqlx, "1_a.sql", "-- no-transaction\nSELECT 1;", Lag::Statements),
            (Tool::Sqlx, "1_a.sql", "SELECT 1; -- no-transaction", Lag::Never),
            (Tool::Goose, "1_a.sql", "-- +goose Up\nSELECT '\n-- +goose NO TRANSACTION\n';", Lag::Never),
            (Tool::Goose, "1_a.sql", "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;", Lag::Statements),
            (Tool::Dbmate, "1_a.sql", "-- migrate:up transaction:false\nSELECT 1;", Lag::Statements),
            (Tool::SqlMigrate, "1_a.sql", "-- +migrate Up notransaction\nSELECT 1;", Lag::Statements),
            (Tool::Refinery, "V1__a.sql", "SELECT 1;", Lag::Row),
            (Tool::Diesel, "1_a/up.sql", "SELECT 1;", Lag::Never),
        ] {
            let found = known(&[(path, text)], tool).expect("its file");
            assert_eq!(found.files[0].lag, lag, "{tool}");
        }
        // What diesel takes for no when the key is not there, and for yes when the file is no TOML.
        for (text, lag) in [
            ("run_in_transaction = false", Lag::Statements),
            ("", Lag::Statements),
            ("run_in_transaction = true", Lag::Never),
            ("run_in_transaction", Lag::Never),
        ] {
            let files = [("1_a/up.sql", "SELECT 1;"), ("1_a/metadata.toml", text)];
            assert_eq!(known(&files, Tool::Diesel).expect("its file").files[0].lag, lag, "{text}");
        }
    }

    #[test]
    fn a_file_that_was_marked_since_is_known() {
        let sums = |path: &str, tool, text: &str| {
            let other = path.replace('1', "2");
            let files = [(path, text), (other.as_str(), "SELECT 2;\n")];
            let found = known(&files, tool).expect("its files").files;
            found.into_iter().map(|file| file.sums).collect::<Vec<_>>()
        };
        for (tool, path) in [
            (Tool::Sqlx, "0001_a.sql"),
            (Tool::Refinery, "V1__a.sql"),
            (Tool::Prisma, "1_a/migration.sql"),
            (Tool::Drizzle, "1_a/migration.sql"),
            (Tool::Hiqlite, "1_a.sql"),
            (Tool::Flyway, "V1__a.sql"),
            (Tool::Atlas, "1_a.sql"),
        ] {
            let before = sums(path, tool, "SELECT 1;\n");
            let after = sums(path, tool, &format!("{}\nSELECT 1;\n", directive::HOOK));
            for (before, after) in before.iter().zip(&after) {
                assert!(before.iter().all(|sum| after.contains(sum)) && !before.is_empty(), "{tool}");
            }
            assert!(after[0].len() > before[0].len(), "{tool}");
        }
    }

    #[test]
    fn what_sqlx_leaves_out_is_left_out() {
        let dir = tempfile::tempdir().expect("a folder can be made");
        write(dir.path(), "Cargo.toml", "");
        write(dir.path(), "sqlx.toml", "[migrate]\nignored-chars = [\"\\r\", \"\\n\"]");
        write(dir.path(), "migrations/1_a.sql", "SELECT\r\n1");
        let found = of(&crate::read(&dir.path().join("migrations")).0, Tool::Sqlx).expect("its file");
        assert_eq!(found.files[0].sums, [sum::sha384(b"SELECT1", &[])]);
        assert_eq!(found.inputs.len(), 1);
    }
}
