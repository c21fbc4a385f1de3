//! CI: which steps there are, in their order, and which are run.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::steps;

/// Something that must hold, and can be looked at alone.
struct Step {
    name: &'static str,
    about: &'static str,
    /// Whether it is for everyone's every commit.
    is_quick: bool,
    run: fn() -> Result<()>,
}

const fn quick(name: &'static str, about: &'static str, run: fn() -> Result<()>) -> Step {
    Step { name, about, is_quick: true, run }
}

const fn long(name: &'static str, about: &'static str, run: fn() -> Result<()>) -> Step {
    Step { name, about, is_quick: false, run }
}

/// What fails soonest comes first.
const STEPS: &[Step] = &[
    quick("format", "rustfmt, in all workspaces", steps::format),
    quick("clippy", "lints, with every feature and with the default ones", steps::clippy),
    quick("docs", "rustdoc without a warning", steps::docs),
    quick("unit", "the unit tests of all packages", steps::unit),
    quick("integration", "the integration tests that take seconds", steps::integration),
    long("package", "what would be published, each crate with its licences and README", steps::package),
    long("deny", "licences, sources and advisories of the dependencies", steps::deny),
    long("readme", "the commands of the README in its order, all tests among them", steps::readme),
    long("fuzz", "every fuzzing target for a few seconds", steps::fuzz),
    long("linked-sqlite", "without `bundled`, on the distribution's SQLite", steps::linked_sqlite),
    long("windows", "built for Windows, and run under Wine", steps::windows),
    long("drivers", "the crates for other drivers and engines, on real servers", steps::drivers),
    long("sqlcipher", "an encrypted database, by rusqlite's feature", steps::sqlcipher),
    long("stacks", "beside the crates that others reach SQLite with, oldest and newest", steps::stacks),
    long("oldest-rusqlite", "the oldest rusqlite of the range", steps::oldest_rusqlite),
];

pub(crate) fn list() {
    for Step { name, about, is_quick, .. } in STEPS {
        println!("{name:<16} {}  {about}", if *is_quick { "quick" } else { "     " });
    }
}

/// Runs the steps of these names, in the order of the table; all of them if there is no name, and then none keeps what only
/// it has built.
///
/// # Errors
/// At the first step that fails, or if there is none of that name.
pub(crate) fn run(names: &[String]) -> Result<()> {
    let is_known = |name: &String| name == "quick" || STEPS.iter().any(|step| step.name == name);
    if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
        bail!("there is no step `{unknown}`: `cargo xtask ci --list` prints them");
    }
    let is_meant = |step: &&Step| {
        let is_named = |name: &String| name == step.name || (name == "quick" && step.is_quick);
        names.is_empty() || names.iter().any(is_named)
    };
    let mut times = Vec::new();
    for step in STEPS.iter().filter(is_meant) {
        println!("\n== {}: {}", step.name, step.about);
        let begin = Instant::now();
        (step.run)()
            .with_context(|| format!("step `{0}` has failed; alone: cargo xtask ci {0}", step.name))?;
        times.push((step.name, begin.elapsed()));
        if names.is_empty() {
            steps::clear(step.name)?;
        }
    }
    println!();
    for (name, time) in &times {
        println!("{name:<16} {:>6.0} s", time.as_secs_f64());
    }
    let sum: Duration = times.iter().map(|(_, time)| *time).sum();
    println!("{:<16} {:>6.0} s", "all", sum.as_secs_f64());
    Ok(())
}
