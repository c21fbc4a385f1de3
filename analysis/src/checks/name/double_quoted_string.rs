//! Double quotes around what is meant as a string, or around a name that does not exist.
//!
//! SQLite by default takes such a name for a string, [a misfeature](https://www.sqlite.org/quirks.html#dblquote) of
//! which its authors warn: a misspelled column in an index or a WHERE becomes a constant, silently. The replay has it
//! turned off; `allow(double_quoted_string)` turns it on for a statement, in the replay and at run time.

use onward_core::kind::{Kind, ObjectKind};
use onward_core::name::string;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{DOUBLE_QUOTED_STRING, Fault, Replay};
use crate::sqlite::message::Cause;

/// `double_quoted_string`
pub static RULE: Rule = Rule::error(
    DOUBLE_QUOTED_STRING,
    "double quotes are for names, single quotes for strings",
)
.allowable()
.effect(
    "A misspelled name becomes a constant, silently: an index on it sorts nothing, a WHERE finds nothing.",
)
.examples(
    r#"-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
UPDATE jobs SET state = "queued";"#,
    "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
UPDATE jobs SET state = 'queued';",
);

/// What fails nothing in the replay.
pub(crate) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    replay.quoted.iter().filter_map(|fault| explain(history, fault))
}

pub(crate) fn explain(history: &History, fault: &Fault) -> Option<Diagnostic> {
    let Cause::NoColumn { name, quoted: true } = &fault.refusal.cause else { return None };
    let string = string(name);
    let is_index = matches!(history.statement(fault.at).kind, Kind::Create { object: ObjectKind::Index, .. });
    let help = match &fault.near {
        Some(near) if is_index => format!("there is a column with a similar name: `{near}`"),
        None if is_index => "add the column in a migration before this one".to_owned(),
        Some(near) => format!("write {string} for the string, or \"{near}\" for the column"),
        None => format!(
            "write {string}; in a released migration, put `-- onward: allow({DOUBLE_QUOTED_STRING}) <reason>` above \
             the statement instead"
        ),
    };
    Some(
        Diagnostic::new(&RULE, fault.place(history, name), format!("no column is called \"{name}\""))
            .label("SQLite would take this for a string")
            .help(help),
    )
}

#[cfg(test)]
mod tests {
    use crate::Analysis;
    use crate::checks::testing::{folder, history};

    const JOBS: &str = "CREATE TABLE jobs(id, state);\n";

    #[test]
    fn strings_in_double_quotes() {
        let found = history(&[&format!("{JOBS}UPDATE jobs SET state = \"queued\";")]);
        assert_eq!(found, ["double_quoted_string 0001_m.sql:2:25"]);
        let found = history(&[&format!("{JOBS}CREATE INDEX i ON jobs(\"archived\");")]);
        assert_eq!(found, ["double_quoted_string 0001_m.sql:2:24"]);
        let found = history(&[
            "CREATE TABLE jobs(id, state CHECK (state IN (\"queued\")));",
            "INSERT INTO jobs VALUES (1, 'queued')",
        ]);
        assert_eq!(found, ["double_quoted_string 0001_m.sql:1:46"]);
    }

    #[test]
    fn an_index_has_no_strings_to_write() {
        let help = |statement: &str| {
            let mut found = folder(&[("1_a.sql", &format!("{JOBS}{statement}"))]).diagnostics;
            assert_eq!(found.len(), 1, "{found:?}");
            found.remove(0).help
        };
        let near = "there is a column with a similar name: `state`";
        assert_eq!(help("CREATE INDEX i ON jobs(\"stat\");"), near);
        let add = "add the column in a migration before this one";
        assert_eq!(help("CREATE INDEX i ON jobs(\"archived\");"), add);
        let either = "write 'stat' for the string, or \"state\" for the column";
        assert_eq!(help("UPDATE jobs SET id = \"stat\";"), either);
        assert!(help("UPDATE jobs SET id = \"it's\";").starts_with("write 'it''s'; in a released migration"));
    }

    #[test]
    fn allowed_with_a_reason_and_run_as_sqlite_would() {
        let allow = "-- onward: allow(double_quoted_string) released in 2019\n";
        let update = "UPDATE jobs SET state = \"queued\";";
        assert_eq!(history(&[&format!("{JOBS}{allow}{update}")]), [""; 0]);
        assert_eq!(history(&[&format!("{allow}\n{JOBS}{update}{update}")]), [""; 0]);
    }

