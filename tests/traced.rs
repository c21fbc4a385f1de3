//! What a run tells `tracing`.
//!
//! One test with a binary of its own: `tracing` remembers for the whole process that nobody listens.

use std::sync::Mutex;
use std::time::Duration;

use onward::{Migrations, migrations};
use onward_tests::file::File;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Level, Metadata, Subscriber};

static FIRST: Migrations = migrations!("histories/orders_1");
static ORDERS: Migrations = migrations!("histories/orders");

/// Collects events of `tracing`: level and fields.
#[derive(Default)]
struct Collected(Mutex<Vec<(Level, Fields)>>);

#[derive(Default)]
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0 += &format!("{}={value:?} ", field.name());
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
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.0.lock().unwrap().push((*event.metadata().level(), fields));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn traced(run: impl FnOnce()) -> Vec<(Level, Fields)> {
    let collected: &'static Collected = Box::leak(Box::default());
    tracing::subscriber::with_default(collected, run);
    collected.0.lock().unwrap().drain(..).collect()
}

#[test]
fn attempts_get_louder_and_the_end_has_the_figures() {
    let file = File::with_orders(&FIRST);
    let events = traced(|| drop(ORDERS.open(file.path()).unwrap()));
    let [(Level::INFO, end)] = &events[..] else { panic!("{} events", events.len()) };
    for field in ["applied=2", "duration_ms=", "waited_ms=0.0", "retries=0", "journal_mode=\"delete\""] {
        assert!(end.0.contains(field), "{}", end.0);
    }

    let file = File::with_orders(&FIRST);
    let writer = file.conn();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    // A try takes some 15 ms of SQLite's own waiting, and each attempt has time for one.
    let migrator =
        ORDERS.migrator().attempt_timeout(Duration::ZERO).lock_timeout(Duration::from_millis(1500));
    let events = traced(|| drop(migrator.open(file.path()).unwrap_err()));
    let levels: Vec<_> = events.iter().map(|(level, _)| *level).collect();
    assert!(levels.len() > 9, "{levels:?}");
    assert_eq!(levels[..3], [Level::DEBUG; 3]);
    assert_eq!(levels[3..7], [Level::INFO; 4]);
    let (last, warnings) = levels[7..].split_last().unwrap();
    assert!(warnings.iter().all(|level| *level == Level::WARN) && *last == Level::ERROR, "{levels:?}");
    assert!(events.last().unwrap().1.0.contains("attempts="));
}
