//! The ordered migrations of a folder.

use std::borrow::Cow;
use std::path::PathBuf;

use onward_core::kind::Kind;
use onward_core::name::Ident;
use onward_core::token::{Token, significant};
use onward_core::version;

use super::compatible::Compatible;
use super::layout::{Layout, Name, parse};
use super::order::{Order, Versions};
use super::regular;
use super::release::Releases;
use super::statement::Statement;
use super::tool::Tool;
use super::unseen::Unseen;
use crate::config::Config;
use crate::file::{FileId, Files, Place};
pub use crate::folder::migration::Migration;

/// A folder's migrations in the order in which they run, and all the texts that were read.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The folder.
    pub dir: PathBuf,
    /// All texts: migrations, legacy databases, `onward.lock`, `onward.release`, `onward.toml`.
    pub files: Files,
    /// How the folder lays them out; `None` if it has none.
    pub layout: Option<Layout>,
    /// The tool that the folder comes from, where something tells: `None` for numbered files that several tools have.
    pub tool: Option<Tool>,
    /// How versions are compared.
    pub order: Order,
    /// What of a version is compared.
    pub(crate) versions: Versions,
    /// In the order in which they run.
    pub migrations: Vec<Migration>,
    /// Every file on disk that the outcome depends on, relative to `dir`.
    pub inputs: Vec<String>,
    /// The databases of old releases, as SQL: what lies in the folder `legacy`.
    pub legacy: Vec<FileId>,
    /// The lock file, if there is one.
    pub lock: Option<FileId>,
    /// What released programs run, if that is recorded.
    pub recorded: Option<FileId>,
    /// Which recorded release this is, and which work on its schema.
    pub compatible: Compatible,
    /// What the lock file says of releases.
    pub releases: Releases,
    /// How many migrations `onward.lock` lists: these come first, and are released.
    pub released: usize,
    /// What `onward.toml` says.
    pub config: Config,
    /// What of the folder could not be put in order.
    pub unseen: Unseen,
}

/// Which statement of a history. Ordered as they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// The index of its migration.
    pub migration: usize,
    /// Its index in the migration.
    pub statement: usize,
}

impl History {
    /// One without migrations, of these files and settings.
    pub fn new(files: Files, config: Config) -> History {
        History { files, config, ..History::default() }
    }

    /// The index of the migration that is meant: by its number in the ledger, or as its file name writes the version.
    pub fn find(&self, version: &str) -> Option<usize> {
        let list = self.migrations.iter();
        version::find(version, list.map(|found| (found.version, found.label.as_str(), found.name.as_str())))
    }

    /// Whether a migration at this path would come after all that there are.
    pub fn is_last(&self, path: &str) -> bool {
        let names = self.migrations.iter().filter_map(|found| parse(&self.files.get(found.file).path).ok());
        let names: Vec<Name> = names.collect();
        let follows = |name: &Name, new: &Name| self.versions.compare(name, new, self.order).is_lt();
        parse(path).is_ok_and(|new| names.last().is_none_or(|last| follows(last, &new)))
    }

    /// The bytes of a file of this history as they lie in the folder: other tools make their checksums of these.
    ///
    /// # Errors
    /// If the file cannot be read any more.
    pub fn raw(&self, file: FileId) -> Result<Vec<u8>, regular::Problem> {
        regular::read(&self.dir.join(&self.files.get(file).path))
    }

    /// The text of the lock file; empty if there is none.
    pub fn lock_text(&self) -> &str {
        self.lock.map(|file| self.files.get(file).text.as_str()).unwrap_or_default()
    }

    /// Every statement of the history, in order.
    pub fn statements(&self) -> impl Iterator<Item = At> + '_ {
        self.migrations.iter().enumerate().flat_map(|(migration, found)| {
            (0..found.statements.len()).map(move |statement| At { migration, statement })
        })
    }

    /// The migration of a statement.
    pub fn migration(&self, at: At) -> &Migration {
        &self.migrations[at.migration]
    }

    /// Whether foreign keys are enforced while a migration runs: as its file asks for, or as the engine has them.
    pub(crate) fn enforces(&self, migration: usize) -> bool {
        self.config.engine.foreign_keys || self.migrations[migration].foreign_keys
    }

    /// A statement.
    pub fn statement(&self, at: At) -> &Statement {
        &self.migrations[at.migration].statements[at.statement]
    }

    /// Where a statement stands.
    pub fn place(&self, at: At) -> Place {
        self.migration(at).file.at(self.statement(at).range.clone())
    }

    /// The text of a statement.
    pub fn sql(&self, at: At) -> &str {
        &self.files.get(self.migration(at).file).text[self.statement(at).range.clone()]
    }

    /// Every place where a statement names this, in any quotes and in any case of ASCII letters.
    pub fn named(&self, at: At, name: &str) -> Vec<Place> {
        let place = self.place(at);
        let is_it = |token: &Token<'_>| token.is_name(name);
        let ranges = significant(self.sql(at)).filter(is_it).map(|token| token.range);
        ranges
            .map(|range| place.file.at(place.range.start + range.start..place.range.start + range.end))
            .collect()
    }

    /// Whether a file is that of a released migration, or takes one back.
    pub fn is_released(&self, file: FileId) -> bool {
        let mut released = self.migrations[..self.released.min(self.migrations.len())].iter();
        released.any(|migration| migration.file == file || migration.down == Some(file))
    }

    /// A name as the history first writes it, without quotes; `name` itself if it nowhere does.
    pub(crate) fn written(&self, name: &str) -> String {
        let is_it = |token: &String| Ident(token) == name;
        let mut names =
            self.statements().flat_map(|at| significant(self.sql(at)).filter_map(|token| token.name()));
        names.find(is_it).unwrap_or_else(|| name.to_owned())
    }

    /// The text of a statement under another name than what it creates has: whether that name is taken is not asked.
    pub(crate) fn renamed(&self, at: At) -> Cow<'_, str> {
        let (sql, start) = (self.sql(at), self.statement(at).range.start);
        match &self.statement(at).kind {
            Kind::Create { name, .. } => {
                let range = name.range.start - start..name.range.end - start;
                Cow::Owned(format!("{}\"onward renamed\"{}", &sql[..range.start], &sql[range.end..]))
            }
            _ => Cow::Borrowed(sql),
        }
    }

    /// The path of the file a statement stands in.
    pub fn path(&self, at: At) -> &str {
        &self.files.get(self.migration(at).file).path
    }
}
