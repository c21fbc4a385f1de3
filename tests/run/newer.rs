//! An older release on the database of a newer one.

use std::sync::{Mutex, mpsc};
use std::thread;

use onward::{Error, ErrorKind, Event, Migrations, NotAccepted, Report};
use onward_analysis::folder::recorded::{self, By, Release, Statement};
use onward_analysis::{Proof, analyze};
use onward_tests::file::{File, number};

const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL);";
const NOTE: &str = "ALTER TABLE jobs ADD COLUMN note TEXT;";
const OWNER: &str = "ALTER TABLE jobs ADD COLUMN owner TEXT;";
const RENAMED: &str = "-- onward: allow(release_broken) the old program is stopped before\nALTER TABLE jobs RENAME COLUMN state TO status;";

/// A release behind the migration of this number that runs this.
fn release(name: &str, after: i64, sql: &str) -> Release {
    let statement = Statement {
        sql: sql.to_owned(),
        at: "src/main.rs:7".to_owned(),
        gives: Vec::new(),
        takes: Vec::new(),
        by: By::Query,
        range: 0..0,
    };
    Release { name: name.to_owned(), after, statements: vec![statement], range: 0..0 }
}

fn reads(name: &str, after: i64) -> Release {
    release(name, after, "SELECT state FROM jobs WHERE id = ?")
}

/// A program with these migrations that is built with these releases recorded.
fn keeping(keep: usize, texts: &[&str], releases: &[Release]) -> Migrations {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    for (number, text) in (1..).zip(texts) {
        write(&format!("{number:04}_m.sql"), text);
    }
    write(recorded::FILE_NAME, &recorded::write(releases));
    write("onward.toml", &format!("[releases]\nkeep = {keep}\n"));
    let analysis = analyze(dir.path(), Proof::Whole);
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    analysis.history.packed(analysis.replay.as_ref(), "").into()
}

fn program(texts: &[&str], releases: &[Release]) -> Migrations {
    keeping(1, texts, releases)
}

fn start(program: &Migrations, file: &File) -> Result<Report, Error> {
    program.migrator().accept_newer().open(file.path()).map(|(_, report)| report)
}

fn refused(program: &Migrations, file: &File) -> (Option<NotAccepted>, String) {
    let error = start(program, file).unwrap_err();
    let words = error.to_string();
    match error.into_kind() {
        ErrorKind::Newer { accept, .. } => (accept, words),
        other => panic!("{other:?}"),
    }
}

fn rows(file: &File) -> Vec<(i64, String)> {
    let conn = file.conn();
    let mut query = conn.prepare("SELECT version, chain FROM onward_migrations").unwrap();
    query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_release_starts_on_the_database_of_a_program_that_was_proven_for_it() {
    let file = File::new();
    let (old, new) = (program(&[JOBS], &[reads("1.4", 1)]), program(&[JOBS, NOTE], &[reads("1.4", 1)]));
    // Nothing is newer yet.
    assert_eq!(start(&old, &file).unwrap().newer, 0);
    new.open(file.path()).unwrap();
    let before = rows(&file);
    let report = start(&old, &file).unwrap();
    assert_eq!((report.newer, report.total, report.is_up_to_date()), (1, 1, true));
    assert_eq!(
        report.to_string(),
        "up to date at 0001 m (1 migration); the database has run 1 migration more, and this release works on it"
    );
    assert_eq!(rows(&file), before);
    // As before for whoever does not ask for it, or asks for something else.
    let error = old.open(file.path()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Newer { accept: None, .. }), "{error}");
    let mut conn = file.conn();
    assert!(old.migrator().accept_newer().revert(&mut conn, 0).is_err());
    assert_eq!(rows(&file), before);
    // A hotfix that runs the same is the same.
    let hotfix = program(&[JOBS], &[reads("1.4", 1), reads("1.4.1", 1)]);
    assert_eq!(start(&hotfix, &file).unwrap().newer, 1);
}

