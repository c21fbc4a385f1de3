//! How fast the application's own statements find their rows.

use onward_core::name::Ident;
use onward_core::token::significant;

use super::refused::Text;
use crate::analysis::Analysis;
use crate::checks::files::{unknown_directive, unused_allow};
use crate::checks::plans::{full_scan, temp_sort};
use crate::checks::{RULES, rule};
use crate::config::{Config, Level};
use crate::diagnostic::{Diagnostic, Rule};
use crate::file::{File, FileId, Files, Place};
use crate::folder::directive;
use crate::folder::statement::{Allow, Statement, statements};
use crate::level;
use crate::plans::{Advice, Scratch, advise};
use crate::replay::Replay;

/// What is said of the query plans of a text's statements.
#[derive(Debug, Clone, Default)]
pub struct Plans {
    /// What an index would spare. The places are in `files`.
    pub diagnostics: Vec<Diagnostic>,
    /// The files of the history and, at the end, the text.
    pub files: Files,
}

impl Analysis {
    /// What an index would spare the statements of a text: each is planned against the schema at the end of the history, with
    /// statistics as of large tables. Nothing is said unless `[plans]` of `onward.toml` asks for it, of a statement that
    /// SQLite refuses, and of those behind one that changes the schema.
    pub fn plans(&self, source: Text<'_>) -> Plans {
        let config = &self.history.config;
        if !is_on(config, &full_scan::RULE) && !is_on(config, &temp_sort::RULE) {
            return Plans::default();
        }
        let Some(replay) = self.replay.as_ref().filter(|_| !self.has_errors()) else {
            return Plans::default();
        };
        let mut files = self.history.files.clone();
        let file = files.add(File::statement(source.path, source.text));
        let mut diagnostics = self.planned(replay, file, source.text);
        diagnostics.retain_mut(|found| level::settled(&self.history, found) != Some(Level::Allow));
        Plans { diagnostics, files }
    }

    fn planned(&self, replay: &Replay, file: FileId, text: &str) -> Vec<Diagnostic> {
        let (mut cut, mut problems) = (statements(text), Vec::new());
        directive::attach(file, text, &mut cut, RULES, &mut problems);
        let wrong = problems
            .iter()
            .map(|(place, problem)| unknown_directive::diagnose(place.clone(), problem, RULES));
        let mut found: Vec<Diagnostic> = wrong.collect();
        let config = &self.history.config;
        for statement in cut.iter().take_while(|statement| !statement.kind.changes_schema()) {
            let sql = &text[statement.range.clone()];
            let told = replay.with_scratch(config, |scratch| {
                let advice = advise(scratch, sql);
                advice
                    .iter()
                    .filter_map(|advice| told(scratch, file, text, statement, advice))
                    .collect::<Vec<_>>()
            });
            found.extend(settle(config, statement, told.unwrap_or_default()));
        }
        found
    }
}

fn is_on(config: &Config, rule: &Rule) -> bool {
    config.level(rule) != Some(Level::Allow)
}

/// Takes out what a directive allows, and adds the directives that allow nothing.
fn settle(config: &Config, statement: &Statement, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let is_heard = |allow: &&Allow| rule(&allow.code).is_some_and(|rule| is_on(config, rule));
    let is_idle = |allow: &&Allow| found.iter().all(|found| found.rule.code != allow.code);
    let idle = statement.allows.iter().filter(is_heard).filter(is_idle);
    let idle: Vec<Diagnostic> = idle.map(|allow| unused_allow::diagnose(allow, &found)).collect();
    found.retain(|found| !statement.allows(found.rule.code));
    found.extend(idle);
    found
}

fn told(
    scratch: &Scratch,
    file: FileId,
    text: &str,
    statement: &Statement,
    advice: &Advice,
) -> Option<Diagnostic> {
    let place = place(file, text, statement, advice);
    full_scan::diagnose(scratch, place.clone(), advice)
        .or_else(|| temp_sort::diagnose(scratch, place, advice))
}

/// Where the statement names the table, or what it calls it; all of it, if that is in a view.
fn place(file: FileId, text: &str, statement: &Statement, advice: &Advice) -> Place {
    let start = statement.range.start;
    let sql = &text[statement.range.clone()];
    let table = advice.indexes.first().map_or("", |index| index.table.as_str());
    let named =
        |name: &str| significant(sql).find(|token| token.name().is_some_and(|found| Ident(found) == name));
    let token = named(table).or_else(|| named(&advice.label));
    match token {
        Some(token) => file.at(start + token.range.start..start + token.range.end),
        None => file.at(statement.range.clone()),
    }
}

#[cfg(test)]
mod tests;
