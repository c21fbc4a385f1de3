//! An `allow` directive that allows nothing: what it was about is gone, or was never there.
//!
//! It would hide the next fault of this code in the same place.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::statement::Allow;

/// `unused_allow`
pub static RULE: Rule = Rule::warning("unused_allow", "an allow directive allows something")
    .effect("It would hide the next fault in this place.")
    .examples(
        "-- 0001_jobs.sql
-- onward: allow(data_dropped) a draft
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
    );

/// `found` is what is told beside it, of the same file perhaps.
pub(crate) fn diagnose(allow: &Allow, found: &[Diagnostic]) -> Diagnostic {
    let message = format!("`allow({})` allows nothing", allow.written);
    let is_meant = |found: &Diagnostic| found.rule.code == allow.code && found.place.file == allow.place.file;
    Diagnostic::new(&RULE, allow.place.clone(), message)
        .label(format!("no `{}` is found here", allow.code))
        .note("it would hide the next one in this place")
        .help(match found.iter().any(is_meant) {
            true => {
                "it speaks of one statement: put it above the one that is meant, or for the whole file at the top with \
                 an empty line below it"
            }
            false => "remove the directive",
        })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, folder, history};

    #[test]
    fn what_allows_nothing_is_said_once() {
        let unused = "-- onward: allow(data_dropped) was a draft\nCREATE TABLE t(a);";
        assert_eq!(history(&[unused]), ["unused_allow 0001_m.sql:1:12"]);
        let file = "-- onward: allow(data_dropped) drafts\n\nCREATE TABLE t(a); CREATE TABLE u(a);";
        let found = folder(&[("1_a.sql", file)]);
        assert_eq!(found.diagnostics.len(), 1);
        assert_eq!(found.diagnostics[0].message, "`allow(data_dropped)` allows nothing");
        assert!(!found.has_errors());
        let strings = "-- onward: allow(double_quoted_string) old\nCREATE TABLE t(a);";
        assert_eq!(history(&[strings]), ["unused_allow 0001_m.sql:1:12"]);
    }

    #[test]
    fn one_above_another_statement_is_to_be_moved() {
        let help = |empty: &str| {
            let sql = format!(
                "-- onward: allow(double_quoted_string) released like this\n{empty}CREATE TABLE t(a);\n\
                 CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT 1 WHERE new.a = \"no\"; END;"
            );
            let found = folder(&[("1_a.sql", &sql)]).diagnostics;
            found.into_iter().map(|found| (found.rule.code, found.help)).collect::<Vec<_>>()
        };
        let found = help("");
        assert_eq!(found[0].0, "unused_allow");
        assert!(found[0].1.starts_with("it speaks of one statement: put it above"), "{found:?}");
        assert_eq!(found[1].0, "double_quoted_string");
        assert_eq!(help("\n"), []);
    }

    /// A DROP in words needs none, and one that is there does no harm.
    #[test]
    fn silent_above_a_drop() {
        for text in [
            "-- onward: allow(data_dropped) drafts\nDROP TABLE t;",
            "-- onward: allow(data_dropped) drafts\nALTER TABLE t DROP COLUMN b;",
            "DELETE FROM t;\n-- onward: allow(data_dropped) drafts\nDROP TABLE t;",
            "-- onward: allow(data_dropped) drafts\n\nCREATE TABLE u(a);\nDROP TABLE t;",
        ] {
            let found =
                codes(&[("1_a.sql", "CREATE TABLE t(a, b);"), ("2_b.sql", text), ("onward.toml", "")]);
            assert_eq!(found, [""; 0], "{text}");
        }
    }

    #[test]
    fn silent_where_it_is_used() {
        let drop = "-- onward: allow(data_dropped) drafts are disposable\nDROP TABLE t;";
        assert_eq!(history(&["CREATE TABLE t(a);", drop]), [""; 0]);
        let strings =
            "-- onward: allow(double_quoted_string) old\n\nCREATE TABLE t(a); UPDATE t SET a = \"x\";";
        assert_eq!(history(&[strings]), [""; 0]);
        let begin = "-- onward: allow(redundant_transaction) released\n\nBEGIN; CREATE TABLE t(a); COMMIT;";
        assert_eq!(history(&[begin]), [""; 0]);
    }

    #[test]
    fn silent_where_a_fault_is_in_the_way() {
        let drop = "-- onward: allow(data_dropped) drafts are disposable\nDROP TABLE t;";
        assert_eq!(history(&[drop]), ["unknown_table 0001_m.sql:2:12"]);
    }
}
