//! Values that are others after a migration which keeps their table, and says nothing of changing them.

use super::data_dropped::came_with_release;
use crate::diagnostic::rule::Rule;
use crate::diagnostic::{Diagnostic, Severity};
use crate::folder::history::History;
use crate::replay::{Finding, Loss, Part, Replay, What};

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

pub(crate) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    let seen = replay.findings.iter().filter_map(|finding| explain(history, finding));
    seen.chain(replay.losses.iter().filter_map(|loss| lost(history, loss)))
}

/// What a copy says that names its columns.
fn lost(history: &History, loss: &Loss) -> Option<Diagnostic> {
    let is_new = |columns| came_with_release(history, loss.at, &loss.table, columns);
    let diagnostic =
        |message: String| Diagnostic::new(&RULE, history.place(loss.at), message).severity(Severity::Warning);
    let table = &loss.table;
    if is_new(None) {
        return None;
    }
    match &loss.what {
        Part::LeftOut(columns) => {
            let columns: Vec<&String> =
                columns.iter().filter(|column| !is_new(Some(std::slice::from_ref(column)))).collect();
            let qualified: Vec<String> =
                columns.iter().map(|column| format!("`{table}.{column}`")).collect();
            let (first, list) = (*columns.first()?, qualified.join(", "));
            let (them, is) = if columns.len() == 1 { ("it", "the column is") } else { ("them", "the columns are") };
            Some(
                diagnostic(format!("what is in {list} is lost in the rebuild"))
                    .label(format!("copies every row without {them}"))
                    .note(format!("{is} kept, and every row has the default there, or NULL"))
                    .help(format!(
                        "name {them} on both sides: `INSERT INTO …(…, {first}) SELECT …, {first}`; if the values are to go, \
                         select what is to be there instead, as in `SELECT …, NULL`"
                    )),
            )
        }
        // What a new column is given, it is given first.
        Part::Moved { column, .. } if is_new(Some(std::slice::from_ref(column))) => None,
        Part::Moved { column, other } => Some(
            diagnostic(format!("column `{column}` of `{table}` gets the values of `{other}`"))
                .label("the columns are named in another order on the two sides")
                .note("the table keeps both columns")
                .help(format!(
                    "name the columns in one order: `INSERT INTO …(…, {column}, …) SELECT …, {column}, …`; if this is meant, \
                     say so: `-- onward: allow(values_changed) <reason>` above"
                )),
        ),
        Part::Ids { key, children } => {
            let children: Vec<String> = children.iter().map(|child| format!("`{child}`")).collect();
            let effect = match &children[..] {
                [] => "what knows a row by its old number finds another one, or none".to_owned(),
                [one] => format!("the rows of {one} then refer to other rows than before, or to none"),
                _ => format!("the rows of {} then refer to other rows than before, or to none", children.join(", ")),
            };
            Some(
                diagnostic(format!("the rows of `{table}` get other numbers as their `{key}`"))
                    .label(format!("copies every row without its `{key}`"))
                    .note(format!("the rows are numbered anew, without the gaps that deleted rows have left: {effect}"))
                    .help(format!("copy the key as well: `INSERT INTO …({key}, …) SELECT {key}, …`")),
            )
        }
        _ => None,
    }
}

