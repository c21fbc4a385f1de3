//! `cargo onward`, run in a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use onward::{Migrations, migrations};
use tempfile::TempDir;

use crate::cargo_onward;

pub static SAMPLE: Migrations = migrations!("../migrations");

/// What a command did.
pub struct Ran {
    /// Its exit code.
    pub code: Option<i32>,
    /// What it printed.
    pub out: String,
    /// What it complained of.
    pub err: String,
}

impl Ran {
    #[track_caller]
    pub fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        self
    }
}

pub fn run(command: &mut Command) -> Ran {
    // Whoever runs the tests may have asked for colours, or for none.
    let output = command.stdin(Stdio::null()).env_remove("CLICOLOR_FORCE").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A folder to run commands in.
pub struct Place(TempDir);

impl Place {
    pub fn empty() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    pub fn with(files: &[(&str, &str)]) -> Place {
        let place = Place::empty();
        files.iter().for_each(|(path, text)| place.write(path, text));
        place
    }

    /// A copy of the sample history, and a database that the runtime has migrated with it.
    pub fn with_sample() -> Place {
        let place = Place::empty();
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
        for file in sample.read_dir().unwrap().map(|entry| entry.unwrap()) {
            let text = fs::read_to_string(file.path()).unwrap();
            place.write(&format!("migrations/{}", file.file_name().to_str().unwrap()), &text);
        }
        SAMPLE.open(place.path("app.db")).unwrap();
        place
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).unwrap();
    }

    pub fn onward(&self, args: &[&str]) -> Ran {
        run(cargo_onward().args(args).current_dir(self.0.path()))
    }

    /// All files below a folder, sorted.
    pub fn files(&self, folder: &str) -> Vec<String> {
        let mut files = Vec::new();
        for entry in self.path(folder).read_dir().unwrap().map(|entry| entry.unwrap()) {
            let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
            match entry.path().is_dir() {
                true => files.extend(self.files(&path)),
                false => files.push(path),
            }
        }
        files.sort();
        files
    }

    /// The files that `new` makes beside these; it has to print their paths.
    pub fn new_beside(&self, name: &str) -> Vec<String> {
        let before = self.files("migrations");
        let out = self.onward(&["new", name, "migrations"]).exits(0).out;
        let mut made = self.files("migrations");
        made.retain(|file| !before.contains(file));
        let mut printed: Vec<_> = out.lines().map(|line| line.replace('\\', "/")).collect();
        printed.sort();
        assert_eq!(printed, made);
        made
    }
}
