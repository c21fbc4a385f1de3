//! `cargo onward` with a database, as a user runs it.

use std::fs;

use onward::rusqlite::Connection;
use onward_tests::command::{Place, SAMPLE};

#[test]
fn status_tells_applied_pending_and_conflicting_migrations_apart() {
    let place = Place::with_sample();
    let bytes = || fs::read(place.path("app.db")).unwrap();
    let before = bytes();
    let status = |code| place.onward(&["status", "app.db"]).exits(code).out;
    // The line of a migration, in words.
    let line = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.split_whitespace().nth(1) == Some(name));
        line.unwrap_or_default().split_whitespace().skip(2).collect::<Vec<_>>().join(" ")
    };

    let text = status(0);
    assert!(text.ends_with("up to date\n"), "{text}");
    assert_eq!(text.lines().count(), SAMPLE.list().len() + 1);
    assert!(line(&text, "retries").starts_with("applied 20"), "{text}");
    // The version is written as the file has it.
    assert!(text.lines().any(|line| line.starts_with("  0001  ")), "{text}");

    place.write("migrations/0011_tags.sql", "CREATE TABLE tags (name TEXT);\n");
    let text = status(0);
    assert_eq!(line(&text, "tags"), "pending");
    assert!(
        line(&text, "retries").starts_with("applied 20") && text.ends_with("1 of 11 pending\n"),
        "{text}"
    );
    place.remove("migrations/0011_tags.sql");

    let edited = place.read("migrations/0004_archive.sql");
    place.write("migrations/0004_archive.sql", &edited.replace("DEFAULT 0", "DEFAULT 1"));
    let text = status(1);
    assert_eq!(line(&text, "archive"), "edited after it ran");
    assert!(text.contains("\nrefused: migration 0004 `archive` was edited after it ran"), "{text}");
    // A comment is no edit.
    place.write("migrations/0004_archive.sql", &format!("{edited}-- more\n"));
    status(0);

    place.write("migrations/0000_before.sql", "SELECT 1;\n");
    assert_eq!(line(&status(1), "before"), "did not run, though a later one has");
    place.remove("migrations/0000_before.sql");

    let removed = place.read("migrations/0005_job_log.sql");
    place.remove("migrations/0005_job_log.sql");
    assert_eq!(line(&status(1), "job_log"), "ran, but is not in the program");
    place.write("migrations/0005_job_log.sql", &removed);

    place.remove("migrations/0010_retries.sql");
    let text = status(1);
    assert_eq!(line(&text, "retries"), "ran, and is newer than the program");
    // The program has no such file, and shows the version as the others are written.
    assert!(text.contains("\n  0010  ") && text.contains("migration 0010 `retries` has run"), "{text}");

    assert!(bytes() == before, "status has changed the database");
    assert_eq!(place.folder().read_dir().unwrap().count(), 2, "status has left a file behind");
}

#[test]
fn status_of_what_no_history_made() {
    let place = Place::with_sample();
    place.write("empty.db", "");
    let text = place.onward(&["status", "empty.db"]).exits(0).out;
    assert!(text.ends_with("10 of 10 pending\n") && !text.contains("applied"), "{text}");

    let conn = Connection::open(place.path("other.db")).unwrap();
    conn.execute_batch("CREATE TABLE notes (body TEXT)").unwrap();
    drop(conn);
    let text = place.onward(&["status", "other.db"]).exits(1).out;
    assert!(text.ends_with("no ledger, but 1 table is already there: notes\n"), "{text}");

    place.write("text.db", &"This is not a database. ".repeat(100));
    let ran = place.onward(&["status", "text.db"]).exits(2);
    assert!(ran.err.contains("text.db") && ran.err.contains("file is not a database"), "{}", ran.err);
    assert_eq!(ran.out, "");

    let ran = place.onward(&["status", "missing.db"]).exits(2);
    assert!(ran.err.contains("cannot open the database missing.db"), "{}", ran.err);
    assert!(!place.path("missing.db").exists());

    place.onward(&["status", "app.db", "nowhere"]).exits(2);
}

