//! A function or collation in a view or trigger that plain SQLite does not have.
//!
//! SQLite takes the bodies unseen. A warning, since the application may register it; but until it is named, nothing is
//! known of the rows that pass through the view or the trigger.

use std::collections::BTreeSet;

use super::unknown_function::{instead, named};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Broken, Replay};

/// `unnamed_function`
pub static RULE: Rule = Rule::warning(
    "unnamed_function",
    "functions and collations in views and triggers are SQLite's own or named in onward.toml",
)
.allowable()
.of_config()
.effect(
    "Every statement that reads the view or sets the trigger off fails, unless the application registers the function; and no \
     sample rows pass it, so that what a migration does to such rows is not seen.",
)
.examples(
    "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT, slug TEXT);
CREATE TRIGGER slugged AFTER INSERT ON jobs BEGIN UPDATE jobs SET slug = slug(state) WHERE id = new.id; END;",
    "-- onward.toml
functions = ['slug']
-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT, slug TEXT);
CREATE TRIGGER slugged AFTER INSERT ON jobs BEGIN UPDATE jobs SET slug = slug(state) WHERE id = new.id; END;",
);

/// Each name once, where it is first met.
pub(crate) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    let mut told = BTreeSet::new();
    let mut broken: Vec<&Broken> = replay.broken.iter().collect();
    broken.sort_by_key(|broken| broken.made);
    broken.into_iter().filter_map(move |broken| {
        let (what, list, name) = broken.cause.unregistered()?;
        told.insert((what, name.to_ascii_lowercase())).then(|| explain(history, broken, what, list, name))
    })
}

fn explain(history: &History, broken: &Broken, what: &str, list: &str, name: &str) -> Diagnostic {
    let (object, made) = (broken.object.as_str(), broken.made);
    let place = history.named(made, name).pop().unwrap_or_else(|| history.place(made));
    let message = format!("{object} `{}` uses {what} `{name}`, which SQLite does not have", broken.name);
    Diagnostic::new(&RULE, place, message)
        .label(format!("no such {what}"))
        .note(format!(
            "no sample rows pass the {object}, so that what migrations do to such rows is not seen"
        ))
        .help(instead(name, &named(list, name, "on its connections")))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    const TABLE: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);";

    #[test]
    fn each_name_is_told_once() {
        let view =
            "CREATE VIEW v AS SELECT slug(state) FROM jobs;\nCREATE VIEW w AS SELECT SLUG(id) FROM jobs;";
        let trigger =
            "CREATE TRIGGER g AFTER INSERT ON jobs BEGIN SELECT sha3(new.state) COLLATE by_number; END;";
        let texts = [TABLE, view, trigger];
        assert_eq!(history(&texts), ["unnamed_function 0002_m.sql:1:25", "unnamed_function 0003_m.sql:1:52"]);
        let config = "functions = ['slug', 'sha3']";
        let named = folder(&[("1_a.sql", TABLE), ("2_b.sql", view), ("onward.toml", config)]);
        assert!(named.diagnostics.is_empty());
        let ordered = "CREATE VIEW v AS SELECT state FROM jobs ORDER BY state COLLATE by_number;";
        assert_eq!(history(&[TABLE, ordered]), ["unnamed_function 0002_m.sql:1:64"]);
    }

    #[test]
    fn what_a_server_has_is_no_fault() {
        let view = "CREATE VIEW v AS SELECT vector_extract(state) FROM jobs;";
        let found = |config: &str| {
            let found = folder(&[("1_a.sql", TABLE), ("2_b.sql", view), ("onward.toml", config)]);
            found.diagnostics.iter().map(|found| found.rule.code).collect::<Vec<_>>()
        };
        assert_eq!(found(""), ["unnamed_function"]);
        assert_eq!(found("[engine]\ntarget = 'libsql'"), [""; 0]);
    }
}
