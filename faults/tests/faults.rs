//! Every I/O call of a migration run fails once, in every way that it can fail.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use onward_faults::{Before, Call, Case, Fault, Place, Plan, Ran, Run, State, on};

/// Counted over all runs of a case.
#[derive(Default)]
struct Tally {
    runs: usize,
    failed: usize,
    errors: BTreeMap<String, usize>,
    left: BTreeMap<Left, usize>,
}

/// What a run has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Left {
    Old,
    New,
    /// The old database is under another name, and there is none in its place yet.
    Moved,
}

fn every_call(name: &str, before: Before, run: Run) {
    every_call_with(name, before, run, in_its_place);
}

fn in_its_place(case: &Case, place: &Place) -> Left {
    let state = State::of(place.path());
    assert!(state == case.new || state == case.old, "neither the old nor the new database");
    if state == case.new { Left::New } else { Left::Old }
}

fn every_call_with(name: &str, before: Before, run: Run, look: fn(&Case, &Place) -> Left) {
    for journal in ["DELETE", "WAL"] {
        let case = Case::new(before, run, journal);
        let place = case.place();
        let (outcome, Ran { calls, .. }) = on(Plan::Works, || case.run(place.path()));
        outcome.unwrap();
        let mut tally = Tally::default();
        for (at, call) in (1..).zip(&calls) {
            for fault in Fault::ALL.into_iter().filter(|fault| fault.code(*call).is_some()) {
                for plan in [Plan::Once(fault, at), Plan::From(fault, at)] {
                    one(&case, plan, &mut tally, look);
                }
            }
        }
        let Tally { runs, failed, errors, left } = tally;
        println!("{name}, {journal}: {} calls: {:?}", calls.len(), Call::counts(&calls));
        println!("  {runs} runs, {failed} calls failed, left: {left:?}");
        errors.iter().for_each(|(error, count)| println!("  {count:5} {error}"));
        assert!(left[&Left::Old] > 0 && left[&Left::New] > 0);
    }
}

fn one(case: &Case, plan: Plan, tally: &mut Tally, look: fn(&Case, &Place) -> Left) {
    let place = case.place();
    let (outcome, ran) = on(plan, || case.run(place.path()));
    assert!(ran.failed > 0, "{plan:?} did not happen: the run is not the same twice");
    // Seen only if something below fails.
    println!("{}, {plan:?}, {:?}: {outcome:?}", case.journal, ran.calls.last());
    let left = look(case, &place);
    tally.runs += 1;
    tally.failed += ran.failed;
    *tally.left.entry(left).or_default() += 1;
    let name = place.path().to_string_lossy();
    let line = match outcome {
        Ok(()) => {
            assert_eq!(left, Left::New, "the run says that it succeeded");
            "no error".to_owned()
        }
        Err(error) => {
            let text = error.to_string();
            assert!(text.contains(&*name), "which file? {text}");
            let causes = ["disk I/O error", "database or disk is full", "unable to open database file"];
            assert!(causes.iter().any(|cause| text.contains(cause)), "what is wrong? {text}");
            let first = text.lines().next().unwrap_or_default();
            match left {
                Left::Old => {}
                Left::New => assert!(!first.contains("nothing was changed"), "it was: {text}"),
                Left::Moved => assert!(first.contains(&format!("was moved to `{name}.unusable-")), "{text}"),
            }
            unmoved(&first.replace(&*name, "app.db"))
        }
    };
    *tally.errors.entry(line).or_default() += 1;
    case.complete(place.path());
}

/// Without the time that is in the name of what was moved aside.
fn unmoved(line: &str) -> String {
    let Some((before, after)) = line.split_once(".unusable-") else { return line.to_owned() };
    format!("{before}.unusable-…{}", after.trim_start_matches(|char: char| char.is_ascii_digit()))
}

#[test]
fn a_fresh_file() {
    every_call("a fresh file", Before::Nothing, Run::Open);
}

#[test]
fn an_upgrade_with_rows() {
    every_call("an upgrade with rows", Before::Released, Run::Open);
}

#[test]
fn an_upgrade_that_spills_its_cache() {
    every_call("an upgrade that spills its cache", Before::Released, Run::Apply("PRAGMA cache_size = 4"));
}

/// The copy is whole, or is not there.
#[test]
fn an_upgrade_with_a_backup() {
    every_call_with("an upgrade with a backup", Before::Released, Run::OpenWithBackup, |case, place| {
        let left = in_its_place(case, place);
        let backup = place.path().with_extension("backup");
        assert!(backup.exists() || left == Left::Old, "migrated without the copy");
        assert!(!backup.exists() || State::of(&backup) == case.old);
        assert_eq!(place.others(".partial"), [""; 0].map(PathBuf::from));
        left
    });
}

/// What could not be migrated is in its place, or in one piece under another name.
#[test]
fn a_database_that_is_made_anew() {
    every_call_with("a database that is made anew", Before::Unusable, Run::OpenOrRecreate, |case, place| {
        let mut aside = place.others(".unusable-");
        aside.retain(|path| path.to_string_lossy().ends_with(|last: char| last.is_ascii_digit()));
        assert!(aside.len() < 2, "{aside:?}");
        let Some(aside) = aside.first() else { return in_its_place(case, place) };
        assert!(State::of(aside) == case.old);
        match State::of(place.path()) {
            state if state == case.new => Left::New,
            state => {
                assert!(state == State::empty(), "something is in its place");
                Left::Moved
            }
        }
    });
}