#[test]
fn a_database_is_verified_rehearsed_and_brought_up_to_date() {
    let place = Place::with_sample();
    let before = fs::read(place.path("app.db")).unwrap();
    assert_eq!(place.onward(&["verify", "app.db"]).exits(0).out, "the schema is what the ledger says\n");
    assert_eq!(place.onward(&["rehearse", "app.db"]).exits(0).out, "nothing is pending\n");
    place.write(
        "migrations/0011_notes.sql",
        "-- onward: foreign_keys(on)\nALTER TABLE jobs ADD COLUMN note TEXT;\nDELETE FROM jobs;\n",
    );
    let out = place.onward(&["rehearse", "app.db", "migrations"]).exits(0).out;
    assert!(out.contains("0011  notes") && out.contains("1 migration in "), "{out}");
    assert!(fs::read(place.path("app.db")).unwrap() == before, "a rehearsal has changed the database");
    let out = place.onward(&["apply", "app.db"]).exits(0).out;
    assert!(out.contains("0011  notes") && out.contains("applied 1 migration in "), "{out}");
    assert_eq!(place.onward(&["apply", "app.db"]).exits(0).out, "up to date at 0011 notes (11 migrations)\n");
    let out = place.onward(&["apply", "new.db"]).exits(0).out;
    assert!(out.contains("applied 11 migrations"), "{out}");

    let conn = Connection::open(place.path("app.db")).unwrap();
    conn.execute_batch("ALTER TABLE jobs ADD COLUMN mine TEXT").unwrap();
    let out = place.onward(&["verify", "app.db"]).exits(1).out;
    assert!(out.starts_with("  table `jobs`: column `mine` should not be there\n"), "{out}");
    assert!(place.onward(&["apply", "--help"]).exits(0).out.contains("that says that it has a hook"));
}

#[test]
fn what_fails_in_a_command_says_so_and_changes_nothing() {
    let files = [
        ("migrations/0001_jobs.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);"),
        ("migrations/0002_unique.sql", "\nCREATE UNIQUE INDEX one ON jobs(state);"),
    ];
    let place = Place::with(&files[..1]);
    place.onward(&["apply", "app.db"]).exits(0);
    let conn = Connection::open(place.path("app.db")).unwrap();
    conn.execute_batch("INSERT INTO jobs(state) VALUES ('a'), ('a')").unwrap();
    place.write(files[1].0, files[1].1);
    let before = fs::read(place.path("app.db")).unwrap();
    for command in ["apply", "rehearse"] {
        let err = place.onward(&[command, "app.db"]).exits(1).err;
        assert!(
            err.starts_with("error: ") && err.contains("  migrations/0002_unique.sql:2:1: UNIQUE"),
            "{err}"
        );
    }
    place.onward(&["verify", "missing.db"]).exits(2);
    place.onward(&["revert", "missing.db", "1"]).exits(2);
    place.onward(&["adopt", "missing.db"]).exits(2);
    assert!(!place.path("missing.db").exists());
    // A folder with errors is not run.
    place.write("migrations/0003_broken.sql", "ALTER TABLE nowhere ADD COLUMN a;");
    for command in
        [&["apply", "app.db"][..], &["verify", "app.db"], &["rehearse", "app.db"], &["adopt", "app.db"]]
    {
        let ran = place.onward(command).exits(1);
        assert!(ran.out.contains("= note: unknown_table"), "{}", ran.out);
        assert!(ran.err.contains("a history with errors is not run; nothing was done"), "{}", ran.err);
    }
    place.onward(&["apply", "app.db", "nowhere"]).exits(2);
    assert!(fs::read(place.path("app.db")).unwrap() == before);
}

