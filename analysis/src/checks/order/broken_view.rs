//! A view that cannot be read at the end of the history, because a table, a column or an index in it is not there.
//!
//! SQLite takes the body of a view unseen, and fails when the application reads it. A warning, since the application may
//! make what is missing by other means.

use onward_core::kind::ObjectKind;

use super::index_before_column;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Broken, Replay, Unresolved, Waiting, place_of_origin};

/// `broken_view`
pub static RULE: Rule = Rule::warning("broken_view", "a view can be read at the end of the history")
    .allowable()
    .effect("Every query that reads the view fails.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE VIEW open AS SELECT due FROM jobs;",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE VIEW open AS SELECT state FROM jobs;",
    );

pub(crate) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    let effect = "every query that reads the view fails";
    let broken =
        replay.broken.iter().filter(|broken| broken.object == ObjectKind::View && !broken.is_unnamed());
    let unresolved = replay
        .unresolved
        .iter()
        .filter_map(move |unresolved| early(&RULE, ObjectKind::View, history, unresolved, effect));
    broken.filter_map(move |broken| explain(&RULE, history, broken, effect)).chain(unresolved)
}

/// What comes before the table or column that it uses, in a migration of its own.
pub(crate) fn early(
    rule: &'static Rule,
    object: ObjectKind,
    history: &History,
    unresolved: &Unresolved,
    effect: &'static str,
) -> Option<Diagnostic> {
    let (Waiting::Body { object: found, cause, .. }, Some(mended)) = (&unresolved.what, unresolved.mended)
    else {
        return None;
    };
    let (what, missing) = cause.missing()?;
    if *found != object {
        return None;
    }
    let object = object.as_str();
    let place = history.named(unresolved.at, missing).pop().unwrap_or_else(|| history.place(unresolved.at));
    let message = format!("{object} `{}` uses {what} `{missing}` before it exists", unresolved.name);
    Some(
        Diagnostic::new(rule, place, message)
            .label(format!("no such {what} here"))
            .related(place_of_origin(history, mended, missing), index_before_column::added(history, mended))
            .note(format!("on a database that is not past {}, {effect}", history.path(mended)))
            .help(format!("make the {object} in {}, behind the {what}", history.path(mended))),
    )
}

/// What views and triggers have in common.
pub(crate) fn explain(
    rule: &'static Rule,
    history: &History,
    broken: &Broken,
    effect: &'static str,
) -> Option<Diagnostic> {
    let object = broken.object.as_str();
    let Some((what, missing)) = broken.cause.missing() else {
        return Some(refused(rule, history, broken, effect));
    };
    let place = history.named(broken.made, missing).pop().unwrap_or_else(|| history.place(broken.made));
    let message =
        format!("{object} `{}` uses {what} `{missing}`, which is not there at the end", broken.name);
    let diagnostic = Diagnostic::new(rule, place, message).label(format!("no such {what}")).note(effect);
    Some(match broken.since {
        // What is asked for need not be another thing: without INDEXED BY, SQLite looks for an index itself.
        Some(since) if what == "index" => diagnostic.related(history.place(since), "gone since this").help(format!(
            "make the index again in {}, or drop the {object} before, and make it again without INDEXED BY",
            history.path(since)
        )),
        Some(since) => diagnostic.related(history.place(since), "gone since this").help(format!(
            "drop the {object} before {} changes this, and make it again after",
            history.path(since)
        )),
        None if what == "index" => diagnostic.help(format!(
            "make the index in a migration, or leave INDEXED BY out; if this one is released, drop the {object} in a new one and make \
             it again"
        )),
        None => diagnostic.help(format!(
            "write what there is; if this migration is released, drop the {object} in a new one and make it again"
        )),
    })
}

