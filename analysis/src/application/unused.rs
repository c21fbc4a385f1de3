//! The indexes that a program does without.

use crate::analysis::Analysis;
use crate::file::Place;
use crate::plans;

impl Analysis {
    /// The indexes of the migrations that none of these statements uses, each with where it is made, by the plans that SQLite
    /// makes with large tables. Indexes that refuse rows or find the children of a parent that goes are left out, and those of
    /// tables that are declared small or that a trigger names.
    pub fn unused_indexes<'s>(&'s self, statements: impl Iterator<Item = &'s str>) -> Vec<(String, Place)> {
        let Some(replay) = self.replay.as_ref().filter(|_| !self.has_errors()) else { return Vec::new() };
        let statements: Vec<&str> = statements.collect();
        let found = replay.with_scratch(&self.history.config, |scratch| {
            let names = plans::unused(scratch, statements.iter().copied());
            names.into_iter().map(str::to_owned).collect::<Vec<_>>()
        });
        let place = |name: String| Some((replay.definition_of_index(&self.history, &name)?, name));
        let places = found.unwrap_or_default().into_iter().filter_map(place);
        places.map(|(place, name)| (name, place)).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::folder;

    #[test]
    fn what_no_statement_uses_and_what_has_another_use() {
        let analysis = folder(&[(
            "1_a.sql",
            "CREATE TABLE owners(id INTEGER PRIMARY KEY, name TEXT);
             CREATE TABLE jobs(id INTEGER PRIMARY KEY, owner INTEGER REFERENCES owners(id), state TEXT, due TEXT, note TEXT);
             CREATE TABLE seen(job INTEGER, at TEXT);
             CREATE INDEX by_state ON jobs(state, due);
             CREATE INDEX by_due ON jobs(due);
             CREATE INDEX by_note ON jobs(note) WHERE note IS NOT NULL;
             CREATE INDEX by_owner ON jobs(owner);
             CREATE INDEX \"by at\" ON seen(at);
             CREATE UNIQUE INDEX one ON owners(name);
             CREATE VIEW late AS SELECT id FROM jobs WHERE due < '2026';
             CREATE TRIGGER note AFTER DELETE ON jobs BEGIN DELETE FROM seen WHERE job = old.id; END;",
        )]);
        for (statements, expected) in [
            (&["SELECT id FROM jobs WHERE state = ?"][..], vec!["by_due", "by_note"]),
            (&["SELECT id FROM late", "UPDATE jobs SET note = '' WHERE state = :state"], vec!["by_note"]),
            (
                &["SELECT id FROM jobs WHERE note = ?", "SELECT", "SELECT id FROM jobs ORDER BY due LIMIT 5"],
                vec!["by_state"],
            ),
            (&[], vec!["by_due", "by_note", "by_state"]),
        ] {
            let found = analysis.unused_indexes(statements.iter().copied());
            let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, expected, "{statements:?}");
        }
        let found = analysis.unused_indexes([].into_iter());
        assert_eq!(analysis.history.files.position(&found[0].1).line, 5);
    }
}
