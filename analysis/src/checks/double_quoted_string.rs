//! Double quotes around what is meant as a string, or around a name that does not exist.
//!
//! SQLite by default takes such a name for a string, [a misfeature](https://www.sqlite.org/quirks.html#dblquote) of
//! which its authors warn: a misspelled column in an index or a WHERE becomes a constant, silently. The replay has it
//! turned off; `allow(double_quoted_string)` turns it on for a statement, in the replay and at run time.

use super::Rule;
use crate::cause::Cause;
use crate::diagnostic::Diagnostic;
use crate::history::History;
use crate::replay::{DOUBLE_QUOTED_STRING, Fault};
use crate::statement::{Kind, Object};

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

pub(super) fn explain(history: &History, fault: &Fault) -> Option<Diagnostic> {
    let Cause::NoColumn { name, quoted: true } = &fault.refusal.cause else { return None };
    let string = name.replace('\'', "''");
    let is_index = matches!(history.statement(fault.at).kind, Kind::Create { object: Object::Index, .. });
    let help = match &fault.near {
        Some(near) if is_index => format!("there is a column with a similar name: `{near}`"),
        None if is_index => "add the column in a migration before this one".to_owned(),
        Some(near) => format!("write '{string}' for the string, or \"{near}\" for the column"),
        None => format!(
            "write '{string}'; in a released migration, put `-- onward: allow({DOUBLE_QUOTED_STRING}) <reason>` above \
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

    #[test]
    fn names_in_double_quotes_are_names() {
        assert_eq!(
            history(&[&format!("{JOBS}UPDATE \"jobs\" SET \"state\" = 'x' WHERE \"id\" = 1;")]),
            [""; 0]
        );
    }
}
