//! The checks, one file per code: its rule, what it says, and its tests.
//!
//! A check that cannot be sure stays silent or warns: a false alarm on a sound history is as bad as a missed fault.

pub mod affinity_changed;
pub mod already_exists;
pub mod autoincrement_lost;
pub mod bad_config_file;
pub mod bad_file_name;
pub mod bad_lock_file;
pub mod before_locked;
pub mod broken_trigger;
pub mod broken_view;
pub mod column_added_twice;
pub mod column_removed;
pub mod double_quoted_string;
pub mod down_differs;
pub mod down_fails;
pub mod drops_data;
pub mod duplicate_version;
pub mod empty_migration;
pub mod fails_with_rows;
pub mod field_null;
pub mod field_type;
pub mod foreign_key_lost;
pub mod foreign_key_mismatch;
pub mod index_before_column;
pub mod index_before_table;
pub mod index_lost;
pub mod key_without_numbers;
pub mod legacy_not_adopted;
pub mod locked_changed;
pub mod locked_missing;
pub mod masked_create;
pub mod may_fail_with_rows;
pub mod mixed_layouts;
pub mod newer_sqlite;
pub mod no_migrations;
pub mod not_in_transaction;
pub mod not_repeatable;
pub mod null_primary_key;
pub mod orphans;
pub mod outer_column;
pub mod pragma_without_effect;
pub mod redundant_transaction;
pub mod references_moved;
pub mod replay_limit;
pub mod rows_lost;
pub mod sqlite_error;
pub mod syntax_error;
pub mod transaction_control;
pub mod trigger_lost;
pub mod unknown_column;
pub mod unknown_directive;
pub mod unknown_function;
pub mod unknown_table;
pub mod unreadable;
pub mod unused_allow;
pub mod used_before_added;
pub mod values_changed;
pub mod version_order;
pub mod view_lost;

#[cfg(test)]
pub(crate) mod testing;

use onward_core::kind::Kind;

use crate::diagnostic::{Diagnostic, Severity};
use crate::file::FileId;
use crate::history::{At, History};
use crate::lock::Entry;
use crate::replay::{Fault, Loss, Part, Replay};

/// What a code stands for.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The code.
    pub code: &'static str,
    /// Whether it stops a build.
    pub severity: Severity,
    /// What the rule asks for, in a sentence.
    pub summary: &'static str,
    /// What it does to the users of an application, in a sentence.
    pub effect: &'static str,
    /// Files that break it and files that do not, each file behind a line `-- <its path>`; empty where SQL alone cannot
    /// show it.
    pub bad: &'static str,
    /// As [`bad`](Rule::bad), with nothing wrong.
    pub good: &'static str,
    /// Whether `-- onward: allow(code) reason` may silence it.
    pub allowable: bool,
    /// Whether it is about the files rather than the SQL in them; with such an error nothing can be replayed.
    pub about_files: bool,
}

impl Rule {
    const fn error(code: &'static str, summary: &'static str) -> Rule {
        Rule {
            code,
            severity: Severity::Error,
            summary,
            effect: "",
            bad: "",
            good: "",
            allowable: false,
            about_files: false,
        }
    }

    const fn warning(code: &'static str, summary: &'static str) -> Rule {
        Rule { severity: Severity::Warning, ..Rule::error(code, summary) }
    }

    const fn allowable(self) -> Rule {
        Rule { allowable: true, ..self }
    }

    const fn effect(self, effect: &'static str) -> Rule {
        Rule { effect, ..self }
    }

    const fn examples(self, bad: &'static str, good: &'static str) -> Rule {
        Rule { bad, good, ..self }
    }

    const fn about_files(self) -> Rule {
        Rule { about_files: true, ..self }
    }
}