#[test]
fn migrations_are_taken_back() {
    let place = Place::with(&[
        ("migrations/0001_jobs.up.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY);"),
        ("migrations/0001_jobs.down.sql", "DROP TABLE jobs;"),
        ("migrations/0002_state.up.sql", "ALTER TABLE jobs ADD COLUMN state TEXT;"),
        ("migrations/0002_state.down.sql", "-- back\nALTER TABLE jobs DROP COLUMN state;"),
        ("migrations/0003_log.up.sql", "CREATE TABLE log(id);"),
    ]);
    place.onward(&["apply", "app.db"]).exits(0);
    let err = place.onward(&["revert", "app.db", "1"]).exits(1).err;
    assert!(err.contains("migrations/0003_log.up.sql cannot be taken back: it has no down file"), "{err}");
    place.onward(&["revert", "app.db", "9"]).exits(2);
    place.write("migrations/0003_log.down.sql", "DROP TABLE log;");
    let out = place.onward(&["revert", "app.db", "0001"]).exits(0).out;
    assert!(out.contains("took back 2 migrations"), "{out}");
    assert!(place.onward(&["status", "app.db"]).exits(0).out.ends_with("2 of 3 pending\n"));
    let out = place.onward(&["revert", "app.db", "0", "migrations"]).exits(0).out;
    assert!(out.contains("0001  jobs") && out.contains("took back 1 migration "), "{out}");
}

#[test]
fn a_database_without_a_ledger_is_taken_over() {
    let jobs = "CREATE TABLE jobs(id INTEGER PRIMARY KEY);";
    let place = Place::with(&[
        ("migrations/0001_jobs.sql", jobs),
        (
            "migrations/0002_state.sql",
            "ALTER TABLE jobs ADD COLUMN state TEXT; CREATE INDEX by_state ON jobs(state);",
        ),
    ]);
    for (db, sql) in
        [("exact.db", jobs), ("grown.db", "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT)")]
    {
        Connection::open(place.path(db)).unwrap().execute_batch(sql).unwrap();
    }
    let err = place.onward(&["apply", "exact.db"]).exits(1).err;
    assert!(err.contains("has no ledger of migrations"), "{err}");
    place.onward(&["rehearse", "exact.db"]).exits(1);
    let out = place.onward(&["rehearse", "exact.db", "--adopt", "exact"]).exits(0).out;
    assert!(out.contains("0002  state"), "{out}");
    let out = place.onward(&["adopt", "exact.db"]).exits(0).out;
    assert!(out.starts_with("adopted with 1 migration\n") && out.contains("applied 1 migration"), "{out}");
    let err = place.onward(&["adopt", "grown.db"]).exits(1).err;
    assert!(err.contains("index `by_state` is missing"), "{err}");
    let out = place.onward(&["adopt", "grown.db", "migrations", "--how", "reconcile"]).exits(0).out;
    assert_eq!(out, "adopted with 2 migrations\nup to date at 0002 state (2 migrations)\n");
    let out = place.onward(&["status", "grown.db"]).exits(0).out;
    assert!(out.contains("1  jobs   adopted 2") && out.ends_with("up to date\n"), "{out}");
}

