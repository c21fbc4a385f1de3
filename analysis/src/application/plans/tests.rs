//! What is said of the query plans of statements, and where nothing is.

use crate::analysis::Analysis;
use crate::checks::testing::{folder, text, write};
use crate::diagnostic::Diagnostic;
use crate::proof;

const SCHEMA: &str = "
    CREATE TABLE queues(id INTEGER PRIMARY KEY, name TEXT NOT NULL, size INT);
    CREATE TABLE jobs(
        id INTEGER PRIMARY KEY, queue INTEGER NOT NULL REFERENCES queues(id), owner INT, kind TEXT, due INT, note TEXT,
        gone INT, done BOOLEAN NOT NULL, state TEXT CHECK (state IN ('new', 'busy', 'done'))
    );
    CREATE INDEX jobs_by_queue ON jobs(queue);
    CREATE TABLE logs(at INT, job INT, line TEXT);
    CREATE INDEX logs_by_at_job ON logs(at, job);
    CREATE TABLE pairs(a TEXT, b TEXT, c TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
    CREATE TABLE settings(name TEXT, value TEXT);
    CREATE VIEW open_jobs AS SELECT id, owner, kind FROM jobs WHERE NOT done;
    CREATE VIRTUAL TABLE notes USING fts5(text);
";

fn analysis(config: &str) -> Analysis {
    let analysis = folder(&[("1_a.sql", SCHEMA), ("onward.toml", config)]);
    assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics);
    analysis
}

const ON: &str = "[plans]\nlevel = 'warn'\nsmall = ['settings']\n[external]\nusers = 'id INTEGER PRIMARY KEY, email TEXT'\n";

fn found(analysis: &Analysis, sql: &str) -> Vec<Diagnostic> {
    if let Err(error) = analysis.query(sql.into()) {
        panic!("{sql}: {error:?}");
    }
    analysis.plans(sql.into()).diagnostics
}

