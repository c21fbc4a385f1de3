//! What released programs run, held against the schema that the next release brings.
//!
//! A program that runs, or is started again, while another one has migrated its database meets that schema with statements of
//! its own. Each recorded one is asked twice: at the end of the migrations that its release has, and at the end of all. What it
//! was then is worked out anew, so that a newer onward, which knows more, holds like against like.

mod captured;
mod certain;
mod change;
mod compared;
mod condition;
mod constraint;
mod culprit;
mod duplicate;
mod further;
mod meaning;
mod otherwise;
mod renamed;
mod touched;
mod view;
mod way;
mod written;

use std::ptr;

use sqlite3_parser::Bump;

use crate::analysis::Analysis;
use crate::application::Error;
use crate::checks::release::{bad_release_file, release_broken};
use crate::diagnostic::{Diagnostic, Severity};
use crate::file::{FileId, Place};
use crate::folder::compatible::{self, Compatible};
use crate::folder::history::At;
use crate::folder::recorded::{self, By, Release, Statement};
use crate::folder::statement::statements;
use crate::query::Query;
use crate::query::syntax::Parsed;
use crate::query::write::writes;
use crate::replay::Replay;
use change::{Broken, Change, Sides};
use touched::Touched;

/// Others with the same fault are shown up to so many.
const SHOWN: usize = 3;

/// What the migrations since the recorded releases break, each cause once; and which releases they leave as they were.
pub(crate) fn check(analysis: &Analysis) -> (Vec<Diagnostic>, Compatible) {
    let history = &analysis.history;
    let (mut found, mut compatible) = (Vec::new(), Compatible::default());
    let Some(file) = history.recorded else { return (found, compatible) };
    let releases = match recorded::parse(&history.files.get(file).text) {
        Ok(releases) => releases,
        Err((range, problem)) => {
            found.push(bad_release_file::diagnose(file.at(range), &problem));
            return (found, compatible);
        }
    };
    let is_whole = analysis.replay.is_some() && !analysis.is_refused;
    if !is_whole {
        return (found, compatible);
    }
    let mut held_so_far = 0;
    for release in releases.iter().rev() {
        let position = history.migrations.iter().position(|migration| migration.version == release.after);
        let Some(last) = position else {
            found.push(bad_release_file::of_nothing(file.at(release.range.clone()), release.after));
            continue;
        };
        let is_of_today = last + 1 == history.migrations.len();
        let works = if is_of_today {
            true
        } else if held_so_far < history.config.releases.keep {
            held_so_far += 1;
            let (broken, works) = held(analysis, release, last, file);
            found.extend(broken);
            works
        } else {
            false
        };
        match compatible::text(release, history.migrations[last].chain) {
            Some(own) if is_of_today && compatible.own.is_empty() => compatible.own = own,
            Some(text) if works => compatible.works_with.push(text),
            _ => {}
        }
    }
    // What several releases run, the newest tells.
    let mut told: Vec<(Place, String)> = Vec::new();
    found.retain(|found: &Diagnostic| {
        let key = (found.place.clone(), release_broken::cause(&found.message).to_owned());
        let is_new = !told.contains(&key);
        told.push(key);
        is_new
    });
    (found, compatible)
}

/// What is wrong with a statement of today on the schema of the last release before it, where a program may meet it before
/// anybody has migrated; each with the statement's index. `None` if no release is recorded, or its schema cannot be had.
pub fn backwards(analysis: &Analysis, statements: &[Statement]) -> Option<(Release, Vec<(usize, String)>)> {
    let history = &analysis.history;
    let releases = recorded::parse(&history.files.get(history.recorded?).text).ok()?;
    let today = history.migrations.last()?.version;
    let is_earlier = |release: &&Release| release.after != today;
    let release = releases.iter().rev().find(is_earlier).or(releases.last())?.clone();
    let last = history.migrations.iter().position(|migration| migration.version == release.after)?;
    let then = analysis.released(last)?;
    let refused = statements.iter().enumerate().filter_map(|(index, statement)| {
        match then.query(statement.sql.as_str().into()) {
            Err(Error::Refused(refused)) => Some((index, refused.diagnostic.message)),
            _ => None,
        }
    });
    let refused = refused.collect();
    Some((release, refused))
}