#[test]
fn a_program_that_was_not_proven_for_is_refused_and_told_why() {
    let old = program(&[JOBS], &[reads("1.4", 1)]);
    let proven = |new: &Migrations| {
        let file = File::new();
        new.open(file.path()).unwrap();
        refused(&old, &file)
    };
    let of = |proven: &[&str]| {
        let proven = proven.iter().map(|name| (*name).to_owned()).collect();
        Some(NotAccepted::NotProven { release: "`1.4`".to_owned(), proven })
    };
    // It breaks the old one, which was allowed; it has heard of no release; of another; of one that ran something else.
    let (why, words) = proven(&program(&[JOBS, RENAMED], &[reads("1.4", 1)]));
    assert_eq!(why, of(&[]));
    assert!(words.contains("was proven for no release, and this is `1.4`"), "{words}");
    assert_eq!(proven(&program(&[JOBS, NOTE], &[])).0, of(&[]));
    let other = release("1.4", 1, "SELECT id FROM jobs");
    let (why, words) = proven(&program(&[JOBS, NOTE], &[other]));
    assert_eq!(why, of(&["`1.4`"]));
    assert!(words.contains("was proven for `1.4`, which ran other statements, and this is `1.4`"), "{words}");
    // A statement of which nobody can tell.
    let unknown = release("1.4", 1, "SELECT nothing FROM jobs");
    let file = File::new();
    program(&[JOBS, NOTE], std::slice::from_ref(&unknown)).open(file.path()).unwrap();
    assert!(start(&program(&[JOBS], &[unknown]), &file).is_err());
    // Nothing is known of what it runs.
    let file = File::new();
    program(&[JOBS, NOTE], &[reads("1.4", 1)]).open(file.path()).unwrap();
    let (why, words) = refused(&program(&[JOBS], &[]), &file);
    assert_eq!(why, Some(NotAccepted::NoRelease));
    assert!(words.contains("this program is no recorded release"), "{words}");
    let empty = Release { statements: Vec::new(), ..reads("1.4", 1) };
    let file = File::new();
    program(&[JOBS, NOTE], std::slice::from_ref(&empty)).open(file.path()).unwrap();
    assert_eq!(refused(&program(&[JOBS], &[empty]), &file).0, Some(NotAccepted::NoRelease));
}

#[test]
fn the_newest_schema_counts_and_no_other() {
    let old = program(&[JOBS], &[reads("1.4", 1)]);
    let new = program(&[JOBS, NOTE, OWNER], &[reads("1.4", 1)]);
    // In mid-history nothing was held against anything.
    let file = File::new();
    new.migrator().target(2).open(file.path()).unwrap();
    assert!(start(&old, &file).is_err());
    new.open(file.path()).unwrap();
    assert_eq!(start(&old, &file).unwrap().newer, 2);
    // The build of the next release is held against the one before it as well.
    let file = File::new();
    let next = [reads("1.4", 1), reads("1.5", 2)];
    program(&[JOBS, NOTE], &next).open(file.path()).unwrap();
    assert_eq!(start(&old, &file).unwrap().newer, 1);
    // And the one behind that against as many as are kept.
    let third = [JOBS, NOTE, OWNER];
    let of_next = program(&[JOBS, NOTE], &next);
    for (keep, is_accepted) in [(1, false), (2, true)] {
        let file = File::new();
        keeping(keep, &third, &next).open(file.path()).unwrap();
        assert_eq!(start(&old, &file).is_ok(), is_accepted, "{keep}");
        assert_eq!(start(&of_next, &file).unwrap().newer, 1);
    }
    // What ran on it later says nothing of this one.
    let file = File::new();
    of_next.open(file.path()).unwrap();
    start(&old, &file).unwrap();
    program(&third, &[]).open(file.path()).unwrap();
    assert!(start(&old, &file).is_err());
}

#[test]
fn who_waits_for_a_newer_program_goes_on_behind_it() {
    let (old, new) =
        (program(&[JOBS, NOTE], &[reads("1.4", 2)]), program(&[JOBS, NOTE, OWNER], &[reads("1.4", 2)]));
    let file = File::new();
    // Both have something to run, and the newer one is faster.
    program(&[JOBS], &[]).open(file.path()).unwrap();
    let ((begun, begins), (waiting, waits)) = (mpsc::channel(), mpsc::channel());
    let waits = Mutex::new(waits);
    let report = thread::scope(|scope| {
        let (old, path) = (&old, file.path());
        let older = scope.spawn(move || {
            begins.recv().unwrap();
            let observer = move |event: Event<'_>| {
                if let Event::Waiting { .. } = event {
                    // Nobody listens to the second one.
                    let _ = waiting.send(());
                }
            };
            old.migrator().accept_newer().observer(observer).open(path).map(|(_, report)| report)
        });
        let observer = move |event: Event<'_>| {
            if let Event::Started { number: 1, .. } = event {
                begun.send(()).unwrap();
                waits.lock().unwrap().recv().unwrap();
            }
        };
        new.migrator().observer(observer).open(file.path()).unwrap();
        older.join().unwrap()
    });
    assert_eq!(report.unwrap().newer, 1);
    assert_eq!(number(&file.conn(), "SELECT count(*) FROM onward_migrations"), 3);
}