/// `code table(columns)` of what is found, as the help has the indexes.
fn advice(analysis: &Analysis, sql: &str) -> Vec<String> {
    let indexes = |help: &str| {
        let parts = help.split(" ON ").skip(1).map(|part| part.split(";`").next().unwrap_or_default());
        parts.map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    found(analysis, sql).iter().map(|found| format!("{} {}", found.rule.code, indexes(&found.help))).collect()
}

#[test]
fn scans_that_an_index_would_spare() {
    let analysis = analysis(ON);
    for (sql, expected) in [
        ("SELECT * FROM jobs WHERE owner = ?", "jobs(owner)"),
        ("SELECT * FROM jobs AS j WHERE j.owner = :owner AND j.note <> 'x'", "jobs(owner)"),
        ("SELECT * FROM jobs WHERE owner = ? AND kind = ? AND due < ?", "jobs(owner, kind, due)"),
        ("SELECT id FROM jobs WHERE due BETWEEN ? AND ?", "jobs(due)"),
        ("SELECT avg(gone) FROM jobs WHERE owner = ? AND due >= ? AND due <= ?", "jobs(owner, due)"),
        ("SELECT id FROM jobs WHERE owner IN (SELECT value FROM json_each(?))", "jobs(owner)"),
        ("SELECT id FROM jobs WHERE owner = 3 OR kind = 'mail'", "jobs(owner) jobs(kind)"),
        ("SELECT count(*) FROM jobs WHERE owner = ? AND gone IS NULL AND NOT done", "jobs(owner)"),
        ("SELECT * FROM jobs WHERE owner = ? LIMIT 1", "jobs(owner)"),
        ("SELECT * FROM jobs WHERE owner = ? ORDER BY due LIMIT 1", "jobs(owner, due)"),
        ("SELECT * FROM jobs WHERE owner = ? ORDER BY due DESC, id DESC LIMIT ?", "jobs(owner, due)"),
        ("SELECT * FROM jobs WHERE owner = ? ORDER BY due", "jobs(owner)"),
        ("SELECT due FROM jobs WHERE owner = ? ORDER BY due", "jobs(owner, due)"),
        ("SELECT * FROM jobs WHERE owner = ? ORDER BY due DESC, kind LIMIT 9", "jobs(owner, due DESC, kind)"),
        ("UPDATE jobs SET note = NULL WHERE owner = ?", "jobs(owner)"),
        ("UPDATE jobs SET owner = 1 WHERE owner = ?", "jobs(owner)"),
        ("DELETE FROM jobs WHERE due < ?", "jobs(due)"),
        ("DELETE FROM jobs WHERE due < ? RETURNING id", "jobs(due)"),
        ("SELECT max(due) FROM jobs", "jobs(due)"),
        ("SELECT * FROM open_jobs WHERE owner = ?", "jobs(owner)"),
        ("WITH mine AS (SELECT * FROM jobs WHERE owner = ?) SELECT count(*) FROM mine", "jobs(owner)"),
        ("SELECT name, (SELECT count(*) FROM logs WHERE job = q.id) FROM queues q", "logs(job)"),
        (
            "SELECT q.name FROM queues q WHERE EXISTS (SELECT 1 FROM logs WHERE logs.job = q.size)",
            "logs(job)",
        ),
        ("SELECT * FROM jobs j JOIN queues q ON q.id = j.queue WHERE q.name = ?", "queues(name)"),
        ("SELECT * FROM queues q LEFT JOIN jobs j ON j.note = q.name", "jobs(note)"),
        ("SELECT * FROM pairs WHERE b = ?", "pairs(b)"),
        ("INSERT INTO queues(name) SELECT kind FROM jobs WHERE owner = ?", "jobs(owner)"),
        ("UPDATE jobs SET note = u.email FROM users u WHERE jobs.owner = u.id AND u.id = ?", "jobs(owner)"),
    ] {
        assert_eq!(advice(&analysis, sql), [format!("full_scan {expected}")], "{sql}");
    }
}

#[test]
fn sorts_that_an_index_would_spare() {
    let analysis = analysis(ON);
    for (sql, expected) in [
        ("SELECT * FROM jobs ORDER BY due LIMIT 10", "jobs(due)"),
        ("SELECT * FROM jobs WHERE queue = ? ORDER BY due LIMIT 10", "jobs(queue, due)"),
        ("SELECT due FROM jobs WHERE queue = ? ORDER BY due DESC", "jobs(queue, due)"),
        ("SELECT DISTINCT kind FROM jobs WHERE queue = ?", "jobs(queue, kind)"),
        ("SELECT * FROM jobs WHERE state = 'new' ORDER BY due LIMIT 1", "jobs(state, due)"),
        ("SELECT * FROM jobs WHERE gone IS NULL ORDER BY due LIMIT 1", "jobs(gone, due)"),
        ("SELECT kind, count(*) FROM jobs GROUP BY kind", "jobs(kind)"),
        ("SELECT DISTINCT kind FROM jobs", "jobs(kind)"),
    ] {
        assert_eq!(advice(&analysis, sql), [format!("temp_sort {expected}")], "{sql}");
    }
}

#[test]
fn silent_where_no_index_would_help_for_certain() {
    let analysis = analysis(ON);
    for sql in [
        // All rows are wanted.
        "SELECT * FROM jobs",
        "SELECT count(*), sum(due) FROM jobs",
        "SELECT * FROM jobs j JOIN queues q ON q.id = j.queue",
        "SELECT * FROM queues q LEFT JOIN jobs j ON j.queue = q.id",
        "DELETE FROM jobs",
        "UPDATE jobs SET due = due + 1",
        "SELECT id, (SELECT name FROM queues q WHERE q.id = j.queue) FROM jobs j",
        "SELECT * FROM jobs LIMIT 10",
        // Rows are looked up already.
        "SELECT * FROM jobs WHERE id = ?",
        "SELECT * FROM jobs WHERE queue = ? AND owner = ?",
        "SELECT * FROM pairs WHERE a = ? ORDER BY b",
        "INSERT INTO jobs(queue, done) VALUES (?, FALSE)",
        "INSERT INTO queues(id, name) VALUES (1, 'a'), (2, 'b') ON CONFLICT (id) DO UPDATE SET name = excluded.name",
        // An index has all that is wanted.
        "SELECT at, job FROM logs WHERE job = ?",
        // No index of SQLite's finds these.
        "SELECT * FROM jobs WHERE note LIKE '%x%'",
        "SELECT * FROM jobs WHERE owner <> ?",
        "SELECT * FROM jobs WHERE (:owner IS NULL OR owner = :owner)",
        "SELECT * FROM jobs WHERE lower(note) = ?",
        "SELECT * FROM jobs WHERE owner + 0 = ?",
        // How many these find, nobody knows.
        "SELECT * FROM jobs WHERE done",
        "SELECT * FROM jobs WHERE done = TRUE",
        "SELECT * FROM jobs WHERE state = 'new'",
        "SELECT * FROM jobs WHERE gone IS NULL",
        "SELECT * FROM jobs WHERE gone IS NOT NULL",
        "SELECT * FROM jobs WHERE due > 0",
        "SELECT * FROM jobs WHERE gone = 0",
        // Sorted as a whole, or looked through for a few.
        "SELECT * FROM jobs ORDER BY due",
        "SELECT * FROM jobs WHERE queue = ? ORDER BY due",
        "SELECT * FROM jobs ORDER BY random() LIMIT 1",
        "SELECT * FROM jobs WHERE note LIKE '%x%' ORDER BY due LIMIT 10",
        "SELECT kind, sum(due) FROM jobs GROUP BY kind",
        // Others' tables, small ones, and none.
        "SELECT * FROM settings WHERE name = ?",
        "SELECT * FROM users WHERE email = ?",
        "SELECT * FROM notes WHERE text = 'x'",
        "SELECT * FROM json_each(?) WHERE value = 1",
        "SELECT name FROM sqlite_schema WHERE type = 'table'",
        "SELECT 1",
        "VALUES (1), (2)",
        "SELECT a.column1 FROM (VALUES (1), (2)) a WHERE a.column1 = ?",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n WHERE i = ?",
    ] {
        assert_eq!(advice(&analysis, sql), [""; 0], "{sql}");
    }
}

/// The whole of it, as a user reads it.
#[test]
fn it_says_what_to_write() {
    let analysis = analysis(ON);
    let shown = |sql: &str| {
        let mut plans = analysis.plans(sql.into());
        let found = plans.diagnostics.remove(0);
        let mut analysis = folder(&[("1_a.sql", SCHEMA), ("onward.toml", ON)]);
        analysis.history.files = plans.files;
        text(&analysis, &found)
    };
    let scan = shown("SELECT * FROM jobs WHERE owner = ?");
    for part in [
        "every row of `jobs` is read to find some of them",
        "with an index on `jobs(owner)`, SQLite looks them up instead",
        "write into a new migration: `CREATE INDEX jobs_by_owner ON jobs(owner);`",
        "if `jobs` stays small, write `small = [\"jobs\"]` below `[plans]` into onward.toml",
    ] {
        assert!(scan.contains(part), "{part}:\n{scan}");
    }
    let sort = shown("SELECT * FROM jobs WHERE queue = ? ORDER BY due LIMIT 1");
    let part = "`CREATE INDEX jobs_by_queue_due ON jobs(queue, due);`; it does what `jobs_by_queue` does, so `DROP INDEX jobs_by_queue;`";
    assert!(sort.contains(part), "{sort}");
    let automatic = shown("SELECT * FROM queues q LEFT JOIN jobs j ON j.note = q.name");
    assert!(automatic.contains("makes an index that it throws away"), "{automatic}");
}

/// What is advised is enough: with it, nothing is said.
#[test]
fn who_does_as_told_hears_no_more() {
    let analysis = analysis(ON);
    for sql in [
        "SELECT * FROM jobs WHERE owner = ? AND kind = ? ORDER BY due DESC, note LIMIT 3",
        "SELECT id FROM jobs WHERE owner = 3 OR kind = 'mail'",
        "SELECT * FROM jobs WHERE queue = ? ORDER BY due LIMIT 10",
        "SELECT * FROM queues q LEFT JOIN jobs j ON j.note = q.name",
    ] {
        let help = &found(&analysis, sql)[0].help;
        let indexes: Vec<&str> = help.split('`').filter(|part| part.starts_with("CREATE INDEX")).collect();
        let drops: Vec<&str> = help.split('`').filter(|part| part.starts_with("DROP INDEX")).collect();
        let next = format!("{}{}", indexes.join("\n"), drops.join("\n"));
        let mended = folder(&[("1_a.sql", SCHEMA), ("2_b.sql", &next), ("onward.toml", ON)]);
        assert_eq!(mended.diagnostics, [], "{sql}: {next}");
        assert_eq!(found(&mended, sql), [], "{sql}: {next}");
    }
}

#[test]
fn statistics_of_the_history_do_not_count() {
    let small = format!("{SCHEMA} INSERT INTO queues VALUES (1, 'a', 1); ANALYZE;");
    let analysis = folder(&[("1_a.sql", &small), ("onward.toml", ON)]);
    assert_eq!(advice(&analysis, "SELECT * FROM queues WHERE name = ?"), ["full_scan queues(name)"]);
}

/// A build that has the proof of an earlier one says the same.
#[test]
fn what_was_kept_is_planned_as_what_was_replayed() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "1_a.sql", SCHEMA);
    write(dir.path(), "onward.toml", ON);
    let key = proof::Key::of(dir.path()).unwrap();
    let bytes = proof::make(dir.path(), key, None, false).unwrap();
    let kept = tempfile::tempdir().unwrap();
    std::fs::write(kept.path().join("a.proof"), bytes).unwrap();
    let analysis = proof::find(kept.path(), dir.path()).unwrap();
    let sql = "SELECT * FROM jobs WHERE owner = ? AND due < ?";
    assert_eq!(advice(&analysis, sql), ["full_scan jobs(owner, due)"]);
}

