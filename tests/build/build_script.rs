//! `onward-build` in the build scripts of real packages: what cargo and the macros make of what it keeps.

use std::fs;
use std::hash::Hasher;
use std::ops::Range;
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::process::Command;

use onward_tests::scratch::{Scratch, failed, passed};
use siphasher::sip128::{Hasher128, SipHasher13};

/// Where the key stands in a file that is kept.
const KEY: Range<usize> = 8..24;
/// How long its head is, if nothing is locked.
const HEAD: usize = KEY.end + 9;
/// How long the sum at its end is.
const SUM: usize = 16;

const JOBS: &str = "CREATE TABLE jobs (\n    id    INTEGER PRIMARY KEY,\n    state TEXT NOT NULL\n);\n";
const ARCHIVE: &str = "ALTER TABLE jobs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;\n";

/// Every macro that asks for the history.
const MAIN: &str = r#"
use onward::{Migrations, Row, migrations, query, snapshot};

static MIGRATIONS: Migrations = migrations!();

#[derive(Row)]
#[onward(table = "jobs")]
struct Job {
    id: i64,
    state: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = snapshot!().open_in_memory()?;
    let jobs = query!("SELECT count(*) AS count FROM jobs").one(&conn)?;
    println!("{} {} {}", MIGRATIONS.list().len(), jobs.count, <Job as onward::Table>::SELECT);
    Ok(())
}

#[test]
fn it_runs() {
    main().unwrap();
}
"#;

/// A workspace with a package whose build script proves its migrations.
fn workspace(name: &str) -> Scratch {
    let onward = Path::new(env!("CARGO_MANIFEST_DIR")).join("../build");
    let path = serde_json::to_string(&onward.canonicalize().unwrap()).unwrap();
    let build = format!("\n[build-dependencies]\nonward-build = {{ path = {path} }}\n");
    let workspace = Scratch::new(name, &["snapshot"], &build);
    workspace.write(
        &format!("{name}/build.rs"),
        "fn main() {\n    onward_build::migrations(\"migrations\");\n}\n",
    );
    workspace.write(&format!("{name}/src/main.rs"), MAIN);
    workspace.write(&format!("{name}/migrations/0001_jobs.sql"), JOBS);
    workspace
}

