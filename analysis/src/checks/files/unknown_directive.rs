//! A `-- onward:` comment that onward does not understand, or a marker of another tool that it must not ignore.

use crate::checks::words::others;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::{FileId, Files, Place};
use crate::folder::directive::Problem;
use crate::folder::parts::{Means, Unread};

/// `unknown_directive`
pub static RULE: Rule = Rule::error("unknown_directive", "a directive is one that onward knows")
    .effect("A directive that is misspelled allows nothing.")
    .examples(
        "-- 0001_jobs.sql
-- onward: alow(data_dropped) a draft
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
    );

/// What is wrong with a directive, where these are the codes.
pub(crate) fn diagnose(place: Place, problem: &Problem, rules: &[&Rule]) -> Diagnostic {
    let codes: Vec<&str> = rules.iter().filter(|rule| rule.allowable).map(|rule| rule.code).collect();
    let codes = codes.join(", ");
    let mut label = "in this directive";
    let (message, help) = match problem {
        Problem::Form => (
            "this directive is not understood".to_owned(),
            "write `-- onward: allow(code) reason`, `-- onward: foreign_keys(on)`, or `-- onward: hook`"
                .to_owned(),
        ),
        Problem::Code(code) => {
            (format!("there is no code `{code}`"), format!("codes that can be allowed: {codes}"))
        }
        Problem::NotAllowable(code, rule) => (
            format!("`{code}` cannot be allowed: {}", rule.summary),
            format!("codes that can be allowed: {codes}"),
        ),
        Problem::Reason(code, rule) => (
            format!("`allow({code})` has no reason"),
            format!("say why, for the next reader: `-- onward: allow({}) because …`", rule.code),
        ),
        Problem::NoStatement => {
            label = "no statement follows";
            (
                "this directive belongs to no statement".to_owned(),
                "put it above the statement it is about".to_owned(),
            )
        }
    };
    Diagnostic::new(&RULE, place, message).label(label).help(help)
}

/// One fault of these files, all of one tool's.
pub(crate) fn other_tool(files: &Files, found: &[(FileId, Unread)]) -> Diagnostic {
    let (file, Unread { tool, means, text, range }) = &found[0];
    let (problem, label, help) = match means {
        Means::Back => (
            "marks the down migration, and onward would run it too",
            "everything below would run as part of the migration",
            "move what follows into a file of its own, `0001_name.down.sql` beside `0001_name.up.sql`, or leave it out",
        ),
        Means::Template => (
            "has it fill in values first, and onward would run the text as it stands",
            "what follows is no SQL yet",
            "write the values into the migration",
        ),
        Means::End => (
            "ends a statement, and what stands behind it on its line is SQL to it alone",
            "a comment to everybody else",
            "write what follows on a line of its own",
        ),
        Means::Before => (
            "begins what it runs, and statements stand before it",
            "the statements above would be left out",
            "move the statements below it, or take them out",
        ),
        Means::NoUp => (
            "comes first, and there is no way forward before it",
            "nothing of this file goes forward",
            "mark what goes forward, above it",
        ),
        Means::Twice => (
            "stands there a second time, which it refuses",
            "the way forward has begun already",
            "take it out, or make a second migration of what follows",
        ),
        Means::Unknown => (
            "is a mark that it does not know",
            "in this mark",
            "write it as its documentation does, or take it out",
        ),
        Means::Checkpoint => (
            "says that the file has the schema of all before it, and a new database would begin with it",
            "all before it would be made a second time",
            "take the file out of the folder: onward runs every migration on every database, in one transaction",
        ),
        Means::Delimiter => (
            "has statements end in another way than with a semicolon",
            "SQLite knows the semicolon alone",
            "end every statement with `;` and take the delimiters out",
        ),
        Means::Sections => (
            "divides the file into sections, and onward would run them all",
            "not all of this is the migration",
            "keep the SQL of the section `migration.sql` alone",
        ),
    };
    let which = if *means == Means::Back { ", which" } else { " that" };
    let message = format!("this is a file of {tool}{which} onward does not read: `{text}` {problem}");
    let paths: Vec<String> = found[1..].iter().map(|(file, _)| files.get(*file).path.clone()).collect();
    let diagnostic = Diagnostic::new(&RULE, file.at(range.clone()), message).label(label);
    others(&paths).into_iter().fold(diagnostic, Diagnostic::note).help(help)
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    #[test]
    fn what_is_wrong_is_said() {
        for (text, message) in [
            ("-- onward: allow data_dropped\nSELECT 1", "this directive is not understood"),
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
        let text = "-- Up\nCREATE TABLE t(a);\n-- Down\nDROP TABLE t;";
        assert_eq!(history(&[text]), ["unknown_directive 0001_m.sql:3:1"]);
        assert_eq!(history(&["-- Up\nCREATE TABLE t(a);"]), [""; 0]);
    }

    #[test]
    fn a_folder_of_another_tool_is_one_error_and_the_way_forward_is_checked() {
        let text = |number: usize, more: &str| {
            format!(
                "-- +micrate Up\nCREATE TABLE t{number}(a);\n{more}-- +micrate Down\nDROP TABLE t{number};\n"
            )
        };
        let texts: Vec<String> = (0..8).map(|number| text(number, "")).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_eq!(history(&texts), ["unknown_directive 0001_m.sql:3:1"]);
        let broken = text(9, "CREATE INDEX i ON nowhere(a);\n");
        let mut with = texts.clone();
        with.push(&broken);
        assert_eq!(history(&with), ["unknown_directive 0001_m.sql:3:1", "unknown_table 0009_m.sql:3:19"]);
        let names: Vec<String> = (0..8).map(|number| format!("{number}_m.sql")).collect();
        let found = folder(&names.iter().map(String::as_str).zip(texts).collect::<Vec<_>>());
        assert!(
            found.diagnostics[0].message.starts_with("this is a file of micrate, which onward does not read")
        );
        assert_eq!(
            found.diagnostics[0].notes,
            ["the same is wrong with `1_m.sql`, `2_m.sql`, `3_m.sql`, `4_m.sql` and 3 more"]
        );
    }

    /// A mark whose meaning would be lost is one error, and what hangs on its file is not judged.
    #[test]
    fn a_file_that_is_not_read_hides_what_hangs_on_it() {
        let filled = "-- +goose Up\n-- +goose ENVSUB ON\nCREATE TABLE ${NAME}(a);\n-- +goose ENVSUB OFF\nCREATE TABLE t(a);";
        let found = folder(&[("1_a.sql", filled), ("2_b.sql", "-- +goose Up\nINSERT INTO t VALUES (1);")]);
        let messages: Vec<_> = found.diagnostics.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "this is a file of goose that onward does not read: `+goose ENVSUB ON` has it fill in values first, and onward would \
              run the text as it stands"
            ]
        );
        assert_eq!(
            history(&["-- +goose Up\n-- +goose NO TX\nCREATE TABLE t(a);"]),
            ["unknown_directive 0001_m.sql:2:1"]
        );
    }
}
