//! What of a replay can be kept, and how it goes on from there.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use onward_core::run::Run;
use onward_schema::{Fingerprint, Schema};

use super::end::End;
use super::outcome::Replay;
use super::step::Step;
use crate::config::Config;
use crate::folder::history::{At, History};
use crate::memo::Memo;
use crate::record::record;
use crate::sqlite::image::Image;
use crate::sqlite::outside;

/// What the macros ask for once everything that was found has been told.
#[derive(Debug)]
pub(crate) struct Kept {
    schema: Schema,
    objects: Vec<String>,
    fingerprint: [u8; 32],
    from: usize,
    unpopulated: BTreeMap<String, String>,
    stopped: Vec<At>,
    strings: Vec<At>,
    ran: Vec<Step>,
    pub(crate) end: Image,
    snapshot: Option<(Image, Vec<usize>)>,
}
record!(Kept { schema, objects, fingerprint, from, unpopulated, stopped, strings, ran, end, snapshot });
record!(Step { at, strings });

/// What the locked migrations leave, for a replay of what comes behind them.
#[derive(Debug)]
pub(crate) struct Locked {
    /// How many there are.
    pub(crate) count: usize,
    pub(super) ran: Vec<Step>,
    pub(super) strings: Vec<At>,
    pub(crate) image: Image,
}
record!(Locked { count, ran, strings, image });

impl Replay {
    /// What is kept of it, with the bytes and times of a snapshot; `None` if its database cannot be.
    pub(crate) fn kept(&self, config: &Config, snapshot: Option<(Image, Vec<usize>)>) -> Option<Kept> {
        Some(Kept {
            schema: self.schema.clone(),
            objects: self.objects.clone(),
            fingerprint: *self.fingerprint.as_bytes(),
            from: self.from,
            unpopulated: self.unpopulated.clone(),
            stopped: self.stopped.clone(),
            strings: self.strings.clone(),
            ran: self.ran.clone(),
            end: self.end.sandbox(config)?.image().ok()?,
            snapshot,
        })
    }

    /// What the locked migrations have left, if there are any and nothing was wrong with them that is to be told again.
    pub(crate) fn locked(&self, history: &History) -> Option<Locked> {
        let is_open = |at: &At| at.migration >= self.from;
        let first = history.migrations[..self.from].iter();
        let is_sound = self.faults.is_empty()
            && self.quoted.is_empty()
            && first.flat_map(|migration| &migration.statements).all(|found| found.kind.run() != Run::Never);
        // Where nothing comes behind them, they have left what there is in the end.
        let is_all = self.from > 0 && self.from == history.migrations.len();
        let left = self.locked.as_ref().or(is_all.then_some(&self.end)).filter(|_| is_sound)?;
        let image = left.sandbox(&history.config)?.image().ok()?;
        let ran = self.ran.iter().filter(|step| !is_open(&step.at)).copied();
        let strings = self.strings.iter().filter(|at| !is_open(at)).copied();
        Some(Locked { count: self.from, ran: ran.collect(), strings: strings.collect(), image })
    }

    /// What was kept, as a replay: all but what was told.
    pub(crate) fn of(config: &Config, kept: Kept) -> Option<Replay> {
        let known = outside::with_outside(config, kept.schema.clone()).ok()?;
        let (schema, fingerprint) = (kept.schema, Fingerprint::new(kept.fingerprint));
        Some(Replay {
            objects: kept.objects,
            from: kept.from,
            unpopulated: kept.unpopulated,
            stopped: kept.stopped,
            strings: kept.strings,
            snapshot: kept.snapshot,
            ..Replay::silent(schema, known, fingerprint, kept.ran, End::kept(kept.end))
        })
    }

    /// A replay of which nothing is to be told.
    pub(super) fn silent(
        schema: Schema,
        known: Schema,
        fingerprint: Fingerprint,
        ran: Vec<Step>,
        end: End,
    ) -> Replay {
        Replay {
            schema,
            known,
            vouched: OnceLock::new(),
            nulls: Memo::default(),
            relations: Memo::default(),
            definitions: Memo::default(),
            objects: Vec::new(),
            fingerprint,
            from: 0,
            faults: Vec::new(),
            orphans: None,
            masked: Vec::new(),
            broken: Vec::new(),
            legacy: Vec::new(),
            findings: Vec::new(),
            losses: Vec::new(),
            unresolved: Vec::new(),
            downs: Vec::new(),
            unpopulated: BTreeMap::new(),
            stopped: Vec::new(),
            strings: Vec::new(),
            quoted: Vec::new(),
            outer: Vec::new(),
            indirect: Vec::new(),
            ran,
            end,
            histories: OnceLock::new(),
            scratch: OnceLock::new(),
            locked: None,
            snapshot: None,
        }
    }
}