/// What databases of old releases do is the build's to say, and not a rehearsal's of this one.
#[test]
fn a_database_is_rehearsed_though_others_cannot_be_adopted() {
    let place = Place::with(&[
        ("migrations/0001_jobs.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL);"),
        ("migrations/0002_queue.sql", "ALTER TABLE jobs ADD COLUMN queue TEXT;"),
        ("migrations/legacy/v1.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state INTEGER);"),
        ("migrations/legacy/v2.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY);"),
    ]);
    for (db, columns) in
        [("good.db", "id INTEGER PRIMARY KEY, state TEXT NOT NULL"), ("bad.db", "id INTEGER PRIMARY KEY")]
    {
        let conn = Connection::open(place.path(db)).unwrap();
        conn.execute_batch(&format!("CREATE TABLE jobs({columns})")).unwrap();
    }
    // Both spellings of the flag are known to both commands.
    for flag in ["--adopt", "--how"] {
        let ran = place.onward(&["rehearse", "good.db", flag, "reconcile"]).exits(0);
        assert!(ran.out.contains("0002  queue"), "{}", ran.out);
        assert_eq!(
            ran.err,
            "note: databases like legacy/v1.sql, legacy/v2.sql cannot be adopted, and the program does not build: see `cargo \
             onward check`\n"
        );
        let ran = place.onward(&["adopt", "good.db", flag, "reconcile"]).exits(1);
        assert!(ran.err.contains("a history with errors is not run"), "{}", ran.err);
    }
    let err = place.onward(&["rehearse", "bad.db", "--adopt", "reconcile"]).exits(1).err;
    assert!(err.contains("table `jobs`: column `state` is missing"), "{err}");
    assert!(err.contains("help: let the history begin with the oldest schema that is out there"), "{err}");
    place.write("migrations/0003_broken.sql", "ALTER TABLE nowhere ADD COLUMN a;");
    place.onward(&["rehearse", "good.db", "--adopt", "reconcile"]).exits(1);
}

#[test]
fn the_command_says_which_migrations_another_tool_has_run() {
    let place = Place::with(&[
        ("migrations/0001_jobs.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY, price INTEGER);"),
        ("migrations/0002_cents.sql", "UPDATE jobs SET price = price * 100;"),
    ]);
    let conn = Connection::open(place.path("app.db")).unwrap();
    conn.execute_batch(
        "CREATE TABLE jobs(id INTEGER PRIMARY KEY, price INTEGER); INSERT INTO jobs VALUES (1, 5)",
    )
    .unwrap();
    for command in [&["rehearse", "app.db", "--adopt", "exact"][..], &["adopt", "app.db"]] {
        let err = place.onward(command).exits(1).err;
        assert!(
            err.contains("it is the same after 0001 and 0002") && err.contains("`--at VERSION`"),
            "{err}"
        );
    }
    place.onward(&["adopt", "app.db", "--at", "7"]).exits(2);
    let out = place.onward(&["rehearse", "app.db", "--at", "1"]).exits(0).out;
    assert!(out.starts_with("  0001  jobs  recorded as run, not run\n  0002  cents  "), "{out}");
    let out = place.onward(&["adopt", "app.db", "--at", "1"]).exits(0).out;
    assert!(out.starts_with("adopted with 1 migration\n"), "{out}");
    let price: i64 = conn.query_row("SELECT price FROM jobs", [], |row| row.get(0)).unwrap();
    assert_eq!(price, 500);
}

#[test]
fn status_names_the_cause_that_apply_names() {
    let place = Place::with_sample();
    let conn = Connection::open(place.path("app.db")).unwrap();
    conn.execute_batch(
        "UPDATE onward_migrations SET checksum = replace(checksum, substr(checksum, 1, 1), 'f') WHERE version = 4;
         UPDATE onward_migrations SET chain = 'none' WHERE version = 10;",
    )
    .unwrap();
    let text = place.onward(&["status", "app.db"]).exits(1).out;
    assert!(
        text.contains("changed by hand in the ledger") && !text.contains("edited after it ran"),
        "{text}"
    );
    let err = place.onward(&["apply", "app.db"]).exits(1).err;
    assert!(err.contains("was changed by hand") && !err.contains("edited after it ran"), "{err}");
}