/// What SQLite refuses for another reason than a name that is missing.
fn refused(rule: &'static Rule, history: &History, broken: &Broken, effect: &'static str) -> Diagnostic {
    let (object, name) = (broken.object.as_str(), &broken.name);
    let message = format!("{object} `{name}` does not work at the end: {}", broken.says);
    let diagnostic = Diagnostic::new(rule, history.place(broken.made), message)
        .label(format!("this {object}"))
        .note(effect);
    match broken.since {
        Some(since) => diagnostic.related(history.place(since), "since this").help(format!(
            "drop the {object} before {} changes this, and make it again so that it fits",
            history.path(since)
        )),
        None => diagnostic.help(format!(
            "write it so that it fits; if this migration is released, drop the {object} in a new one and make it again"
        )),
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, folder, history};

    const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);";

    #[test]
    fn what_no_longer_fits() {
        let other = "CREATE TABLE other(id INTEGER PRIMARY KEY, state TEXT);";
        let view = "CREATE VIEW every AS SELECT * FROM jobs UNION ALL SELECT * FROM other;";
        assert_eq!(history(&[JOBS, other, view]), [""; 0]);
        let grown = "ALTER TABLE jobs ADD COLUMN due TEXT;";
        assert_eq!(history(&[JOBS, other, view, grown]), ["broken_view 0003_m.sql:1:1"]);
        let circle = "CREATE VIEW a AS SELECT * FROM b; CREATE VIEW b AS SELECT * FROM a;";
        assert!(!history(&[circle]).is_empty());
    }

    #[test]
    fn never_there_and_gone_since() {
        let never = history(&[JOBS, "CREATE VIEW open AS SELECT stat FROM jobs;"]);
        assert_eq!(never, ["broken_view 0002_m.sql:1:28"]);
        let both = "CREATE VIEW open AS SELECT stat FROM jobs;\nCREATE VIEW own AS SELECT owner FROM jobs;";
        assert_eq!(history(&[JOBS, both]), ["broken_view 0002_m.sql:1:28", "broken_view 0002_m.sql:2:27"]);
        let gone = folder(&[
            ("1_a.sql", JOBS),
            ("2_b.sql", "CREATE VIEW open AS SELECT id FROM jobs; CREATE VIEW opener AS SELECT * FROM open;"),
            ("3_c.sql", "DROP TABLE jobs;"),
        ]);
        assert_eq!(gone.diagnostics.len(), 1, "{:?}", gone.diagnostics);
        let diagnostic = &gone.diagnostics[0];
        assert_eq!((diagnostic.rule.code, gone.has_errors()), ("broken_view", false));
        assert_eq!(gone.history.files.text(&diagnostic.related[0].place), "DROP TABLE jobs");
    }

    /// SQLite reads INDEXED BY when the view is read.
    #[test]
    fn an_index_that_is_not_there() {
        let index = "CREATE INDEX by_state ON jobs(state);";
        let view = "CREATE VIEW open AS SELECT id FROM jobs\nINDEXED BY by_state WHERE state = 'open'; CREATE VIEW every AS SELECT * FROM open;";
        assert_eq!(history(&[JOBS, view]), ["broken_view 0002_m.sql:2:12"]);
        for gone in [
            "DROP INDEX by_state;",
            "DROP INDEX by_state; CREATE INDEX by_both ON jobs(state, id);",
            "DROP INDEX IF EXISTS BY_STATE; CREATE TABLE x(state); CREATE INDEX by_other ON x(state);",
        ] {
            let found =
                folder(&[("1_a.sql", JOBS), ("2_b.sql", index), ("3_c.sql", view), ("4_d.sql", gone)]);
            let [only] = &found.diagnostics[..] else { panic!("{gone}: {:?}", found.diagnostics) };
            assert_eq!(only.rule.code, "broken_view");
            assert_eq!(only.message, "view `open` uses index `by_state`, which is not there at the end");
            let since = found.history.files.text(&only.related[0].place);
            assert!(since.starts_with("DROP INDEX"), "{since}");
        }
        // One of another table, and one that has not these rows any more.
        let other = "DROP INDEX by_state; CREATE TABLE x(state); CREATE INDEX by_state ON x(state);";
        assert_eq!(history(&[JOBS, index, view, other]), ["broken_view 0003_m.sql:2:12"]);
        let partial = "DROP INDEX by_state; CREATE INDEX by_state ON jobs(state) WHERE state > 'p';";
        assert_eq!(history(&[JOBS, index, view, partial]), ["broken_view 0003_m.sql:1:1"]);
        let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", view), ("3_c.sql", index)]);
        assert_eq!(found.diagnostics[0].message, "view `open` uses index `by_state` before it exists");
        assert_eq!(found.history.files.text(&found.diagnostics[0].related[0].place), "by_state");
    }

    #[test]
    fn silent_where_the_index_is_there_or_may_be() {
        let index = "CREATE INDEX by_state ON jobs(state);";
        let view = "CREATE VIEW open AS SELECT id FROM jobs INDEXED BY by_state WHERE state = 'open';";
        for then in [
            "SELECT 1;",
            "DROP INDEX by_state; CREATE UNIQUE INDEX by_state ON jobs(state, id);",
            "DROP INDEX by_state; DROP VIEW open; CREATE VIEW open AS SELECT id FROM jobs;",
            "DROP VIEW open; DROP INDEX by_state; CREATE VIEW open AS SELECT id FROM jobs NOT INDEXED;",
        ] {
            assert_eq!(history(&[JOBS, index, view, then]), [""; 0], "{then}");
        }
        assert_eq!(history(&[JOBS, &format!("{view} {index}")]), [""; 0]);
        let others = |config: &str| codes(&[("1_a.sql", JOBS), ("2_b.sql", view), ("onward.toml", config)]);
        assert_eq!(others("external = { users = ['id'] }"), ["broken_view 2_b.sql:1:52"]);
        let users = view.replace("jobs", "users");
        let config = ("onward.toml", "external = { users = ['id', 'state'] }");
        assert_eq!(codes(&[("1_a.sql", JOBS), ("2_b.sql", &users), config]), [""; 0]);
    }

    #[test]
    fn made_before_what_it_uses() {
        let view = "CREATE VIEW open AS SELECT due FROM jobs;";
        let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", view), ("3_c.sql", "ALTER TABLE jobs ADD due;")]);
        assert_eq!(found.diagnostics.len(), 1, "{:?}", found.diagnostics);
        assert_eq!(found.diagnostics[0].message, "view `open` uses column `due` before it exists");
        assert_eq!(found.history.files.text(&found.diagnostics[0].related[0].place), "due");
        let more = "CREATE TABLE a(x);\nALTER TABLE jobs ADD due;\nCREATE TABLE b(x);";
        let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", view), ("3_c.sql", more)]);
        assert_eq!(found.history.files.text(&found.diagnostics[0].related[0].place), "due");
        assert_eq!(history(&[JOBS, &format!("{view} ALTER TABLE jobs ADD due;")]), [""; 0]);
        let view = "CREATE VIEW open AS SELECT 1 FROM later;";
        let found = folder(&[("1_a.sql", view), ("2_b.sql", "CREATE TABLE later(a);")]);
        assert_eq!(found.diagnostics.len(), 1, "{:?}", found.diagnostics);
        assert_eq!(found.diagnostics[0].message, "view `open` uses table `later` before it exists");
    }

    #[test]
    fn silent_where_it_works_or_may_work() {
        for view in [
            "CREATE VIEW v AS SELECT state FROM jobs",
            "CREATE VIEW v AS SELECT stat FROM jobs; DROP VIEW v",
            "CREATE VIEW v AS SELECT later FROM jobs; ALTER TABLE jobs ADD COLUMN later",
            "-- onward: allow(broken_view) the application makes `cache`\nCREATE VIEW v AS SELECT * FROM cache",
        ] {
            assert_eq!(history(&[&format!("{JOBS}\n{view};")]), [""; 0], "{view}");
        }
    }
}
