//! The codes of the checks have names after one convention, which CONTRIBUTING.md tells.

use std::path::Path;

use onward_analysis::{RENAMED, RULES, checks};

#[path = "../../xtask/src/new_check/convention.rs"]
mod convention;

#[test]
fn every_code_is_named_after_the_convention() {
    for rule in RULES {
        assert_eq!(convention::fault(rule.code), None, "{}", rule.code);
    }
    // What may come.
    for code in ["full_scan", "missing_foreign_key_index", "release_broken", "temp_sort", "unused_index"] {
        assert_eq!(convention::fault(code), None, "{code}");
    }
}

#[test]
fn what_breaks_it_is_seen() {
    for code in [
        "already_exists",
        "before_locked",
        "breaks_release",
        "depends_on_connection",
        "down_differs",
        "down_fails",
        "drops_data",
        "fails_with_rows",
        "indexBeforeColumn",
        "index__lost",
        "may_fail_with_rows",
        "not_repeatable",
        "orphans",
        "references_moved",
        "table_not",
        "unreadable",
        "",
    ] {
        assert!(convention::fault(code).is_some(), "{code}");
    }
}

/// An old name leads to one code of today, in one step, for ever.
#[test]
fn an_old_name_is_no_code_of_today_and_leads_to_one() {
    assert!(RENAMED.is_sorted_by(|(a, _), (b, _)| a < b), "each once");
    for (old, new) in RENAMED {
        assert!(RULES.iter().all(|rule| rule.code != *old), "`{old}` is a code again");
        assert!(RULES.iter().any(|rule| rule.code == *new), "`{old}` leads to `{new}`, which is no code");
        let rule = checks::rule(old).unwrap();
        assert_eq!(rule.code, *new);
        assert!(rule.old_codes().any(|name| name == *old));
        assert_eq!(checks::nearest(old).unwrap().code, *new);
    }
}

/// The page that has the reasons, so that no line is taken out of the table unseen.
#[test]
fn the_old_names_are_those_of_the_decision() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/decisions/checks.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows = page.lines().filter_map(|line| line.trim_start().strip_prefix("| `"));
    let told: Vec<(&str, &str)> =
        rows.filter_map(|row| row.split_once('`')).map(|(old, rest)| (old, name(rest))).collect();
    assert_eq!(told, RENAMED);
}

/// The first name in a text.
fn name(text: &str) -> &str {
    text.split('`').nth(1).unwrap_or_default()
}
