//! What lies beside the migrations and says something of them.

use super::fault::Fault;
use super::layout::Layout;
use super::listing;
use super::lock;
use super::marks;
use super::misplaced;
use super::recorded;
use super::regular;
use super::signs::Signs;
use super::source::Source;
use super::tool::drizzle::{self, Journal};
use super::tool::{Tool, diesel, prisma, refinery, sqlx};
use crate::config::{self, Config};
use crate::file::File;

impl Source {
    /// Reads what lies beside the migrations and tells of them; what is left are migrations in code.
    pub(super) fn beside(&mut self, paths: Vec<String>, signs: &mut Signs) -> Vec<(Tool, String)> {
        let mut code = Vec::new();
        for path in paths {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            match path.as_str() {
                lock::FILE_NAME => self.history.lock = self.text(&path),
                recorded::FILE_NAME => self.history.recorded = self.text(&path),
                config::FILE_NAME => self.config(&path),
                prisma::LOCK => self.provider(&path),
                drizzle::JOURNAL => {
                    signs.journal = true;
                    // wrangler does not look into it.
                    if !signs.around.wrangler {
                        self.journal(&path);
                    }
                }
                listing::ATLAS_SUM => signs.atlas_sum = true,
                _ if path.ends_with(listing::SNAPSHOT) => signs.snapshots = true,
                _ if path.ends_with(diesel::METADATA) => {
                    let file = self.text(&path);
                    self.metadata.extend(file.map(|file| (folder.to_owned(), file)));
                }
                _ => code.extend(refinery::code(&path).map(|tool| (tool, path))),
            }
        }
        code
    }

    /// A config file where nobody reads it.
    pub(super) fn misplaced(&mut self) {
        if let Some((path, text)) = misplaced::find(&self.history.dir, self.rules) {
            self.history.inputs.push(path.clone());
            let file = self.history.files.add(File::new(path, &text));
            self.faults.push(Fault::Misplaced { file, dir: self.history.dir.clone() });
        }
    }

    fn config(&mut self, path: &str) {
        let Some(file) = self.text(path) else { return };
        let (config, problems) = Config::parse(file, &self.history.files.get(file).text, self.rules);
        self.history.config = config;
        let fault = |(range, problem)| Fault::Config { place: file.at(range), problem };
        self.faults.extend(problems.into_iter().map(fault));
    }

    /// What is another database's SQL is not judged by SQLite.
    fn provider(&mut self, path: &str) {
        let Some(file) = self.text(path) else { return };
        let provider = prisma::provider(&self.history.files.get(file).text);
        if let Some((dialect, range)) = provider.filter(|(provider, _)| provider != "sqlite") {
            self.history.unseen.anything = true;
            let (tool, place) = (Tool::Prisma, file.at(range));
            self.faults.push(Fault::OtherDialect { place, tool, dialect });
        }
    }

    fn journal(&mut self, path: &str) {
        let Some(file) = self.text(path) else { return };
        match Journal::parse(&self.history.files.get(file).text) {
            Ok(journal) => {
                let other = journal.dialect.clone().filter(|dialect| !drizzle::is_sqlite(dialect));
                if let Some(dialect) = other {
                    self.history.unseen.anything = true;
                    self.faults.push(Fault::OtherDialect {
                        place: file.start(),
                        tool: Tool::Drizzle,
                        dialect,
                    });
                }
                self.journal = Some((file, journal));
            }
            Err(problem) => self.faults.push(Fault::Journal { file, problem }),
        }
    }

    /// What a migration's text tells of its tool.
    pub(super) fn look_into(&mut self, layout: Layout, path: &str, signs: &mut Signs) {
        let bytes = regular::read(&self.history.dir.join(path));
        if let Ok(text) = bytes.as_deref().map(String::from_utf8_lossy) {
            let text = File::new(String::new(), &text).text;
            if let Some(tool) = marks::tool(&text, layout) {
                signs.marked.push(tool);
            }
            signs.no_transaction |= sqlx::has_mark(&text);
        }
        self.bytes.insert(path.to_owned(), bytes);
    }

    /// Migrations that are no SQL: what they do is not known. What is locked was proven without them.
    pub(super) fn code(&mut self, found: Vec<(Tool, String)>, is_all: bool) {
        let tool = self.history.tool.or(found.first().map(|(tool, _)| *tool).filter(|_| is_all));
        let ours = found.into_iter().filter(|(its, _)| Some(*its) == tool && self.history.lock.is_none());
        let paths: Vec<String> = ours.map(|(_, path)| path).collect();
        if let (Some(tool), Some(first)) = (tool, paths.first()) {
            self.history.unseen.anything = true;
            let file = self.unshown(first);
            self.faults.push(Fault::Code { file, paths, tool });
        }
    }
}