/// The replay has little memory, and SQLite counts it for the whole process: the run is in another one.
#[test]
fn a_run_has_the_memory_that_the_replay_does_not_get() {
    let place = Place::with(&[(
        "migrations/0001_files.sql",
        "CREATE TABLE files (id INTEGER PRIMARY KEY, data BLOB NOT NULL);\n",
    )]);
    place.onward(&["apply", "app.db"]).exits(0);
    let conn = Connection::open(place.path("app.db")).unwrap();
    conn.execute("INSERT INTO files(data) VALUES (zeroblob(160000000))", []).unwrap();
    drop(conn);
    // Five times as much, and nothing of it written.
    place.write(
        "migrations/0002_sums.sql",
        "CREATE TABLE sums (length INTEGER);\nINSERT INTO sums SELECT length(hex(data) || '!') FROM files;\n",
    );
    place.onward(&["rehearse", "app.db"]).exits(0);
    let applied = place.onward(&["apply", "app.db"]).exits(0).out;
    assert!(applied.contains("sums"), "{applied}");
    let conn = Connection::open(place.path("app.db")).unwrap();
    let length: i64 = conn.query_row("SELECT length FROM sums", [], |row| row.get(0)).unwrap();
    assert_eq!(length, 320_000_001);
}

#[test]
fn restore_goes_back_to_a_copy_and_keeps_what_was_there() {
    for journal in ["DELETE", "WAL"] {
        let place = Place::with_sample();
        let conn = Connection::open(place.path("app.db")).unwrap();
        conn.query_row(&format!("PRAGMA journal_mode = {journal}"), [], |_| Ok(())).unwrap();
        conn.execute_batch(
            "VACUUM INTO 'copy.db'".replace("copy.db", place.path("copy.db").to_str().unwrap()).as_str(),
        )
        .unwrap();
        let jobs = |file: &str| -> i64 {
            let conn = Connection::open(place.path(file)).unwrap();
            conn.query_row("SELECT count(*) FROM jobs", [], |row| row.get(0)).unwrap()
        };
        conn.execute_batch("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')").unwrap();
        // Nothing happens to a database that somebody uses.
        conn.execute_batch("BEGIN IMMEDIATE").unwrap();
        let err = place.onward(&["restore", "copy.db", "app.db"]).exits(2).err;
        assert!(err.contains("nothing was changed") && err.contains("stop the programs"), "{err}");
        drop(conn);
        let copy = fs::read(place.path("copy.db")).unwrap();
        let out = place.onward(&["restore", "copy.db", "app.db"]).exits(0).out;
        let before = out.lines().find_map(|line| line.strip_prefix("as it was before: ")).unwrap();
        assert_eq!((jobs("app.db"), jobs(before)), (0, 1), "{journal}");
        assert!(fs::read(place.path("copy.db")).unwrap() == copy);
        assert!(SAMPLE.open(place.path("app.db")).is_ok());
        // What is no copy stays out.
        place.write("text.db", &"no database, but long enough to look like one".repeat(40));
        let err = place.onward(&["restore", "text.db", "app.db"]).exits(2).err;
        assert!(err.contains("nothing was changed"), "{err}");
        place.onward(&["restore", "copy.db", "missing.db"]).exits(2);
        assert!(!place.path("missing.db").exists());
    }
}