/// The code table.
pub static RULES: &[&Rule] = &[
    &affinity_changed::RULE,
    &already_exists::RULE,
    &autoincrement_lost::RULE,
    &bad_config_file::RULE,
    &bad_file_name::RULE,
    &bad_lock_file::RULE,
    &before_locked::RULE,
    &broken_trigger::RULE,
    &broken_view::RULE,
    &column_added_twice::RULE,
    &column_removed::RULE,
    &double_quoted_string::RULE,
    &down_differs::RULE,
    &down_fails::RULE,
    &drops_data::RULE,
    &duplicate_version::RULE,
    &empty_migration::RULE,
    &fails_with_rows::RULE,
    &field_null::RULE,
    &field_type::RULE,
    &foreign_key_lost::RULE,
    &foreign_key_mismatch::RULE,
    &index_before_column::RULE,
    &index_before_table::RULE,
    &index_lost::RULE,
    &key_without_numbers::RULE,
    &legacy_not_adopted::RULE,
    &locked_changed::RULE,
    &locked_missing::RULE,
    &masked_create::RULE,
    &may_fail_with_rows::RULE,
    &mixed_layouts::RULE,
    &newer_sqlite::RULE,
    &no_migrations::RULE,
    &not_in_transaction::RULE,
    &not_repeatable::RULE,
    &null_primary_key::RULE,
    &orphans::RULE,
    &outer_column::RULE,
    &pragma_without_effect::RULE,
    &redundant_transaction::RULE,
    &references_moved::RULE,
    &replay_limit::RULE,
    &rows_lost::RULE,
    &sqlite_error::RULE,
    &syntax_error::RULE,
    &transaction_control::RULE,
    &trigger_lost::RULE,
    &unknown_column::RULE,
    &unknown_directive::RULE,
    &unknown_function::RULE,
    &unknown_table::RULE,
    &unreadable::RULE,
    &unused_allow::RULE,
    &used_before_added::RULE,
    &values_changed::RULE,
    &version_order::RULE,
    &view_lost::RULE,
];

/// What to do about something that a rebuild takes away: the statement that makes it.
fn make_again(sql: &str) -> String {
    format!("add after the rebuild, or in a new migration if this one is released: `{sql};`")
}

/// Which other files have the fault that was told of the first.
fn others(paths: &[String]) -> Option<String> {
    let (shown, rest) = paths.split_at(paths.len().min(4));
    let shown: Vec<String> = shown.iter().map(|path| format!("`{path}`")).collect();
    let rest = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    (!shown.is_empty()).then(|| format!("the same is wrong with {}{rest}", shown.join(", ")))
}

/// The rule of a code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code == code)
}

/// The rule whose code is most like this text.
pub fn nearest(text: &str) -> &'static Rule {
    let distance = |rule: &&&'static Rule| strsim::damerau_levenshtein(text, rule.code);
    RULES.iter().min_by_key(distance).copied().unwrap_or(&sqlite_error::RULE)
}

/// What every statement is asked before anything runs.
const STATEMENTS: &[fn(&History, At) -> Option<Diagnostic>] = &[
    redundant_transaction::check,
    transaction_control::check,
    not_in_transaction::check,
    pragma_without_effect::check,
    sqlite_error::trigger,
];

/// What every fault of the replay is asked; the first that knows it has it, and the last knows all.
const FAULTS: &[fn(&History, &Fault) -> Option<Diagnostic>] = &[
    replay_limit::explain,
    syntax_error::explain,
    unknown_function::explain,
    column_added_twice::explain,
    already_exists::explain,
    index_before_table::explain,
    index_before_column::explain,
    used_before_added::explain,
    column_removed::explain,
    double_quoted_string::explain,
    unknown_table::explain,
    unknown_column::explain,
    sqlite_error::explain,
];

/// What everything that a migration takes away without naming it is asked.
const LOSSES: &[fn(&History, &Loss) -> Option<Diagnostic>] = &[
    index_lost::check,
    trigger_lost::check,
    view_lost::check,
    foreign_key_lost::check,
    autoincrement_lost::check,
    null_primary_key::check,
    affinity_changed::check,
    references_moved::check,
    drops_data::check,
];

