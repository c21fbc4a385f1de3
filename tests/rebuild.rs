//! Cargo and the macro on a real workspace: what makes cargo build again, and how paths in errors are written.
//!
//! The workspace lies in a temporary folder with a space in its path; its target folder is kept, so that SQLite is
//! compiled there once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const JOBS: &str = "CREATE TABLE jobs (\n    id    INTEGER PRIMARY KEY,\n    state TEXT NOT NULL\n);\n";
const ARCHIVE: &str = "ALTER TABLE jobs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;\n";
const INDEX: &str = "CREATE INDEX jobs_by_archived ON jobs(archived);\n";

/// Prints what is embedded: how many migrations and the newest one's checksum.
const MAIN: &str = r#"
use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!();

fn main() {
    let list = MIGRATIONS.list();
    println!("{} {}", list.len(), list[list.len() - 1].checksum());
}
"#;

const BUILD: &str = "fn main() {\n    println!(\"cargo::rerun-if-changed=migrations\");\n}\n";

struct Workspace {
    dir: TempDir,
    target: PathBuf,
}

impl Workspace {
    fn new() -> Workspace {
        let onward = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
        let dir = tempfile::Builder::new().prefix("on ward ").tempdir().unwrap();
        // Cargo's own folder for tests is `tmp` in the target folder.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tests").join("scratch");
        let workspace = Workspace { dir, target };
        workspace.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"member\"]\n");
        let runtime = toml_string(&onward.join("runtime"));
        workspace.write(
            "member/Cargo.toml",
            &format!(
                "[package]\nname = \"member\"\nedition = \"2024\"\n\n[dependencies]\nonward = {{ path = {runtime} }}\n"
            ),
        );
        workspace.write("member/src/main.rs", MAIN);
        workspace.write("member/migrations/0001_jobs.sql", JOBS);
        workspace.write("member/migrations/0002_archive.sql", ARCHIVE);
        workspace.write("member/migrations/0003_index.sql", INDEX);
        workspace.write("member/migrations/onward.lock", "format = 1\n");
        // The versions that everything else is tested with.
        fs::copy(onward.join("Cargo.lock"), workspace.path("Cargo.lock")).unwrap();
        workspace
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).unwrap();
    }

    fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([command, "--offline", "--color", "never", "--target-dir"]).arg(&self.target);
        cargo.current_dir(self.dir.path());
        cargo
    }

    /// Builds, sees that a second build has nothing to do, and gives what the program prints.
    ///
    /// Without the second build, what makes the next one work might be an earlier change.
    fn run(&self) -> String {
        passed(&self.cargo("build").output().unwrap());
        let again = passed(&self.cargo("build").output().unwrap());
        assert!(!again.contains("Compiling"), "{again}");
        let binary = self.target.join("debug").join(format!("member{}", std::env::consts::EXE_SUFFIX));
        let output = Command::new(binary).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn count(&self) -> String {
        self.run().split(' ').next().unwrap().to_owned()
    }
}

fn toml_string(path: &Path) -> String {
    // JSON's strings are TOML's basic strings.
    serde_json::to_string(path.to_str().unwrap()).unwrap()
}

fn passed(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    text
}

fn failed(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{text}");
    text
}

// One test, since its parts share the target folder and follow on each other.
#[test]
fn cargo_sees_every_change() {
    let workspace = Workspace::new();

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
    assert_eq!(workspace.count(), "2");

    // What lies beside the migrations is seen as they are.
    workspace.write("member/migrations/onward.lock", "format = 2\n");
    let text = failed(&workspace.cargo("build").output().unwrap());
    assert!(text.contains("--> member/migrations/onward.lock:1:10\n"), "{text}");
    workspace.remove("member/migrations/onward.lock");
    assert_eq!(workspace.count(), "2");

    // An added file is seen with the line in build.rs that the macro's documentation asks for.
    workspace.write("member/build.rs", BUILD);
    assert_eq!(workspace.count(), "2");
    workspace.write("member/migrations/0003_index.sql", INDEX);
    assert_eq!(workspace.run(), first);
    workspace.write("member/migrations/onward.lock", "format = 2\n");
    failed(&workspace.cargo("build").output().unwrap());
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
        let text = failed(&check.output().unwrap());
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
    passed(&workspace.cargo("check").output().unwrap());
    passed(&from_elsewhere.output().unwrap());
    assert_eq!(workspace.run(), first);

    // A folder that goes and comes back.
    fs::rename(workspace.path("member/migrations"), workspace.path("member/elsewhere")).unwrap();
    let text = failed(&workspace.cargo("check").output().unwrap());
    assert!(text.contains("error: cannot read the folder `"), "{text}");
    assert!(text.contains("= note: unreadable\n") && text.contains("`cargo onward new <name>`"), "{text}");
    assert!(text.contains("--> member/migrations\n"), "{text}");
    fs::rename(workspace.path("member/elsewhere"), workspace.path("member/migrations")).unwrap();
    assert_eq!(workspace.run(), first);
}
