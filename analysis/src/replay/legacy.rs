//! Databases of old releases, taken over as the runtime does it and brought up to date.

use onward_core::effect::Effect;
use onward_core::kind::{Kind, ObjectKind};
use onward_core::name::quoted;
use onward_core::statement::statements;
use onward_schema::adopt::{nearest, reconcile};
use onward_schema::{Schema, Violation};
use rusqlite::Result;

use super::objects::ours;
use crate::file::{FileId, Place};
use crate::folder::history::{At, History};
use crate::sqlite::message::Refusal;
use crate::sqlite::sandbox::Sandbox;

/// A database of an old release that does not come to the schema of the history.
#[derive(Debug, Clone)]
pub(crate) struct Legacy {
    pub(crate) file: FileId,
    pub(crate) problem: Problem,
}

/// What stands in its way.
#[derive(Debug, Clone)]
pub(crate) enum Problem {
    /// SQLite refuses what the file itself says.
    Own(Place, String),
    /// This might run the second time. The schema comes nearest to the one after this migration, and differs from it.
    Unrepeatable(At, Option<(usize, Vec<String>)>),
    /// SQLite refuses a statement of the history.
    Refused(At, String),
    /// The schema is not the one after this migration, or not the empty one, and should be before the next.
    Differs(Option<usize>, Vec<String>),
    /// Foreign keys lead nowhere in the end, and did not before.
    Orphans(Vec<String>),
}

/// A history after each of its migrations.
struct Proven {
    schemas: Vec<Schema>,
    /// The names of everything that is there after any of them, in lower case and sorted.
    names: Vec<String>,
}

/// Everything that is wrong with the legacy databases of a history that has no faults.
pub(super) fn find(history: &History) -> Result<Vec<Legacy>> {
    if history.legacy.is_empty() {
        return Ok(Vec::new());
    }
    let sandbox = Sandbox::open(&history.config)?;
    let mut proven = Proven { schemas: Vec::new(), names: Vec::new() };
    for migration in 0..history.migrations.len() {
        // It has run before, so it is not refused now.
        let _ = migrate(history, migration, &sandbox)?;
        let mut schema = Schema::read(sandbox.conn())?;
        schema.tables.retain(|_, table| !history.config.is_external(&table.name));
        proven.schemas.push(schema);
        proven.names.extend(ours(&history.config, sandbox.conn())?);
    }
    proven.names.sort_unstable();
    proven.names.dedup();
    let mut found = Vec::new();
    for &file in &history.legacy {
        let sandbox = Sandbox::open(&history.config)?;
        found.extend(problem(history, file, &proven, &sandbox)?.map(|problem| Legacy { file, problem }));
    }
    Ok(found)
}

fn problem(history: &History, file: FileId, proven: &Proven, sandbox: &Sandbox) -> Result<Option<Problem>> {
    let text = &history.files.get(file).text;
    for statement in statements(text) {
        let range = statement.range.clone();
        // The old program's is the real one.
        if let Kind::Create { object: ObjectKind::Table, name, .. } = &statement.kind
            && history.config.is_external(&name.text)
        {
            sandbox.run(&format!("DROP TABLE IF EXISTS {}", quoted(&name.text)), false)?;
        }
        if statement.kind.runs()
            // As the old program ran it, which may have been with SQLite's default.
            && let Err(error) = sandbox.run(&text[range.clone()], true)
        {
            return Ok(Some(Problem::Own(file.at(range), Refusal::from(error).message)));
        }
    }
    end(sandbox)?;
    let before = Violation::read(sandbox.conn())?;
    let point = match exact(proven, &Schema::read(sandbox.conn())?) {
        Some(count) => count,
        None => match grown(history, proven, sandbox)? {
            Ok(point) => point,
            Err(problem) => return Ok(Some(problem)),
        },
    };
    for migration in point..history.migrations.len() {
        if let Err(problem) = migrate(history, migration, sandbox)? {
            return Ok(Some(problem));
        }
    }
    let last = history.migrations.len().checked_sub(1);
    if let Some(problem) = differs(last, proven, sandbox)? {
        return Ok(Some(problem));
    }
    let orphans = Violation::new_ones(&before, Violation::read(sandbox.conn())?);
    Ok((!orphans.is_empty()).then(|| Problem::Orphans(orphans.iter().map(ToString::to_string).collect())))
}

