//! A migration's file, and what takes it back.

use std::ops::Range;

use onward_core::checksum::Checksum;
use onward_core::version::digits;

use super::directive;
use super::fault::Fault;
use super::layout::Name;
use super::marks;
use super::migration::Migration;
use super::parts::{Means, Parts};
use super::source::Source;
use super::statement::statements;
use super::tool::{Tool, diesel};
use crate::file::FileId;

impl Source {
    pub(super) fn up(&mut self, name: &Name, path: &str, key: Option<i64>, is_again: bool) {
        let Some(file) = self.text(path) else {
            return self.leave_out(path);
        };
        let Some(version) = key else {
            self.faults.push(Fault::NoNumber { file, path: path.to_owned() });
            return self.leave_out(path);
        };
        if let Some(earlier) = self.history.migrations.last().filter(|_| is_again) {
            self.history.unseen.pair(earlier.file, file);
            let earlier = self.history.migrations.len() - 1;
            self.faults.push(Fault::DuplicateVersion { file, earlier });
        }
        let text = self.history.files.get(file).text.clone();
        let Parts { up, down, outside, unread, .. } = marks::read(&text, name.layout);
        let mut statements = statements(&up);
        let mut problems = Vec::new();
        let foreign_keys = directive::attach(file, &up, &mut statements, self.rules, &mut problems);
        let fault = |(place, problem)| Fault::Directive { place, problem };
        self.faults.extend(problems.into_iter().map(fault));
        self.outside(name, file, outside);
        let down = down.filter(|_| unread.is_none());
        if let Some(unread) = unread {
            match unread.means {
                // The way forward is SQL that can be checked.
                Means::Back => statements.retain(|found| found.range.start < unread.range.start),
                _ => {
                    self.history.unseen.leave_blank(file, &text);
                    statements.clear();
                }
            }
            self.unread.entry((unread.tool, unread.means)).or_default().push((file, unread));
        }
        let checksum = Checksum::of(&up);
        let previous = self.history.migrations.last().map(|last| last.chain).unwrap_or_default();
        self.history.migrations.push(Migration {
            version,
            label: name.label.clone(),
            name: name.name.clone(),
            file,
            down: None,
            statements,
            down_statements: Vec::new(),
            foreign_keys,
            hook: directive::hook(&text).map(|range| file.at(range)),
            checksum,
            chain: previous.chain(version, checksum),
        });
        if let Some(down) = down {
            self.take_back(self.history.migrations.len() - 1, file, &down);
        }
    }

    /// A mark that asks the tool for no transaction, in the file or beside it.
    fn outside(&mut self, name: &Name, file: FileId, mark: Option<Range<usize>>) {
        let mark = mark.map(|mark| file.at(mark));
        let beside = self.metadata.get(&name.stem).filter(|_| self.history.tool == Some(Tool::Diesel));
        let beside = beside.and_then(|beside| {
            let text = &self.history.files.get(*beside).text;
            diesel::outside(text).map(|range| beside.at(range))
        });
        self.faults.extend(mark.or(beside).map(|mark| Fault::Outside { file, mark }));
    }

    pub(super) fn down(&mut self, name: &Name, path: &str) {
        let Some(file) = self.text(path) else { return };
        // By version alone: in real histories the rest of the name is now and then spelled in two ways.
        let is_its = |up: &Migration| {
            let number = digits(&up.label);
            let stem = format!("{}/", name.stem);
            (!number.is_empty() && number == name.number())
                || self.history.files.get(up.file).path.starts_with(&stem)
        };
        // But where several have one version, by the rest of it.
        let is_exactly = |up: &Migration| is_its(up) && up.label == name.label && up.name == name.name;
        let mut migrations = self.history.migrations.iter();
        let at = migrations.clone().position(is_exactly).or_else(|| migrations.position(is_its));
        let Some(at) = at else {
            return self.faults.push(Fault::DownWithoutUp { file, path: path.to_owned() });
        };
        let text = self.history.files.get(file).text.clone();
        self.take_back(at, file, &text);
    }

    /// Gives a migration its way back, which this part of a file is.
    fn take_back(&mut self, at: usize, file: FileId, text: &str) {
        let up = &mut self.history.migrations[at];
        up.down = Some(file);
        up.down_statements = statements(text);
        // Nothing of ours runs the way back, so what is odd about its directives stops nothing.
        directive::attach(file, text, &mut up.down_statements, self.rules, &mut Vec::new());
    }
}
