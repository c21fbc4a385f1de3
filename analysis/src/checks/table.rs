//! The table of codes.

use super::application::{field_null, field_type, not_repeatable};
use super::down::{down_differs, down_fails};
use super::files::{
    bad_config_file, bad_file_name, duplicate_version, empty_migration, folder_not_watched,
    misplaced_config_file, mixed_layouts, no_migrations, unknown_directive, unreadable, unused_allow,
    version_order,
};
use super::name::{double_quoted_string, outer_column, unknown_column, unknown_function, unknown_table};
use super::order::{
    already_exists, broken_trigger, broken_view, column_added_twice, column_removed, foreign_key_mismatch,
    index_before_column, index_before_table, masked_create, used_before_added,
};
use super::rebuild::{
    affinity_changed, autoincrement_lost, constraint_lost, foreign_key_lost, index_lost, null_primary_key,
    references_moved, trigger_lost, view_lost,
};
use super::release::{
    bad_lock_file, before_locked, ledger_renamed, legacy_not_adopted, locked_changed, locked_missing,
};
use super::rows::{
    drops_data, fails_with_rows, key_without_numbers, may_fail_with_rows, orphans, rows_lost, values_changed,
};
use super::statement::{
    depends_on_connection, newer_sqlite, not_in_transaction, pragma_without_effect, redundant_transaction,
    replay_limit, sqlite_error, syntax_error, transaction_control,
};
use crate::diagnostic::rule::Rule;

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
    &constraint_lost::RULE,
    &depends_on_connection::RULE,
    &double_quoted_string::RULE,
    &down_differs::RULE,
    &down_fails::RULE,
    &drops_data::RULE,
    &duplicate_version::RULE,
    &empty_migration::RULE,
    &fails_with_rows::RULE,
    &field_null::RULE,
    &field_type::RULE,
    &folder_not_watched::RULE,
    &foreign_key_lost::RULE,
    &foreign_key_mismatch::RULE,
    &index_before_column::RULE,
    &index_before_table::RULE,
    &index_lost::RULE,
    &key_without_numbers::RULE,
    &ledger_renamed::RULE,
    &legacy_not_adopted::RULE,
    &locked_changed::RULE,
    &locked_missing::RULE,
    &masked_create::RULE,
    &may_fail_with_rows::RULE,
    &misplaced_config_file::RULE,
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

/// The rule of a code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code == code)
}

/// The rule whose code is most like this text.
pub fn nearest(text: &str) -> &'static Rule {
    let distance = |rule: &&&'static Rule| strsim::damerau_levenshtein(text, rule.code);
    RULES.iter().min_by_key(distance).copied().unwrap_or(&sqlite_error::RULE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing;

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

    /// The names of what is in a folder.
    fn listing(folder: &std::path::Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn the_table_is_sorted_and_each_code_has_its_file() {
        assert!(RULES.is_sorted_by(|a, b| a.code < b.code));
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks");
        let shared =
            ["hint", "hint.rs", "mod.rs", "run.rs", "table.rs", "testing.rs", "trigger.rs", "words.rs"];
        let topics = listing(&dir).into_iter().filter(|name| !shared.contains(&name.as_str()));
        let files = topics.flat_map(|topic| listing(&dir.join(topic)));
        let mut files: Vec<String> = files.filter(|name| name != "mod.rs").collect();
        files.sort();
        let codes: Vec<String> = RULES.iter().map(|rule| format!("{}.rs", rule.code)).collect();
        assert_eq!(files, codes);
        for rule in RULES {
            assert!(!rule.summary.ends_with('.') && !rule.summary.is_empty(), "{}", rule.code);
        }
    }
}
