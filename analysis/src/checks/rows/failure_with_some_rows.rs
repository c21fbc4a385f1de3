//! A statement that fails for rows which the schema allows.
//!
//! Whether any database holds such rows only its owners know, so it is a warning; the message shows a row.

use onward_core::kind::{Kind, ObjectKind};
use onward_core::token::significant;

use crate::checks::trigger;
use crate::checks::words::enforced;
use crate::diagnostic::rule::Rule;
use crate::diagnostic::{Diagnostic, Severity};
use crate::folder::history::{At, History};
use crate::replay::{Finding, Replay, What, left_out, selected};
use crate::sqlite::message::Refusal;

/// `failure_with_some_rows`
pub static RULE: Rule =
    Rule::warning("failure_with_some_rows", "a statement works on all rows that its tables may hold")
        .allowable()
        .effect("Databases that hold such rows do not start.")
        .examples(
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
CREATE UNIQUE INDEX one ON jobs(state);",
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
DELETE FROM jobs WHERE id NOT IN (SELECT min(id) FROM jobs GROUP BY state);
CREATE UNIQUE INDEX one ON jobs(state);",
        );

pub(crate) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    replay.findings.iter().filter(|finding| !finding.certain).filter_map(|finding| explain(history, finding))
}

fn explain(history: &History, finding: &Finding) -> Option<Diagnostic> {
    let What::Fails { refusal, row, acts } = &finding.what else { return None };
    let says = says(refusal);
    let note = match row {
        Some(row) => format!("with {row}, SQLite says: {says}"),
        None => format!("with such rows, SQLite says: {says}"),
    };
    let diagnostic =
        Diagnostic::new(&RULE, history.place(finding.at), "this fails for rows that the tables may hold")
            .severity(Severity::Warning)
            .label("depends on the data")
            .note(note)
            .help(help(history, finding.at, refusal) + with_keys(*acts));
    Some(by_trigger(history, finding.at, refusal, diagnostic))
}

/// SQLite's word as part of a sentence.
pub(crate) fn says(refusal: &Refusal) -> String {
    let mut message = refusal.message.clone();
    let is_word = message.chars().nth(1).is_some_and(char::is_lowercase);
    if let Some(first) = message.get_mut(..1).filter(|_| is_word) {
        first.make_ascii_lowercase();
    }
    message
}

/// What to write instead.
pub(crate) fn help(history: &History, at: At, refusal: &Refusal) -> String {
    if let Some(help) = enforced(history, &refusal.message) {
        return help.to_owned();
    }
    let (kind, rest) = refusal.message.split_once(" constraint failed: ").unwrap_or((&refusal.message, ""));
    let (tables, columns): (Vec<&str>, Vec<&str>) =
        rest.split(", ").filter_map(|name| name.rsplit_once('.')).unzip();
    let table = tables.first().copied().unwrap_or("the table");
    match kind {
        "NOT NULL" if left_out(history.sql(at), columns.first().copied().unwrap_or_default()) => {
            let column = columns.first().copied().unwrap_or("the column");
            format!(
                "the copy has nothing for `{column}`: name it behind INSERT INTO and select a value for it, or give the new \
                 column a DEFAULT"
            )
        }
        "NOT NULL" if is_update(history.sql(at)) => format!(
            "give `{}` a value for every row: put `coalesce(…, <value>)` around what it is set to, or an ELSE into its CASE",
            columns.first().copied().unwrap_or("the column")
        ),
        "NOT NULL" => {
            let column = columns.first().copied().unwrap_or("the column");
            let from = source(history, at, table, column);
            format!(
                "give `{column}` a value for every row: select it with `coalesce({from}, <value>)`, or fill it before \
                 with `UPDATE … SET {from} = <value> WHERE {from} IS NULL`"
            )
        }
        "UNIQUE" if !columns.is_empty() => format!(
            "deal with rows of the same value before: remove them with a DELETE, tell them apart with an UPDATE of \
             `{table}`, or leave them out with a WHERE"
        ),
        kind if kind.starts_with("cannot store") || kind == "datatype mismatch" => {
            "convert such values as they are copied, with `CAST(<column> AS <type>)`, or change them with an UPDATE before"
                .to_owned()
        }
        "CHECK" => "change what does not fit with an UPDATE before, or widen the CHECK".to_owned(),
        _ => "change what does not fit with an UPDATE before, or leave it out with a WHERE".to_owned(),
    }
}

