//! A history that leaves rows whose foreign keys lead nowhere.
//!
//! Foreign keys are off while migrations run, and the runtime refuses to commit such rows if they were not there
//! before: on a fresh database, every start would fail.

use super::Rule;
use crate::diagnostic::Diagnostic;
use crate::history::History;
use crate::replay::{Orphans, Replay};

/// `orphans`
pub static RULE: Rule =
    Rule::error("orphans", "on a fresh database, every row a migration refers to is there");

pub(super) fn check(history: &History, replay: &Replay) -> Option<Diagnostic> {
    let Orphans { migration, violations } = replay.orphans.as_ref()?;
    let migration = &history.migrations[*migration];
    // The statement that mentions the table last is the one to look at first.
    let table = violations.first().map(|violation| violation.table.to_lowercase()).unwrap_or_default();
    let text =
        |range: &std::ops::Range<usize>| history.files.get(migration.file).text[range.clone()].to_lowercase();
    let ranges = || migration.statements.iter().map(|statement| &statement.range);
    let range = ranges().rfind(|range| text(range).contains(&table)).or_else(|| ranges().next_back());
    let message = "the history leaves rows whose foreign keys lead nowhere";
    let place = migration.file.at(range.cloned().unwrap_or(0..0));
    let mut diagnostic = Diagnostic::new(&RULE, place, message).label("after this migration");
    for violation in violations.iter().take(3) {
        diagnostic = diagnostic.note(violation.to_string());
    }
    Some(diagnostic.note("the runtime refuses to commit them, so no fresh database would start").help(
        "foreign keys are off while migrations run, so ON DELETE actions do not fire: insert the rows that are \
         referred to, or delete the rows that refer to them",
    ))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::history;

    const TABLES: &str =
        "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p ON DELETE CASCADE);";

    #[test]
    fn seeds_without_parents_and_cascades_that_do_not_fire() {
        assert_eq!(history(&[TABLES, "INSERT INTO c VALUES (1);", "SELECT 1;"]), ["orphans 0002_m.sql:1:1"]);
        let texts = [TABLES, "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);", "DELETE FROM p;"];
        assert_eq!(history(&texts), ["orphans 0003_m.sql:1:1"]);
    }

    #[test]
    fn silent_when_it_is_mended_in_the_end() {
        assert_eq!(
            history(&[TABLES, "INSERT INTO c VALUES (1), (NULL);", "INSERT INTO p VALUES (1);"]),
            [""; 0]
        );
    }
}
