//! A trigger that cannot run at the end of the history, because a table, a column or an index in it is not
//! there.
//!
//! SQLite takes the body of a trigger unseen, and then fails every statement that sets it off. A warning, since the
//! application may make what is missing by other means.

use onward_core::kind::ObjectKind;

use super::broken_view;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::Replay;

/// `broken_trigger`
pub static RULE: Rule = Rule::warning("broken_trigger", "a trigger can run at the end of the history")
    .allowable()
    .effect("Every statement that sets the trigger off fails.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE TRIGGER logged AFTER INSERT ON jobs BEGIN INSERT INTO log VALUES (new.id); END;",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE TABLE log(id INTEGER);
CREATE TRIGGER logged AFTER INSERT ON jobs BEGIN INSERT INTO log VALUES (new.id); END;",
    );

pub(crate) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    let effect = "every statement that sets the trigger off fails";
    let broken =
        replay.broken.iter().filter(|broken| broken.object == ObjectKind::Trigger && !broken.is_unnamed());
    let unresolved = replay.unresolved.iter();
    let unresolved = unresolved.filter_map(move |unresolved| {
        broken_view::early(&RULE, ObjectKind::Trigger, history, unresolved, effect)
    });
    broken.filter_map(move |broken| broken_view::explain(&RULE, history, broken, effect)).chain(unresolved)
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT); CREATE TABLE log(id, state);";

    #[test]
    fn what_no_longer_fits() {
        let trigger = "CREATE TRIGGER logged AFTER INSERT ON jobs BEGIN INSERT INTO log VALUES (new.id, new.state); END;";
        let found = folder(&[
            ("1_a.sql", JOBS),
            ("2_b.sql", trigger),
            ("3_c.sql", "ALTER TABLE log ADD COLUMN at TEXT;"),
        ]);
        let [only] = &found.diagnostics[..] else { panic!("{:?}", found.diagnostics) };
        assert_eq!(
            only.message,
            "trigger `logged` does not work at the end: table log has 3 columns but 2 values were supplied"
        );
        assert_eq!(found.history.files.get(only.related[0].place.file).path, "3_c.sql");
        assert_eq!(history(&[JOBS, trigger]), [""; 0]);
    }

    #[test]
    fn every_event_and_the_right_one_of_several() {
        let sound = "CREATE TRIGGER a AFTER INSERT ON jobs BEGIN INSERT INTO log(id) VALUES (new.id); END;";
        for event in ["INSERT", "UPDATE", "UPDATE OF state", "DELETE"] {
            let trigger = format!(
                "CREATE TRIGGER b AFTER {event} ON jobs\nBEGIN INSERT INTO log(idd) VALUES (1); END;"
            );
            let found = history(&[JOBS, &format!("{sound}\n{trigger}")]);
            assert_eq!(found, ["broken_trigger 0002_m.sql:3:23"], "{event}");
        }
    }

    #[test]
    fn what_broke_it_is_named() {
        let trigger = "CREATE TRIGGER g AFTER UPDATE ON jobs BEGIN DELETE FROM log WHERE id = old.id; END;";
        let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", trigger), ("3_c.sql", "DROP TABLE log;")]);
        let diagnostic = &found.diagnostics[0];
        assert_eq!((diagnostic.rule.code, found.has_errors()), ("broken_trigger", false));
        assert_eq!(found.history.files.text(&diagnostic.related[0].place), "DROP TABLE log");
    }

    /// In an UPDATE or DELETE of a trigger SQLite takes no INDEXED BY; in what these select from, it does.
    #[test]
    fn an_index_that_is_not_there() {
        let index = "CREATE INDEX by_state ON jobs(state);";
        let select = "SELECT id FROM jobs INDEXED BY by_state WHERE state = new.state";
        for body in [
            format!("INSERT INTO log(id)\n{select};"),
            format!("UPDATE log SET id = 1 WHERE id IN (\n{select});"),
            format!("DELETE FROM log WHERE id = (\n{select});"),
        ] {
            let trigger = format!("CREATE TRIGGER g AFTER INSERT ON jobs BEGIN {body} END;");
            assert_eq!(history(&[JOBS, index, &trigger]), [""; 0], "{body}");
            assert_eq!(
                history(&[JOBS, index, &trigger, "DROP INDEX by_state;"]),
                ["broken_trigger 0003_m.sql:2:32"],
                "{body}"
            );
            assert_eq!(history(&[JOBS, &trigger]), ["broken_trigger 0002_m.sql:2:32"], "{body}");
            assert_eq!(history(&[JOBS, &format!("{trigger} {index}")]), [""; 0], "{body}");
            let again = "DROP INDEX by_state; CREATE INDEX by_state ON jobs(state, id);";
            assert_eq!(history(&[JOBS, index, &trigger, again]), [""; 0], "{body}");
        }
    }

    #[test]
    fn made_before_what_it_uses() {
        let trigger = "CREATE TRIGGER g AFTER UPDATE ON jobs BEGIN UPDATE log SET at = 1; END;";
        let found = history(&[JOBS, trigger, "ALTER TABLE log ADD at;"]);
        assert_eq!(found, ["broken_trigger 0002_m.sql:1:60"]);
    }

    #[test]
    fn silent_where_it_works_or_may_work() {
        for trigger in [
            "CREATE TRIGGER g AFTER INSERT ON jobs BEGIN INSERT INTO later VALUES (1); END; CREATE TABLE later(a)",
            "CREATE VIEW v AS SELECT * FROM jobs;
             CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN INSERT INTO jobs VALUES (new.id, new.state); END;
             CREATE TRIGGER h INSTEAD OF UPDATE ON v BEGIN UPDATE jobs SET state = new.state WHERE id = old.id; END",
        ] {
            assert_eq!(history(&[JOBS, trigger]), [""; 0], "{trigger}");
        }
    }
}
