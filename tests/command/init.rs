//! `cargo onward init`, on applications that were there before.

use std::path::Path;

use onward::rusqlite::Connection;
use onward_tests::cargo_onward;
use onward_tests::command::{Place, Ran, run};
use onward_tests::scratch::{Scratch, passed};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";

/// The blocks of a page of docs in this language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/moving").join(page);
    let text = std::fs::read_to_string(path).unwrap();
    let fence = format!("```{language}\n");
    let parts = text.split(&fence).skip(1);
    parts.map(|part| part.split("```").next().unwrap().to_owned()).collect()
}

/// An application whose program makes its schema itself.
fn shop(store: &str) -> Place {
    let place = Place::empty();
    place.write("Cargo.toml", MANIFEST);
    place.write("src/main.rs", "mod store;\n\nfn main() {}\n");
    place.write("src/store.rs", store);
    place
}

fn database(place: &Place, name: &str, sql: &str) {
    Connection::open(place.path(name)).unwrap().execute_batch(sql).unwrap();
}

fn onward(place: &Place, line: &str) -> Ran {
    let words = line.strip_prefix("cargo onward ").expect(line);
    run(cargo_onward().arg("onward").args(words.split(' ')).current_dir(place.folder()))
}

const OLD: &str = "CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL);
CREATE INDEX jobs_state ON jobs(state);
INSERT INTO jobs(state) VALUES ('queued');";
const SINCE: &str = "ALTER TABLE jobs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN note TEXT;
CREATE INDEX jobs_archived ON jobs(archived);";

