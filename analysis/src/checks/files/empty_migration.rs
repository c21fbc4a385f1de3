//! A migration without a statement, such as `cargo onward new` makes.
//!
//! Once it has run, the statements that are written into it are an edit. So it does not build while it is the newest; one
//! that others follow stays in the chain, where databases have it. Where nobody knows what is released, a comment of its
//! own says that one that others follow is meant to be empty.

use onward_core::kind::Kind;
use onward_core::token::{Kind as Token, tokens};

use crate::diagnostic::rule::Rule;
use crate::diagnostic::{Diagnostic, Severity};
use crate::folder::directive;
use crate::folder::history::{History, Migration};
use crate::folder::layout::{self, Layout};
use crate::folder::lock::Entry;
use crate::folder::marks;

/// `empty_migration`
pub static RULE: Rule = Rule::warning("empty_migration", "a migration has a statement")
    .allowable()
    .effect(
        "Databases on which it runs empty refuse it once it has statements. An error where it is the newest and not locked. \
         One that others follow may say why in a comment, unless there is a lock file without it.",
    )
    .examples(
        "-- 0001_jobs.sql
-- to be written",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
    );

pub(crate) fn check<'a>(history: &'a History, entries: &'a [Entry]) -> impl Iterator<Item = Diagnostic> + 'a {
    let is_locked = |found: &Migration| {
        entries.iter().any(|entry| entry.version == found.version && entry.checksum == found.checksum)
    };
    let is_open =
        move |found: &Migration| is_empty(found) && !is_locked(found) && !history.unseen.is_blank(found.file);
    let newest = history.migrations.iter().rev().take_while(|found| is_open(found)).count();
    let followed = history.migrations.len() - newest;
    history.migrations.iter().enumerate().filter_map(move |(index, found)| {
        let file = history.files.get(found.file);
        if !is_open(found) {
            return None;
        }
        let layout = layout::parse(&file.path).map_or(Layout::Plain, |name| name.layout);
        let up = marks::read(&file.text, layout).up;
        if entries.is_empty() && index < followed && is_explained(found, &up)
            || (found.statements.is_empty() && (found.hook.is_some() || directive::allows_empty(&up))) {
            return None;
        }
        let first = found.statements.first().map_or(0..0, |statement| statement.range.clone());
        let diagnostic = Diagnostic::new(&RULE, found.file.at(first), format!("`{}` has no statements", file.path))
            .note("databases on which it runs like this refuse it once it has some");
        Some(match index < followed {
            true => diagnostic.help("write its statements before the application runs, or remove the file"),
            false => diagnostic.severity(Severity::Error).help(
                "write its statements, or remove the file; if it is only there for a hook, code that runs after it, write `-- \
                 onward: hook`",
            ),
        })
    })
}

/// Whether nothing of it runs: a template of BEGIN and COMMIT is as empty as a comment.
fn is_empty(migration: &Migration) -> bool {
    migration.statements.iter().all(|statement| statement.kind == Kind::Transaction)
}

/// How the comments begin that tools write into a new file.
const TEMPLATES: [&str; 8] = [
    "add migration script here",
    "add up migration script here",
    "your sql goes here",
    "migration number",
    "custom sql migration file",
    "this is an empty migration",
    "write your migrate up statements here",
    "migrate up",
];

/// Whether a comment stands in the place of statements, and no tool has written it.
fn is_explained(migration: &Migration, text: &str) -> bool {
    let words = |text: &str| {
        let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
    };
    let name = words(&migration.name);
    let is_own = |comment: &str| {
        let of_a_tool = comment.trim_start_matches(['-', '/', '*', ' ']).starts_with(['+', '!', '>']);
        let said = words(comment);
        let is_template = TEMPLATES.iter().any(|template| said.starts_with(template));
        !of_a_tool && !said.is_empty() && said != name && !is_template
    };
    let mut comments = tokens(text).filter(|token| token.kind == Token::Comment);
    migration.statements.is_empty() && comments.any(|comment| is_own(comment.text))
}

#[cfg(test)]
mod tests {
    use crate::analysis::Analysis;
    use crate::checks::testing::{codes, folder};
    use crate::folder::locked;

