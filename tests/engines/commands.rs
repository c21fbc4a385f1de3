//! What each command does on an engine, beside what it does on a file.

use std::net::TcpListener;

use onward_batch::{Engine, Value};
use onward_tests::cargo_onward_engines;
use onward_tests::command::{Place, Ran, run};

use crate::servers::{Process, libsql, rqlite, three_nodes};

/// What is printed of a database, without the times.
fn words(text: &str) -> Vec<String> {
    let is_word = |word: &&str| {
        !word.starts_with(|first: char| first.is_ascii_digit()) || !word.contains([':', '.', '-'])
    };
    text.lines().map(|line| line.split_whitespace().filter(is_word).collect::<Vec<_>>().join(" ")).collect()
}

/// A command of the same program: the one without engines would be built over it.
fn on_file(place: &Place, command: &str) -> Ran {
    run(cargo_onward_engines().args([command, "app.db"]).current_dir(place.folder()))
}

fn commands_do_what_they_do_on_a_file<E: Engine>(process: &Process<E>) {
    // The file is up to date.
    let place = Place::with_sample();
    let text = process.onward(&place, "status", &[]).exits(0).out;
    assert!(text.ends_with("10 of 10 pending\n") && !text.contains("applied"), "{text}");
    let out = process.onward(&place, "rehearse", &[]).exits(0).out;
    assert!(out.contains("0010  retries") && out.contains("10 migrations in "), "{out}");
    assert_eq!(
        process.rows("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'"),
        [[Value::Null]; 0],
        "only read"
    );
    let out = process.onward(&place, "apply", &[]).exits(0).out;
    assert!(out.contains("  0010  retries\n") && out.contains("applied 10 migrations in "), "{out}");
    let out = process.onward(&place, "apply", &[]).exits(0).out;
    assert!(out.starts_with("up to date"), "{out}");
    for command in ["status", "verify", "rehearse"] {
        let file = on_file(&place, command).exits(0).out;
        let engine = process.onward(&place, command, &[]).exits(0).out;
        assert_eq!(words(&engine), words(&file), "{command}");
    }

    // What is wrong with both is said in the same words, with the same exit code.
    let edited = place.read("migrations/0004_archive.sql");
    place.write("migrations/0004_archive.sql", &edited.replace("DEFAULT 0", "DEFAULT 1"));
    let file = on_file(&place, "status").exits(1).out;
    assert_eq!(words(&process.onward(&place, "status", &[]).exits(1).out), words(&file));
    place.write("migrations/0004_archive.sql", &edited);
    let newest = place.read("migrations/0010_retries.sql");
    place.remove("migrations/onward.lock");
    place.remove("migrations/0010_retries.sql");
    let err = process.onward(&place, "apply", &[]).exits(1).err;
    assert!(err.contains("the database is newer than this program") && !err.contains("revert"), "{err}");
    place.write("migrations/0010_retries.sql", &newest);

    // What fails on its rows changes nothing, and says where.
    process.execute("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}'), ('mail', '{}')");
    place.write(
        "migrations/0011_unique.sql",
        "-- onward: allow(failure_with_some_rows) one a queue\nCREATE UNIQUE INDEX one ON jobs(queue);\n",
    );
    for command in ["apply", "rehearse"] {
        let err = process.onward(&place, command, &[]).exits(1).err;
        assert!(err.contains("UNIQUE") && err.contains("migrations/0011_unique.sql:2:1"), "{command}: {err}");
    }
    place.remove("migrations/0011_unique.sql");
    assert_eq!(process.rows("SELECT count(*) FROM onward_migrations"), [[Value::Integer(10)]]);

    // The rows are in the rehearsal.
    place.write("migrations/0011_none.sql", "DELETE FROM attempts;\nDELETE FROM jobs;\n");
    let out = process.onward(&place, "rehearse", &[]).exits(0).out;
    assert!(out.contains("0011  none") && out.contains("2 rows would be lost"), "{out}");
    assert_eq!(process.rows("SELECT count(*) FROM jobs"), [[Value::Integer(2)]]);
    place.remove("migrations/0011_none.sql");

    process.execute("ALTER TABLE jobs ADD COLUMN mine TEXT");
    let out = process.onward(&place, "verify", &[]).exits(1).out;
    assert!(out.starts_with("  table `jobs`: column `mine` should not be there\n"), "{out}");

    // A history that does not build is explained, and nothing is sent.
    place.write("migrations/0011_broken.sql", "CREATE INDEX i ON nowhere(a);\n");
    let ran = process.onward(&place, "apply", &[]).exits(1);
    assert!(ran.err.contains("a history with errors is not run; nothing was done"), "{}", ran.err);
}