#[test]
fn what_others_write_there_is_nothing() {
    let old = program(&[JOBS], &[reads("1.4", 1)]);
    for sql in [
        "UPDATE onward_migrations SET works_with = NULL",
        "UPDATE onward_migrations SET works_with = ''",
        "UPDATE onward_migrations SET works_with = ' 1.4'",
        "UPDATE onward_migrations SET works_with = 7",
        "ALTER TABLE onward_migrations RENAME COLUMN works_with TO other",
        "ALTER TABLE onward_migrations DROP COLUMN works_with;
         ALTER TABLE onward_migrations ADD COLUMN works_with TEXT AS (name)",
    ] {
        let file = File::new();
        program(&[JOBS, NOTE], &[reads("1.4", 1)]).open(file.path()).unwrap();
        let conn = file.conn();
        assert_eq!(number(&conn, "SELECT count(works_with) FROM onward_migrations"), 1);
        conn.execute_batch(sql).unwrap();
        assert!(matches!(refused(&old, &file).0, Some(NotAccepted::NotProven { .. })), "{sql}");
    }
}

/// What nothing is said of, and what a database may still refuse or change.
#[test]
fn only_what_adds_is_accepted() {
    const TABLES: &str = "CREATE TABLE queues(id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT '');
        CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL DEFAULT 'new', queue INTEGER REFERENCES queues(id));
        CREATE INDEX by_state ON jobs(state);
        CREATE UNIQUE INDEX by_name ON queues(name);
        CREATE VIEW waiting AS SELECT id FROM jobs WHERE state = 'new';
        CREATE TABLE other(id INTEGER PRIMARY KEY, a TEXT, note TEXT);";
    let both = || {
        let mut both = release("1.4", 1, "INSERT INTO jobs(queue) VALUES (?)");
        both.statements.extend(release("", 1, "SELECT id FROM waiting").statements);
        [both]
    };
    let old = program(&[TABLES], &both());
    // Where keys are set, whoever refers to them is in the way.
    let moves = || [release("1.4", 1, "UPDATE jobs SET id = ? WHERE id = ?")];
    let refers = "CREATE TABLE lines(job INTEGER REFERENCES jobs(id));";
    for (run, expected) in [(moves(), false), (both(), true)] {
        let file = File::new();
        program(&[TABLES, refers], &run).open(file.path()).unwrap();
        assert_eq!(start(&program(&[TABLES], &run), &file).is_ok(), expected);
    }
    let is_accepted = |migration: &str| {
        let file = File::new();
        program(&[TABLES, migration], &both()).open(file.path()).unwrap();
        start(&old, &file).is_ok()
    };
    for adds in [
        "ALTER TABLE jobs ADD COLUMN tries INTEGER NOT NULL DEFAULT -1;",
        "ALTER TABLE jobs ADD \"check\" VARCHAR(20);",
        "CREATE INDEX jobs_by_queue ON jobs(queue, \"state\" DESC);",
        "DROP INDEX by_state;",
        "UPDATE jobs SET state = 'old'; INSERT INTO queues(name) VALUES ('a');",
        "CREATE TABLE lines(job INTEGER REFERENCES jobs(id) ON DELETE CASCADE, note TEXT CHECK (note <> ''));",
        "CREATE TRIGGER noted AFTER INSERT ON other BEGIN DELETE FROM jobs; END;",
        "CREATE VIEW done AS SELECT id FROM jobs WHERE state = 'done';",
        "ALTER TABLE other RENAME COLUMN a TO b; CREATE UNIQUE INDEX one ON other(b); ALTER TABLE other RENAME TO others;",
    ] {
        assert!(is_accepted(adds), "{adds}");
    }
    for may_break in [
        "ALTER TABLE jobs ADD COLUMN size INTEGER AS (length(state));",
        "ALTER TABLE jobs ADD COLUMN size INTEGER CHECK (size > 0);",
        "ALTER TABLE jobs ADD COLUMN parent INTEGER REFERENCES jobs(id);",
        "ALTER TABLE jobs ADD COLUMN kind TEXT COLLATE NOCASE;",
        "-- onward: allow(failure_with_rows) there are none\nALTER TABLE jobs ADD COLUMN kind INTEGER DEFAULT (1 + 1);",
        "CREATE INDEX jobs_by_length ON jobs(length(state));",
        "CREATE INDEX jobs_by_sum ON jobs(id + queue);",
        "CREATE INDEX jobs_open ON jobs(queue) WHERE state = 'new';",
        "CREATE TRIGGER changed AFTER INSERT ON jobs BEGIN UPDATE jobs SET state = 'x' WHERE id = new.id; END;",
        "CREATE TRIGGER gone AFTER DELETE ON queues BEGIN DELETE FROM jobs; END;",
        "CREATE TABLE lines(job INTEGER REFERENCES jobs(id) ON DELETE CASCADE);
         CREATE TRIGGER line_gone AFTER DELETE ON lines BEGIN DELETE FROM queues; END;",
        "DROP INDEX by_name;",
        "CREATE TABLE n(id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x'); INSERT INTO n SELECT * FROM queues;
         DROP TABLE queues; ALTER TABLE n RENAME TO queues; CREATE UNIQUE INDEX by_name ON queues(name);",
    ] {
        assert!(!is_accepted(may_break), "{may_break}");
    }
}