/// The statements of a release, whose last migration is this one, that are not what they were; and whether it is certain of
/// all that they are.
fn held(analysis: &Analysis, release: &Release, last: usize, file: FileId) -> (Vec<Diagnostic>, bool) {
    let Some(replay) = &analysis.replay else { return (Vec::new(), false) };
    if release.statements.is_empty() {
        return (Vec::new(), true);
    }
    let touched = Touched::of(&analysis.history, last, &replay.known);
    let Some(then) = analysis.released(last) else { return (Vec::new(), false) };
    let mut broken: Vec<Broken<'_>> = Vec::new();
    let mut works = true;
    let mut unusable: Vec<(&Statement, String)> = Vec::new();
    for statement in &release.statements {
        let before = match touched.is_named(&statement.sql) || !prepares(&then, &statement.sql) {
            true => then.query(statement.sql.as_str().into()),
            false => continue,
        };
        match before {
            Ok(before) => {
                let changes = changes(&then, analysis, statement, &before);
                works &= changes.as_ref().is_some_and(Vec::is_empty);
                let changes = changes.into_iter().flatten();
                broken.extend(changes.map(|change| Broken { statement, change, since: None }));
            }
            Err(error) => {
                works = false;
                unusable.extend(why(error).map(|why| (statement, why)));
            }
        }
    }
    let schemas = then.replay.as_ref().map(|then| (&then.known, &replay.known));
    works &= schemas
        .is_some_and(|schemas| certain::only_adds(&analysis.history, last, schemas, &release.statements));
    culprit::find(analysis, last, &mut broken);
    // What one migration's statement takes away is one cause.
    let mut taken: Vec<(*const Statement, Option<At>)> = Vec::new();
    broken.retain(|one| {
        let key = (ptr::from_ref(one.statement), one.since);
        let is_first = !one.change.is_gone() || !taken.contains(&key);
        taken.extend(one.change.is_gone().then_some(key));
        is_first
    });
    let mut groups: Vec<Vec<Broken<'_>>> = Vec::new();
    for one in broken {
        let is_same = |group: &&mut Vec<Broken<'_>>| {
            let first = &group[0];
            (first.since, &first.change.message) == (one.since, &one.change.message)
        };
        match groups.iter_mut().find(is_same) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    let mut found: Vec<Diagnostic> =
        groups.iter().map(|group| told(analysis, release, last, file, group)).collect();
    if let Some((_, why)) = unusable.first() {
        let places = unusable.iter().map(|(statement, _)| file.at(statement.range.clone()));
        let name = called(analysis, release, last);
        found.push(bad_release_file::of_its_own(&name, why, &places.collect::<Vec<_>>()));
    }
    (found, works)
}

/// Whether SQLite takes a statement, as it is written.
fn prepares(analysis: &Analysis, sql: &str) -> bool {
    // SQLite would read the first, or none.
    if statements(sql).len() != 1 {
        return false;
    }
    let config = &analysis.history.config;
    let taken = |replay: &Replay| replay.with_sandbox(config, |sandbox| sandbox.prepare(sql, false).is_ok());
    analysis.replay.as_ref().and_then(taken).unwrap_or_default()
}

/// Why a recorded statement cannot be one.
fn why(error: Error) -> Option<String> {
    match error {
        Error::Refused(refused) => Some(refused.diagnostic.message),
        Error::Empty => Some("there is no statement in it".to_owned()),
        Error::Several(_) => Some("there is more than one statement in it".to_owned()),
        Error::NoSchema => None,
    }
}

/// What becomes of a statement: nothing if it works as it did. `None` if nobody can tell.
fn changes(then: &Analysis, now: &Analysis, statement: &Statement, before: &Query) -> Option<Vec<Change>> {
    let changes = match now.query(statement.sql.as_str().into()) {
        Ok(after) => {
            let mut changes = meaning::changes(statement.by, before, &after);
            changes.extend(beside(then, now, &statement.sql));
            changes
        }
        Err(Error::Refused(refused)) => {
            let first = Change::refused(&refused, now, &statement.sql);
            [first].into_iter().chain(further::changes(then, now, &statement.sql)).collect()
        }
        Err(_) => return None,
    };
    // Nobody knows whether the program writes by the struct at all.
    let is_sure = statement.by != By::Struct || !before.columns.is_empty();
    let softened = |change: Change| match is_sure {
        true => change,
        false => Change { severity: Severity::Warning, ..change },
    };
    Some(changes.into_iter().map(softened).collect())
}

/// What does not show in the columns of its rows.
fn beside(then: &Analysis, now: &Analysis, sql: &str) -> Vec<Change> {
    let (Some(before), Some(after)) = (&then.replay, &now.replay) else { return Vec::new() };
    let bump = Bump::new();
    let parsed = Parsed::new(&bump, sql);
    let (wrote, writes) = (writes(&before.known, &parsed), writes(&after.known, &parsed));
    let sides = Sides { sql, then, now, before, after, writes: (&wrote, &writes) };
    let mut changes = constraint::changes(&sides);
    changes.extend(duplicate::changes(&sides));
    changes.extend(otherwise::changes(&sides));
    changes.extend(written::changes(&sides));
    changes.extend(view::changes(&sides));
    changes.extend(captured::changes(&sides));
    changes.extend(compared::changes(&sides));
    changes
}

/// A release in words.
fn called(analysis: &Analysis, release: &Release, last: usize) -> String {
    let history = &analysis.history;
    match release.name.as_str() {
        "" => format!("the release after {}", history.files.get(history.migrations[last].file).path),
        name => format!("release `{name}`"),
    }
}

/// One cause, with all statements that it changes.
fn told(
    analysis: &Analysis,
    release: &Release,
    last: usize,
    file: FileId,
    group: &[Broken<'_>],
) -> Diagnostic {
    let history = &analysis.history;
    let first = &group[0];
    let place = match first.since {
        Some(at) => history.place(at),
        None => history.migrations[last + 1].file.start(),
    };
    let name = called(analysis, release, last);
    let is_error = group.iter().any(|broken| broken.change.severity == Severity::Error);
    let severity = if is_error { Severity::Error } else { Severity::Warning };
    let mut found = release_broken::diagnose(place, severity, &name, &first.change.message);
    for Broken { statement, .. } in group.iter().take(SHOWN) {
        let words = match statement.by {
            By::Struct => format!("what the struct at {} runs", statement.at),
            By::Query | By::Name => format!("from {}", statement.at),
        };
        found = found.related(file.at(statement.range.clone()), words);
    }
    if let Some(rest) = group.get(SHOWN..).filter(|rest| !rest.is_empty()) {
        let places: Vec<&str> = rest.iter().map(|broken| broken.statement.at.as_str()).collect();
        found = found.note(format!("the same of {} more: {}", rest.len(), places.join(", ")));
    }
    found.help(way::help(history, first.since, &first.change))
}

#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