/// After how many migrations the schema is this one.
fn exact(proven: &Proven, found: &Schema) -> Option<usize> {
    let empty = Schema::default();
    let is_it = |schema: &&Schema| schema.compare_named(found, &proven.names).is_empty();
    if is_it(&&empty) {
        return None;
    }
    proven.schemas.iter().rposition(|schema| is_it(&schema)).map(|last| last + 1)
}

/// Makes what is missing up to the migration from which on everything runs, and gives that one.
fn grown(
    history: &History,
    proven: &Proven,
    sandbox: &Sandbox,
) -> Result<std::result::Result<usize, Problem>> {
    let runs = |migration: usize| run(history, migration).collect::<Vec<At>>();
    let runs: Vec<Vec<At>> = (0..history.migrations.len()).map(runs).collect();
    let effects: Vec<Vec<Effect>> =
        runs.iter().map(|runs| runs.iter().map(|&at| Effect::of(history.sql(at))).collect()).collect();
    let found = Schema::read(sandbox.conn())?;
    let plan = match reconcile(&effects, &proven.schemas, &found) {
        Ok(plan) => plan,
        Err((migration, statement)) => {
            let nearest = nearest(&proven.schemas, &found, &proven.names)
                .map(|(after, differences)| (after, differences.iter().map(ToString::to_string).collect()));
            return Ok(Err(Problem::Unrepeatable(runs[migration][statement], nearest)));
        }
    };
    for (migration, statement) in plan.missing {
        if let Err(problem) = statement_at(history, runs[migration][statement], sandbox) {
            return Ok(Err(problem));
        }
    }
    Ok(match differs(plan.point.checked_sub(1), proven, sandbox)? {
        Some(problem) => Err(problem),
        None => Ok(plan.point),
    })
}

fn differs(last: Option<usize>, proven: &Proven, sandbox: &Sandbox) -> Result<Option<Problem>> {
    let empty = Schema::default();
    let expected = last.map_or(&empty, |last| &proven.schemas[last]);
    let differences = expected.compare_named(&Schema::read(sandbox.conn())?, &proven.names);
    let words = differences.iter().map(ToString::to_string).collect();
    Ok((!differences.is_empty()).then_some(Problem::Differs(last, words)))
}

/// The statements of a migration that run.
fn run(history: &History, migration: usize) -> impl Iterator<Item = At> {
    let statements =
        (0..history.migrations[migration].statements.len()).map(move |statement| At { migration, statement });
    statements.filter(|&at| history.statement(at).kind.runs())
}

fn migrate(
    history: &History,
    migration: usize,
    sandbox: &Sandbox,
) -> Result<std::result::Result<(), Problem>> {
    let foreign_keys = history.enforces(migration);
    if foreign_keys {
        sandbox.foreign_keys(true)?;
    }
    if let Err(problem) = run(history, migration).try_for_each(|at| statement_at(history, at, sandbox)) {
        return Ok(Err(problem));
    }
    if foreign_keys {
        sandbox.foreign_keys(false)?;
    }
    end(sandbox).map(Ok)
}

fn statement_at(history: &History, at: At, sandbox: &Sandbox) -> std::result::Result<(), Problem> {
    let strings = history.reads_strings(history.statement(at));
    let outcome = sandbox.run(history.sql(at), strings);
    outcome.map_err(|error| Problem::Refused(at, Refusal::from(error).message))
}

fn end(sandbox: &Sandbox) -> Result<()> {
    sandbox.reset()?;
    sandbox.commit()
}