fn nothing_runs_past_a_hook<E: Engine>(process: &Process<E>) {
    let place = Place::with(&[
        ("migrations/0001_notes.sql", "CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT);\n"),
        ("migrations/0002_words.sql", "-- onward: hook\nALTER TABLE notes ADD COLUMN words INTEGER;\n"),
    ]);
    for command in ["apply", "rehearse"] {
        let err = process.onward(&place, command, &[]).exits(2).err;
        assert!(
            err.contains("0002_words.sql has a hook")
                && err.contains("nothing was changed\nhelp: no code of a program runs inside"),
            "{command}: {err}"
        );
    }
    assert_eq!(process.rows("SELECT name FROM sqlite_schema WHERE name = 'notes'"), [[Value::Null]; 0]);
    let err = process.onward(&place, "apply", &["--to", "1"]).exits(2).err;
    assert!(err.contains("`--to` is for files"), "{err}");
}

#[test]
fn on_rqlite() {
    let Some(process) = rqlite() else { return };
    nothing_runs_past_a_hook(&process);
    commands_do_what_they_do_on_a_file(&process);
}

#[test]
fn on_libsql() {
    let Some(process) = libsql() else { return };
    nothing_runs_past_a_hook(&process);
    commands_do_what_they_do_on_a_file(&process);
}

#[test]
fn nodes_that_do_not_answer_are_named() {
    let Some([first, second, third]) = three_nodes() else { return };
    let place = Place::with_sample();
    let out = second.onward(&place, "apply", &[]).exits(0).out;
    assert!(out.ends_with("; the same schema on 3 of 3 nodes\n"), "{out}");
    let sound = "the schema is what the ledger says\n";
    assert_eq!(third.onward(&place, "verify", &[]).exits(0).out, sound);
    drop(third);
    for node in [&first, &second] {
        let out = node.onward(&place, "verify", &[]).exits(0).out;
        assert!(
            out.starts_with(sound) && out.contains(" does not answer: ") && out.lines().count() == 2,
            "{out}"
        );
    }
    place.write("migrations/0011_tags.sql", "CREATE TABLE tags (name TEXT);\n");
    let out = first.onward(&place, "apply", &[]).exits(0).out;
    assert!(
        out.contains("; the same schema on 2 of 3 nodes\n") && out.contains(" does not answer: "),
        "{out}"
    );
}

#[test]
fn the_engine_is_the_one_that_the_folder_names() {
    let place =
        Place::with(&[("migrations/0001_notes.sql", "CREATE TABLE notes(id INTEGER PRIMARY KEY);\n")]);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let on = |command: &str, engine: &str, other| {
        let nobody = format!("http+{engine}://127.0.0.1:{port}");
        let mut onward = cargo_onward_engines();
        let err =
            run(onward.args([command, &nobody, "--timeout", "1"]).current_dir(place.folder())).exits(2).err;
        let (is_unnamed, is_other) =
            (err.matches("names no engine: what").count(), err.matches("names libSQL").count());
        assert_eq!((is_unnamed, is_other), other, "{command} {engine}: {err}");
        assert_eq!(err.contains("could not"), is_other == 0, "{err}");
        err
    };
    for command in ["apply", "rehearse"] {
        for engine in ["rqlite", "libsql"] {
            let err = on(command, engine, (1, 0));
            let lines = format!("write into migrations/onward.toml\n\n[engine]\ntarget = \"{engine}\"\n");
            assert!(err.contains(&lines), "{err}");
        }
    }
    place.write("migrations/onward.toml", "[engine]\ntarget = \"libsql\"\n");
    for command in ["apply", "rehearse"] {
        on(command, "libsql", (0, 0));
        let err = on(command, "rqlite", (0, 1));
        assert!(err.contains("and this is rqlite") && err.contains("nothing was done"), "{err}");
    }
}
