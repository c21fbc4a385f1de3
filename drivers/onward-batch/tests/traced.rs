//! What a run on an engine tells `tracing`.
//!
//! One test with a binary of its own: `tracing` remembers for the whole process that nobody listens.

mod memory;

use std::fmt::Debug;
use std::sync::Mutex;
use std::time::Duration;

use onward_batch::{Patience, Watch, apply};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Level, Metadata, Subscriber};

use crate::memory::{Fate, JOBS, Memory, PATIENCE};

/// Collects events of `tracing`: level and message.
#[derive(Default)]
struct Collected(Mutex<Vec<(Level, String)>>);

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

impl Subscriber for &'static Collected {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("onward")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        self.0.lock().unwrap().push((*event.metadata().level(), message.0));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// What a run tells, and whether the database has its rows once.
fn traced(fates: &[Fate], patience: Patience) -> Vec<(Level, String)> {
    let collected: &'static Collected = Box::leak(Box::default());
    let (engine, watch) = (Memory::new(fates), Watch::default());
    tracing::subscriber::with_default(collected, || {
        let run = watch.over(|| apply(&engine, &JOBS, patience, &watch));
        assert!(run.is_err() || engine.rows() == (10, 1));
    });
    collected.0.lock().unwrap().drain(..).collect()
}

#[test]
fn a_run_is_told_once() {
    let expected = |events: &[(Level, &str)]| -> Vec<(Level, String)> {
        events.iter().map(|(level, message)| (*level, (*message).to_owned())).collect()
    };
    let sent = (Level::DEBUG, "migrations are sent");
    let waiting = (Level::DEBUG, "database not ready to migrate, trying again");
    let in_doubt = (Level::WARN, "no answer to the migrations, sending them again");
    let done = (Level::INFO, "database is up to date");
    // Not of the copy in memory, which is up to date before anything is sent.
    assert_eq!(traced(&[], PATIENCE), expected(&[sent, done]));
    assert_eq!(traced(&[Fate::AnswerLost], PATIENCE), expected(&[sent, in_doubt, waiting, done]));
    let failed = (Level::ERROR, "database could not be migrated");
    let impatient = Patience { timeout: Duration::ZERO };
    assert_eq!(traced(&[Fate::Lost], impatient), expected(&[sent, in_doubt, failed]));
    // The other one tells as well.
    let overtaken = (Level::DEBUG, "another one was faster, reading again");
    assert_eq!(traced(&[Fate::Overtaken], PATIENCE), expected(&[sent, sent, done, overtaken, waiting, done]));
}
