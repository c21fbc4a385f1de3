//! The database behind one of the migrations, for what runs there.

use rusqlite::Result;

use super::end::End;
use super::objects::{fingerprint, ours};
use super::origin;
use super::outcome::Replay;
use super::step::Step;
use crate::folder::history::History;
use crate::sqlite::outside;
use crate::sqlite::sandbox::Sandbox;

impl Replay {
    /// What the migrations up to this one leave, by running once more what has run. Temporary tables of this one are still
    /// there: a hook sees them.
    pub(crate) fn up_to(&self, history: &History, migration: usize) -> Result<Replay> {
        let config = &history.config;
        let sandbox = Sandbox::open(config)?;
        let is_before = |step: &&Step| step.at.migration < migration;
        let before: Vec<Step> = self.ran.iter().filter(is_before).copied().collect();
        origin::again(history, &before, &sandbox, |_, _| Ok(()))?;
        let foreign_keys = history.migrations[migration].foreign_keys;
        if foreign_keys {
            sandbox.foreign_keys(true)?;
        }
        let last: Vec<Step> =
            self.ran.iter().filter(|step| step.at.migration == migration).copied().collect();
        for step in &last {
            let _ = sandbox.run(history.sql(step.at), step.strings);
        }
        if foreign_keys {
            sandbox.foreign_keys(false)?;
        }
        sandbox.put_undone()?;
        left(history, sandbox, before.into_iter().chain(last).collect())
    }

    /// The same as programs find it: what the migration has left on its connection is gone. What is locked was run already.
    pub(crate) fn released(&self, history: &History, migration: usize) -> Result<Replay> {
        let config = &history.config;
        let locked = self.locked.as_ref().filter(|_| migration + 1 == self.from);
        let ran: Vec<Step> = self.ran.iter().filter(|step| step.at.migration <= migration).copied().collect();
        let sandbox = match locked.and_then(|locked| locked.sandbox(config)) {
            Some(locked) => locked.copy(config)?,
            None => {
                let sandbox = Sandbox::open(config)?;
                origin::again(history, &ran, &sandbox, |_, _| Ok(()))?;
                sandbox
            }
        };
        left(history, sandbox, ran)
    }
}

/// What these steps have left.
fn left(history: &History, mut sandbox: Sandbox, ran: Vec<Step>) -> Result<Replay> {
    let config = &history.config;
    let objects = ours(config, sandbox.conn())?;
    let fingerprint = fingerprint(&objects, sandbox.conn())?;
    let schema = sandbox.schema()?;
    let known = outside::with_outside(config, schema.clone())?;
    let known = outside::with_temporary(config, &sandbox, known)?;
    sandbox.surround(config)?;
    Ok(Replay { objects, ..Replay::silent(schema, known, fingerprint, ran, End::left(sandbox)) })
}
