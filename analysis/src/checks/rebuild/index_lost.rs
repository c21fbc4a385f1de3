//! An index that is gone with the table it belonged to: a rebuild drops the table, and nobody makes the index again.
//!
//! Nothing fails, queries get slow, and a UNIQUE index no longer refuses anything.

use crate::checks::words::taken_away;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Loss, Part};

/// `index_lost`
pub static RULE: Rule = Rule::warning("index_lost", "a rebuild makes the indexes of its table again")
    .allowable()
    .effect("Nothing fails: queries get slow, and a UNIQUE index no longer refuses anything.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE INDEX by_state ON jobs(state);
-- 0002_next.sql
CREATE TABLE new(id INTEGER PRIMARY KEY, state TEXT, due TEXT);
INSERT INTO new(id, state) SELECT id, state FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
CREATE INDEX by_state ON jobs(state);
-- 0002_next.sql
CREATE TABLE new(id INTEGER PRIMARY KEY, state TEXT, due TEXT);
INSERT INTO new(id, state) SELECT id, state FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;
CREATE INDEX by_state ON jobs(state);",
    );

pub(crate) fn check(history: &History, loss: &Loss) -> Option<Diagnostic> {
    let Part::Index { name, sql, unique } = &loss.what else { return None };
    let effect = match unique {
        true => "nothing refuses a second row with the same values any more",
        false => "queries that used it read the whole table",
    };
    let message = format!("index `{name}` of `{}` is lost in the rebuild", loss.table);
    let lost = Diagnostic::new(&RULE, history.place(loss.at), message);
    Some(taken_away(lost, "takes the index with it", effect, sql))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{REBUILD, folder, history};

    const JOBS: &str =
        "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT); CREATE INDEX by_state\nON jobs(state);";

    #[test]
    fn the_statement_to_add_is_printed() {
        let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", REBUILD)]);
        assert_eq!(found.diagnostics.len(), 1, "{:?}", found.diagnostics);
        let diagnostic = &found.diagnostics[0];
        assert_eq!(diagnostic.message, "index `by_state` of `jobs` is lost in the rebuild");
        assert_eq!(found.history.files.text(&diagnostic.place), "DROP TABLE jobs");
        assert!(diagnostic.help.ends_with("`CREATE INDEX by_state ON jobs(state);`"), "{}", diagnostic.help);
        // The other order of renames loses it as well.
        let renamed = "ALTER TABLE jobs RENAME TO old; CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
            INSERT INTO jobs SELECT * FROM old; DROP TABLE old;";
        assert_eq!(history(&[JOBS, renamed]), ["index_lost 0002_m.sql:2:49"]);
    }

    #[test]
    fn each_index_with_its_own_text() {
        let more = format!(
            "{JOBS} CREATE INDEX by_both ON jobs(state, id); CREATE INDEX lower ON jobs(lower(state));"
        );
        let found = folder(&[("1_a.sql", &more), ("2_b.sql", REBUILD)]);
        let mut texts: Vec<_> =
            found.diagnostics.iter().map(|found| found.help.rsplit(" ON ").next().unwrap()).collect();
        texts.sort_unstable();
        assert_eq!(texts, ["jobs(lower(state));`", "jobs(state);`", "jobs(state, id);`"]);
        let with = |text: &str| history(&[JOBS, &format!("{REBUILD} {text}")]);
        let lost = ["index_lost 0002_m.sql:3:1"];
        assert_eq!(with("CREATE INDEX other ON jobs(due, state);"), lost);
        assert_eq!(history(&[JOBS, REBUILD, "CREATE INDEX other ON jobs(due, state);"]), lost);
        assert_eq!(with("CREATE INDEX other ON jobs(state) WHERE due IS NULL;"), lost);
    }

    #[test]
    fn a_partial_index_and_what_stands_in_for_it() {
        let jobs = JOBS.replace("(state);", "(state) WHERE state > 'a';");
        assert_eq!(history(&[&jobs, REBUILD]), ["index_lost 0002_m.sql:3:1"]);
        for other in
            ["CREATE INDEX other ON jobs(state) WHERE state > 'a';", "CREATE INDEX other ON jobs(state);"]
        {
            assert_eq!(history(&[&jobs, &format!("{REBUILD} {other}")]), [""; 0], "{other}");
        }
        let other = "CREATE INDEX other ON jobs(state) WHERE state > 'b';";
        assert_eq!(history(&[&jobs, &format!("{REBUILD} {other}")]), ["index_lost 0002_m.sql:3:1"]);
    }

    #[test]
    fn what_refuses_a_second_row_stands_in_for_an_index_that_does() {
        let jobs = JOBS.replace("CREATE INDEX", "CREATE UNIQUE INDEX");
        let lost = ["index_lost 0002_m.sql:3:1"];
        assert_eq!(history(&[&jobs, REBUILD]), lost);
        assert_eq!(history(&[&jobs, &format!("{REBUILD} CREATE INDEX other ON jobs(state);")]), lost);
        assert_eq!(
            history(&[&jobs, &format!("{REBUILD} CREATE UNIQUE INDEX other ON jobs(state, due);")]),
            lost
        );
        let partial = "CREATE UNIQUE INDEX other ON jobs(state) WHERE due IS NULL;";
        assert_eq!(history(&[&jobs, &format!("{REBUILD} {partial}")]), lost);
        assert_eq!(history(&[&jobs, &REBUILD.replace("state TEXT", "state TEXT UNIQUE")]), [""; 0]);
        assert_eq!(
            history(&[&jobs, &format!("{REBUILD} CREATE UNIQUE INDEX other ON jobs(state);")]),
            [""; 0]
        );
    }

    #[test]
    fn columns_in_another_order_stand_in() {
        let jobs = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, a, b); CREATE INDEX i ON jobs(a, b);";
        let rebuild = |columns: &str| {
            format!(
                "CREATE TABLE n(id INTEGER PRIMARY KEY, a, b, due{columns});\nINSERT INTO n(id, a, b) SELECT id, a, b FROM jobs \
                 GROUP BY a, b;\nDROP TABLE jobs;\nALTER TABLE n RENAME TO jobs;"
            )
        };
        let lost = |jobs: &str, columns: &str, more: &str| {
            history(&[jobs, &format!("{}\n{more}", rebuild(columns))])
                .iter()
                .filter(|found| found.starts_with("index_lost"))
                .count()
        };
        let unique = jobs.replace("CREATE INDEX", "CREATE UNIQUE INDEX");
        for (more, plain, strict) in [
            ("CREATE INDEX j ON jobs(b, a);", 0, 1),
            ("CREATE INDEX j ON jobs(b, a, due);", 0, 1),
            ("CREATE INDEX j ON jobs(b, due, a);", 1, 1),
            ("CREATE INDEX j ON jobs(b);", 1, 1),
            ("CREATE UNIQUE INDEX j ON jobs(b, a);", 0, 0),
            ("CREATE UNIQUE INDEX j ON jobs(b, a, due);", 0, 1),
        ] {
            assert_eq!((lost(jobs, "", more), lost(&unique, "", more)), (plain, strict), "{more}");
        }
        assert_eq!((lost(jobs, ", UNIQUE (b, a)", ""), lost(&unique, ", UNIQUE (b, a)", "")), (0, 0));
    }

    #[test]
    fn silent_where_it_is_made_again_replaced_or_dropped() {
        let with = |text: &str| history(&[JOBS, &format!("{REBUILD} {text}")]);
        assert_eq!(with("CREATE INDEX by_state ON jobs(state);"), [""; 0]);
        assert_eq!(with("CREATE INDEX other ON jobs(state, due);"), [""; 0]);
        assert_eq!(history(&[JOBS, REBUILD, "CREATE INDEX by_state ON jobs(state);"]), [""; 0]);
        assert_eq!(history(&[JOBS, REBUILD, "CREATE INDEX other ON jobs(state, due);"]), [""; 0]);
        assert_eq!(history(&[JOBS, &format!("DROP INDEX by_state; {REBUILD}")]), [""; 0]);
        let without = REBUILD
            .replace("state TEXT, ", "")
            .replace("(id, state) SELECT id, state", "(id, due) SELECT id, state");
        assert_eq!(history(&[JOBS, &without]), [""; 0]);
    }
}
