//! Cargo and the macro on a real workspace: what makes cargo build again, and how paths in errors are written.

use std::fs;

use onward_tests::scratch::{Scratch, failed, passed};

const JOBS: &str = "CREATE TABLE jobs (\n    id    INTEGER PRIMARY KEY,\n    state TEXT NOT NULL\n);\n";
const ARCHIVE: &str = "ALTER TABLE jobs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;\n";
const INDEX: &str = "CREATE INDEX jobs_by_archived ON jobs(archived);\n";

/// Prints what is embedded: how many migrations and the newest one's checksum.
const MAIN: &str = r#"
use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!();

fn main() {
    let list = MIGRATIONS.list();
    println!("{} {}", list.len(), list.last().unwrap().checksum());
}
"#;

const BUILD: &str = "fn main() {\n    println!(\"cargo::rerun-if-changed=migrations\");\n}\n";

fn workspace(name: &str, main: &str) -> Scratch {
    let workspace = Scratch::new(name, &[], "");
    workspace.write(&format!("{name}/src/main.rs"), main);
    workspace.write(&format!("{name}/migrations/0001_jobs.sql"), JOBS);
    workspace.write(&format!("{name}/migrations/0002_archive.sql"), ARCHIVE);
    workspace.write(&format!("{name}/migrations/0003_index.sql"), INDEX);
    workspace
}

// One test, since its parts share the target folder and follow on each other.
#[test]
fn cargo_sees_every_change() {
    let workspace = workspace("member", MAIN);
    workspace.write("member/migrations/onward.lock", "format = 1\n");
    let count = || workspace.run().split(' ').next().unwrap().to_owned();

    // It builds and runs.
    let first = workspace.run();
    assert!(first.starts_with("3 "), "{first}");

    // An edited migration is seen, and so is that it is as it was.
    workspace.write("member/migrations/0003_index.sql", &INDEX.replace("jobs_by", "by"));
    assert_ne!(workspace.run(), first);
    workspace.write("member/migrations/0003_index.sql", INDEX);
    assert_eq!(workspace.run(), first);

    // A removed one is seen.
    workspace.remove("member/migrations/0003_index.sql");
    assert_eq!(count(), "2");

    // What lies beside the migrations is seen as they are.
    workspace.write("member/migrations/onward.lock", "format = 2\n");
    let text = failed(&mut workspace.cargo("build"));
    assert!(text.contains("--> member/migrations/onward.lock:1:10\n"), "{text}");
    workspace.remove("member/migrations/onward.lock");
    assert_eq!(count(), "2");

    // An added file is seen with the line in build.rs that the macro's documentation asks for.
    workspace.write("member/build.rs", BUILD);
    assert_eq!(count(), "2");
    workspace.write("member/migrations/0003_index.sql", INDEX);
    assert_eq!(workspace.run(), first);
    workspace.write("member/migrations/onward.lock", "format = 2\n");
    failed(&mut workspace.cargo("build"));
    workspace.remove("member/migrations/onward.lock");
    assert_eq!(workspace.run(), first);

    // An error names the file as a terminal or an editor finds it from the workspace, wherever cargo was started.
    workspace.write("member/migrations/0001_jobs.sql", &format!("{JOBS}\n{INDEX}"));
    workspace.remove("member/migrations/0003_index.sql");
    let elsewhere = tempfile::tempdir().unwrap();
    let mut from_elsewhere = workspace.cargo("check");
    from_elsewhere.arg("--manifest-path").arg(workspace.path("member/Cargo.toml"));
    from_elsewhere.current_dir(elsewhere.path());
    for check in [&mut workspace.cargo("check"), &mut from_elsewhere] {
        let text = failed(check);
        assert!(
            text.contains("error: index `jobs_by_archived` uses `jobs.archived` before the column exists\n"),
            "{text}"
        );
        assert!(text.contains("--> member/migrations/0001_jobs.sql:6:39\n"), "{text}");
        assert!(text.contains("::: member/migrations/0002_archive.sql:1:29\n"), "{text}");
        assert!(text.contains("--> member/src/main.rs:4:33\n"), "{text}");
        assert_eq!(text.matches("error: ").count(), 2, "one for the fault and one of cargo's own: {text}");
    }

    // Mended, it passes.
    workspace.write("member/migrations/0001_jobs.sql", JOBS);
    workspace.write("member/migrations/0003_index.sql", INDEX);
    passed(&mut workspace.cargo("check"));
    passed(&mut from_elsewhere);
    assert_eq!(workspace.run(), first);

    // A folder that goes and comes back.
    fs::rename(workspace.path("member/migrations"), workspace.path("member/elsewhere")).unwrap();
    let text = failed(&mut workspace.cargo("check"));
    assert!(text.contains("error: cannot read the folder `"), "{text}");
    assert!(
        text.contains("= note: unreadable_file\n") && text.contains("`cargo onward new <name>`"),
        "{text}"
    );
    assert!(text.contains("--> member/migrations\n"), "{text}");
    fs::rename(workspace.path("member/elsewhere"), workspace.path("member/migrations")).unwrap();
    assert_eq!(workspace.run(), first);
}