pub(crate) fn statements(history: &History, diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.extend(syntax_error::check(history));
    diagnostics.extend(newer_sqlite::check(history));
    for at in history.statements() {
        diagnostics.extend(STATEMENTS.iter().filter_map(|check| check(history, at)));
    }
}

pub(crate) fn replayed(history: &History, replay: &Replay, diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.extend(orphans::check(history, replay));
    diagnostics.extend(fails_with_rows::check(history, replay));
    diagnostics.extend(may_fail_with_rows::check(history, replay));
    diagnostics.extend(rows_lost::check(history, replay));
    diagnostics.extend(values_changed::check(history, replay));
    // An index that is not made because its name is taken is told as that.
    let is_masked = |loss: &&Loss| {
        match &loss.what {
        Part::Index { name, .. } => replay.masked.iter().any(|masked| {
            masked.at.migration == loss.at.migration
                && matches!(&history.statement(masked.at).kind, Kind::Create { name: taken, .. } if taken.is(name))
        }),
        _ => false,
    }
    };
    let losses = replay.losses.iter().filter(|loss| !is_masked(loss));
    diagnostics.extend(losses.filter_map(|loss| LOSSES.iter().find_map(|check| check(history, loss))));
    diagnostics.extend(foreign_key_mismatch::check(history, replay));
    diagnostics.extend(key_without_numbers::check(history, replay));
    diagnostics.extend(outer_column::check(history, replay));
    diagnostics.extend(double_quoted_string::check(history, replay));
    diagnostics.extend(down_fails::check(history, replay));
    diagnostics.extend(down_differs::check(history, replay));
    diagnostics.extend(masked_create::check(history, replay));
    diagnostics.extend(broken_view::check(history, replay));
    diagnostics.extend(broken_trigger::check(history, replay));
    diagnostics.extend(legacy_not_adopted::check(history, replay));
    diagnostics.extend(
        replay.faults.iter().filter_map(|fault| FAULTS.iter().find_map(|explain| explain(history, fault))),
    );
}

