//! The table of codes.

use std::iter::once;

use super::application::{
    comparison_with_null, conflict_target_mismatch, field_null_mismatch, field_type_mismatch, null_refused,
    required_column_missing, unrepeatable_history, value_type_mismatch,
};
use super::down::{broken_down_migration, schema_not_restored};
use super::files::{
    ambiguous_version_order, bad_config_file, bad_file_name, duplicate_version, empty_migration,
    folder_not_watched, hook_missing, hook_not_marked, misplaced_config_file, mixed_layouts, no_migrations,
    unknown_directive, unreadable_file, unused_allow,
};
use super::name::{
    double_quoted_string, outer_column, unknown_column, unknown_function, unknown_table, unnamed_function,
};
use super::order::{
    broken_trigger, broken_view, column_added_twice, column_removed, foreign_key_mismatch,
    index_before_column, index_before_table, masked_create, name_taken, use_before_definition,
};
use super::plans::{full_scan, missing_foreign_key_index, redundant_index, temp_sort};
use super::rebuild::{
    affinity_changed, autoincrement_lost, constraint_lost, foreign_key_lost, foreign_key_moved, index_lost,
    null_primary_key, trigger_lost, view_lost,
};
use super::release::{
    bad_lock_file, bad_release_file, ledger_renamed, legacy_not_adopted, out_of_order_migration,
    release_broken, released_migration_changed, released_migration_missing,
};
use super::rows::{
    dangling_foreign_key, data_dropped, failure_with_rows, failure_with_some_rows, key_without_numbers,
    rows_lost, values_changed,
};
use super::statement::{
    connection_dependent_value, engine_mismatch, newer_sqlite, node_dependent_value,
    non_transactional_statement, pragma_without_effect, redundant_transaction, replay_limit_reached,
    sqlite_error, syntax_error, transaction_control,
};
use crate::diagnostic::renamed::named;
use crate::diagnostic::rule::Rule;
use crate::replay;

/// The code table.
pub static RULES: &[&Rule] = &[
    &affinity_changed::RULE,
    &ambiguous_version_order::RULE,
    &autoincrement_lost::RULE,
    &bad_config_file::RULE,
    &bad_file_name::RULE,
    &bad_lock_file::RULE,
    &bad_release_file::RULE,
    &broken_down_migration::RULE,
    &broken_trigger::RULE,
    &broken_view::RULE,
    &column_added_twice::RULE,
    &column_removed::RULE,
    &comparison_with_null::RULE,
    &conflict_target_mismatch::RULE,
    &connection_dependent_value::RULE,
    &constraint_lost::RULE,
    &dangling_foreign_key::RULE,
    &data_dropped::RULE,
    &double_quoted_string::RULE,
    &duplicate_version::RULE,
    &empty_migration::RULE,
    &engine_mismatch::RULE,
    &failure_with_rows::RULE,
    &failure_with_some_rows::RULE,
    &field_null_mismatch::RULE,
    &field_type_mismatch::RULE,
    &folder_not_watched::RULE,
    &foreign_key_lost::RULE,
    &foreign_key_mismatch::RULE,
    &foreign_key_moved::RULE,
    &full_scan::RULE,
    &hook_missing::RULE,
    &hook_not_marked::RULE,
    &index_before_column::RULE,
    &index_before_table::RULE,
    &index_lost::RULE,
    &key_without_numbers::RULE,
    &ledger_renamed::RULE,
    &legacy_not_adopted::RULE,
    &masked_create::RULE,
    &misplaced_config_file::RULE,
    &missing_foreign_key_index::RULE,
    &mixed_layouts::RULE,
    &name_taken::RULE,
    &newer_sqlite::RULE,
    &no_migrations::RULE,
    &node_dependent_value::RULE,
    &non_transactional_statement::RULE,
    &null_primary_key::RULE,
    &null_refused::RULE,
    &out_of_order_migration::RULE,
    &outer_column::RULE,
    &pragma_without_effect::RULE,
    &redundant_index::RULE,
    &redundant_transaction::RULE,
    &release_broken::RULE,
    &released_migration_changed::RULE,
    &released_migration_missing::RULE,
    &replay_limit_reached::RULE,
    &required_column_missing::RULE,
    &rows_lost::RULE,
    &schema_not_restored::RULE,
    &sqlite_error::RULE,
    &syntax_error::RULE,
    &temp_sort::RULE,
    &transaction_control::RULE,
    &trigger_lost::RULE,
    &unknown_column::RULE,
    &unknown_directive::RULE,
    &unknown_function::RULE,
    &unknown_table::RULE,
    &unnamed_function::RULE,
    &unreadable_file::RULE,
    &unrepeatable_history::RULE,
    &unused_allow::RULE,
    &use_before_definition::RULE,
    &value_type_mismatch::RULE,
    &values_changed::RULE,
    &view_lost::RULE,
];

/// The rule of a code, by its name of today or an old one.
pub fn rule(code: &str) -> Option<&'static Rule> {
    named(RULES, code)
}

/// The rule whose code, or an old name of it, is most like this text.
pub fn nearest(text: &str) -> Option<&'static Rule> {
    if let Some(found) = rule(text) {
        return Some(found);
    }
    let names = |rule: &'static Rule| once(rule.code).chain(rule.old_codes()).map(str::to_owned);
    let name = replay::nearest(text, RULES.iter().copied().flat_map(names).collect())?;
    rule(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing;

    #[test]
    fn every_example_shows_its_code() {
        let codes = |example: &str| {
            let files = testing::example(example);
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
        assert_eq!(found, ["bad_file_name x.sql:1:1", "failure_with_rows 2_b.sql:1:81"]);
        // A file that is not UTF-8 has its place, and may still hold anything.
        assert_eq!(
            codes(&[("1_a.sql", "CREATE TABLE nowhere(a);\0"), ("2_b.sql", broken)]),
            ["unreadable_file 1_a.sql:1:25"]
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
        let shared = [
            "hint",
            "hint.rs",
            "mod.rs",
            "new_index.rs",
            "run.rs",
            "table.rs",
            "testing.rs",
            "trigger.rs",
            "words.rs",
        ];
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