/// What a run does, a command does: none advises a call of Rust's.
#[test]
fn help_is_in_commands() {
    let files = [
        ("migrations/0001_jobs.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY, price INTEGER);"),
        ("migrations/0002_cents.sql", "UPDATE jobs SET price = price * 100;"),
    ];
    let place = Place::with(&files);
    let sql = |db: &str, sql: &str| Connection::open(place.path(db)).unwrap().execute_batch(sql).unwrap();
    sql("without.db", files[0].1);
    sql("other.db", "CREATE TABLE notes(body TEXT)");
    place.write("text.db", &"This is not a database. ".repeat(100));
    place.onward(&["apply", "newer.db"]).exits(0);
    place.onward(&["apply", "calls.db"]).exits(0);
    let refused = |args: &[&str], code: i32, words: &str| {
        let err = place.onward(args).exits(code).err;
        assert!(err.contains(words), "{args:?}: {err}");
        for call in ["migrator", "Adopt::", "or_recreate", "lock_timeout", "register the function"] {
            assert!(!err.contains(call), "{args:?}: {err}");
        }
    };
    for command in ["apply", "rehearse", "revert"] {
        let args = [command, "without.db", "0001"];
        refused(if command == "revert" { &args } else { &args[..2] }, 1, "`cargo onward adopt`");
    }
    refused(&["adopt", "without.db"], 1, "`--at VERSION`");
    refused(&["adopt", "other.db"], 1, "change these by hand");
    refused(&["adopt", "other.db"], 1, "`cargo onward init --legacy COPY` writes the schema");
    refused(&["apply", "text.db"], 2, "the program that has the key");
    refused(&["status", "text.db"], 2, "the program that has the key");
    place.write("migrations/0003_grow.sql", "CREATE TABLE tags(id INTEGER PRIMARY KEY);");
    sql("grown.db", "CREATE TABLE tags(id INTEGER PRIMARY KEY)");
    refused(&["adopt", "grown.db", "--how", "reconcile"], 1, "then run `cargo onward adopt`");
    place.remove("migrations/0003_grow.sql");
    place.remove("migrations/0002_cents.sql");
    refused(&["apply", "newer.db"], 1, "the newer program's migrations folder");
    place.write(files[1].0, files[1].1);
    place.write("migrations/onward.toml", "functions = [\"uuid7\"]\n");
    place.write("migrations/0003_calls.sql", "CREATE TABLE ids(id TEXT); INSERT INTO ids VALUES (uuid7());");
    refused(&["apply", "calls.db"], 1, "let the program migrate this database");
}

/// SQLite makes files beside a database in WAL mode to read it.
#[test]
fn restore_leaves_nothing_beside_a_copy_in_wal_mode() {
    let place = Place::with_sample();
    let sql = |db: &str, sql: &str| Connection::open(place.path(db)).unwrap().execute_batch(sql).unwrap();
    fs::copy(place.path("app.db"), place.path("copy.db")).unwrap();
    sql("copy.db", "PRAGMA journal_mode = WAL; INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')");
    let bytes = fs::read(place.path("copy.db")).unwrap();
    assert_eq!(bytes[18..20], [2, 2]);
    let beside = || ["copy.db-wal", "copy.db-shm"].map(|file| place.path(file).exists());
    assert_eq!(beside(), [false, false]);
    place.onward(&["restore", "copy.db", "app.db"]).exits(0);
    assert_eq!(beside(), [false, false]);
    assert!(fs::read(place.path("copy.db")).unwrap() == bytes);

    // Rows that are only in the WAL are restored, and it stays as it is.
    let conn = Connection::open(place.path("copy.db")).unwrap();
    conn.execute_batch("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')").unwrap();
    for file in ["copy.db", "copy.db-wal"] {
        fs::copy(place.path(file), place.path(&file.replace("copy", "killed"))).unwrap();
    }
    drop(conn);
    let wal = fs::read(place.path("killed.db-wal")).unwrap();
    place.onward(&["restore", "killed.db", "app.db"]).exits(0);
    let conn = Connection::open(place.path("app.db")).unwrap();
    let jobs: i64 = conn.query_row("SELECT count(*) FROM jobs", [], |row| row.get(0)).unwrap();
    assert_eq!(jobs, 2);
    assert!(!wal.is_empty() && fs::read(place.path("killed.db-wal")).unwrap() == wal);
}

#[test]
fn restore_refuses_what_is_no_copy() {
    let place = Place::with_sample();
    let before = fs::read(place.path("app.db")).unwrap();
    let refused = |copy: &str, words: &str| {
        let names = place.files(".");
        let err = place.onward(&["restore", copy, "app.db"]).exits(2).err;
        assert!(err.contains(words) && err.contains("nothing was changed"), "{copy}: {err}");
        assert!(fs::read(place.path("app.db")).unwrap() == before, "{copy}");
        assert_eq!(place.files("."), names, "{copy}");
    };
    place.write("empty.db", "");
    refused("empty.db", "has no tables");
    Connection::open(place.path("other.db")).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    refused("other.db", "no table onward_migrations");
    refused("app.db", "itself, not a copy");
    refused("./app.db", "itself, not a copy");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("app.db", place.path("link.db")).unwrap();
        refused("link.db", "itself, not a copy");
        fs::hard_link(place.path("app.db"), place.path("hard.db")).unwrap();
        refused("hard.db", "itself, not a copy");
    }
}

