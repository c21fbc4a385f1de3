//! The executables that are measured, and how to speak with them.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

/// Who takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Name {
    Raw,
    /// The same, one file after the other.
    Sequential,
    Onward,
    RusqliteMigration,
    Diesel,
    Refinery,
    /// refinery with everything in one transaction, which it does if it is told to.
    Grouped,
    Sqlx,
    /// onward without migrations: the database that they make, embedded.
    Snapshot,
    /// onward as it was released before.
    Previous,
    /// onward with a build script that proves, by onward-build.
    #[value(name = "onward-build")]
    Kept,
    /// onward with the settings that `cargo onward init` writes.
    #[value(name = "onward-init")]
    Tuned,
}

impl Name {
    /// The limit first: what others are held against.
    pub(crate) const ALL: [Name; 6] =
        [Name::Raw, Name::Onward, Name::RusqliteMigration, Name::Diesel, Name::Refinery, Name::Sqlx];

    /// With what one of them does if it is told to.
    pub(crate) const WITH_GROUPED: [Name; 7] = [
        Name::Raw,
        Name::Onward,
        Name::RusqliteMigration,
        Name::Diesel,
        Name::Refinery,
        Name::Grouped,
        Name::Sqlx,
    ];

    /// And with what is none of a library's migrations.
    pub(crate) const WITH_SNAPSHOT: [Name; 8] = [
        Name::Raw,
        Name::Snapshot,
        Name::Onward,
        Name::RusqliteMigration,
        Name::Diesel,
        Name::Refinery,
        Name::Grouped,
        Name::Sqlx,
    ];

    /// The same program with onward as it was and as it is.
    pub(crate) const RELEASES: [Name; 3] = [Name::Raw, Name::Previous, Name::Onward];

    /// Who brings many files up to date: those that take many at a time first, then those that do not.
    pub(crate) const FLEET: [Name; 5] =
        [Name::Raw, Name::Onward, Name::Sequential, Name::RusqliteMigration, Name::Refinery];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Name::Raw => "raw rusqlite",
            Name::Sequential => "raw rusqlite, one at a time",
            Name::Onward => "onward",
            Name::RusqliteMigration => "rusqlite_migration",
            Name::Diesel => "diesel_migrations",
            Name::Refinery => "refinery",
            Name::Grouped => "refinery, grouped",
            Name::Sqlx => "sqlx",
            Name::Snapshot => "onward, snapshot",
            Name::Previous => "onward, previous release",
            Name::Kept => "onward with onward-build",
            Name::Tuned => "onward, SQLite at -O1",
        }
    }

    /// The package of the executable.
    pub(crate) fn package(self) -> &'static str {
        match self {
            Name::Raw | Name::Sequential => "contender-raw",
            Name::Onward | Name::Snapshot | Name::Kept | Name::Tuned => "contender-onward",
            Name::Previous => "contender-previous",
            Name::RusqliteMigration => "contender-rusqlite-migration",
            Name::Diesel => "contender-diesel",
            Name::Refinery | Name::Grouped => "contender-refinery",
            Name::Sqlx => "contender-sqlx",
        }
    }
}

pub(crate) struct Contender {
    pub(crate) name: Name,
    pub(crate) executable: PathBuf,
}

impl Contender {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.executable);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let variant = match self.name {
            Name::Grouped => Some("GROUPED"),
            Name::Snapshot => Some("SNAPSHOT"),
            _ => None,
        };
        command.envs(variant.map(|name| (name, "1")));
        command
    }

    /// What it prints.
    pub(crate) fn text(&self, arguments: &[&str]) -> Result<String> {
        let output = self.command(arguments).stderr(Stdio::piped()).output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("{} {}: {said}", self.name.label(), arguments.join(" "));
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// The numbers that it prints.
    pub(crate) fn numbers(&self, arguments: &[&str]) -> Result<Vec<f64>> {
        self.text(arguments)?.split_whitespace().map(|number| Ok(number.parse()?)).collect()
    }

    /// Starts it, and waits until it says that it is at this point.
    pub(crate) fn wait_for(&self, point: &str, arguments: &[&str]) -> Result<Running> {
        let mut child = self.command(arguments).spawn()?;
        let mut output = BufReader::new(child.stdout.take().context("read from a contender")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        if line.trim() != point {
            bail!("{} said `{}` where it should say `{point}`", self.name.label(), line.trim());
        }
        Ok(Running { child, output })
    }
}

/// One that waits for a word.
pub(crate) struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Running {
    pub(crate) fn go(&mut self) -> Result<()> {
        let input = self.child.stdin.as_mut().context("write to a contender")?;
        Ok(input.write_all(b"go\n")?)
    }

    /// What it has said in the end.
    pub(crate) fn end(mut self) -> Result<String> {
        let mut text = String::new();
        self.output.read_to_string(&mut text)?;
        if !self.child.wait()?.success() {
            bail!("a contender failed: {text}");
        }
        Ok(text)
    }
}
