//! A `-- onward:` comment that onward does not understand, or a marker of another tool that it must not ignore.

use super::{RULES, Rule};
use crate::diagnostic::Diagnostic;
use crate::file::Place;

/// `unknown_directive`
pub static RULE: Rule = Rule::error("unknown_directive", "a directive is one that onward knows")
    .effect("A directive that is misspelled allows nothing.")
    .examples(
        "-- 0001_jobs.sql
-- onward: alow(drops_data) a draft
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
    );

/// What is wrong with a directive.
pub(crate) enum Problem {
    Form,
    Code(String),
    NotAllowable(&'static Rule),
    Reason(String),
}

pub(crate) fn problem(place: Place, problem: Problem) -> Diagnostic {
    let codes: Vec<&str> = RULES.iter().filter(|rule| rule.allowable).map(|rule| rule.code).collect();
    let codes = codes.join(", ");
    let (message, help) = match problem {
        Problem::Form => (
            "this directive is not understood".to_owned(),
            "write `-- onward: allow(code) reason`, or `-- onward: foreign_keys(on)`".to_owned(),
        ),
        Problem::Code(code) => {
            (format!("there is no code `{code}`"), format!("codes that can be allowed: {codes}"))
        }
        Problem::NotAllowable(rule) => (
            format!("`{}` cannot be allowed: {}", rule.code, rule.summary),
            format!("codes that can be allowed: {codes}"),
        ),
        Problem::Reason(code) => (
            format!("`allow({code})` has no reason"),
            format!("say why, for whoever reads it next: `-- onward: allow({code}) because …`"),
        ),
    };
    Diagnostic::new(&RULE, place, message).label("in this directive").help(help)
}

pub(crate) fn without_statement(place: Place) -> Diagnostic {
    Diagnostic::new(&RULE, place, "this directive belongs to no statement")
        .label("no statement follows")
        .help("put it above the statement it is about")
}

pub(crate) fn other_tool(place: Place, marker: &str) -> Diagnostic {
    Diagnostic::new(
        &RULE,
        place,
        format!("`{marker}` marks the way back for another tool; onward would run it too"),
    )
    .label("everything below would run as part of the migration")
    .help("move what follows into a file of its own, `0001_name.down.sql` beside `0001_name.up.sql`")
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    #[test]
    fn what_is_wrong_is_said() {
        for (text, message) in [
            ("-- onward: allow drops_data\nSELECT 1", "this directive is not understood"),
            ("-- onward: allow(spelling) x\nSELECT 1", "there is no code `spelling`"),
            (
                "-- onward: allow(redundant_transaction)\nBEGIN",
                "`allow(redundant_transaction)` has no reason",
            ),
            (
                "SELECT 1;\n-- onward: allow(redundant_transaction) x\n",
                "this directive belongs to no statement",
            ),
        ] {
            let found = folder(&[("1_a.sql", text)]).diagnostics;
            let found = found.iter().find(|found| found.rule.code == "unknown_directive");
            assert_eq!(found.map(|found| found.message.as_str()), Some(message), "{text}");
        }
        let not = folder(&[("1_a.sql", "-- onward: allow(syntax_error) x\nSELECT 1")]).diagnostics;
        assert!(not[0].message.starts_with("`syntax_error` cannot be allowed"));
    }

    #[test]
    fn the_way_back_of_other_tools_must_not_run() {
        let text = "-- +goose Up\nCREATE TABLE t(a);\n-- +goose Down\nDROP TABLE t;";
        assert_eq!(history(&[text]), ["unknown_directive 0001_m.sql:3:1"]);
        assert_eq!(history(&["-- migrate:up\nCREATE TABLE t(a);"]), [""; 0]);
    }
}