/// The copy that a run has made of a database without a ledger is one all the same.
#[test]
fn restore_goes_back_to_before_a_database_was_taken_over() {
    let place = Place::with_sample();
    let conn = Connection::open(place.path("app.db")).unwrap();
    conn.execute_batch("DROP TABLE onward_migrations").unwrap();
    drop(conn);
    let migrator = SAMPLE.migrator().adopt(onward::Adopt::At(10)).backup(place.path("before"));
    let copy = migrator.open(place.path("app.db")).unwrap().1.backup.unwrap();
    let restored = place.onward(&["restore", copy.to_str().unwrap(), "app.db"]).exits(0).out;
    assert!(SAMPLE.open(place.path("app.db")).is_err());
    // And back again.
    let before = restored.lines().find_map(|line| line.strip_prefix("as it was before: ")).unwrap();
    place.onward(&["restore", before, "app.db"]).exits(0);
    SAMPLE.open(place.path("app.db")).unwrap();
}

/// The system kills it when a file grows too long, which is in the middle of the copy of what is there.
#[cfg(unix)]
#[test]
fn restore_killed_while_it_copies_leaves_no_part_under_a_copys_name() {
    let place = Place::with_sample();
    fs::copy(place.path("app.db"), place.path("copy.db")).unwrap();
    let conn = Connection::open(place.path("app.db")).unwrap();
    conn.execute_batch("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')").unwrap();
    conn.execute_batch("CREATE TABLE large AS SELECT randomblob(4000000) AS bytes").unwrap();
    drop(conn);
    let before = fs::read(place.path("app.db")).unwrap();
    let mut shell = std::process::Command::new("sh");
    let onward = onward_tests::cargo_onward();
    shell.args(["-c", "ulimit -f 500; exec \"$@\"", "sh"]).arg(onward.get_program()).args(onward.get_args());
    shell.args(["restore", "copy.db", "app.db"]).current_dir(place.folder());
    assert!(!shell.output().unwrap().status.success());
    let parts: Vec<_> =
        place.files(".").into_iter().filter(|name| name.contains(".before-restore")).collect();
    assert!(parts.iter().all(|name| name.contains(".partial")), "{parts:?}");
    assert!(fs::read(place.path("app.db")).unwrap() == before);
    let out = place.onward(&["restore", "copy.db", "app.db"]).exits(0).out;
    let saved = out.lines().find_map(|line| line.strip_prefix("as it was before: ")).unwrap();
    let count = "SELECT count(*) FROM large";
    let large: i64 = Connection::open(saved).unwrap().query_row(count, [], |row| row.get(0)).unwrap();
    assert_eq!(large, 1);
}

#[test]
fn what_a_level_lets_pass_runs_as_it_was_replayed() {
    let place = Place::with(&[
        ("migrations/onward.toml", "[levels]\ndouble_quoted_string = \"allow\"\n"),
        ("migrations/0001_notes.sql", "CREATE TABLE notes (body TEXT);\nINSERT INTO notes VALUES (\"x\");\n"),
        ("migrations/0002_view.sql", "CREATE VIEW v AS SELECT body FROM notes WHERE body = \"x\";\n"),
        ("migrations/0003_name.sql", "ALTER TABLE notes RENAME COLUMN body TO text;\n"),
    ]);
    for level in ["allow", "warn"] {
        place.write("migrations/onward.toml", &format!("[levels]\ndouble_quoted_string = \"{level}\"\n"));
        let database = format!("{level}.db");
        place.onward(&["apply", &database]).exits(0);
        let conn = Connection::open(place.path(&database)).unwrap();
        assert_eq!(conn.query_row("SELECT text FROM notes", [], |row| row.get(0)), Ok("x".to_owned()));
    }
}