fn explain(history: &History, finding: &Finding) -> Option<Diagnostic> {
    let place = history.place(finding.at);
    let severity = if finding.certain { Severity::Error } else { Severity::Warning };
    let diagnostic = |message: String| Diagnostic::new(&RULE, place, message).severity(severity);
    let written = |table: &str| history.written(table);
    match &finding.what {
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
                .help(match history.migration(finding.at).foreign_keys {
                    true => {
                        "take `-- onward: foreign_keys(on)` out: without it, no foreign key acts; or write the rows with \
                         `INSERT … ON CONFLICT (…) DO UPDATE SET …`, which keeps them"
                    }
                    false => "write the rows with `INSERT … ON CONFLICT (…) DO UPDATE SET …`, which keeps them",
                }),
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

    fn messages(texts: &[&str]) -> Vec<String> {
        let names: Vec<String> = (1..=texts.len()).map(|number| format!("{number}_m.sql")).collect();
        let files: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(texts.iter().copied()).collect();
        let found = folder(&files);
        assert!(!found.has_errors(), "{:?}", found.diagnostics);
        found.diagnostics.into_iter().map(|found| found.message).collect()
    }

    const WIDER: &str = "CREATE TABLE n(id INTEGER PRIMARY KEY, state TEXT, owner TEXT, due TEXT);";
    const SWAP: &str = "DROP TABLE jobs; ALTER TABLE n RENAME TO jobs;";

    #[test]
    fn a_column_that_the_copy_leaves_out() {
        let expected = ["what is in `jobs.owner` is lost in the rebuild"];
        let first = "ALTER TABLE jobs RENAME TO o;";
        let again = WIDER.replace(" n(", " jobs(");
        let back = format!("{again} INSERT INTO jobs(id, state) SELECT id, state FROM o;");
        let copy = "INSERT INTO n(id, state) SELECT id, state FROM jobs;";
        for files in [
            vec![format!("{WIDER}{copy}{SWAP}")],
            vec![format!("{WIDER}{copy}{SWAP}").replace("FROM jobs", "FROM jobs WHERE state > ''")],
            vec![format!("{WIDER}{copy}").replace("(id", "(rowid"), SWAP.to_owned()],
            vec![WIDER.to_owned(), copy.to_owned(), SWAP.to_owned()],
            vec![format!("{first}{back} DROP TABLE o;")],
            vec![format!("{first}{back}"), "DROP TABLE o;".to_owned()],
            vec![format!(
                "CREATE TEMP TABLE o AS SELECT id, state FROM jobs; DROP TABLE jobs; {back} DROP TABLE o;"
            )],
        ] {
            let texts: Vec<&str> = [JOBS].into_iter().chain(files.iter().map(String::as_str)).collect();
            assert_eq!(messages(&texts), expected, "{files:?}");
        }
        let both = format!("{WIDER} INSERT INTO n(id) SELECT id FROM jobs; {SWAP}");
        assert_eq!(
            messages(&[JOBS, &both]),
            ["what is in `jobs.state`, `jobs.owner` is lost in the rebuild"]
        );
    }

    #[test]
    fn silent_where_nothing_is_left_out() {
        let copy = "INSERT INTO n(id, state) SELECT id, state FROM jobs;";
        for text in [
            format!(
                "{WIDER}{copy} UPDATE n SET owner = (SELECT owner FROM jobs WHERE jobs.id = n.id);{SWAP}"
            ),
            format!("{WIDER}{copy} UPDATE n SET owner = jobs.owner FROM jobs WHERE jobs.id = n.id;{SWAP}"),
            format!(
                "{WIDER}{copy} INSERT INTO n(id, owner) SELECT id, owner FROM jobs WHERE true
                 ON CONFLICT(id) DO UPDATE SET owner = excluded.owner;{SWAP}"
            ),
            format!("{WIDER} INSERT INTO n(id, state) SELECT id, coalesce(state, owner) FROM jobs;{SWAP}"),
            format!("{WIDER} INSERT INTO n(id, state, owner) SELECT id, state, NULL FROM jobs;{SWAP}"),
            format!("{WIDER} INSERT INTO n(id, state) SELECT id, state FROM jobs WHERE owner IS NULL;{SWAP}"),
            format!("DELETE FROM jobs;{WIDER}{copy}{SWAP}"),
            format!("UPDATE jobs SET owner = NULL;{WIDER}{copy}{SWAP}"),
            format!("CREATE TABLE owners AS SELECT id, owner FROM jobs;{WIDER}{copy}{SWAP}"),
            format!("{}{copy}{SWAP}", WIDER.replace("owner TEXT", "owner TEXT AS (state)")),
            format!(
                "ALTER TABLE jobs ADD COLUMN due TEXT;{WIDER} INSERT INTO n(id, state, owner) SELECT id, state, owner FROM jobs;{SWAP}"
            ),
            // The old table stays.
            format!("ALTER TABLE jobs RENAME TO o;{}{copy}", WIDER).replace("FROM jobs", "FROM o"),
        ] {
            assert_eq!(history(&[JOBS, &text]), [""; 0], "{text}");
        }
        let generated = JOBS.replace("owner TEXT", "owner TEXT AS (state)");
        let text = format!("{}{copy}{SWAP}", WIDER.replace("owner TEXT", "owner TEXT AS (state)"));
        assert_eq!(history(&[&generated, &text]), [""; 0]);
    }

    /// What no release has had, no database in the field has.
    #[test]
    fn silent_where_the_column_is_of_this_release() {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| crate::checks::testing::write(dir.path(), name, text);
        let (released, rest) =
            (JOBS.replace(", owner TEXT", ""), "INSERT INTO n(id, state) SELECT id, state FROM jobs;");
        put("1_a.sql", &released);
        let history = crate::analyze(dir.path(), crate::Proof::Whole).history;
        put(crate::folder::lock::FILE_NAME, &crate::folder::locked::text(&history));
        put("2_b.sql", "ALTER TABLE jobs ADD COLUMN owner TEXT;");
        put("3_c.sql", &format!("{WIDER}{rest}{SWAP}"));
        let found = || crate::analyze(dir.path(), crate::Proof::Whole).diagnostics.len();
        assert_eq!(found(), 0);
        // What it is filled from is old.
        let filled =
            rest.replace(", state)", ", state, owner)").replace("id, state FROM", "id, state, state FROM");
        put("3_c.sql", &format!("{WIDER}{filled}{SWAP}"));
        assert_eq!(found(), 0);
        put("3_c.sql", &format!("{WIDER}{}{SWAP}", rest.replace("state", "owner")));
        assert_eq!(found(), 1);
    }

    #[test]
    fn columns_that_are_named_in_each_others_place() {
        let swapped = [
            "column `owner` of `jobs` gets the values of `state`",
            "column `state` of `jobs` gets the values of `owner`",
        ];
        let rebuilt = |copy: &str| messages(&[JOBS, &format!("{WIDER}{copy};{SWAP}")]);
        assert_eq!(rebuilt("INSERT INTO n(id, owner, state) SELECT id, state, owner FROM jobs"), swapped);
        assert_eq!(
            rebuilt("INSERT INTO n(id, state, owner) SELECT j.id, j.owner, j.state FROM jobs AS j"),
            swapped
        );
        assert_eq!(
            rebuilt("INSERT INTO n(id, due, state, owner) SELECT id, state, owner, state FROM jobs"),
            swapped
        );
        for copy in [
            "INSERT INTO n(id, state, owner) SELECT id, owner, owner FROM jobs",
            "INSERT INTO n(id, state) SELECT id, owner FROM jobs",
            "INSERT INTO n(id, state, owner) SELECT id, owner, upper(owner) FROM jobs",
        ] {
            assert_eq!(rebuilt(copy), swapped[1..], "{copy}");
        }
        let back = "ALTER TABLE jobs RENAME TO o; CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT, owner TEXT, due);
            INSERT INTO jobs(id, state, owner) SELECT id, owner, state FROM o;";
        assert_eq!(messages(&[JOBS, back]), swapped);
        assert_eq!(messages(&[JOBS, back, "DROP TABLE o;"]), swapped);
    }

    #[test]
    fn silent_where_a_column_is_named_anew_or_filled_from_another() {
        for (table, copy) in [
            (
                WIDER.replace("owner", "boss"),
                "INSERT INTO n(id, state, boss) SELECT id, state, owner FROM jobs",
            ),
            (
                WIDER.replace("owner", "boss"),
                "INSERT INTO n(id, boss, state) SELECT id, state, owner FROM jobs",
            ),
            (
                WIDER.to_owned(),
                "INSERT INTO n(id, state, owner) SELECT id, coalesce(state, owner), owner FROM jobs",
            ),
            (
                WIDER.to_owned(),
                "INSERT INTO n(id, state, owner, due) SELECT id, state, owner, state FROM jobs",
            ),
            // It makes room for the other one.
            (
                WIDER.to_owned(),
                "INSERT INTO n(id, state, owner, due) SELECT id, owner, owner, state FROM jobs",
            ),
        ] {
            assert_eq!(history(&[JOBS, &format!("{table}{copy};{SWAP}")]), [""; 0], "{copy}");
        }
        // Before the copy, both are given one value.
        let same = format!(
            "UPDATE jobs SET owner = 'a', state = 'a'; {WIDER} INSERT INTO n(id, owner, state) SELECT id, state, owner FROM jobs; {SWAP}"
        );
        assert_eq!(history(&[JOBS, &same]), [""; 0]);
    }

    #[test]
    fn rows_that_are_numbered_anew() {
        let expected = ["the rows of `jobs` get other numbers as their `id`"];
        let tasks = "CREATE TABLE tasks(id INTEGER PRIMARY KEY, job INTEGER REFERENCES jobs(id));";
        let rebuilt = |copy: &str| format!("{WIDER}{copy};{SWAP}");
        for copy in [
            "INSERT INTO n(state, owner) SELECT state, owner FROM jobs",
            "INSERT INTO n(state, owner) SELECT state, owner FROM jobs ORDER BY id",
            "INSERT OR REPLACE INTO n(state, owner) SELECT state, owner FROM jobs WHERE id > 0",
        ] {
            assert_eq!(messages(&[JOBS, &rebuilt(copy)]), expected, "{copy}");
            let found = messages(&[JOBS, tasks, &rebuilt(copy)]);
            assert!(found.contains(&expected[0].to_owned()), "{copy}: {found:?}");
        }
        let null = rebuilt("INSERT INTO n SELECT NULL, state, owner, NULL FROM jobs");
        assert!(messages(&[JOBS, tasks, &null]).contains(&expected[0].to_owned()));
        assert_eq!(history(&[JOBS, &null]), [""; 0]);
    }

    #[test]
    fn silent_where_the_numbers_stay_or_are_meant_to_go() {
        let copy = "INSERT INTO n(state, owner) SELECT state, owner FROM jobs;";
        let text =
            WIDER.replace("INTEGER PRIMARY KEY", "TEXT PRIMARY KEY NOT NULL DEFAULT (hex(randomblob(8)))");
        for text in [
            format!("{WIDER} INSERT INTO n(rowid, state, owner) SELECT rowid, state, owner FROM jobs;{SWAP}"),
            format!(
                "{WIDER} INSERT INTO n(id, state, owner) SELECT id + 1000, state, owner FROM jobs;{SWAP}"
            ),
            format!("{WIDER} INSERT INTO n(due, state, owner) SELECT id, state, owner FROM jobs;{SWAP}"),
            format!("{text}{copy}{SWAP}"),
            format!("DELETE FROM jobs;{WIDER}{copy}{SWAP}"),
        ] {
            assert_eq!(history(&[JOBS, &text]), [""; 0], "{text}");
        }
        let new = format!("{JOBS}{WIDER}{copy}{SWAP}");
        assert_eq!(history(&[&new]), [""; 0]);
        // Two tables become one.
        let more = format!("{JOBS} {}", JOBS.replace("jobs", "more"));
        let merged = format!("{WIDER}{copy}{} DROP TABLE more; {SWAP}", copy.replace("jobs", "more"));
        assert_eq!(history(&[&more, &merged]), [""; 0]);
        // What refers to them is told the new ones.
        let tasks = "CREATE TABLE tasks(job INTEGER);";
        let told = format!(
            "{WIDER}{copy} UPDATE tasks SET job = (SELECT n.id FROM n JOIN jobs USING (state) WHERE jobs.id = job);{SWAP}"
        );
        assert_eq!(history(&[JOBS, tasks, &told]), [""; 0]);
    }

    #[test]
    fn silent_where_the_columns_are_named_or_an_expression_says_so() {
        for copy in [
            "INSERT INTO n(id, owner, state) SELECT id, owner, state FROM jobs",
            "INSERT INTO n SELECT id, owner, lower(state) FROM jobs",
            "INSERT INTO n SELECT id, owner, 'new' FROM jobs",
        ] {
            assert_eq!(history(&[JOBS, &rebuild(copy)]), [""; 0], "{copy}");
        }
        // Where both hold the same, no value is another one.
        let same = "UPDATE jobs SET owner = 'a', state = 'a';";
        assert_eq!(history(&[JOBS, same, &rebuild("INSERT INTO n SELECT * FROM jobs")]), [""; 0]);
        // What a fault beside it has brought about, nobody knows.
        let faulty = rebuild("INSERT INTO n SELECT * FROM jobs; UPDATE n SET nope = 1");
        assert_eq!(history(&[JOBS, &faulty]), ["unknown_column 0002_m.sql:2:48"]);
    }
}