pub(crate) fn locked(history: &History, lock: FileId, entries: &[Entry], diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.extend(locked_changed::check(history, lock, entries));
    diagnostics.extend(locked_missing::check(history, lock, entries));
    diagnostics.extend(before_locked::check(history, lock, entries));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files of an example, each behind a line with its path.
    fn files(example: &str) -> Vec<(&str, String)> {
        let mut files: Vec<(&str, String)> = Vec::new();
        for line in example.lines() {
            let path = line.strip_prefix("-- ").filter(|path| path.contains('.') && !path.contains(' '));
            match (path, files.last_mut()) {
                (Some(path), _) => files.push((path, String::new())),
                (None, Some((_, text))) => *text += &format!("{line}\n"),
                (None, None) => panic!("{example}"),
            }
        }
        if !files.iter().any(|(path, _)| *path == "onward.toml") {
            files.push(("onward.toml", String::new()));
        }
        files
    }

    #[test]
    fn every_example_shows_its_code() {
        let codes = |example: &str| {
            let files = files(example);
            let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
            testing::folder(&files).diagnostics.into_iter().map(|found| found.rule.code).collect::<Vec<_>>()
        };
        for rule in RULES {
            assert!(rule.effect.ends_with('.'), "{}", rule.code);
            if !rule.bad.is_empty() {
                let found = codes(rule.bad);
                assert!(found.contains(&rule.code), "{}: {found:?}", rule.code);
                assert_eq!(codes(rule.good), [""; 0], "{}", rule.code);
            }
        }
    }

    #[test]
    fn a_file_that_has_no_place_hides_what_hangs_on_it_and_no_more() {
        let codes = testing::codes;
        let broken = "CREATE INDEX i ON nowhere(a);";
        assert_eq!(
            codes(&[("1_a.sql", broken), ("x.sql", "")]),
            ["bad_file_name x.sql:1:1", "unknown_table 1_a.sql:1:19"]
        );
        let made = "CREATE TABLE nowhere(a);";
        assert_eq!(codes(&[("1_a.sql", broken), ("x.sql", made)]), ["bad_file_name x.sql:1:1"]);
        // Whatever the check.
        let table = "CREATE TABLE t(a TEXT); CREATE TABLE u(a TEXT);";
        let fails = "ALTER TABLE t ADD COLUMN b TEXT NOT NULL DEFAULT NULL; ALTER TABLE u ADD COLUMN b TEXT NOT NULL DEFAULT NULL;";
        let found = codes(&[("1_a.sql", table), ("2_b.sql", fails), ("x.sql", "DELETE FROM t;")]);
        assert_eq!(found, ["bad_file_name x.sql:1:1", "fails_with_rows 2_b.sql:1:81"]);
        // A file that is not UTF-8 has its place, and may still hold anything.
        assert_eq!(
            codes(&[("1_a.sql", "CREATE TABLE nowhere(a);\0"), ("2_b.sql", broken)]),
            ["unreadable 1_a.sql:1:25"]
        );
    }

    #[test]
    fn of_two_files_with_one_version_what_does_not_hang_on_the_other_is_checked() {
        let (jobs, queues) =
            ("CREATE TABLE jobs(a);", "CREATE TABLE queues(a); CREATE INDEX i ON nowhere(a);");
        assert_eq!(
            testing::codes(&[("1_a.sql", jobs), ("1_b.sql", queues)]),
            ["duplicate_version 1_b.sql:1:1", "unknown_table 1_b.sql:1:43"]
        );
        // In the other order it works.
        let index = "CREATE INDEX i ON jobs(a);";
        let found = testing::codes(&[
            ("1_a.sql", index),
            ("1_b.sql", jobs),
            ("2_c.sql", "INSERT INTO jbos VALUES (1);"),
        ]);
        assert_eq!(found, ["duplicate_version 1_b.sql:1:1", "unknown_table 2_c.sql:1:13"]);
    }

    #[test]
    fn of_mixed_layouts_the_numbers_tell_the_order() {
        let found = testing::codes(&[
            ("1_a.sql", "CREATE TABLE t(a);"),
            ("2_b.sql", "CREATE INDEX i ON t(b);"),
            ("V3__c.sql", "ALTER TABLE t ADD COLUMN b;"),
        ]);
        assert_eq!(found, ["mixed_layouts V3__c.sql:1:1", "index_before_column 2_b.sql:1:21"]);
    }

    #[test]
    fn an_index_is_lost_or_masked_by_its_name_and_migration() {
        let jobs = "CREATE TABLE jobs(a, b);\nCREATE INDEX by_a ON jobs(a);\nCREATE INDEX by_b ON jobs(b);";
        let other = "CREATE TABLE other(c);\nCREATE INDEX IF NOT EXISTS by_a ON other(c);";
        let rebuild = "CREATE TABLE n(a, b);\nINSERT INTO n SELECT a, b FROM jobs;
DROP TABLE jobs;\nALTER TABLE n RENAME TO jobs;";
        let codes = |texts: &[&str]| {
            let of = |line: String| line.split(':').next().map(str::to_owned);
            testing::history(texts).into_iter().filter_map(of).collect::<Vec<_>>()
        };
        let lost = "index_lost 0003_m.sql";
        assert_eq!(codes(&[jobs, other, rebuild]), ["masked_create 0002_m.sql", lost, lost]);
        let both = format!("{other}\n{rebuild}");
        assert_eq!(codes(&[jobs, &both]), ["masked_create 0002_m.sql", "index_lost 0002_m.sql"]);
    }

    #[test]
    fn the_table_is_sorted_and_each_code_has_its_file() {
        assert!(RULES.is_sorted_by(|a, b| a.code < b.code));
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks");
        for rule in RULES {
            assert!(dir.join(format!("{}.rs", rule.code)).exists(), "{}", rule.code);
            assert!(!rule.summary.ends_with('.') && !rule.summary.is_empty(), "{}", rule.code);
        }
        // One more file each for this table and the tests' helpers.
        assert_eq!(std::fs::read_dir(dir).unwrap().count(), RULES.len() + 2);
    }
}