/// The column whose values a copy puts into this one.
fn source(history: &History, at: At, table: &str, column: &str) -> String {
    let makes = |at: &At| matches!(&history.statement(*at).kind, Kind::Create { object: ObjectKind::Table, name, .. } if name.is(table));
    let made = history.statements().take_while(|before| *before < at).filter(makes).last();
    match selected(history.sql(at), made.map(|made| history.sql(made)), column) {
        Some(from) if !from.eq_ignore_ascii_case(column) => history.written(&from),
        _ => column.to_owned(),
    }
}

fn is_update(sql: &str) -> bool {
    significant(sql).next().is_some_and(|token| token.is("UPDATE"))
}

/// What else helps where the migration counts on an action of a foreign key.
pub(crate) fn with_keys(acts: bool) -> &'static str {
    match acts {
        true => {
            "; or put `-- onward: foreign_keys(on)` into the file if a cascade is meant to empty the table before"
        }
        false => "",
    }
}

/// The statement is refused by a trigger: names it.
pub(crate) fn by_trigger(history: &History, at: At, refusal: &Refusal, diagnostic: Diagnostic) -> Diagnostic {
    let Some(found) = trigger::behind(history, at, refusal) else { return diagnostic };
    let Kind::Create { name, .. } = &history.statement(found).kind else { return diagnostic };
    let help = format!(
        "change the rows that the trigger refuses before, or write `DROP TRIGGER {0};` before and make it again afterwards",
        name.text
    );
    let place = history.migration(found).file.at(name.range.clone());
    diagnostic.related(place, format!("the trigger `{}` refuses it", name.text)).help(help)
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT, n INTEGER, data TEXT);";

    #[test]
    fn what_some_rows_make_fail() {
        for statement in [
            "CREATE UNIQUE INDEX one ON jobs(state);",
            "CREATE INDEX by_kind ON jobs(json_extract(data, '$.kind'));",
            "CREATE TABLE x(id INTEGER PRIMARY KEY, state TEXT NOT NULL); INSERT INTO x SELECT id, state FROM jobs;",
            "CREATE TABLE x(state TEXT CHECK (state IN ('a', 'b'))); INSERT INTO x SELECT state FROM jobs;",
            "CREATE TABLE x(data INTEGER) STRICT; INSERT INTO x SELECT data FROM jobs;",
        ] {
            let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", statement)]);
            let codes: Vec<_> = found.diagnostics.iter().map(|found| found.rule.code).collect();
            assert_eq!(codes, ["failure_with_some_rows"], "{statement}: {:?}", found.diagnostics);
            assert!(!found.has_errors());
        }
    }

    /// The help names the column that the old table has.
    #[test]
    fn another_column_is_given_a_value_under_its_own_name() {
        for (columns, from) in [("(owner, id)", "State"), ("", "State"), ("(id, owner)", "owner")] {
            let copy =
                if from == "State" { "SELECT State, id FROM t" } else { "SELECT id, upper(State) FROM t" };
            let first = "CREATE TABLE t(id INTEGER PRIMARY KEY, State TEXT);";
            let second =
                format!("CREATE TABLE x(owner TEXT NOT NULL, id INTEGER); INSERT INTO x{columns} {copy};");
            let found = folder(&[("1_a.sql", first), ("2_b.sql", &second)]);
            let [only] = &found.diagnostics[..] else { panic!("{second}: {:?}", found.diagnostics) };
            let help =
                format!("give `owner` a value for every row: select it with `coalesce({from}, <value>)`");
            assert!(only.help.starts_with(&help), "{second}: {:?}", only.help);
        }
    }

    /// The codes and files of a history with a line for each of its migrations.
    fn found(texts: &[&str]) -> Vec<String> {
        let short = |line: String| line.split(':').next().unwrap_or_default().to_owned();
        history(texts).into_iter().map(short).collect()
    }

    /// The table `t` built anew with these columns.
    fn rebuilt(columns: &str) -> String {
        format!(
            "CREATE TABLE n(id INTEGER PRIMARY KEY, {columns}); INSERT INTO n SELECT id, a, p FROM t; DROP TABLE t;
             ALTER TABLE n RENAME TO t;"
        )
    }

    #[test]
    fn what_a_migration_allows_has_been_used_when_a_later_one_forbids_it() {
        let parent = "CREATE TABLE p(id INTEGER PRIMARY KEY);";
        let free = rebuilt("a TEXT, p INTEGER");
        for (limited, fails) in [
            ("a TEXT NOT NULL, p INTEGER", "failure_with_some_rows 0003_m.sql"),
            ("a TEXT UNIQUE, p INTEGER", "failure_with_some_rows 0003_m.sql"),
            ("a TEXT, p INTEGER, UNIQUE (a, p)", "failure_with_some_rows 0003_m.sql"),
            ("a TEXT CHECK (a IN ('x', 'y')), p INTEGER", "failure_with_some_rows 0003_m.sql"),
            ("a TEXT, p INTEGER REFERENCES p(id)", "dangling_foreign_key 0003_m.sql"),
        ] {
            let table = format!("{parent} CREATE TABLE t(id INTEGER PRIMARY KEY, {limited});");
            let back = rebuilt(limited);
            let codes = found(&[&table, &free, &back]);
            assert!(codes.contains(&fails.to_owned()), "{limited}: {codes:?}");
            // Kept all along, or taken away and put back in one migration, it has nothing in its way.
            let more = back.replace("DROP TABLE t;", "DROP TABLE t; CREATE TABLE more(x);");
            assert_eq!(found(&[&table, "CREATE TABLE other(a);", &more]), [""; 0], "{limited}");
            assert_eq!(found(&[&table, &format!("{free}\n{back}")]), [""; 0], "{limited}");
        }
    }

    #[test]
    fn an_index_that_is_dropped_and_made_again() {
        let table = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT NOT NULL, b TEXT NOT NULL);";
        for columns in ["a", "a, b", "lower(a)", "a) WHERE (id > 0"] {
            let index = format!("CREATE UNIQUE INDEX one ON t({columns});");
            let dropped = found(&[table, "DELETE FROM t;", &index, "DROP INDEX one;", &index]);
            assert!(
                dropped.contains(&"failure_with_some_rows 0005_m.sql".to_owned()),
                "{columns}: {dropped:?}"
            );
            assert_eq!(found(&[&format!("{table} {index}"), &format!("DROP INDEX one; {index}")]), [""; 0]);
        }
    }

    #[test]
    fn a_column_that_is_added_and_must_differ_later() {
        let table = "CREATE TABLE t(id INTEGER PRIMARY KEY);";
        let (add, unique) = ("ALTER TABLE t ADD COLUMN email TEXT;", "CREATE UNIQUE INDEX one ON t(email);");
        assert_eq!(found(&[table, add, unique]), ["failure_with_some_rows 0003_m.sql"]);
        assert_eq!(found(&[table, &format!("{add} {unique}")]), [""; 0]);
        let clean = "DELETE FROM t WHERE id NOT IN (SELECT min(id) FROM t GROUP BY coalesce(email, id));";
        assert_eq!(found(&[table, add, &format!("{clean} {unique}")]), [""; 0]);
        // What a migration has cleaned stays so where nobody has said that a release came in between.
        assert_eq!(found(&[table, add, clean, unique]), [""; 0]);
    }

    /// A table that holds a single row is not refused, whatever it is called by now.
    #[test]
    fn a_renamed_table_has_the_rows_that_it_had() {
        let jobs = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, is_open BOOLEAN);";
        let copy = "CREATE TABLE n(is_open UNIQUE); INSERT INTO n SELECT is_open FROM tasks;";
        let found =
            folder(&[("1_a.sql", jobs), ("2_b.sql", "ALTER TABLE jobs RENAME TO tasks;"), ("3_c.sql", copy)]);
        assert_eq!(found.diagnostics.len(), 1, "{:?}", found.diagnostics);
        assert_eq!((found.diagnostics[0].rule.code, found.has_errors()), ("failure_with_some_rows", false));
    }

    #[test]
    fn a_table_with_rows_of_the_migrations_own_gets_others_beside() {
        let jobs = format!("{JOBS} INSERT INTO jobs(state) VALUES ('open');");
        let index = "CREATE UNIQUE INDEX one ON jobs(state);";
        assert_eq!(history(&[&jobs, index]), ["failure_with_some_rows 0002_m.sql:1:1"]);
    }

    #[test]
    fn the_row_is_shown() {
        let index = "CREATE UNIQUE INDEX one ON jobs(state);";
        let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", index)]);
        assert_eq!(
            found.diagnostics[0].notes,
            ["with a row of `jobs` with state = '01234', id = 7, n = 1, data = '01234', SQLite says: \
              UNIQUE constraint failed: jobs.state"]
        );
    }

    #[test]
    fn of_a_row_five_columns_are_shown() {
        let shown = |columns: &str| {
            let jobs = format!("CREATE TABLE jobs(state TEXT UNIQUE, {columns});");
            let found = folder(&[("1_a.sql", &jobs), ("2_b.sql", "UPDATE jobs SET state = 'x';")]);
            found.diagnostics[0].notes[0].split(", SQLite").next().unwrap().to_owned()
        };
        let five = "with a row of `jobs` with state = '01234', a = 1, b = 1, c = 1, d = 1";
        assert_eq!(shown("a INT, b INT, c INT, d INT"), five);
        assert_eq!(shown("a INT, b INT, c INT, d INT, e INT"), format!("{five}, …"));
        assert_eq!(shown("a INT, b INT, c INT, d INT, e INT, f INT"), format!("{five}, …"));
    }

    #[test]
    fn nothing_is_carried_past_a_rollback() {
        let jobs = "CREATE TABLE jobs(state TEXT);
            CREATE TRIGGER g BEFORE UPDATE ON jobs BEGIN SELECT raise(ROLLBACK, 'no'); END;";
        let found = folder(&[("1_a.sql", jobs), ("2_b.sql", "UPDATE jobs SET state = 'x';")]);
        let stopped: Vec<_> =
            found.replay.as_ref().unwrap().stopped().iter().map(|at| at.migration).collect();
        assert_eq!(stopped, [1, 1]);
        assert_eq!(found.diagnostics[0].rule.code, "failure_with_some_rows");
    }

    #[test]
    fn the_row_with_the_null_is_shown() {
        let copy = "CREATE TABLE x(state TEXT NOT NULL); INSERT INTO x SELECT state FROM jobs;";
        let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", copy)]);
        assert_eq!(
            found.diagnostics[0].notes,
            ["with a row of `jobs` with state = NULL, id = 4, n = NULL, data = NULL, SQLite says: \
              NOT NULL constraint failed: x.state"]
        );
    }

    #[test]
    fn each_constraint_has_its_help() {
        let help = |statement: &str| {
            let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", statement)]);
            found.diagnostics[0].help.split(',').next().unwrap().to_owned()
        };
        assert_eq!(
            help("CREATE UNIQUE INDEX one ON jobs(state);"),
            "deal with rows of the same value before: remove them with a DELETE"
        );
        // SQLite names the index, and no table.
        assert_eq!(
            help("CREATE UNIQUE INDEX one ON jobs(lower(state));"),
            "change what does not fit with an UPDATE before"
        );
        let widen = folder(&[
            ("1_a.sql", JOBS),
            ("2_b.sql", "CREATE TABLE x(a CHECK (a IN ('a', 'b'))); INSERT INTO x SELECT state FROM jobs;"),
        ]);
        assert!(widen.diagnostics[0].help.ends_with("or widen the CHECK"), "{:?}", widen.diagnostics);
        assert!(
            help("CREATE TABLE x(a TEXT NOT NULL); INSERT INTO x SELECT state FROM jobs;")
                .starts_with("give `a` a value for every row")
        );
    }

    #[test]
    fn a_help_names_what_is_there() {
        let help = |jobs: &str, statement: &str| {
            folder(&[("1_a.sql", jobs), ("2_b.sql", statement)]).diagnostics[0].help.clone()
        };
        let paths = "CREATE TABLE Paths(repo INTEGER, path TEXT);";
        let index = "CREATE UNIQUE INDEX one ON Paths(repo, path);";
        assert!(help(paths, index).contains("an UPDATE of `Paths`,"), "{}", help(paths, index));
        let rebuild =
            "CREATE TABLE n(repo INTEGER, owner TEXT NOT NULL); INSERT INTO n(repo) SELECT repo FROM Paths;";
        assert!(help(paths, rebuild).starts_with("the copy has nothing for `owner`: name it"));
        let null = rebuild.replace("n(repo) SELECT repo", "n(repo, owner) SELECT repo, NULL");
        assert!(help(paths, &null).starts_with("the copy has nothing for `owner`"));
        let from = rebuild.replace("n(repo) SELECT repo", "n(repo, owner) SELECT repo, path");
        assert!(help(paths, &from).starts_with("give `owner` a value for every row"));
    }

    #[test]
    fn a_trigger_that_refuses_is_named() {
        let log = "CREATE TABLE log(what TEXT NOT NULL);";
        for (trigger, statement) in [
            ("BEFORE DELETE ON jobs BEGIN SELECT raise(ABORT, 'it''s kept'); END", "DELETE FROM jobs;"),
            (
                "BEFORE UPDATE ON jobs WHEN old.n IS NULL BEGIN SELECT raise(FAIL, 'no n'); END",
                "UPDATE jobs SET state = 'x';",
            ),
            (
                "AFTER DELETE ON jobs BEGIN INSERT INTO log VALUES (old.state); END",
                "DELETE FROM jobs WHERE true;",
            ),
        ] {
            let first = format!("{JOBS} {log}\nCREATE TRIGGER gate {trigger};");
            let found = folder(&[("1_a.sql", &first), ("2_b.sql", statement)]);
            assert_eq!(found.diagnostics.len(), 1, "{statement}: {:?}", found.diagnostics);
            let only = &found.diagnostics[0];
            let related: Vec<_> =
                only.related.iter().map(|related| found.history.files.text(&related.place)).collect();
            assert_eq!(related, ["gate"], "{statement}");
            assert!(only.help.contains("`DROP TRIGGER gate;`"), "{}", only.help);
        }
        // A constraint of the table itself is no matter of its triggers.
        let first =
            format!("{JOBS}\nCREATE TRIGGER gate AFTER UPDATE ON jobs BEGIN UPDATE jobs SET n = 1; END;");
        let found = folder(&[("1_a.sql", &first), ("2_b.sql", "CREATE UNIQUE INDEX one ON jobs(state);")]);
        assert_eq!(found.diagnostics[0].related, []);
    }

    #[test]
    fn silent_where_the_rows_are_seen_to() {
        let dedupe = "DELETE FROM jobs WHERE id NOT IN (SELECT min(id) FROM jobs GROUP BY state);";
        assert_eq!(history(&[JOBS, &format!("{dedupe} CREATE UNIQUE INDEX one ON jobs(state);")]), [""; 0]);
        let filled =
            "CREATE TABLE x(state TEXT NOT NULL); INSERT INTO x SELECT coalesce(state, '') FROM jobs;";
        assert_eq!(history(&[JOBS, filled]), [""; 0]);
        let valid = "CREATE INDEX by_kind ON jobs(json_extract(data, '$.kind')) WHERE json_valid(data);";
        assert_eq!(history(&[JOBS, valid]), [""; 0]);
        assert_eq!(history(&[&format!("{JOBS} CREATE UNIQUE INDEX one ON jobs(state);")]), [""; 0]);
        // Rows that a migration brings along may meet ours by chance.
        let counted = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 200)";
        let tables = format!("{JOBS} CREATE TABLE other(a);");
        assert_eq!(history(&[&tables, &format!("INSERT INTO jobs(id) {counted} SELECT i FROM n;")]), [""; 0]);
    }
}
