//! A run on an engine that is a SQLite in memory, and loses answers.

mod memory;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use onward::rusqlite;
use onward::{Migrations, Phase, Readiness, migrations};
use onward_batch::{ErrorKind, Event, Patience, Report, Watch, rehearse, status};

use crate::memory::{Fate, JOBS, Memory, PATIENCE};

fn apply(engine: &Memory, migrations: &Migrations, patience: Patience) -> onward_batch::Result<Report> {
    onward_batch::apply(engine, migrations, patience, &Watch::default())
}

/// What a run tells, in words, and how it ends.
fn told(fates: &[Fate], patience: Patience) -> (Vec<String>, Phase) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let readiness: &'static Readiness = Box::leak(Box::default());
    let told = Arc::clone(&events);
    let watch = Watch::default().readiness(readiness).observer(move |event| {
        let word = match event {
            Event::Waiting { .. } => "waiting".to_owned(),
            Event::Started { migrations } => format!("started {}", migrations.len()),
            Event::InDoubt { failure } => format!("in doubt: {failure}"),
            Event::Overtaken => "overtaken".to_owned(),
            Event::Done { report } => format!("done {}", report.applied.len()),
            other => panic!("{other:?}"),
        };
        told.lock().unwrap().push(format!("{word}, {}", readiness.phase()));
    });
    let engine = Memory::new(fates);
    let _ = watch.over(|| onward_batch::apply(&engine, &JOBS, patience, &watch));
    let events = events.lock().unwrap().clone();
    (events, readiness.phase())
}

#[test]
fn a_run_tells_how_far_it_is() {
    let (started, waiting) = ("started 10, migrating", "waiting, waiting");
    let in_doubt = "in doubt: no answer, migrating";
    assert_eq!(told(&[], PATIENCE), ([started, "done 10, ready"].map(str::to_owned).to_vec(), Phase::Ready));
    let expected = [started, in_doubt, waiting, in_doubt, waiting, "done 10, ready"];
    let (events, phase) = told(&[Fate::AnswerLost, Fate::Lost], PATIENCE);
    assert_eq!((events, phase), (expected.map(str::to_owned).to_vec(), Phase::Ready));
    let (events, phase) = told(&[Fate::Overtaken], PATIENCE);
    let expected = [started, "overtaken, migrating", waiting, "done 0, ready"];
    assert_eq!((events, phase), (expected.map(str::to_owned).to_vec(), Phase::Ready));
    let (events, phase) = told(&[Fate::Lost; 3], Patience { timeout: Duration::ZERO });
    assert_eq!((events, phase), ([started, in_doubt].map(str::to_owned).to_vec(), Phase::Failed));
}

#[test]
fn a_panic_of_the_observer_is_a_failed_run() {
    static READINESS: Readiness = Readiness::new();
    let watch = Watch::default().readiness(&READINESS).observer(|_| panic!("out of order"));
    let engine = Memory::new(&[]);
    let run = || watch.over(|| onward_batch::apply(&engine, &JOBS, PATIENCE, &watch)).map(drop);
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
    assert_eq!((READINESS.phase(), engine.writes.get()), (Phase::Failed, 0));
}

#[test]
fn an_answer_that_is_lost_is_found_out() {
    use Fate::{AnswerLost, Lost};
    for fates in [
        &[AnswerLost][..],
        &[Lost],
        &[Lost, AnswerLost],
        &[AnswerLost, AnswerLost],
        &[AnswerLost, Lost, Lost],
    ] {
        let engine = Memory::new(fates);
        let report = apply(&engine, &JOBS, PATIENCE).unwrap();
        // It is ours, however often it was sent.
        assert_eq!((report.applied.len(), report.total), (10, 10));
        assert_eq!(report.in_doubt as usize, fates.len());
        assert_eq!(engine.rows(), (10, 1));
        assert!(status(&engine, &JOBS).unwrap().is_up_to_date());
    }
}

#[test]
fn what_was_run_is_found_out_whatever_a_gateway_says() {
    for fates in [&[Fate::Denied][..], &[Fate::Lost, Fate::Denied]] {
        let engine = Memory::new(fates);
        assert_eq!(apply(&engine, &JOBS, PATIENCE).unwrap().applied.len(), 10);
        assert_eq!(engine.rows(), (10, 1));
    }
}

