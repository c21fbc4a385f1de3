//! Values that are others after a migration which keeps their table, and says nothing of changing them.

use crate::diagnostic::{Diagnostic, Severity};
use crate::history::History;
use crate::replay::{Replay, What, Witness};
use crate::rule::Rule;

/// `values_changed`
pub static RULE: Rule = Rule::error("values_changed", "a rebuild keeps what is in the columns it keeps")
    .allowable()
    .effect("Columns hold what belongs into others, and searches find the wrong rows.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
CREATE TABLE new(state TEXT, id INTEGER);
INSERT INTO new SELECT * FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
CREATE TABLE new(state TEXT, id INTEGER);
INSERT INTO new(id, state) SELECT id, state FROM jobs;
DROP TABLE jobs;
ALTER TABLE new RENAME TO jobs;",
    );

pub(super) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    replay.witnesses.iter().filter_map(|witness| explain(history, witness))
}

fn explain(history: &History, witness: &Witness) -> Option<Diagnostic> {
    let place = history.place(witness.at);
    let severity = if witness.certain { Severity::Error } else { Severity::Warning };
    let diagnostic = |message: String| Diagnostic::new(&RULE, place, message).severity(severity);
    let written = |table: &str| history.written(table);
    match &witness.what {
        What::Changed { table, column, other, is_text: true, values: (before, after) } => Some(
            diagnostic(format!(
                "every row of `{}` gets the text '{other}' as its `{column}`",
                written(table)
            ))
            .label("a string, not a column")
            .note(format!("before the migration it is {before}, after it {after}"))
            .help(format!("name the column that the values are in, without single quotes: `{column}`")),
        ),
        What::Changed { table, column, other, values: (before, after), .. } => Some(
            diagnostic(format!("column `{column}` of `{}` gets the values of `{other}`", written(table)))
                .label("the columns of the two tables are in another order")
                .note(format!("before the migration it is {before}, after it {after}"))
                .help(format!(
                    "name the columns on both sides: `INSERT INTO …(…, {column}, …) SELECT …, {column}, …`"
                )),
        ),
        What::Cleared { table, column, parent } => Some(
            diagnostic(format!("this clears `{column}` of `{}`", written(table)))
                .label(format!(
                    "deletes rows of `{}` without saying so, and the foreign key that refers to them has an action",
                    written(parent)
                ))
                .note("rows that referred to one that is there again refer to nothing")
                .help(
                    "take `-- onward: foreign_keys(on)` out: without it, no foreign key acts; or write the rows with \
                     `INSERT … ON CONFLICT (…) DO UPDATE SET …`, which keeps them",
                ),
        ),
        What::Renumbered { table, index } => Some(
            diagnostic(format!(
                "the rows of `{}` get other rowids, by which `{index}` knows them",
                written(table)
            ))
            .label("gives the rows new rowids")
            .note(format!("a search in `{index}` then finds other rows than it should, or none"))
            .help(format!(
                "copy the rowid as well, or write after the rebuild: \
                     `INSERT INTO {index}({index}) VALUES ('rebuild');`"
            )),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT, owner TEXT);";

    fn rebuild(copy: &str) -> String {
        format!(
            "CREATE TABLE n(id INTEGER PRIMARY KEY, owner TEXT, state TEXT);\n{copy};\n\
             DROP TABLE jobs; ALTER TABLE n RENAME TO jobs;"
        )
    }

    #[test]
    fn columns_in_another_order() {
        for copy in ["INSERT INTO n SELECT * FROM jobs", "INSERT INTO n SELECT id, state, owner FROM jobs"] {
            let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", &rebuild(copy))]);
            let messages: Vec<_> = found.diagnostics.iter().map(|found| found.message.as_str()).collect();
            let expected = [
                "column `owner` of `jobs` gets the values of `state`",
                "column `state` of `jobs` gets the values of `owner`",
            ];
            assert_eq!(messages, expected, "{copy}");
            assert!(found.has_errors());
        }
    }

    #[test]
    fn a_key_that_a_rebuild_of_its_parent_clears() {
        let tables = |action: &str| {
            format!(
                "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p INTEGER REFERENCES p(id) ON DELETE {action});"
            )
        };
        let rebuild = "CREATE TABLE n(id INTEGER PRIMARY KEY, a);\nINSERT INTO n(id) SELECT id FROM p;\nDROP TABLE p;\nALTER TABLE n RENAME TO p;";
        let on = format!("-- onward: foreign_keys(on)\n{rebuild}");
        for action in ["SET NULL", "SET DEFAULT"] {
            assert_eq!(history(&[&tables(action), &on]), ["values_changed 0002_m.sql:4:1"], "{action}");
            assert_eq!(history(&[&tables(action), rebuild]), [""; 0], "{action}");
            let meant = "-- onward: foreign_keys(on)\nDELETE FROM p WHERE id > 1;";
            assert_eq!(history(&[&tables(action), meant]), [""; 0], "{action}");
            let back = "CREATE TEMP TABLE kept AS SELECT rowid AS r, p FROM c;";
            let back = on.replace("CREATE TABLE n", &format!("{back} CREATE TABLE n"))
                + "UPDATE c SET p = (SELECT kept.p FROM kept WHERE r = c.rowid);";
            assert_eq!(history(&[&tables(action), &back]), [""; 0], "{action}");
        }
        let found = folder(&[("1_a.sql", &tables("SET NULL")), ("2_b.sql", &on)]);
        assert!(found.has_errors());
    }

    #[test]
    fn columns_of_one_kind_in_another_order() {
        for (a, b) in [
            ("tries INTEGER", "cost INTEGER"),
            ("wide REAL", "high REAL"),
            ("made_at TEXT NOT NULL", "due_at TEXT NOT NULL"),
            ("made_at INTEGER", "due_at INTEGER"),
            ("made DATETIME", "due DATETIME"),
            ("is_open BOOLEAN", "is_due BOOLEAN"),
            ("uuid TEXT", "guid TEXT"),
            ("of UUID", "at UUID"),
            ("a BLOB", "b BLOB"),
            ("a DECIMAL", "b DECIMAL"),
            ("a_json TEXT", "b_json TEXT"),
            ("a TEXT DEFAULT '[]'", "b TEXT DEFAULT '[]'"),
            ("a_url TEXT", "b_url TEXT"),
            ("email TEXT", "old_email TEXT"),
            ("a BLOB NOT NULL CHECK (length(a) = 32)", "b BLOB NOT NULL CHECK (length(b) = 32)"),
            ("a CHECK (a IN ('x', 'y'))", "b CHECK (b IN ('x', 'y'))"),
        ] {
            let jobs = format!("CREATE TABLE jobs(id INTEGER PRIMARY KEY, {a}, {b});");
            let copy = format!(
                "CREATE TABLE n(id INTEGER PRIMARY KEY, {b}, {a});\nINSERT INTO n SELECT * FROM jobs;\n\
                 DROP TABLE jobs; ALTER TABLE n RENAME TO jobs;"
            );
            let found = history(&[&jobs, &copy]);
            assert_eq!(found, ["values_changed 0002_m.sql:2:1", "values_changed 0002_m.sql:2:1"], "{a}, {b}");
        }
    }

    /// Of a column that is updated, the copy says nothing.
    #[test]
    fn columns_that_are_updated_are_other_columns() {
        let copy = rebuild("INSERT INTO n SELECT * FROM jobs; UPDATE n SET owner = lower(owner)");
        let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", &copy)]);
        let messages: Vec<_> = found.diagnostics.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(messages, ["column `state` of `jobs` gets the values of `owner`"]);
    }

    #[test]
    fn columns_of_json_in_another_order() {
        let jobs = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, a TEXT, b TEXT);
            CREATE INDEX i ON jobs(json_extract(a, '$.n'), json_extract(b, '$.n'));";
        let copy = "DROP INDEX i; CREATE TABLE n(id INTEGER PRIMARY KEY, b TEXT, a TEXT);\nINSERT INTO n SELECT * FROM jobs;\n\
                    DROP TABLE jobs; ALTER TABLE n RENAME TO jobs;";
        assert_eq!(
            history(&[jobs, copy]),
            ["values_changed 0002_m.sql:2:1", "values_changed 0002_m.sql:2:1"]
        );
    }

    /// The old table may be kept, and what is copied within a table is no rebuild.
    #[test]
    fn only_a_rebuild_takes_columns_over() {
        let kept = "ALTER TABLE jobs RENAME TO old; CREATE TABLE jobs(id INTEGER PRIMARY KEY, owner TEXT, state TEXT);\n\
                    INSERT INTO jobs SELECT * FROM old;";
        assert_eq!(
            history(&[JOBS, kept]),
            ["values_changed 0002_m.sql:2:1", "values_changed 0002_m.sql:2:1"]
        );
        let others =
            "ALTER TABLE x RENAME TO y; CREATE TABLE n(id INTEGER PRIMARY KEY, owner TEXT, state TEXT);
            INSERT INTO n SELECT * FROM y; DROP TABLE jobs; ALTER TABLE n RENAME TO jobs;";
        assert_eq!(history(&[JOBS, &JOBS.replace("jobs", "x"), others]), [""; 0]);
        let within = "ALTER TABLE x RENAME TO y; INSERT INTO jobs SELECT id + 100, owner, state FROM jobs;";
        assert_eq!(history(&[JOBS, "CREATE TABLE x(a);", within]), [""; 0]);
    }

    #[test]
    fn a_name_in_quotes_is_a_text() {
        let copy = rebuild("INSERT INTO n(id, owner, state) SELECT id, owner, 'state' FROM jobs");
        let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", &copy)]);
        assert_eq!(found.diagnostics[0].message, "every row of `jobs` gets the text 'state' as its `state`");
        assert_eq!(found.diagnostics.len(), 1);
        // As SQLite by default reads a name that is none.
        let copy = rebuild(
            "-- onward: allow(double_quoted_string) old\nINSERT INTO n(id, owner, state) SELECT id, owner, \"stat\" FROM jobs",
        );
        assert_eq!(history(&[JOBS, &copy]), ["values_changed 0002_m.sql:3:1"]);
    }

    #[test]
    fn rowids_that_an_index_of_texts_knows() {
        let notes =
            "CREATE TABLE notes(body TEXT); CREATE VIRTUAL TABLE search USING fts5(body, content='notes');";
        let rebuild = "CREATE TABLE n(body TEXT, at TEXT);\nINSERT INTO n(body) SELECT body FROM notes;\n\
                       DROP TABLE notes; ALTER TABLE n RENAME TO notes;";
        let found = folder(&[("1_a.sql", notes), ("2_b.sql", rebuild)]);
        assert_eq!(found.diagnostics.len(), 1, "{:?}", found.diagnostics);
        assert!(found.diagnostics[0].message.contains("other rowids"));
        let others = notes.replace("content=", "tokenize='porter', content=");
        assert_eq!(history(&[&others, rebuild]), ["values_changed 0002_m.sql:2:1"]);
        let mended = format!("{rebuild} INSERT INTO search(search) VALUES ('rebuild');");
        assert_eq!(history(&[notes, &mended]), [""; 0]);
    }

    #[test]
    fn silent_where_the_columns_are_named_or_an_expression_says_so() {
        for copy in [
            "INSERT INTO n(id, owner, state) SELECT id, owner, state FROM jobs",
            "INSERT INTO n(id, owner, state) SELECT id, state, owner FROM jobs",
            "INSERT INTO n SELECT id, owner, lower(state) FROM jobs",
            "INSERT INTO n SELECT id, owner, 'new' FROM jobs",
        ] {
            assert_eq!(history(&[JOBS, &rebuild(copy)]), [""; 0], "{copy}");
        }
        let owners = "UPDATE jobs SET owner = 'owner';";
        let named = rebuild("INSERT INTO n(id, state) SELECT id, owner FROM jobs");
        assert_eq!(history(&[JOBS, owners, &named]), [""; 0]);
        // Where both hold the same, no value is another one.
        let same = "UPDATE jobs SET owner = 'a', state = 'a';";
        assert_eq!(history(&[JOBS, same, &rebuild("INSERT INTO n SELECT * FROM jobs")]), [""; 0]);
        // What a fault beside it has brought about, nobody knows.
        let faulty = rebuild("INSERT INTO n SELECT * FROM jobs; UPDATE n SET nope = 1");
        assert_eq!(history(&[JOBS, &faulty]), ["unknown_column 0002_m.sql:2:48"]);
    }
}