    const EMPTY: [&str; 5] = ["", "-- add archived\n", ";;", "/* later */", "BEGIN;\n\nCOMMIT;"];

    fn empty(analysis: &Analysis) -> Vec<(&str, bool)> {
        let found = analysis.diagnostics.iter().filter(|found| found.rule.code == "empty_migration");
        let files = &analysis.history.files;
        found.map(|found| (files.get(found.place.file).path.as_str(), found.is_error())).collect()
    }

    #[test]
    fn the_newest_does_not_build() {
        for text in EMPTY {
            assert_eq!(
                empty(&folder(&[("1_a.sql", "SELECT 1;"), ("2_b.sql", text)])),
                [("2_b.sql", true)],
                "{text}"
            );
            assert_eq!(empty(&folder(&[("1_a.sql", text)])), [("1_a.sql", true)], "{text}");
        }
        let two = folder(&[("1_a.sql", "SELECT 1;"), ("2_b.sql", ""), ("3_c.sql", "")]);
        assert_eq!(empty(&two), [("2_b.sql", true), ("3_c.sql", true)]);
    }

    #[test]
    fn one_that_others_follow_is_a_warning() {
        for text in
            ["", "-- add archived\n", ";;", "BEGIN;\n\nCOMMIT;", "-- Your SQL goes here\n", "-- +goose Up\n"]
        {
            let found = folder(&[("1_add_archived.sql", text), ("2_b.sql", "SELECT 1;")]);
            assert_eq!(empty(&found), [("1_add_archived.sql", false)], "{text}");
            assert_eq!(found.history.migrations.len(), 2);
        }
    }

    /// A comment says why, where it may have been released.
    #[test]
    fn one_that_says_why_and_that_others_follow_is_meant() {
        let why = "-- integers have 64 bits here already\n";
        let files = [("1_a.sql", "SELECT 1;"), ("2_b.sql", why), ("3_c.sql", "SELECT 3;")];
        assert_eq!(codes(&files), [""; 0]);
        assert_eq!(codes(&[files[0], ("2_b.sql", "-- +goose Up\n-- nothing to do\n"), files[2]]), [""; 0]);
        // What is not locked is new.
        let lock = locked::text(&folder(&files[..1]).history);
        let found = folder(&[files[0], files[1], files[2], ("onward.lock", &lock)]);
        assert_eq!(empty(&found), [("2_b.sql", false)]);
    }

    #[test]
    fn what_was_released_is_left_alone() {
        let files = [("1_a.sql", "SELECT 1;"), ("2_b.sql", "-- was never needed")];
        let lock = locked::text(&folder(&files).history);
        assert_eq!(codes(&[files[0], files[1], ("onward.lock", &lock)]), [""; 0]);
        // The one behind it was not.
        let found = folder(&[files[0], files[1], ("3_c.sql", ""), ("onward.lock", &lock)]);
        assert_eq!(empty(&found), [("3_c.sql", true)]);
    }

    #[test]
    fn silent_where_it_is_meant() {
        let meant = "-- onward: allow(empty_migration) the rows are hashed by code\n";
        assert_eq!(codes(&[("1_a.sql", "SELECT 1;"), ("2_b.sql", meant)]), [""; 0]);
        let switch = "PRAGMA user_version = 3;";
        assert_eq!(codes(&[("1_a.sql", switch)]), [""; 0]);
        // It allows nothing where there is something.
        let filled = format!("{meant}SELECT 1;");
        assert_eq!(codes(&[("1_a.sql", &filled)]), ["unused_allow 1_a.sql:1:12"]);
    }

    #[test]
    fn a_level_that_was_set_still_counts() {
        for (level, error) in [("warn", Some(false)), ("allow", None), ("deny", Some(true))] {
            let config = format!("[levels]\nempty_migration = '{level}'\n");
            let found = folder(&[("1_a.sql", "SELECT 1;"), ("2_b.sql", ""), ("onward.toml", &config)]);
            let found = empty(&found).first().map(|found| found.1);
            assert_eq!(found, error, "{level}");
        }
    }
}
