//! A trigger that is gone with the table or view it belonged to, which is dropped and made again without it.

use crate::checks::words::taken_away;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Loss, Part};

/// `trigger_lost`
pub static RULE: Rule = Rule::warning("trigger_lost", "what is dropped and made again gets its triggers again")
    .allowable()
    .effect(
        "The trigger no longer runs, and nothing says so. A view that loses its INSTEAD OF trigger refuses what is written \
         to it: `cannot modify v because it is a view`.",
    )
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE TABLE log(id INTEGER);
CREATE TRIGGER logged AFTER INSERT ON jobs BEGIN INSERT INTO log VALUES (new.id); END;
-- 0002_next.sql
CREATE TABLE new(id INTEGER PRIMARY KEY, state TEXT, due TEXT);
INSERT INTO new(id, state) SELECT id, state FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE TABLE log(id INTEGER);
CREATE TRIGGER logged AFTER INSERT ON jobs BEGIN INSERT INTO log VALUES (new.id); END;
-- 0002_next.sql
CREATE TABLE new(id INTEGER PRIMARY KEY, state TEXT, due TEXT);
INSERT INTO new(id, state) SELECT id, state FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;
CREATE TRIGGER logged AFTER INSERT ON jobs BEGIN INSERT INTO log VALUES (new.id); END;",
    );

