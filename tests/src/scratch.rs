//! A workspace in a temporary folder with a package that depends on onward, for what only cargo and the compiler can tell.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The workspace. Its folder has a space in its path; its target folder is kept and shared, so that SQLite is compiled
/// there once.
pub struct Scratch {
    dir: TempDir,
    target: PathBuf,
    name: String,
}

impl Scratch {
    /// With a package of this name, which no other test uses at the same time, in a folder of that name.
    pub fn new(name: &str, features: &[&str], dependencies: &str) -> Scratch {
        let onward = workspace();
        let dir = tempfile::Builder::new().prefix("on ward ").tempdir().expect("a temporary folder");
        let scratch = Scratch { dir, target: target().join("scratch"), name: name.to_owned() };
        scratch.write("Cargo.toml", &format!("[workspace]\nresolver = \"3\"\nmembers = [\"{name}\"]\n"));
        // JSON's strings and lists are TOML's.
        let path = serde_json::to_string(&onward.join("runtime")).expect("a path in UTF-8");
        let features = serde_json::to_string(features).expect("a list");
        scratch.write(
            &format!("{name}/Cargo.toml"),
            &format!(
                "[package]\nname = \"{name}\"\nedition = \"2024\"\n\n[dependencies]\n\
                 onward = {{ path = {path}, features = {features} }}\n{dependencies}"
            ),
        );
        // The versions that everything else is tested with.
        fs::copy(onward.join("Cargo.lock"), scratch.path("Cargo.lock")).expect("the lock file");
        scratch
    }

    /// A path in the workspace.
    pub fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    /// Where cargo puts what it builds.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Writes a file, and makes its folder.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    /// Removes a file.
    pub fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).expect("it is there");
    }

    /// A command of cargo's in the workspace.
    pub fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([command, "--offline", "--color", "never", "--target-dir"]).arg(&self.target);
        cargo.current_dir(self.dir.path());
        cargo
    }

    /// Builds, sees that a second build has nothing to do, and gives what the program prints.
    ///
    /// Without the second build, what makes the next one work might be an earlier change.
    pub fn run(&self) -> String {
        passed(&mut self.cargo("build"));
        let again = passed(&mut self.cargo("build"));
        assert!(!again.contains("Compiling"), "{again}");
        let binary = self.target.join("debug").join(format!("{}{}", self.name, std::env::consts::EXE_SUFFIX));
        let output = Command::new(binary).output().expect("it starts");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

/// The checkout.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// Where tests have cargo build what is kept from one run to the next.
pub(crate) fn target() -> PathBuf {
    let named = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    workspace().join(named).join("tests")
}

/// Runs a command that must succeed, and gives what it writes to standard error.
pub fn passed(command: &mut Command) -> String {
    let (output, text) = run(command);
    assert!(output.status.success(), "{text}");
    text
}

/// Runs a command that must fail, and gives what it writes to standard error.
pub fn failed(command: &mut Command) -> String {
    let (output, text) = run(command);
    assert!(!output.status.success(), "{text}");
    text
}

fn run(command: &mut Command) -> (Output, String) {
    let output = command.output().expect("cargo starts");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, text)
}