/// What is kept for a package: the newest, as features and profiles have folders of their own.
fn kept(workspace: &Scratch, name: &str) -> PathBuf {
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(workspace.target().join("debug/build")).unwrap().flatten() {
        let folder = entry.path().join("out/onward-proofs");
        if entry.file_name().to_string_lossy().starts_with(&format!("{name}-")) && folder.is_dir() {
            found.extend(fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    found.retain(|path| path.extension().is_some_and(|extension| extension == "proof"));
    found
        .into_iter()
        .max_by_key(|path| path.metadata().unwrap().modified().unwrap())
        .expect("a proof is kept")
}

/// Has the package compiled again, and gives what it prints.
fn again(workspace: &Scratch, name: &str) -> String {
    workspace.write(&format!("{name}/src/main.rs"), MAIN);
    workspace.run()
}

#[test]
fn the_macros_take_what_was_kept_and_nothing_else() {
    let name = "keeping";
    let workspace = workspace(name);
    let one = workspace.run();
    assert!(one.starts_with("1 0 "), "{one}");
    let file = kept(&workspace, name);
    let first = fs::read(&file).unwrap();

    // An added file is proven.
    workspace.write("keeping/migrations/0002_archive.sql", ARCHIVE);
    let two = workspace.run();
    assert!(two.starts_with("2 0 "), "{two}");
    let second = fs::read(&file).unwrap();
    assert_ne!(first, second);
    assert_eq!(again(&workspace, name), two);
    assert_eq!(fs::read(&file).unwrap(), second, "nothing was proven again");

    // With the proof of another history under the key of this one it shows where it is taken from.
    let mut forged = first.clone();
    forged[KEY].copy_from_slice(&second[KEY]);
    let end = forged.len() - SUM;
    let mut sum = SipHasher13::new();
    for part in [&forged[..HEAD], &forged[HEAD..end]] {
        sum.write(&(part.len() as u64).to_le_bytes());
        sum.write(part);
    }
    let sum = sum.finish128().as_u128().to_le_bytes();
    forged[end..].copy_from_slice(&sum);
    fs::write(&file, &forged).unwrap();
    assert_eq!(again(&workspace, name), one);

    // What is damaged, cut off, somebody else's, or of the history as it was is not believed.
    let mut damaged = forged.clone();
    damaged[end / 2] ^= 1;
    let mut older = forged.clone();
    older[7] += 1;
    for bytes in [&damaged[..], &forged[..end], &forged[..20], &[], &older, &first, b"onward"] {
        fs::write(&file, bytes).unwrap();
        assert_eq!(again(&workspace, name), two, "{} bytes", bytes.len());
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(again(&workspace, name), two);
    fs::create_dir(&file).unwrap();
    assert_eq!(again(&workspace, name), two);
    // The build script goes round it, and says that it had to.
    workspace.remove("keeping/migrations/0002_archive.sql");
    let said = passed(&mut workspace.cargo("build"));
    assert!(said.contains("the proof of the migrations is not kept"), "{said}");
    assert_eq!(workspace.run(), one);
    fs::remove_dir(&file).unwrap();

    // `cargo clean` takes it away, and it is there again.
    passed(workspace.cargo("clean").args(["-p", name]));
    assert_eq!(workspace.run(), one);
    assert_eq!(fs::read(kept(&workspace, name)).unwrap()[KEY.end..], first[KEY.end..]);
}

/// The dependencies tell whose a folder is.
#[test]
fn an_edit_of_the_manifest_has_the_proof_made_again() {
    let name = "around";
    let workspace = workspace(name);
    workspace.run();
    let key = || fs::read(kept(&workspace, name)).unwrap()[KEY].to_vec();
    let before = key();
    workspace.write("around/hiqlite/Cargo.toml", "[package]\nname = \"hiqlite\"\nedition = \"2024\"\n");
    workspace.write("around/hiqlite/src/lib.rs", "");
    let manifest = fs::read_to_string(workspace.path("around/Cargo.toml")).unwrap();
    let dependency = "[dependencies]\nhiqlite = { path = \"hiqlite\" }\n";
    workspace.write("around/Cargo.toml", &manifest.replacen("[dependencies]\n", dependency, 1));
    workspace.run();
    assert_ne!(key(), before);
}

#[test]
fn the_macro_says_what_it_says_without() {
    let (with, without) = (workspace("telling"), workspace("telling"));
    without
        .write("telling/build.rs", "fn main() {\n    println!(\"cargo::rerun-if-changed=migrations\");\n}\n");
    let said = |workspace: &Scratch| {
        let output = workspace.cargo("check").output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        let is_said = |line: &&str| {
            !["Checking", "Compiling", "Finished", "Updating", "Blocking"]
                .contains(&line.split_whitespace().next().unwrap_or_default())
        };
        (output.status.code(), text.lines().filter(is_said).collect::<Vec<_>>().join("\n"))
    };
    for text in [
        "CREATE INDEX by_state ON jobs(stat);",
        "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT); BEGIN; CREATE UNIQUE INDEX i ON t(b); COMMIT;",
        "DROP TABLE jobs;",
        "ROLLBACK;",
        "CREATE TABLE t(a",
        // Of a table that is gone beside a fault, nothing is said.
        "DROP TABLE jobs; CREATE INDEX i ON gone(a);",
        ARCHIVE,
    ] {
        for workspace in [&with, &without] {
            workspace.write("telling/migrations/0002_new.sql", text);
        }
        let (status, text_with) = said(&with);
        assert_eq!((status, text_with), said(&without), "{text}");
        // And when everything else is as it was.
        with.write("telling/src/main.rs", MAIN);
        assert_eq!(said(&with), said(&without), "{text}");
    }
    // What cannot be read or put in order builds no more than without, and is told by the macro alone.
    with.write("telling/migrations/0002_other.sql", "SELECT 1;");
    let text = failed(&mut with.cargo("check"));
    assert!(text.contains("duplicate_version") && !text.contains("build script"), "{text}");
}

#[test]
fn a_build_script_that_watches_something_else_is_told_of() {
    let workspace = workspace("watching");
    let script = |lines: &str| {
        workspace.write("watching/build.rs", &format!("fn main() {{\n    {lines}\n}}\n"));
        passed(&mut workspace.cargo("check"))
    };
    for lines in [
        "println!(\"cargo::rerun-if-changed=build.rs\");",
        "println!(\"cargo:rerun-if-env-changed=NOTHING\");",
        "println!(\"cargo::rerun-if-changed=migrations/0001_jobs.sql\");",
    ] {
        let said = script(lines);
        assert!(
            said.contains(
                "warning: use of deprecated constant `MIGRATIONS::_::folder_not_watched`: cargo does not see"
            ),
            "{lines}: {said}"
        );
        assert!(
            said.contains("--> watching/migrations\n") && said.contains("cargo::rerun-if-changed=migrations"),
            "{lines}: {said}"
        );
        assert_eq!(said.matches("cargo does not see").count(), 1, "{said}");
    }
    for lines in [
        "",
        "println!(\"cargo::rustc-cfg=x\");",
        "println!(\"cargo:rerun-if-changed=migrations\");",
        "println!(\"cargo::rerun-if-changed=build.rs\"); println!(\"cargo::rerun-if-changed=.\");",
        "onward_build::migrations(\"migrations\");",
    ] {
        let said = script(lines);
        assert!(!said.contains("cargo does not see"), "{lines}: {said}");
    }
    workspace.write("watching/migrations/onward.toml", "[levels]\nfolder_not_watched = 'deny'\n");
    workspace
        .write("watching/build.rs", "fn main() {\n    println!(\"cargo::rerun-if-changed=build.rs\");\n}\n");
    let said = failed(&mut workspace.cargo("check"));
    assert!(said.contains("error: cargo does not see when a migration is added"), "{said}");
}

#[test]
fn packages_and_commands_do_not_disturb_each_other() {
    let workspace = workspace("one");
    let manifest = fs::read_to_string(workspace.path("one/Cargo.toml")).unwrap();
    workspace.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"one\", \"two\"]\n");
    workspace.write(
        "two/Cargo.toml",
        &manifest
            .replace("name = \"one\"", "name = \"two\"")
            .replace("[build-dep", "[features]\nmore = []\n[build-dep"),
    );
    workspace.write(
        "two/src/main.rs",
        &MAIN
            .replace("migrations!()", "migrations!(\"../one/migrations\")")
            .replace("snapshot!()", "snapshot!(\"../one/migrations\")")
            .replace("query!(", "query!(migrations = \"../one/migrations\", ")
            .replace("table = \"jobs\"", "table = \"jobs\", migrations = \"../one/migrations\""),
    );
    workspace.write("two/build.rs", "fn main() {\n    onward_build::migrations(\"../one/migrations\");\n}\n");
    let commands = || {
        let mut commands = Vec::from(["check", "test", "clippy"].map(|command| workspace.cargo(command)));
        commands.extend([&["-p", "two", "--features", "more"][..], &["-p", "one"]].map(|arguments| {
            let mut command = workspace.cargo("check");
            command.args(arguments);
            command
        }));
        commands
    };
    for round in 0..2 {
        let started: Vec<_> = commands().into_iter().map(|mut command| command.spawn().unwrap()).collect();
        for mut child in started {
            assert!(child.wait().unwrap().success(), "{round}");
        }
        workspace.write("one/migrations/0002_archive.sql", ARCHIVE);
    }
    assert!(workspace.run().starts_with("2 0 "));
}

/// The macro alone finds these: the build script has nothing to do.
#[test]
fn a_folder_that_has_gone_or_is_taken_does_no_harm() {
    let name = "taken";
    let workspace = workspace(name);
    let one = workspace.run();
    let proofs = kept(&workspace, name).parent().unwrap().to_owned();
    let out = proofs.parent().unwrap().to_owned();
    let foreign = b"somebody else's";
    for folder in [&proofs, &out] {
        fs::remove_dir_all(folder).unwrap();
        assert_eq!(again(&workspace, name), one, "{} has gone", folder.display());
    }
    // A file in the place of `OUT_DIR` itself stops cargo.
    fs::write(&proofs, foreign).unwrap();
    assert_eq!(again(&workspace, name), one);
    assert_eq!(fs::read(&proofs).unwrap(), foreign);
    fs::remove_file(&proofs).unwrap();
    // The build script finds no place in the folder that cargo makes for it.
    for is_taken in [true, false] {
        match is_taken {
            true => fs::write(&proofs, foreign).unwrap(),
            false => fs::create_dir_all(proofs.join("writer")).unwrap(),
        }
        workspace.write("taken/migrations/0002_archive.sql", ARCHIVE);
        let said = passed(&mut workspace.cargo("build"));
        assert!(said.contains("the proof of the migrations is not kept"), "{said}");
        assert!(workspace.run().starts_with("2 0 "));
        workspace.remove("taken/migrations/0002_archive.sql");
        assert_eq!(workspace.run(), one);
        if is_taken {
            assert_eq!(fs::read(&proofs).unwrap(), foreign);
            fs::remove_file(&proofs).unwrap();
        } else {
            // The next run of this test finds the same target folder.
            fs::remove_dir_all(&proofs).unwrap();
        }
    }
}

/// The build script as somebody whom permissions bind.
#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_does_no_harm() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let name = "closed";
    let workspace = workspace(name);
    workspace.run();
    let file = kept(&workspace, name);
    set(&workspace.path(""), 0o755);
    // The folder of the build may be closed to others altogether.
    let place = tempfile::tempdir().unwrap();
    set(place.path(), 0o755);
    let script = place.path().join("script");
    let built = fs::read_dir(workspace.target().join("debug/build")).unwrap().map(|entry| entry.unwrap());
    let mut built = built
        .filter(|entry| entry.file_name().to_str().unwrap().starts_with("closed-"))
        .map(|entry| entry.path().join("build-script-build"));
    onward_tests::program::copy(built.find(|path| path.is_file()).unwrap(), &script);
    let is_root = place.path().metadata().unwrap().uid() == 0;
    for has_proof in [false, true] {
        let out = place.path().join(format!("out-{has_proof}"));
        let proofs = out.join("onward-proofs");
        fs::create_dir_all(&proofs).unwrap();
        let earlier = proofs.join(file.file_name().unwrap());
        if has_proof {
            fs::copy(&file, &earlier).unwrap();
        }
        set(&proofs, 0o555);
        set(&out, 0o555);
        let mut command = Command::new(&script);
        command.env("CARGO_MANIFEST_DIR", workspace.path(name)).env("OUT_DIR", &out);
        if is_root {
            command.uid(65534).gid(65534);
        }
        let output = command.output().unwrap();
        set(&out, 0o755);
        set(&proofs, 0o755);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{said}");
        assert!(said.contains("cargo::rerun-if-changed=migrations\n"), "{said}");
        assert!(said.contains("cargo::warning=the proof of the migrations is not kept"), "{said}");
        assert!(said.contains("Permission denied"), "{said}");
        assert_eq!(fs::read_dir(&proofs).unwrap().count(), usize::from(has_proof));
        assert!(!has_proof || fs::read(&earlier).unwrap() == fs::read(&file).unwrap());
    }
}
