//! What the people behind a history make of what was found: `allow` directives, and the levels of `onward.toml`.

use std::collections::HashSet;

use onward_core::kind::{Change, Kind, ObjectKind};

use crate::checks::files::unused_allow;
use crate::checks::release::release_broken;
use crate::checks::rows::data_dropped;
use crate::checks::rule;
use crate::config::Level;
use crate::diagnostic::{Diagnostic, Severity};
use crate::file::Place;
use crate::folder::history::{History, Migration};
use crate::folder::statement::{Allow, Statement};
use crate::replay::{DOUBLE_QUOTED_STRING, Replay};

/// Takes out what is allowed, and gives the rest the severity that the team wants it to have.
pub(crate) fn settle(history: &History, replay: Option<&Replay>, diagnostics: &mut Vec<Diagnostic>) {
    let mut used: HashSet<(Place, &str)> = HashSet::new();
    diagnostics.retain(|diagnostic| {
        let allows = match diagnostic.rule.allowable {
            true => allows(history, diagnostic),
            false => Vec::new(),
        };
        used.extend(allows.iter().map(|allow| (allow.place.clone(), allow.code.as_str())));
        allows.is_empty()
    });
    // Behind a fault and in what is locked nobody has looked, so nothing can be said of what is not there.
    if let Some(replay) = replay.filter(|replay| replay.faults.is_empty()) {
        let every =
            || history.migrations.iter().skip(replay.from).flat_map(|migration| &migration.statements);
        for statement in every() {
            // A DROP is there, whether or not it takes anything with it.
            if drops(statement) {
                let allows = statement.allows.iter().filter(|allow| allow.code == data_dropped::RULE.code);
                used.extend(allows.map(|allow| (allow.place.clone(), allow.code.as_str())));
            }
        }
        for statement in every() {
            for allow in &statement.allows {
                let runs_otherwise = allow.code == DOUBLE_QUOTED_STRING
                    && replay.strings.iter().any(|&at| history.statement(at).allows.contains(allow));
                // Of what nobody looks for, nothing is found.
                let is_off = rule(&allow.code)
                    .is_some_and(|rule| rule.of_plans && history.config.level(rule) == Some(Level::Allow));
                // What it broke then, it broke for programs that are no longer held against it.
                let is_over =
                    allow.code == release_broken::RULE.code && history.is_released(allow.place.file);
                if !runs_otherwise && !is_off && !is_over && used.insert((allow.place.clone(), &allow.code)) {
                    diagnostics.push(unused_allow::diagnose(allow, diagnostics));
                }
            }
        }
    }
    diagnostics.retain_mut(|diagnostic| {
        let level = settled(history, diagnostic);
        level != Some(Level::Allow) && (level.is_some() || !diagnostic.in_words)
    });
}

/// Gives a diagnostic the severity that the team wants it to have, and says what that is.
pub(crate) fn settled(history: &History, diagnostic: &mut Diagnostic) -> Option<Level> {
    let level = history.config.level(diagnostic.rule);
    match level {
        Some(Level::Warn) => diagnostic.severity = Severity::Warning,
        Some(Level::Deny) if !diagnostic.released => diagnostic.severity = Severity::Error,
        Some(Level::Deny | Level::Allow) | None => {}
    }
    level
}

/// Whether a statement drops a table or a column in so many words.
fn drops(statement: &Statement) -> bool {
    matches!(
        &statement.kind,
        Kind::Drop { object: ObjectKind::Table, .. } | Kind::Alter { change: Some(Change::Drop(_)), .. }
    )
}

/// The directives that speak of a diagnostic: those of the statement it stands in.
fn allows<'h>(history: &'h History, diagnostic: &Diagnostic) -> Vec<&'h Allow> {
    let Place { file, range } = &diagnostic.place;
    let of = |migration: &'h Migration| {
        let is_around = |at: &&Statement| at.range.start <= range.start && range.start <= at.range.end;
        // What stands above the first statement is about it.
        let first = migration.of(*file).next().filter(|first| range.end <= first.range.start);
        migration.of(*file).find(is_around).or(first)
    };
    let is_its = |migration: &&Migration| migration.file == *file || migration.down == Some(*file);
    let found = history.migrations.iter().find(is_its).and_then(of);
    let allows = found.map(|statement| &statement.allows[..]).unwrap_or_default().iter();
    allows.filter(|allow| allow.code == diagnostic.rule.code).collect()
}