/// docs/moving/hand-written.md, word by word.
#[test]
fn the_page_on_hand_written_schemas_goes_the_whole_way() {
    let page = "hand-written.md";
    let place = shop(&blocks(page, "rust")[0]);
    database(&place, "v1.db", OLD);
    database(&place, "app.db", &format!("{OLD}{SINCE}"));
    let commands = blocks(page, "sh");
    let first = onward(&place, commands[0].trim()).exits(0);
    assert!(first.out.starts_with(&blocks(page, "text")[0]), "{}", first.out);
    assert!(first.out.contains("adopt(onward::Adopt::Reconcile)"), "{}", first.out);
    for line in commands[1].lines() {
        onward(&place, line).exits(0);
    }
    let rows = "SELECT count(*) FROM jobs WHERE state = 'queued' AND archived = 0";
    let conn = Connection::open(place.path("v1.db")).unwrap();
    assert_eq!(conn.query_row(rows, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    // Once more, nothing is written.
    let again = onward(&place, "cargo onward init").exits(0);
    assert!(!again.out.contains("writes"), "{}", again.out);
}

/// As programs do: the newest CREATE TABLE has the new column amid the others, and an ALTER puts it at the end of older
/// databases.
#[test]
fn both_orders_of_columns_arrive() {
    const NEW: &str = "CREATE TABLE jobs (id INTEGER PRIMARY KEY, archived INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL);
        CREATE INDEX jobs_state ON jobs(state); CREATE TABLE runs (job INTEGER NOT NULL REFERENCES jobs(id));
        CREATE VIEW open_jobs AS SELECT id FROM jobs WHERE archived = 0;
        INSERT INTO jobs(state) VALUES ('queued'); INSERT INTO runs VALUES (1);";
    let place = shop("");
    database(&place, "v1.db", OLD);
    database(&place, "new.db", NEW);
    let grown = format!("{OLD} ALTER TABLE jobs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;");
    database(&place, "grown.db", &grown);
    let ran = onward(&place, "cargo onward init --database new.db --legacy v1.db --legacy grown.db").exits(0);
    assert!(ran.out.contains("3 migrations: 0 errors, 0 warnings"), "{}", ran.out);
    assert!(place.read("migrations/0003_order.sql").starts_with("-- The columns in the order of new.db"));
    for name in ["v1.db", "new.db", "grown.db"] {
        onward(&place, &format!("cargo onward rehearse --adopt reconcile {name}")).exits(0);
        onward(&place, &format!("cargo onward adopt --how reconcile {name}")).exits(0);
        assert!(onward(&place, &format!("cargo onward verify {name}")).exits(0).err.is_empty());
        let conn = Connection::open(place.path(name)).unwrap();
        let row = |row: &onward::rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let row: (i64, i64, String) = conn.query_row("SELECT * FROM jobs", [], row).unwrap();
        assert_eq!(row, (1, 0, "queued".to_owned()), "{name}");
        let runs: i64 = conn.query_row("SELECT count(*) FROM runs", [], |row| row.get(0)).unwrap();
        assert_eq!(runs, i64::from(name == "new.db"));
    }
}

#[test]
fn where_no_additions_lead_there_it_says_so() {
    let place = shop("");
    database(&place, "v1.db", OLD);
    database(&place, "app.db", "CREATE TABLE jobs (id INTEGER PRIMARY KEY, state INTEGER NOT NULL)");
    let ran = onward(&place, "cargo onward init --database app.db --legacy v1.db --dry-run").exits(0);
    assert!(ran.out.contains("app.db did not grow out of v1.db by additions alone"), "{}", ran.out);
    assert!(!ran.out.contains("no migrations in"), "{}", ran.out);
}

/// What it would write is what the source is held against.
#[test]
fn a_dry_run_says_the_same_of_the_source() {
    let place = shop(&blocks("hand-written.md", "rust")[0]);
    database(&place, "v1.db", OLD);
    database(&place, "app.db", &format!("{OLD}{SINCE}"));
    let line = "cargo onward init --database app.db --legacy v1.db --source src";
    let of_source = |ran: Ran| ran.out[ran.out.find("\nsrc: ").unwrap()..].to_owned();
    let dry = of_source(onward(&place, &format!("{line} --dry-run")).exits(0));
    assert!(
        dry.contains("5 of them are in the migrations") && dry.contains("fails on legacy/v1.sql"),
        "{dry}"
    );
    assert!(!place.path("migrations").exists());
    assert_eq!(dry, of_source(onward(&place, line).exits(0)));
}

#[test]
fn nothing_of_somebody_elses_is_replaced() {
    let place = shop("");
    database(&place, "app.db", OLD);
    place.write("build.rs", "fn main() { other(); }\n");
    place.write("migrations/legacy/app.sql", "-- mine\n");
    let ran = onward(&place, "cargo onward init --database app.db --legacy app.db").exits(2);
    assert!(ran.err.contains("legacy/app.sql is there already; nothing was written"), "{}", ran.err);
    assert_eq!(place.read("migrations/legacy/app.sql"), "-- mine\n");
    assert!(!place.path("migrations/0001_schema.sql").exists());
    place.remove("migrations/legacy/app.sql");
    onward(&place, "cargo onward init --database app.db").exits(0);
    let ran = onward(&place, "cargo onward init");
    assert!(ran.out.contains("add to build.rs"), "{}", ran.out);
    assert_eq!(place.read("build.rs"), "fn main() { other(); }\n");
    let ran = onward(&place, "cargo onward init --database app.db").exits(2);
    assert!(
        ran.err.contains("migrations has migrations already: --database is for the first"),
        "{}",
        ran.err
    );
}

/// Only what cargo runs is a build script.
#[test]
fn a_build_script_is_written_where_cargo_looks_for_it() {
    let manifest = |build: &str| MANIFEST.replace("edition", &format!("build = {build}\nedition"));
    let place = shop("");
    place.write("Cargo.toml", &manifest("\"src/script.rs\""));
    onward(&place, "cargo onward init").exits(0);
    assert!(place.read("src/script.rs").contains("cargo::rerun-if-changed=migrations"));
    assert!(!place.path("build.rs").exists());

    let place = shop("");
    place.write("Cargo.toml", &manifest("false"));
    let ran = onward(&place, "cargo onward init").exits(0);
    assert!(
        ran.out.contains("Cargo.toml has no build script; so that an added migration is seen"),
        "{}",
        ran.out
    );
    assert!(!place.path("build.rs").exists());

    let place = Place::empty();
    place.write("Cargo.toml", "[workspace]\nresolver = \"3\"\n");
    place.write("migrations/0001_a.sql", "CREATE TABLE a(id INTEGER PRIMARY KEY);\n");
    let ran = onward(&place, "cargo onward init").exits(0);
    assert!(ran.out.contains("Cargo.toml has no build script"), "{}", ran.out);
    assert!(!place.path("build.rs").exists());
}

/// A failure after the first file would leave a folder that `--database` refuses.
#[test]
fn nothing_is_written_before_all_that_can_fail_is_read() {
    let place = shop("");
    place.write("Cargo.toml", "[package]\nname = 3\n");
    database(&place, "app.db", OLD);
    let ran = onward(&place, "cargo onward init --database app.db").exits(2);
    assert!(ran.err.contains("cargo does not know this workspace"), "{}", ran.err);
    place.write("Cargo.toml", MANIFEST);
    place.write("build.rs/mine", "");
    let ran = onward(&place, "cargo onward init --database app.db").exits(2);
    assert!(ran.err.contains("cannot read build.rs"), "{}", ran.err);
    place.remove("build.rs/mine");
    std::fs::remove_dir(place.path("build.rs")).unwrap();
    assert!(!place.path("migrations").exists() && !place.path("build.rs").exists());
}

/// A way back in the same file is no part of the schema.
#[test]
fn the_source_is_held_against_the_way_forward() {
    let place = shop(
        "fn f(conn: &Connection) { conn.execute(\"CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY)\", ()); }",
    );
    place.write(
        "migrations/0001_jobs.sql",
        "-- +goose Up\nCREATE TABLE jobs (id INTEGER PRIMARY KEY);\n-- +goose Down\nDROP TABLE jobs;\n",
    );
    let ran = onward(&place, "cargo onward init --source src").exits(0);
    assert!(ran.out.contains("1 of them are in the migrations"), "{}", ran.out);
}

/// The build script is the one that Cargo.toml names.
#[test]
fn another_build_script_is_told_of_the_line() {
    const LINE: &str = "println!(\"cargo::rerun-if-changed=migrations\");";
    let place = shop("");
    database(&place, "app.db", OLD);
    place.write("Cargo.toml", &MANIFEST.replace("edition", "build = \"tools/b.rs\"\nedition"));
    place.write("tools/b.rs", "fn main() {}\n");
    let ran = onward(&place, "cargo onward init --database app.db").exits(0);
    let told = format!("add to tools/b.rs, so that an added migration is seen:\n    {LINE}");
    assert!(ran.out.contains(&told), "{}", ran.out);
    place.write("tools/b.rs", &format!("fn main() {{ {LINE} }}\n"));
    assert!(!onward(&place, "cargo onward init").exits(0).out.contains("tools/b.rs"));
    assert!(!place.path("build.rs").exists());
}

#[test]
fn a_manifest_keeps_its_line_ends() {
    let place = shop("");
    let text = MANIFEST.replace('\n', "\r\n");
    place.write("Cargo.toml", &text);
    database(&place, "app.db", OLD);
    onward(&place, "cargo onward init --database app.db").exits(0);
    let changed = place.read("Cargo.toml");
    assert!(changed.starts_with(&text) && changed.contains("opt-level = 3\r\n"), "{changed:?}");
    assert_eq!(changed.matches('\n').count(), changed.matches("\r\n").count(), "{changed:?}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let place = shop("");
    database(&place, "app.db", OLD);
    let ran = onward(&place, "cargo onward init --dry-run --database app.db --legacy app.db").exits(0);
    assert!(ran.out.contains("would write migrations/0001_schema.sql"), "{}", ran.out);
    assert!(!place.path("migrations").exists() && !place.path("build.rs").exists());
    assert_eq!(place.read("Cargo.toml"), MANIFEST);
}

#[test]
fn what_is_no_database_is_told() {
    let place = shop("");
    place.write("text.db", "not a database, and long enough that SQLite looks at it as one");
    for (path, said) in [
        ("text.db", "file is not a database"),
        ("missing.db", "cannot open the database missing.db"),
        ("src", "src is a folder, not a database file"),
    ] {
        let ran = onward(&place, &format!("cargo onward init --database {path}")).exits(2);
        assert!(ran.err.contains(said), "{path}: {}", ran.err);
    }
    assert!(!place.path("migrations").exists());
}

/// Rows are taken of the tables that are named, and of no other.
#[test]
fn rows_go_into_the_repository_only_if_they_are_asked_for() {
    let place = shop("");
    database(
        &place,
        "app.db",
        &format!("{OLD}{SINCE} CREATE TABLE secrets(word); INSERT INTO secrets VALUES ('hush')"),
    );
    onward(&place, "cargo onward init --database app.db --legacy app.db --rows JOBS").exits(0);
    let text = place.read("migrations/legacy/app.sql");
    assert!(
        text.contains(
            "INSERT INTO \"jobs\"(\"id\", \"state\", \"archived\", \"note\") VALUES (1, 'queued', 0, NULL);"
        ),
        "{text}"
    );
    assert!(!text.contains("hush"), "{text}");
    let ran = onward(&place, "cargo onward init --legacy app.db --rows nobody").exits(2);
    assert!(ran.err.contains("has no table `nobody`; it has jobs, secrets"), "{}", ran.err);
}

/// What the page ends with compiles, and takes the old database over.
#[test]
fn the_program_afterwards_compiles() {
    let scratch = Scratch::new("grown", &[], "");
    let run = |line: &str| {
        let words = line.split(' ');
        passed(cargo_onward().arg("onward").args(words).current_dir(scratch.path("grown")))
    };
    for (path, sql) in [("grown/v1.db", OLD.to_owned()), ("grown/app.db", format!("{OLD}{SINCE}"))] {
        Connection::open(scratch.path(path)).unwrap().execute_batch(&sql).unwrap();
    }
    scratch.write("grown/src/store.rs", &blocks("hand-written.md", "rust")[1]);
    let main = format!(
        "mod store;\n\nfn main() {{\n    store::open({:?}).unwrap();\n}}\n",
        scratch.path("grown/v1.db")
    );
    scratch.write("grown/src/main.rs", &main);
    // So that SQLite, which is compiled for all scratch packages, is not compiled once more.
    let manifest = std::fs::read_to_string(scratch.path("Cargo.toml")).unwrap();
    let own = "[profile.dev.package.libsqlite3-sys]\nopt-level = 0\n";
    scratch.write("Cargo.toml", &format!("{manifest}{own}"));
    run("init --database app.db --legacy v1.db");
    assert!(std::fs::read_to_string(scratch.path("Cargo.toml")).unwrap().contains(own));
    scratch.run();
    run("verify v1.db");
}
