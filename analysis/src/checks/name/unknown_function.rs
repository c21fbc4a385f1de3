//! A function or collation that plain SQLite does not have.

use crate::checks::hint;
use crate::config::FILE_NAME;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::Fault;
use crate::sqlite::engine::has_function;

/// `unknown_function`
pub static RULE: Rule =
    Rule::error("unknown_function", "functions and collations are SQLite's own or named in onward.toml")
        .effect("No fresh database starts, unless the application registers the function before it migrates.")
        .examples(
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE INDEX by_slug ON jobs(slug(state));",
            "-- onward.toml
functions = ['slug']
-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE INDEX by_slug ON jobs(slug(state));",
        );

pub(crate) fn explain(history: &History, fault: &Fault) -> Option<Diagnostic> {
    let (what, list, name) = fault.refusal.cause.unregistered()?;
    let diagnostic =
        Diagnostic::new(&RULE, fault.place(history, name), format!("SQLite has no {what} `{name}`"))
            .label(format!("no such {what}"));
    if let Some((target, _)) = &history.config.engine.target
        && has_function(*target, &name.to_ascii_lowercase())
    {
        let engine = target.name();
        return Some(
            diagnostic
                .note(format!(
                    "{engine} has it, and a run is tried in memory before it is sent, on a plain SQLite"
                ))
                .help("write it with SQLite's own functions, or have the program write the rows"),
        );
    }
    Some(diagnostic.help(instead(name, &named(list, name, "before it migrates"))))
}

/// Where an application says what it registers at this time.
pub(crate) fn named(list: &str, name: &str, when: &str) -> String {
    format!(
        "if the application registers it {when}, write `{list} = [\"{name}\"]` into {FILE_NAME} beside the migrations"
    )
}

/// What SQLite has in place of a function, if anything, or else that.
pub(super) fn instead(name: &str, named: &str) -> String {
    hint::function(name).map_or_else(|| named.to_owned(), |other| format!("{other}; {named}"))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::codes;

    const SQL: &str =
        "CREATE TABLE t(a);\nCREATE INDEX i ON t(slug(a));\nCREATE INDEX j ON t(a COLLATE by_number);";

    #[test]
    fn functions_and_collations() {
        let found = codes(&[("1_a.sql", SQL)]);
        assert_eq!(found, ["unknown_function 1_a.sql:2:21", "unknown_function 1_a.sql:3:31"]);
    }

    #[test]
    fn silent_where_onward_toml_names_them() {
        let config = "functions = ['slug']\ncollations = ['by_number']";
        assert_eq!(codes(&[("1_a.sql", SQL), ("onward.toml", config)]), [""; 0]);
    }
}