/// Statistics are in the copy alone.
#[test]
fn neither_the_schema_nor_the_statements_see_the_statistics() {
    let (on, off) = (analysis(ON), analysis(&ON.replace("warn", "allow")));
    found(&on, "SELECT * FROM jobs WHERE owner = ?");
    let replays = [on, off].map(|analysis| {
        assert!(analysis.query("SELECT * FROM sqlite_stat1".into()).is_err());
        analysis.replay.unwrap()
    });
    assert_eq!(replays[0].fingerprint, replays[1].fingerprint);
    assert_eq!(replays[0].schema, replays[1].schema);
}

#[test]
fn off_until_somebody_asks_and_as_loud_as_told() {
    let sql = "SELECT * FROM jobs WHERE owner = ?";
    for config in [
        "",
        "[plans]\nsmall = ['settings']",
        "[plans]\nlevel = 'allow'",
        "[plans]\nlevel = 'warn'\n[levels]\nfull_scan = 'allow'",
        "[plans]\nlevel = 'warn'\nsmall = ['JOBS']",
    ] {
        assert_eq!(found(&analysis(config), sql), [], "{config}");
    }
    for (config, is_error) in [
        ("[plans]\nlevel = 'warn'", false),
        ("[plans]\nlevel = 'deny'", true),
        ("[levels]\nfull_scan = 'warn'", false),
    ] {
        assert_eq!(found(&analysis(config), sql)[0].is_error(), is_error, "{config}");
    }
}