    /// SQLite does not look there when it takes the statement.
    #[test]
    fn where_sqlite_does_not_look() {
        for (statement, column) in [
            ("CREATE VIEW v AS SELECT * FROM jobs WHERE state = \"queued\";", 51),
            ("CREATE TRIGGER g AFTER INSERT ON jobs BEGIN UPDATE jobs SET state = \"queued\"; END;", 69),
            ("CREATE TRIGGER g AFTER UPDATE ON jobs WHEN new.state = \"queued\" BEGIN SELECT 1; END;", 56),
            ("ALTER TABLE jobs ADD COLUMN loud TEXT AS (state || \"!\");", 52),
            ("ALTER TABLE jobs ADD COLUMN kind TEXT CHECK (kind <> \"queued\");", 54),
        ] {
            let found = history(&[JOBS, statement]);
            assert_eq!(found, [format!("double_quoted_string 0002_m.sql:1:{column}")], "{statement}");
            let allow = format!("-- onward: allow(double_quoted_string) released in 2019\n{statement}");
            assert_eq!(history(&[JOBS, &allow]), [""; 0], "{statement}");
        }
        // Two triggers of a table do not hide each other.
        let two = "CREATE TRIGGER g AFTER INSERT ON jobs BEGIN UPDATE jobs SET state = \"a\"; END;\n\
                   CREATE TRIGGER h AFTER INSERT ON jobs BEGIN UPDATE jobs SET state = \"b\"; END;";
        let places = ["1:69", "2:69"].map(|place| format!("double_quoted_string 0002_m.sql:{place}"));
        assert_eq!(history(&[JOBS, two]), places);
        for sound in [
            "CREATE VIEW v AS SELECT \"id\", \"state\" AS \"other\" FROM \"jobs\" WHERE \"state\" = 'queued';",
            "CREATE TRIGGER \"g\" AFTER INSERT ON \"jobs\" BEGIN UPDATE \"jobs\" SET \"state\" = 'x' WHERE \"id\" = new.\"id\"; END;",
            "ALTER TABLE \"jobs\" ADD COLUMN \"loud\" TEXT AS (\"state\" || '!') CHECK (\"loud\" <> \"id\");",
            "CREATE VIEW v AS SELECT \"due\" FROM jobs; ALTER TABLE jobs ADD COLUMN due;",
            "CREATE VIEW v AS SELECT \"state\" FROM jobs; DROP VIEW v;",
        ] {
            assert_eq!(history(&[JOBS, sound]), [""; 0], "{sound}");
        }
    }

    #[test]
    fn a_level_hides_no_other_code_and_says_how_the_statement_runs() {
        let of = |level: &str, texts: &[&str]| {
            let toml = format!("[levels]\ndouble_quoted_string = '{level}'");
            let names = ["1_a.sql", "2_b.sql", "3_c.sql"];
            let mut files: Vec<(&str, &str)> = names.into_iter().zip(texts.iter().copied()).collect();
            files.push(("onward.toml", &toml));
            folder(&files)
        };
        let codes = |level: &str, texts: &[&str]| {
            of(level, texts).diagnostics.iter().map(|found| found.rule.code).collect::<Vec<_>>()
        };
        let both = "UPDATE jobs SET state = \"queued\";\nCREATE UNIQUE INDEX one ON jobs(state);";
        assert_eq!(codes("allow", &[JOBS, both]), ["failure_with_some_rows"]);
        assert_eq!(codes("warn", &[JOBS, both]), ["double_quoted_string", "failure_with_some_rows"]);
        // An index whose column comes later is not a string that passes.
        let early = "CREATE INDEX i ON jobs(\"due\");";
        assert_eq!(
            codes("allow", &[JOBS, early, "ALTER TABLE jobs ADD COLUMN due;"]),
            ["index_before_column"]
        );
        // What was replayed with strings runs with strings.
        let analysis = of("allow", &[JOBS, "UPDATE jobs SET state = \"queued\";"]);
        let strings = |analysis: &Analysis, at| {
            let packed = analysis.history.packed(None, "");
            packed.view().step(at).up.statements().next().is_some_and(|statement| statement.strings)
        };
        assert!(analysis.diagnostics.is_empty() && strings(&analysis, 1), "{:?}", analysis.diagnostics);
        assert!(!strings(&of("deny", &[JOBS]), 0));
        // A view with such a string is read again by every ALTER TABLE.
        let view = "CREATE VIEW v AS SELECT id FROM jobs WHERE state = \"queued\";";
        assert_eq!(codes("allow", &[JOBS, view, "ALTER TABLE jobs RENAME COLUMN id TO number;"]), [""; 0]);
    }

    #[test]
    fn names_in_double_quotes_are_names() {
        assert_eq!(
            history(&[&format!("{JOBS}UPDATE \"jobs\" SET \"state\" = 'x' WHERE \"id\" = 1;")]),
            [""; 0]
        );
    }
}
