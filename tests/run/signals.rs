//! What a run tells while it runs and when it is done: observer, readiness, JSON.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::Duration;

use onward::{Event, Migrations, Phase, Readiness, migrations};
use onward_tests::file::{File, number};

static FIRST: Migrations = migrations!("histories/orders_1");
static ORDERS: Migrations = migrations!("histories/orders");

/// An event in a few words.
fn words(event: Event<'_>) -> String {
    match event {
        Event::Waiting { .. } => "waiting".to_owned(),
        Event::Started { migration, number, of } => format!("{} {number}/{of}", migration.name()),
        Event::Finished { migration, number, of, .. } => format!("{} {number}/{of} done", migration.name()),
        Event::Done { report } => format!("{} applied", report.applied.len()),
        _ => "something new".to_owned(),
    }
}

#[test]
fn an_observer_sees_every_step() {
    let file = File::with_orders(&FIRST);
    let seen = Mutex::new(Vec::new());
    let migrator = ORDERS.migrator().observer(|event| seen.lock().unwrap().push(words(event)));
    migrator.open(file.path()).unwrap();
    migrator.open(file.path()).unwrap();
    drop(migrator);
    let expected = [
        "paid 1/2",
        "paid 1/2 done",
        "customers_rebuilt 2/2",
        "customers_rebuilt 2/2 done",
        "2 applied",
        "0 applied",
    ];
    assert_eq!(seen.into_inner().unwrap(), expected);
}

/// On a line of a log: neither the text of a file nor what is private.
#[test]
fn an_event_fits_on_a_line() {
    let file = File::new();
    let seen = Mutex::new(Vec::new());
    let migrator = ORDERS.migrator().observer(|event| seen.lock().unwrap().push(format!("{event:?}")));
    migrator.open(file.path()).unwrap();
    drop(migrator);
    let seen = seen.into_inner().unwrap();
    assert!(seen.len() > 2);
    for line in seen.iter().chain([&format!("{ORDERS:?}"), &format!("{:?}", ORDERS.migrator())]) {
        let is_private = ["CREATE TABLE", "packed", "embedded", "hooks", "__"];
        assert!(!is_private.iter().any(|word| line.contains(word)) && line.len() < 2000, "{line}");
    }
    assert!(seen[0].contains("version: 1") && seen[0].contains("0001_"), "{}", seen[0]);
}

#[test]
fn an_observer_sees_the_wait() {
    let file = File::with_orders(&FIRST);
    let writer = file.conn();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let writer = Mutex::new(Some(writer));
    // The other connection lets go as soon as somebody waits.
    let migrator = ORDERS.migrator().observer(|event| {
        if let Event::Waiting { attempt: 1, .. } = event {
            writer.lock().unwrap().take();
        }
    });
    let (_, report) = migrator.open(file.path()).unwrap();
    assert!(report.retries > 0 && report.waited > Duration::ZERO && report.attempts == 1);
    let migrating: Duration = report.applied.iter().map(|applied| applied.duration).sum();
    assert!(report.waited + migrating <= report.duration, "migrating is not waiting: {report}");
    assert_eq!(report.applied.len(), 2);
}

#[test]
fn a_panic_in_an_observer_leaves_nothing_half_done() {
    for at in ["paid 1/2", "paid 1/2 done", "customers_rebuilt 2/2", "customers_rebuilt 2/2 done"] {
        let file = File::with_orders(&FIRST);
        let mut conn = file.conn();
        conn.execute_batch("PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 1234").unwrap();
        let before = file.bytes();
        let readiness = Readiness::new();
        let migrator = ORDERS.migrator().readiness(&readiness).observer(|event| assert_ne!(words(event), at));
        let outcome = catch_unwind(AssertUnwindSafe(|| migrator.apply(&mut conn)));
        assert!(outcome.is_err(), "{at}");
        assert!(conn.is_autocommit() && file.bytes() == before, "{at}");
        assert_eq!(readiness.phase(), Phase::Failed, "{at}");
        assert_eq!((number(&conn, "PRAGMA foreign_keys"), number(&conn, "PRAGMA busy_timeout")), (1, 1234));
        assert_eq!(ORDERS.apply(&mut conn).unwrap().applied.len(), 2, "{at}");
    }
    // After the commit it is too late to take anything back.
    let file = File::new();
    let readiness = Readiness::new();
    let migrator =
        ORDERS.migrator().readiness(&readiness).observer(|event| assert_ne!(words(event), "3 applied"));
    assert!(catch_unwind(AssertUnwindSafe(|| migrator.open(file.path()))).is_err());
    assert!(readiness.is_ready() && ORDERS.status(&file.conn()).unwrap().is_up_to_date());
}

#[test]
fn readiness_goes_through_its_phases() {
    static READINESS: Readiness = Readiness::new();
    let file = File::with_orders(&FIRST);
    let writer = Mutex::new(Some(file.conn()));
    writer.lock().unwrap().as_ref().unwrap().execute_batch("BEGIN IMMEDIATE").unwrap();
    let phases = Mutex::new(vec![READINESS.phase()]);
    let migrator = ORDERS.migrator().readiness(&READINESS).observer(|_| {
        writer.lock().unwrap().take();
        phases.lock().unwrap().push(READINESS.phase());
    });
    migrator.open(file.path()).unwrap();
    let mut phases = phases.lock().unwrap().clone();
    phases.dedup();
    assert_eq!(phases, [Phase::Waiting, Phase::Migrating, Phase::Ready]);
    // Another connection that finds nothing to do does not make the process look busy.
    let migrator = ORDERS.migrator().readiness(&READINESS).observer(|_| assert!(READINESS.is_ready()));
    migrator.open(file.path()).unwrap();
    FIRST.migrator().readiness(&READINESS).open(file.path()).unwrap_err();
    assert_eq!((READINESS.phase(), READINESS.phase().as_str()), (Phase::Failed, "failed"));
}

#[test]
fn a_report_is_json() {
    let file = File::with_orders(&FIRST);
    file.conn().query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    let status = serde_json::to_value(ORDERS.status(&file.conn()).unwrap()).unwrap();
    assert_eq!(status["entries"][0]["label"], "0001", "{status}");
    assert!(status["entries"][0]["state"]["applied"].as_str().unwrap().ends_with('Z'), "{status}");
    assert_eq!(status["entries"][1]["state"], "pending");
    let (_, report) = ORDERS.migrator().open(file.path()).unwrap();
    let report = serde_json::to_value(report).unwrap();
    assert_eq!(report["applied"][0]["version"], 3);
    assert!(report["applied"][0]["duration"].as_f64().unwrap() > 0.0, "{report}");
    let duration = report["duration"].as_f64().unwrap();
    assert!(duration > 0.0 && report["waited"] == 0.0 && report["attempts"] == 1 && report["retries"] == 0);
    assert_eq!((&report["journal_mode"], &report["total"]), (&"wal".into(), &3.into()));
    assert_eq!(report["sqlite_version"], onward::rusqlite::version());
    let status = FIRST.status(&file.conn()).unwrap();
    let status = serde_json::to_value(status).unwrap();
    assert_eq!(status["entries"][1]["state"]["conflict"]["newer"]["version"], 3, "{status}");
}
