//! The history as a program would embed it. It lives as long as this process, which asks once.
//!
//! A replay limits the memory of SQLite in the whole process, for good, and a real database may need more. So a history
//! that is to be run is proven in this process, and run in another one of this program, which does not replay.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, bail};
use onward::__private::{self, Lag, Migration, other};
use onward::{Migrations, Tool};
use onward_analysis::config::Stub;
use onward_analysis::folder::embedded::{File, Statement};
use onward_analysis::{Analysis, History, Proof, moving};

use crate::exit::UNKNOWN;
use crate::{folder, output};

/// Set for a process that gets a proven history on its standard input.
const PROVEN: &str = "ONWARD_PROVEN_HISTORY";

/// A proven history on its way: migrations, objects, fingerprint, the functions and collations of the application, and the
/// oldest SQLite that runs it; and the tables that others make.
type Proven =
    (Vec<Step>, Vec<String>, [u8; 32], Vec<(String, i32, bool)>, Vec<String>, i32, Vec<(String, String)>);
/// Version, whether foreign keys are on, checksum, chain, the file, and the one that takes it back.
type Step = (i64, bool, [u8; 32], [u8; 32], Text, Option<Text>);
/// The parts of [`File`].
type Text = (String, [usize; 3], Vec<(usize, usize, bool, bool)>);

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

/// What `migrations!` would expand to, but for the code beside the SQL. Else the exit code: the history would not build,
/// which is explained then, or another process has done what there was to do.
pub(crate) fn of_folder(dir: &Path) -> Result<Migrations, ExitCode> {
    Program::of_folder(dir, &[]).map(|program| program.migrations)
}

impl Program {
    /// As [`of_folder`], with what these tools have of the files.
    pub(crate) fn of_folder(dir: &Path, tools: &[Tool]) -> Result<Program, ExitCode> {
        if std::env::var_os(PROVEN).is_some() {
            let program = receive().map(|(proven, origins)| Program { migrations: embed(proven), origins });
            return program.map_err(|error| failed(&error));
        }
        let proven = prove(dir, tools)?;
        Err(hand_over(&proven).unwrap_or_else(|error| failed(&error)))
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
                "{problem}, so a database of {tool} cannot be taken over with this folder; nothing was changed"
            );
        }
        let files = files.iter().cloned().map(|(key, sums, lag)| {
            let lag = LAGS.get(lag).copied().unwrap_or(Lag::Statements);
            __private::known(key.leak(), sums.leak(), lag)
        });
        let origin = __private::origin(reader, files.collect::<Vec<_>>().leak());
        Ok(__private::from(self.migrations.clone(), Box::leak(Box::new(origin))))
    }

    /// Whether the files are named as those of a tool that counts, and of no other.
    pub(crate) fn counts(&self) -> bool {
        let is_counted = |migration: &Migration| {
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
    embed((steps(history, dir), Vec::new(), [0; 32], Vec::new(), Vec::new(), 0, others(history)))
}

/// The number of a version that was written as its file name has it; of one that is not there, the number that it is.
pub(crate) fn version(migrations: &Migrations, written: &str) -> anyhow::Result<i64> {
    let found = migrations.find(written).map(onward::Migration::version);
    found.or_else(|| written.parse().ok()).with_context(|| {
        format!("no migration, or more than one, has the version `{written}`; write it with its name, as the file has it")
    })
}

fn prove(dir: &Path, tools: &[Tool]) -> Result<(Proven, Origins), ExitCode> {
    let analysis = onward_analysis::analyze(dir, Proof::Whole);
    if let (Analysis { history, replay: Some(replay), .. }, false) = (&analysis, analysis.has_errors()) {
        let functions = history.config.stubs();
        let functions = functions
            .map(|Stub { name, arguments, deterministic }| (name.to_owned(), arguments, deterministic));
        let proven = (
            steps(history, dir),
            replay.objects.clone(),
            *replay.fingerprint.as_bytes(),
            functions.collect(),
            history.config.collations.clone(),
            history.oldest_sqlite().number(),
            others(history),
        );
        return Ok((proven, origins(history, tools)));
    }
    folder::print(&analysis, dir, false);
    output::error("a history with errors is not run; nothing was done");
    Err(ExitCode::from(folder::failure(&analysis)))
}

fn others(history: &History) -> Vec<(String, String)> {
    history.config.others().map(|table| (table.name.clone(), table.sql.clone())).collect()
}

fn failed(error: &anyhow::Error) -> ExitCode {
    output::error(format!("{error:#}"));
    ExitCode::from(UNKNOWN)
}

/// Runs this command in a process of its own, and gives back its exit code.
fn hand_over(proven: &(Proven, Origins)) -> anyhow::Result<ExitCode> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1)).env(PROVEN, "1").stdin(Stdio::piped());
    let mut child = command.spawn().context("cannot start this program again")?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that has ended by now has said why.
        let _ = stdin.write_all(serde_json::to_string(proven)?.as_bytes());
    }
    let code = child.wait().context("cannot wait for the run")?.code();
    Ok(ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(UNKNOWN)))
}

fn receive() -> anyhow::Result<(Proven, Origins)> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("cannot read the history")?;
    serde_json::from_str(&text).context("this is no proven history")
}

fn steps(history: &History, dir: &Path) -> Vec<Step> {
    let prefix = folder::prefix(dir);
    let steps = history.migrations.iter().map(|found| {
        let (up, down) = history.embedded(found, &prefix);
        (found.version, found.foreign_keys, found.checksum.0, found.chain.0, text(up), down.map(text))
    });
    steps.collect()
}

fn text(File { whole, ends, statements }: File) -> Text {
    let statements = statements
        .into_iter()
        .map(|Statement { range, strings, undone }| (range.start, range.end, strings, undone));
    (whole, ends, statements.collect())
}

fn embed((steps, objects, fingerprint, functions, collations, sqlite, external): Proven) -> Migrations {
    let list = steps.into_iter().map(|(version, foreign_keys, checksum, chain, up, down)| {
        let up = __private::migration(version, file(up), checksum, chain);
        let up = if foreign_keys { __private::foreign_keys(up) } else { up };
        match down {
            Some(down) => __private::down(up, Box::leak(Box::new(file(down)))),
            None => up,
        }
    });
    let migrations =
        __private::migrations(list.collect::<Vec<Migration>>().leak(), leak(objects), fingerprint);
    let external = external.into_iter().map(|(name, sql)| (&*name.leak(), &*sql.leak()));
    let migrations = __private::external(migrations, external.collect::<Vec<_>>().leak());
    let functions = functions
        .into_iter()
        .map(|(name, arguments, deterministic)| __private::function(name.leak(), arguments, deterministic));
    let migrations = __private::stubs(migrations, functions.collect::<Vec<_>>().leak(), leak(collations));
    __private::needs(migrations, sqlite)
}

fn file((whole, ends, statements): Text) -> __private::File {
    // A file of four gigabytes would not have come this far.
    let at = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
    let statements = statements
        .into_iter()
        .map(|(start, end, strings, undone)| __private::statement(at(start), at(end), strings, undone));
    __private::file(whole.leak(), ends.map(at), statements.collect::<Vec<_>>().leak())
}

fn leak(texts: Vec<String>) -> &'static [&'static str] {
    texts.into_iter().map(|text| &*text.leak()).collect::<Vec<_>>().leak()
}
