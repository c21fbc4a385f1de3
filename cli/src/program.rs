//! The history as a program would embed it.
//!
//! A replay limits the memory of SQLite in the whole process, for good, and a real database may need more. So a history
//! that is to be run is proven in this process, and run in another one of this program, which does not replay.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use onward::__private::{self, Lag, other};
use onward::{Migration, Migrations, Tool};
use onward_analysis::checks::release::legacy_not_adopted;
use onward_analysis::{Analysis, History, Proof, moving};
use onward_core::batch::Target;
use onward_core::packed::PackedBuf;

use crate::exit::UNKNOWN;
use crate::{child, folder, output};

/// What other tools have of the files, each by its name, and why these cannot be its files, if they cannot.
type Origins = Vec<(String, Vec<Known>, Option<String>)>;
/// Key, checksums with a space between, and how far a database may be ahead: a number of [`LAGS`].
type Known = (String, String, usize);

const LAGS: [Lag; 3] = [Lag::Never, Lag::Row, Lag::Statements];

/// What a program has.
pub(crate) struct Program {
    pub(crate) migrations: Migrations,
    origins: Origins,
}

/// What a history is proven for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Run,
    Rehearse,
    /// An empty database, in which hooks find nothing to do.
    Schema,
}

/// What `migrations!` would expand to, but for the code beside the SQL. Else the exit code: the history would not build,
/// which is explained then, or another process has done what there was to do.
pub(crate) fn of_folder(dir: &Path) -> Result<Migrations, ExitCode> {
    Program::of_folder(dir, &[]).map(|program| program.migrations)
}

/// As [`of_folder`], as if no migration had a hook.
pub(crate) fn of_schema(dir: &Path) -> Result<Migrations, ExitCode> {
    Program::proven(dir, &[], Purpose::Schema, None).map(|program| program.migrations)
}

/// As [`of_folder`], in a process that hears of ctrl-C ([`child::on_interrupt`]), with what this one has read for it. Nothing
/// was found out of any database if the history would not build; `quiet` does not explain it.
pub(crate) fn of_fleet(
    dir: &Path,
    quiet: bool,
    read: impl FnOnce() -> anyhow::Result<Vec<u8>>,
) -> Result<(Migrations, Vec<u8>), ExitCode> {
    let receive = || {
        let [packed, more] = child::receive()?;
        Ok((unpacked(&packed)?, more))
    };
    if child::is_one() {
        return receive().map_err(|error| failed(&error));
    }
    let more = read().map_err(|error| failed(&error))?;
    let explain = if quiet { |_: &Analysis, _: &Path, _: bool| {} } else { folder::print };
    let Ok((proven, _)) = prove(dir, &[], Purpose::Run, None, explain) else {
        return Err(ExitCode::from(UNKNOWN));
    };
    Err(child::run_tended(&[&proven.to_bytes(), &more]).unwrap_or_else(|error| failed(&error)))
}

impl Program {
    /// As [`of_folder`], with what these tools have of the files.
    pub(crate) fn of_folder(dir: &Path, tools: &[Tool]) -> Result<Program, ExitCode> {
        Program::proven(dir, tools, Purpose::Run, None)
    }

    /// As [`Program::of_folder`]. That databases like those in `legacy` do not arrive says nothing of the one that is rehearsed.
    pub(crate) fn to_rehearse(dir: &Path, tools: &[Tool]) -> Result<Program, ExitCode> {
        Program::proven(dir, tools, Purpose::Rehearse, None)
    }

    /// As [`Program::of_folder`], or as [`Program::to_rehearse`], for an engine over the network, which is to be the one that
    /// `onward.toml` names.
    #[cfg(feature = "engines")]
    pub(crate) fn on_engine(dir: &Path, engine: Target, rehearse: bool) -> Result<Migrations, ExitCode> {
        let purpose = if rehearse { Purpose::Rehearse } else { Purpose::Run };
        Program::proven(dir, &[], purpose, Some(engine)).map(|program| program.migrations)
    }

    fn proven(
        dir: &Path,
        tools: &[Tool],
        purpose: Purpose,
        engine: Option<Target>,
    ) -> Result<Program, ExitCode> {
        if child::is_one() {
            return receive().map_err(|error| failed(&error));
        }
        let (proven, origins) = prove(dir, tools, purpose, engine, folder::print)?;
        Err(hand_over(&proven, &origins).unwrap_or_else(|error| failed(&error)))
    }

    /// The history of which this tool has made databases.
    pub(crate) fn from(&self, tool: Tool) -> anyhow::Result<Migrations> {
        let reader = other::ALL.into_iter().find(|reader| reader.tool() == tool);
        let origin = self.origins.iter().find(|(name, ..)| name == tool.name());
        let (Some(reader), Some((_, files, problem))) = (reader, origin) else {
            bail!("{tool} is not known here")
        };
        if let Some(problem) = problem {
            bail!(
                "{problem}, so a database of {tool} cannot be adopted with this folder; nothing was changed"
            );
        }
        let files = files.iter().cloned().map(|(key, sums, lag)| {
            let lag = LAGS.get(lag).copied().unwrap_or(Lag::Statements);
            (key, sums, lag)
        });
        Ok(__private::from(&self.migrations, reader, files))
    }

