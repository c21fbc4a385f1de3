//! An `onward.toml` that cannot be used.

use crate::config::FILE_NAME;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;

/// `bad_config_file`
pub static RULE: Rule = Rule::error("bad_config_file", "onward.toml is TOML with keys that onward knows")
    .effect("Its settings are unknown, so nothing is proven.")
    .examples(
        "-- onward.toml
function = []
-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
        "-- onward.toml
functions = []
-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
    );

pub(crate) fn diagnose(place: Place, problem: &str) -> Diagnostic {
    Diagnostic::new(&RULE, place, format!("{FILE_NAME} cannot be used: {problem}")).label("here").help(
        "write `functions = [\"name\"]` and `collations = [\"name\"]` for what the application registers on its \
         connections, `[external]` with lines such as `users = [\"id\"]` for tables that others make, `[levels]` with lines such \
         as `data_dropped = \"deny\"` for how strict to be, and `[engine]` with `sqlite = \"3.40\"` for the oldest SQLite that \
         runs the migrations",
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::codes;

    #[test]
    fn broken_toml_and_unknown_keys() {
        let with = |text| codes(&[("1_a.sql", "SELECT 1"), ("onward.toml", text)]);
        assert_eq!(with("functions = ["), ["bad_config_file onward.toml:1:14"]);
        assert_eq!(with("\nfunction = []"), ["bad_config_file onward.toml:2:1"]);
        assert_eq!(with("functions = []\n"), [""; 0]);
    }
}
