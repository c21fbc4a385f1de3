//! A trigger that is gone with the table it belonged to: a rebuild drops the table, and nobody makes the trigger again.

use crate::checks::words::taken_away;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Loss, Part};

/// `trigger_lost`
pub static RULE: Rule = Rule::warning("trigger_lost", "a rebuild makes the triggers of its table again")
    .allowable()
    .effect("Nothing fails: the trigger no longer runs.")
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
    let Part::Trigger { name, sql } = &loss.what else { return None };
    let message = format!("trigger `{name}` of `{}` is lost in the rebuild", loss.table);
    let lost = Diagnostic::new(&RULE, history.place(loss.at), message);
    let effect = "what the trigger did at every change is no longer done";
    Some(taken_away(lost, "takes the trigger with it", effect, sql))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{REBUILD, history};

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
}