pub(crate) fn check(history: &History, loss: &Loss) -> Option<Diagnostic> {
    let (label, table) = ("takes the trigger with it", &loss.table);
    match &loss.what {
        Part::Trigger { name, sql } => {
            let message = format!("trigger `{name}` of `{table}` is lost in the rebuild");
            let lost = Diagnostic::new(&RULE, history.place(loss.at), message);
            let effect = "what the trigger did at every change is no longer done";
            Some(taken_away(lost, label, effect, sql))
        }
        Part::Instead { name, sql, event, alone, .. } => {
            let message = format!("view `{table}` is made again without its trigger `{name}`");
            let effect = match alone {
                true => {
                    format!("every {event} on the view fails: `cannot modify {table} because it is a view`")
                }
                false => format!("what the trigger did at every {event} on the view is no longer done"),
            };
            let help = format!(
                "add behind the CREATE VIEW, or in a new migration if this one is released: `{sql};`; if the trigger is meant to go, \
                 drop it in front of the view"
            );
            let lost = Diagnostic::new(&RULE, history.place(loss.at), message);
            Some(lost.label(label).note(effect).help(help))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{REBUILD, folder, history};

    const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT); CREATE TABLE log(id);";
    const TRIGGER: &str =
        "CREATE TRIGGER logged AFTER INSERT ON jobs BEGIN INSERT INTO log VALUES (new.id); END;";

    #[test]
    fn gone_with_its_table() {
        assert_eq!(history(&[JOBS, TRIGGER, REBUILD]), ["trigger_lost 0003_m.sql:3:1"]);
    }

    #[test]
    fn silent_where_it_is_made_again_or_dropped() {
        assert_eq!(history(&[JOBS, TRIGGER, &format!("{REBUILD} {TRIGGER}")]), [""; 0]);
        assert_eq!(history(&[JOBS, TRIGGER, REBUILD, TRIGGER]), [""; 0]);
        assert_eq!(history(&[JOBS, TRIGGER, &format!("DROP TRIGGER logged; {REBUILD}")]), [""; 0]);
        assert_eq!(history(&[JOBS, TRIGGER, "DROP TABLE log; CREATE TABLE log(at);"]), [""; 0]);
    }

    const VIEW: &str = "CREATE VIEW open AS SELECT id, state FROM jobs WHERE state = 'open';";

    fn instead(name: &str, event: &str) -> String {
        format!("CREATE TRIGGER {name} INSTEAD OF {event} ON open BEGIN INSERT INTO log VALUES (1); END;")
    }

    /// The DROP of a view takes its triggers along.
    #[test]
    fn gone_with_its_view() {
        let (add, set) = (instead("added", "INSERT"), instead("changed", "UPDATE OF state"));
        let made = format!("{VIEW} {add} {set}");
        let again = "CREATE VIEW open AS SELECT id, state, 1 AS one FROM jobs WHERE state = 'open';";
        let lost = "trigger_lost 0003_m.sql:1:1";
        for (text, count) in [
            (format!("DROP VIEW open; {again}"), 2),
            (format!("DROP VIEW IF EXISTS Open; {again} {set}"), 1),
            (format!("DROP VIEW open; {again} {}", instead("other", "DELETE")), 2),
            // In words one of them goes, and the other with the view.
            (format!("DROP VIEW open; {again} DROP TRIGGER IF EXISTS added;"), 1),
        ] {
            assert_eq!(history(&[JOBS, &made, &text]), vec![lost; count], "{text}");
        }
        let rebuild = format!("DROP VIEW open;\n{REBUILD}\n{again}");
        assert_eq!(history(&[JOBS, &made, &rebuild]), [lost; 2]);
        let twice = format!("DROP VIEW open; {again} {set}\nDROP VIEW open; {again} {add}");
        assert_eq!(history(&[JOBS, &made, &twice]), ["trigger_lost 0003_m.sql:2:1"]);
        let found = folder(&[
            ("1_a.sql", JOBS),
            ("2_b.sql", &made),
            ("3_c.sql", &format!("DROP VIEW open; {again} {set}")),
        ]);
        let [only] = &found.diagnostics[..] else { panic!("{:?}", found.diagnostics) };
        assert_eq!(only.message, "view `open` is made again without its trigger `added`");
        assert_eq!(only.notes, ["every INSERT on the view fails: `cannot modify open because it is a view`"]);
        // One of two for the same event is made again.
        let two = format!("{made} {}", instead("noted", "INSERT"));
        let text = format!("DROP VIEW open; {again} {add} {set}");
        let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", &two), ("3_c.sql", &text)]);
        let [only] = &found.diagnostics[..] else { panic!("{:?}", found.diagnostics) };
        assert_eq!(only.notes, ["what the trigger did at every INSERT on the view is no longer done"]);
    }

    #[test]
    fn silent_where_a_view_has_its_triggers_or_is_meant_to_go() {
        let add = instead("added", "INSERT");
        let made = format!("{VIEW} {add}");
        let drop = "DROP VIEW open;";
        for text in [
            format!("{drop} {VIEW} {add}"),
            format!("{drop} {VIEW} {}", instead("put", "INSERT")),
            format!("DROP TRIGGER added; {drop} {VIEW}"),
            drop.to_owned(),
            format!("{drop} CREATE TABLE open(id INTEGER PRIMARY KEY, state TEXT);"),
            format!("{drop} CREATE VIEW other AS SELECT id FROM jobs;"),
            "CREATE VIEW other AS SELECT id FROM jobs; DROP VIEW other; CREATE VIEW other AS SELECT 1;"
                .to_owned(),
            format!("-- onward: allow(trigger_lost) read only from now on\n{drop} {VIEW}"),
        ] {
            assert_eq!(history(&[JOBS, &made, &text]), [""; 0], "{text}");
        }
        let without = format!("{drop} {VIEW}");
        assert_eq!(history(&[JOBS, &made, &without, &add]), [""; 0]);
        assert_eq!(history(&[JOBS, &made, &without, &instead("put", "INSERT")]), [""; 0]);
        assert_eq!(history(&[JOBS, &made, &without, drop]), [""; 0]);
        assert_eq!(history(&[JOBS, VIEW, &without]), [""; 0]);
        // A trigger of the table that the view reads stays.
        assert_eq!(history(&[JOBS, TRIGGER, VIEW, &without]), [""; 0]);
        assert_eq!(history(&[JOBS, &made, drop, VIEW]), [""; 0]);
    }
}
