//! Applications that are built to see what that costs: copies of `apps/`, each with a history of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};

use crate::build::{cargo, command, previous_root};
use crate::contender::Name;
use crate::cpu;
use crate::history::put;
use crate::place::Place;

/// A package that is ready to build.
pub(crate) struct Application {
    pub(crate) name: Name,
    /// In one target folder, packages of one name would have one folder for what their build scripts make.
    package: String,
    dir: PathBuf,
    target: PathBuf,
}

/// What `cargo onward init` writes into Cargo.toml for a dev build.
const SETTINGS: &str = "\n[profile.dev.package.libsqlite3-sys]\nopt-level = 1\n";

/// The folder below `apps/`.
fn template(name: Name) -> &'static str {
    match name {
        Name::Raw | Name::Sequential => "raw",
        Name::Onward | Name::Snapshot | Name::Tuned => "onward",
        Name::Previous => "previous",
        Name::Kept => "onward_build",
        Name::RusqliteMigration => "rusqlite_migration",
        Name::Diesel => "diesel",
        Name::Refinery | Name::Grouped => "refinery",
        Name::Sqlx => "sqlx",
    }
}

impl Application {
    /// The application with the history in this folder. What it depends on is built once for all that depend on it.
    pub(crate) fn new(place: &Place, name: Name, case: &str, history: &Path) -> Result<Application> {
        let of = template(name);
        let (root, template) = match name {
            Name::Previous => {
                let root = previous_root(place).context("find the previous release")?;
                let template = root.join("benches/apps").join(template(Name::Onward));
                (root, template)
            }
            _ => (place.root.clone(), place.benches().join("apps").join(of)),
        };
        let (folder, settings) = if name == Name::Tuned { ("tuned", SETTINGS) } else { (of, "") };
        let case = case.replace([' ', '+', ','], "");
        let dir = place.target().join("applications").join(folder).join(&case);
        let package = format!("application-{folder}-{case}");
        let named = |text: String| text.replace("name = \"application\"", &format!("name = \"{package}\""));
        let read = |file: &str| {
            fs::read_to_string(template.join(file)).with_context(|| format!("read {file} of {of:?}"))
        };
        let absolute = |text: String| {
            let history = history.display().to_string();
            text.replace("../../../histories/100", &history).replace("../../histories/100", &history)
        };
        let manifest = read("Cargo.toml")?
            .replace("../../../runtime", &root.join("runtime").display().to_string())
            .replace("../../../build", &root.join("build").display().to_string());
        put(&dir.join("Cargo.toml"), &(named(manifest) + settings))?;
        put(&dir.join("Cargo.lock"), &named(read("Cargo.lock")?))?;
        put(&dir.join("src/main.rs"), &relative(&absolute(read("src/main.rs")?), &dir, history)?)?;
        if template.join("build.rs").exists() {
            put(&dir.join("build.rs"), &relative(&absolute(read("build.rs")?), &dir, history)?)?;
        }
        Ok(Application { name, package, dir, target: place.target().join("applications-target") })
    }

    /// Adds a module to the program.
    pub(crate) fn add_module(&self, name: &str, text: &str) -> Result<()> {
        put(&self.dir.join(format!("src/{name}.rs")), text)?;
        let main = self.dir.join("src/main.rs");
        let text = fs::read_to_string(&main)? + &format!("\n#[allow(dead_code)]\nmod {name};\n");
        put(&main, &text)
    }

    pub(crate) fn cargo(&self, arguments: &[&str]) -> Result<()> {
        cargo(&self.dir, &self.target, arguments)
    }

    /// The work of a `cargo check` when the source was touched, in nanoseconds: the mean of so many.
    pub(crate) fn check_touched(&self, times: usize) -> Result<f64> {
        let source = self.dir.join("src/main.rs");
        let text = fs::read(&source)?;
        let mut sum = 0.0;
        for _ in 0..times {
            fs::write(&source, &text)?;
            sum += timed(&self.dir, &self.target, &["check", "--quiet", "--offline", "--locked"])?;
        }
        Ok(sum / times as f64)
    }

    /// The work of a build that has nothing to begin with but the downloaded sources, in nanoseconds.
    pub(crate) fn clean_build(&self, release: bool) -> Result<f64> {
        let target = self.target.with_extension("clean");
        if target.exists() {
            fs::remove_dir_all(&target)?;
        }
        cargo(&self.dir, &target, &["fetch", "--quiet", "--locked"])?;
        let mut arguments = vec!["build", "--quiet", "--offline", "--locked"];
        arguments.extend(release.then_some("--release"));
        let took = timed(&self.dir, &target, &arguments)?;
        fs::remove_dir_all(&target)?;
        Ok(took)
    }

    /// The size of the released program without its symbols.
    pub(crate) fn size(&self) -> Result<f64> {
        let mut build = command(&self.dir, &self.target, &["build", "--quiet", "--release", "--locked"]);
        ensure!(build.env("CARGO_PROFILE_RELEASE_STRIP", "symbols").status()?.success(), "a build failed");
        Ok(self.target.join("release").join(&self.package).metadata()?.len() as f64)
    }
}

fn timed(dir: &Path, target: &Path, arguments: &[&str]) -> Result<f64> {
    let mut command = command(dir, target, arguments);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let (output, took) = cpu::timed(|| command.output());
    let output = output?;
    if !output.status.success() {
        bail!("cargo {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(took)
}

/// Some macros take only paths that begin at Cargo.toml.
fn relative(source: &str, dir: &Path, history: &Path) -> Result<String> {
    let common = dir.ancestors().find(|above| history.starts_with(above)).context("find the history")?;
    let up = dir.strip_prefix(common)?.components().map(|_| "..");
    let path = up.collect::<PathBuf>().join(history.strip_prefix(common)?);
    let absolute = history.display().to_string();
    // `include!` takes an absolute path as it is.
    let line = |line: &str| match line.contains("include!") {
        true => line.to_owned(),
        false => line.replace(&absolute, &path.display().to_string()),
    };
    Ok(source.lines().map(|text| line(text) + "\n").collect())
}