#[test]
fn whoever_is_overtaken_sees_that_it_is_done() {
    for fates in [&[Fate::Overtaken][..], &[Fate::Lost, Fate::Overtaken]] {
        let engine = Memory::new(fates);
        let report = apply(&engine, &JOBS, PATIENCE).unwrap();
        assert_eq!((report.applied.len(), report.total, report.lost), (0, 10, 1));
        assert_eq!(engine.rows(), (10, 1));
        assert_eq!(engine.writes.get(), fates.len());
    }
}

#[test]
fn what_nobody_answers_is_in_doubt_in_the_end() {
    let engine = Memory::new(&[Fate::Lost; 1000]);
    let error = apply(&engine, &JOBS, Patience { timeout: Duration::from_millis(50) }).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InDoubt { .. }), "{error}");
    assert!(error.to_string().contains("nothing runs twice"), "{error}");
    // The next start finds out.
    engine.fates.borrow_mut().clear();
    assert_eq!(apply(&engine, &JOBS, PATIENCE).unwrap().applied.len(), 10);
}

#[test]
fn where_foreign_keys_are_on_no_table_is_dropped() {
    let engine = Memory::new(&[]);
    engine.conn.borrow().execute_batch("PRAGMA foreign_keys = ON").unwrap();
    let error = apply(&engine, &JOBS, PATIENCE).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unfit { line: 23, .. }), "{error}");
    assert_eq!(engine.writes.get(), 0);
}

#[test]
fn a_rehearsal_refuses_what_a_run_refuses_and_changes_nothing() {
    let engine = Memory::new(&[]);
    JOBS.migrator().target(9).apply(&mut engine.conn.borrow_mut()).unwrap();
    engine.conn.borrow().execute_batch("INSERT INTO jobs(queue, payload) VALUES ('mail', '{}')").unwrap();
    let rehearsal = rehearse(&engine, &JOBS, PATIENCE).unwrap();
    assert_eq!((rehearsal.applied.len(), rehearsal.applied[0].version), (1, 10));
    let jobs = rehearsal.rows.iter().find(|table| table.table == "jobs").unwrap();
    assert_eq!((jobs.before, jobs.after), (1, Some(1)));
    assert_eq!((engine.writes.get(), status(&engine, &JOBS).unwrap().pending()), (0, 1));
    // What drops a table is refused where foreign keys are on.
    let engine = Memory::new(&[]);
    engine.conn.borrow().execute_batch("PRAGMA foreign_keys = ON").unwrap();
    let error = rehearse(&engine, &JOBS, PATIENCE).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unfit { line: 23, .. }), "{error}");
    // What is said of the copy names no file: nobody knows it.
    let engine = Memory::new(&[]);
    engine.conn.borrow().execute_batch("CREATE TABLE notes(body)").unwrap();
    let error = rehearse(&engine, &JOBS, PATIENCE).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused(_)), "{error}");
    assert!(error.to_string().starts_with("the database has no ledger"), "{error}");
}

#[test]
fn a_ledger_that_others_have_made_goes_on() {
    let engine = Memory::new(&[]);
    JOBS.migrator().target(4).apply(&mut engine.conn.borrow_mut()).unwrap();
    let report = apply(&engine, &JOBS, PATIENCE).unwrap();
    assert_eq!((report.applied.len(), report.total), (6, 10));
    // And onward on a file reads what was written.
    assert!(JOBS.apply(&mut engine.conn.borrow_mut()).unwrap().is_up_to_date());
    assert!(JOBS.verify(&engine.conn.borrow()).unwrap().is_empty());
}

#[test]
fn a_change_by_hand_is_told() {
    let engine = Memory::new(&[]);
    apply(&engine, &JOBS, PATIENCE).unwrap();
    engine.conn.borrow().execute_batch("ALTER TABLE jobs ADD COLUMN by_hand TEXT").unwrap();
    let differences = onward_batch::verify(&engine, &JOBS).unwrap();
    assert_eq!(differences[0].to_string(), "table `jobs`: column `by_hand` should not be there");
}

#[test]
fn a_pending_hook_is_refused_and_not_called() {
    fn never(_: &rusqlite::Transaction<'_>) -> rusqlite::Result<()> {
        panic!("it was called")
    }
    static HOOKED: Migrations = migrations!("../../tests/histories/hashes", after = { 2 => never });
    let engine = Memory::new(&[]);
    let error = apply(&engine, &HOOKED, PATIENCE).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Hook { file } if file.contains("0002")), "{error}");
    let error = rehearse(&engine, &HOOKED, PATIENCE).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Hook { .. }), "{error}");
    assert_eq!(engine.writes.get(), 0);
}