/// No macro but those of statements and rows, with the folder named in Cargo.toml.
const STATEMENTS: &str = r#"
use onward::{Row, query, sql};

#[derive(Row)]
#[onward(table = "jobs")]
struct Job {
    state: String,
}

fn main() {
    println!("{} {}", query!(file = "jobs.sql").sql().len(), sql!("SELECT archived FROM jobs").len());
}
"#;

#[test]
fn cargo_sees_every_change_under_statements() {
    let workspace = workspace("statements", STATEMENTS);
    workspace.write("statements/src/jobs.sql", "SELECT id FROM jobs");
    assert_eq!(workspace.run(), "19 25\n");

    // The statement's own file.
    workspace.write("statements/src/jobs.sql", "SELECT id, state FROM jobs");
    assert_eq!(workspace.run(), "26 25\n");
    workspace.write("statements/src/jobs.sql", "SELECT id, quue\n FROM jobs");
    let text = failed(&mut workspace.cargo("check"));
    assert!(text.contains("error: `jobs` has no column `quue`\n"), "{text}");
    assert!(text.contains("--> statements/src/jobs.sql:1:12\n"), "{text}");
    workspace.write("statements/src/jobs.sql", "SELECT id FROM jobs");
    workspace.run();

    // A migration under a statement and a struct.
    workspace.write("statements/migrations/0002_archive.sql", "-- not yet\nSELECT 1;\n");
    workspace.remove("statements/migrations/0003_index.sql");
    let text = failed(&mut workspace.cargo("check"));
    assert!(text.contains("error: `jobs` has no column `archived`\n"), "{text}");
    workspace.write("statements/migrations/0001_jobs.sql", &JOBS.replace(" NOT NULL", ""));
    let text = failed(&mut workspace.cargo("check"));
    assert!(
        text.contains("the column `jobs.state` may be NULL, so the field `state` must be an `Option`\n"),
        "{text}"
    );
    workspace.write("statements/migrations/0001_jobs.sql", JOBS);
    workspace.write("statements/migrations/0002_archive.sql", ARCHIVE);
    assert_eq!(workspace.run(), "19 25\n");

    // The folder that Cargo.toml names.
    let manifest = fs::read_to_string(workspace.path("statements/Cargo.toml")).unwrap();
    let named = |folder: &str| format!("{manifest}\n[package.metadata.onward]\nmigrations = \"{folder}\"\n");
    fs::rename(workspace.path("statements/migrations"), workspace.path("statements/history")).unwrap();
    failed(&mut workspace.cargo("check"));
    workspace.write("statements/Cargo.toml", &named("history"));
    assert_eq!(workspace.run(), "19 25\n");
    workspace.write("statements/Cargo.toml", &named("elsewhere"));
    let text = failed(&mut workspace.cargo("check"));
    assert!(text.contains("error: the migrations in `statements/elsewhere/` cannot be replayed"), "{text}");
}

/// A pipe in the place of a migration, and in that of a statement: whoever reads it waits, and the build would with it.
#[cfg(unix)]
#[test]
fn a_pipe_does_not_hold_up_a_build() {
    let main = format!("{MAIN}\nconst ONE: &str = onward::sql!(file = \"one.sql\");\n");
    let workspace = workspace("pipes", &main);
    for path in ["pipes/src/one.sql", "pipes/migrations/0004_pipe.sql"] {
        let made = std::process::Command::new("mkfifo").arg(workspace.path(path)).status().unwrap();
        assert!(made.success());
    }
    let text = failed(&mut workspace.cargo("check"));
    assert!(text.contains("cannot read `0004_pipe.sql`: it is a pipe, not a file"), "{text}");
    assert!(text.contains("cannot read `one.sql`: it is a pipe, not a file"), "{text}");
}

/// What is behind a feature says so.
#[test]
fn what_is_called_without_its_feature_names_it() {
    let main = "fn main() { let _ = onward::snapshot!(\"migrations\"); onward::test_hook!(MIGRATIONS, 3); }";
    let workspace = workspace("without", main);
    let text = failed(&mut workspace.cargo("check"));
    assert!(text.contains("error: `test_hook!` needs the feature `test-hook` of onward"), "{text}");
    assert!(text.contains("error: `snapshot!` needs the feature `snapshot` of onward"), "{text}");
}
