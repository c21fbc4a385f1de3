//! Runs every way back once, right behind its way forward, and compares the schema with the one before both.

use onward_core::kind::ObjectKind;
use onward_schema::{Change, Schema};
use rusqlite::Result;

use super::step::Base;
use crate::folder::history::History;
use crate::sqlite::message::{Cause, Refusal};
use crate::sqlite::sandbox::Sandbox;

/// A down file that does not do what it is for.
#[derive(Debug, Clone)]
pub(crate) struct Down {
    /// The index of its migration.
    pub(crate) migration: usize,
    pub(crate) what: Back,
}

#[derive(Debug, Clone)]
pub(crate) enum Back {
    /// SQLite refuses this statement of the file.
    Fails { statement: usize, refusal: Refusal },
    /// Something is not as it was.
    Differs(Vec<String>),
}

/// Tries the down files of a history without faults.
pub(super) fn find(base: &Base<'_>) -> Result<Vec<Down>> {
    let history = base.history;
    let mut found = Vec::new();
    let Some(last) = history.migrations.iter().rposition(|migration| !migration.down_statements.is_empty())
    else {
        return Ok(found);
    };
    let sandbox = base.sandbox()?;
    for steps in base.steps.chunk_by(|a, b| a.at.migration == b.at.migration) {
        let migration = steps[0].at.migration;
        if migration > last {
            break;
        }
        let up = || -> Result<()> {
            // What is random may not work twice.
            steps.iter().for_each(|step| drop(sandbox.run(history.sql(step.at), step.strings)));
            sandbox.reset()
        };
        if !history.migrations[migration].down_statements.is_empty() {
            let before = texts(&sandbox)?;
            sandbox.conn().execute_batch("SAVEPOINT back")?;
            up()?;
            let outcome = down(history, migration, &sandbox);
            if sandbox.is_lost() {
                return Ok(found);
            }
            let mut left = None;
            if outcome.is_ok() {
                sandbox.reset()?;
                if texts(&sandbox)? != before {
                    left = Some(Schema::read(sandbox.conn())?);
                }
            }
            sandbox.conn().execute_batch("ROLLBACK TO back; RELEASE back")?;
            found.extend(outcome.err().flatten().map(|what| Down { migration, what }));
            if let Some(left) = left {
                let differences = differences(&Schema::read(sandbox.conn())?, &left);
                let what = Back::Differs(differences.clone());
                found.extend((!differences.is_empty()).then_some(Down { migration, what }));
            }
        }
        up()?;
        if sandbox.is_lost() {
            break;
        }
    }
    Ok(found)
}

/// Runs a way back to its end.
///
/// # Errors
/// What stops it, if that says anything of the file.
fn down(history: &History, migration: usize, sandbox: &Sandbox) -> std::result::Result<(), Option<Back>> {
    let migration = &history.migrations[migration];
    let text = &history.files.get(migration.down.ok_or(None)?).text;
    for (index, statement) in migration.down_statements.iter().enumerate() {
        if !statement.kind.runs() {
            continue;
        }
        // Strings in double quotes are a matter of the way forward; here they are taken as SQLite takes them.
        if let Err(error) = sandbox.run(&text[statement.range.clone()], true) {
            let refusal = Refusal::from(error);
            let is_ours =
                matches!(refusal.cause, Cause::Limit(_) | Cause::NoFunction(_) | Cause::NoCollation(_));
            // What only the rows of a real database decide says nothing here, where there are none.
            let is_data = refusal.message.contains("constraint failed");
            return Err((!is_ours && !is_data).then_some(Back::Fails { statement: index, refusal }));
        }
    }
    Ok(())
}

fn texts(sandbox: &Sandbox) -> Result<Vec<Vec<rusqlite::types::Value>>> {
    sandbox.read("SELECT type, lower(name), lower(tbl_name), sql FROM main.sqlite_schema ORDER BY 1, 2")
}

/// What matters of the differences: a column that is added again comes last, and SQLite writes names as it likes.
fn differences(before: &Schema, after: &Schema) -> Vec<String> {
    let matters = before.compare(after).into_iter().filter(|difference| match &difference.change {
        Change::PartChanged { part, .. } if difference.kind == ObjectKind::Table => {
            part != "definition" && part != "column order"
        }
        _ => true,
    });
    matters.map(|difference| difference.to_string()).collect()
}