    /// Whether the files are named as those of a tool that counts, and of no other.
    pub(crate) fn counts(&self) -> bool {
        let is_counted = |migration: Migration<'_>| {
            let mut parts = migration.file().rsplit(['/', '\\']).skip(1);
            let number = parts.next().and_then(|folder| folder.split_once('-'));
            number.is_some_and(|(number, _)| number.parse::<usize>().is_ok())
        };
        let list = self.migrations.list();
        !list.is_empty() && list.iter().all(is_counted)
    }
}

/// What these tools have of the files.
fn origins(history: &History, tools: &[Tool]) -> Origins {
    let lag = |lag: Lag| LAGS.iter().position(|other| *other == lag).unwrap_or(LAGS.len());
    let of = |tool: &Tool| {
        let name = tool.name().to_owned();
        match moving::of(history, *tool) {
            Ok(found) => {
                let files = found.files.into_iter();
                (name, files.map(|known| (known.key, known.sums.join(" "), lag(known.lag))).collect(), None)
            }
            Err(problem) => (name, Vec::new(), Some(problem)),
        }
    };
    tools.iter().map(of).collect()
}

/// The history alone, which is all that a ledger can be held against.
pub(crate) fn of_history(history: &History, dir: &Path) -> Migrations {
    history.packed(None, &folder::prefix(dir)).into()
}

/// The number of a version that was written as its file name has it; of one that is not there, the number that it is.
pub(crate) fn version(migrations: &Migrations, written: &str) -> anyhow::Result<i64> {
    let found = migrations.find(written).map(onward::Migration::version);
    found.or_else(|| written.parse().ok()).with_context(|| {
        format!("no migration, or more than one, has the version `{written}`; write it with its name, as the file has it")
    })
}

fn prove(
    dir: &Path,
    tools: &[Tool],
    purpose: Purpose,
    engine: Option<Target>,
    explain: fn(&Analysis, &Path, bool),
) -> Result<(PackedBuf, Origins), ExitCode> {
    let mut analysis = onward_analysis::analyze(dir, Proof::Whole);
    if purpose == Purpose::Schema {
        analysis.history.migrations.iter_mut().for_each(|migration| migration.hook = None);
    }
    let named = analysis.history.config.engine.target.as_ref().map(|(target, _)| *target);
    if let (Some(engine), Some(named)) = (engine, named)
        && engine != named
    {
        output::error(format!(
            "{}onward.toml names {}, and this is {}: the migrations were not checked for it; nothing was done\nhelp: \
             write `target = \"{}\"` below `[engine]` there",
            folder::prefix(dir),
            named.name(),
            engine.name(),
            engine.key()
        ));
        return Err(ExitCode::from(UNKNOWN));
    }
    let (legacy, others): (Vec<_>, Vec<_>) =
        analysis.diagnostics.iter().filter(|found| found.is_error()).partition(|found| {
            purpose == Purpose::Rehearse && found.rule.code == legacy_not_adopted::RULE.code
        });
    if let (Analysis { history, replay: Some(replay), .. }, true) = (&analysis, others.is_empty()) {
        let files = legacy.iter().map(|found| history.files.get(found.place.file).path.as_str());
        let files: BTreeSet<&str> = files.collect();
        if !files.is_empty() {
            output::note(format!(
                "databases like {} cannot be adopted, and the program does not build: see `cargo onward check`",
                Vec::from_iter(files).join(", ")
            ));
        }
        if let (Some(engine), None) = (engine, named) {
            output::note(format!(
                "onward.toml names no engine: what {} lacks was not checked\nhelp: write into {}onward.toml\n\n\
                 [engine]\ntarget = \"{}\"",
                engine.name(),
                folder::prefix(dir),
                engine.key()
            ));
        }
        return Ok((history.packed(Some(replay), &folder::prefix(dir)), origins(history, tools)));
    }
    explain(&analysis, dir, false);
    output::error("a history with errors is not run; nothing was done");
    Err(ExitCode::from(folder::failure(&analysis)))
}

fn failed(error: &anyhow::Error) -> ExitCode {
    output::error(format!("{error:#}"));
    ExitCode::from(UNKNOWN)
}

/// Runs this command in a process of its own, and gives back its exit code.
fn hand_over(proven: &PackedBuf, origins: &Origins) -> anyhow::Result<ExitCode> {
    child::run(&[&proven.to_bytes(), &serde_json::to_vec(origins)?])
}

fn receive() -> anyhow::Result<Program> {
    let [packed, origins] = child::receive()?;
    let origins = serde_json::from_slice(&origins).context("this is no proven history")?;
    Ok(Program { migrations: unpacked(&packed)?, origins })
}

fn unpacked(bytes: &[u8]) -> anyhow::Result<Migrations> {
    Ok(PackedBuf::from_bytes(bytes).context("this is no proven history")?.into())
}