#[test]
fn a_directive_allows_it() {
    let analysis = analysis(ON);
    let codes = |sql: &str| -> Vec<&str> {
        analysis.plans(sql.into()).diagnostics.iter().map(|found| found.rule.code).collect()
    };
    for (sql, expected) in [
        ("-- onward: allow(full_scan) nightly report\nSELECT * FROM jobs WHERE owner = ?", vec![]),
        ("SELECT * FROM jobs -- onward: allow(full_scan) nightly report\nWHERE owner = ?", vec![]),
        ("SELECT * FROM jobs /* onward: allow(full_scan) nightly report */ WHERE owner = ?", vec![]),
        (
            "SELECT * FROM jobs WHERE owner = ? -- onward: allow(temp_sort) no",
            vec!["full_scan", "unused_allow"],
        ),
        ("SELECT * FROM jobs WHERE id = ? -- onward: allow(full_scan) no more", vec!["unused_allow"]),
        (
            "SELECT * FROM jobs -- onward: allow(full_scan)\nWHERE owner = ?",
            vec!["unknown_directive", "full_scan"],
        ),
        (
            "SELECT * FROM jobs -- onward: allow(fullscan) why\nWHERE owner = ?",
            vec!["unknown_directive", "full_scan"],
        ),
    ] {
        assert_eq!(codes(sql), expected, "{sql}");
    }
}

#[test]
fn of_several_statements_each_is_planned_until_the_schema_changes() {
    let analysis = analysis(ON);
    let sql = "DELETE FROM jobs WHERE owner = ?; DELETE FROM logs WHERE job = ?; DROP TABLE jobs; DELETE FROM pairs WHERE b = ?";
    let plans = analysis.plans(sql.into());
    let shown: Vec<&str> = plans.diagnostics.iter().map(|found| plans.files.text(&found.place)).collect();
    assert_eq!(shown, ["jobs", "logs"]);
    // Whatever the text: no panic, nothing run.
    for sql in [
        "",
        "nonsense",
        "PRAGMA foreign_keys = on",
        "SELECT * FROM nowhere WHERE a = 1",
        "SELECT '",
        "EXPLAIN SELECT 1",
    ] {
        assert_eq!(analysis.plans(sql.into()).diagnostics, [], "{sql}");
    }
}
