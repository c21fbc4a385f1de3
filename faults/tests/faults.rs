//! Every I/O call of a migration run fails once, in every way that it can fail.
#![cfg(unix)]

use std::collections::BTreeMap;

use onward::ErrorKind;
use onward_faults::{Before, Call, Case, Fault, Place, Plan, Ran, Run, State, on, without_links};

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
    every_call_on(name, before, run, true, look);
}

/// On a file system with links, or without.
fn every_call_on(name: &str, before: Before, run: Run, links: bool, look: fn(&Case, &Place) -> Left) {
    for journal in journals(before, run) {
        let case = Case::new(before, run, journal);
        let place = case.place();
        let (outcome, Ran { calls, .. }) = planned(&case, &place, Plan::Works, links);
        outcome.unwrap();
        let mut tally = Tally::default();
        for (at, call) in (1..).zip(&calls) {
            for fault in Fault::ALL.into_iter().filter(|fault| fault.code(*call).is_some()) {
                for plan in [Plan::Once(fault, at), Plan::From(fault, at)] {
                    one(&case, plan, &mut tally, links, look);
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

/// A file that is made has no mode yet, and the one that is read has its WAL.
fn journals(before: Before, run: Run) -> &'static [&'static str] {
    match (before, run) {
        (_, Run::CreateOfSnapshot) => &["DELETE"],
        (Before::Read, _) => &["WAL"],
        _ => &["DELETE", "WAL"],
    }
}

/// What comes of a run, where its calls fail as planned.
fn planned(case: &Case, place: &Place, plan: Plan, links: bool) -> (onward::Result<()>, Ran) {
    match links {
        true => on(plan, || case.run(place.path())),
        false => without_links(|| on(plan, || case.run(place.path()))),
    }
}

fn one(case: &Case, plan: Plan, tally: &mut Tally, links: bool, look: fn(&Case, &Place) -> Left) {
    let place = case.place();
    let (outcome, ran) = planned(case, &place, plan, links);
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
            // What fails before `apply` is a statement of the application's, which knows no file.
            let is_own =
                matches!(case.kind(), Run::Apply(_)) && matches!(error.kind(), ErrorKind::Query { .. });
            assert!(is_own || text.contains(&*name), "which file? {text}");
            let causes = [
                "disk I/O error",
                "database or disk is full",
                "unable to open database file",
                "Input/output error",
                "No space left on device",
                // Where no lock file can be made, nothing is moved, and the error is what it would be without.
                "changed by hand",
            ];
            assert!(causes.iter().any(|cause| text.contains(cause)), "what is wrong? {text}");
            let first = text.lines().next().unwrap_or_default();
            match left {
                Left::Old => {
                    let is_begun = !place.others(".unusable-").is_empty();
                    assert!(!is_begun || !first.contains("nothing was changed"), "its names were: {text}");
                }
                // The file of a snapshot may be made, and not be opened any more.
                Left::New if matches!(case.kind(), Run::CreateOfSnapshot) => {}
                Left::New => assert!(!first.contains("nothing was changed"), "it was: {text}"),
                Left::Moved => {
                    let to = ["was moved to", "its move to"].map(|to| format!("{to} `{name}.unusable-"));
                    assert!(to.iter().any(|to| first.contains(to)), "{text}");
                }
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
    every_call_with("an upgrade with a backup", Before::Released, Run::OpenWithBackup, with_its_copy);
}

fn with_its_copy(case: &Case, place: &Place) -> Left {
    let left = in_its_place(case, place);
    let copies = place.copies();
    assert!(!copies.is_empty() || left == Left::Old, "migrated without the copy");
    assert!(copies.len() < 2 && copies.iter().all(|copy| State::of(copy) == case.old));
    left
}

/// What could not be migrated is in its place, or in one piece under another name.
fn here_or_aside(case: &Case, place: &Place) -> Left {
    let state = place.path().exists().then(|| State::of(place.path()));
    if state.as_ref() == Some(&case.old) {
        return Left::Old;
    }
    let aside = place.aside();
    assert!(aside.len() == 1 && State::of(&aside[0]) == case.old, "{aside:?}");
    match state {
        Some(state) if state == case.new => Left::New,
        state => {
            assert!(state.is_none_or(|state| state == State::empty()), "something is in its place");
            Left::Moved
        }
    }
}

#[test]
fn a_database_that_is_made_anew() {
    let before = Before::Unusable;
    every_call_with("a database that is made anew", before, Run::OpenOrRecreate, here_or_aside);
}

#[test]
fn a_database_that_is_made_anew_while_it_is_read() {
    every_call_with("made anew while it is read", Before::Read, Run::OpenOrRecreate, here_or_aside);
}

#[test]
fn a_database_that_is_made_anew_where_there_are_no_links() {
    let (run, look) = (Run::OpenOrRecreate, here_or_aside_or_begun);
    every_call_on("made anew without links", Before::Read, run, false, look);
}

fn whole_or_not_there(case: &Case, place: &Place) -> Left {
    if !place.path().exists() {
        return Left::Old;
    }
    assert!(State::of(place.path()) == case.new);
    Left::New
}

#[test]
fn a_file_that_is_made_of_a_snapshot() {
    let run = Run::CreateOfSnapshot;
    every_call_with("a file that is made of a snapshot", Before::Nothing, run, whole_or_not_there);
}

/// As a kill does: everything before a call has happened, and nothing from it on.
fn every_kill(name: &str, before: Before, run: Run, look: fn(&Case, &Place) -> Left) {
    for (journal, links) in
        journals(before, run).iter().flat_map(|journal| [(journal, true), (journal, false)])
    {
        let (case, mut left) = (Case::new(before, run, journal), BTreeMap::new());
        let (outcome, Ran { calls, .. }) = planned(&case, &case.place(), Plan::Works, links);
        if outcome.is_err() && !links {
            // The name is the user's choice, so that nothing can be put there without a link.
            assert!(matches!(case.kind(), Run::CreateOfSnapshot), "{outcome:?}");
            continue;
        }
        for (at, released) in (1..=calls.len() + 1).flat_map(|at| [(at, false), (at, true)]) {
            if released && before != Before::Read {
                continue;
            }
            let mut place = case.place();
            let (outcome, _) = planned(&case, &place, Plan::Cut(at), links);
            println!("{journal}, links {links}, killed at {at}: {:?}, {outcome:?}", calls.get(at - 1));
            if released {
                place.release();
            }
            *left.entry(look(&case, &place)).or_insert(0) += 1;
            case.complete(place.path());
            place.release();
            match case.kind() {
                Run::OpenOrRecreate => {
                    let aside = place.aside();
                    assert!(aside.len() == 1 && State::of(&aside[0]) == case.old, "{aside:?}");
                }
                Run::OpenWithBackup => {
                    let copies = place.copies();
                    assert!(copies.len() == 1 && State::of(&copies[0]) == case.old, "{copies:?}");
                }
                _ => {}
            }
        }
        println!("{name}, {journal}, links {links}: {} calls, left: {left:?}", calls.len());
        assert!(left[&Left::Old] > 0 && left[&Left::New] > 0);
    }
}

/// Without links the database is renamed last: until then its old name may lack what is in the WAL, and only the next start
/// can tell.
fn here_or_aside_or_begun(case: &Case, place: &Place) -> Left {
    let begun = !place.others("-wal").is_empty() || !place.others(".onward-lock").is_empty();
    if begun && place.path().exists() && place.aside().is_empty() {
        Left::Old
    } else {
        here_or_aside(case, place)
    }
}

#[test]
fn killed_with_a_backup() {
    every_kill("killed with a backup", Before::Released, Run::OpenWithBackup, with_its_copy);
}

#[test]
fn killed_while_it_is_made_anew() {
    every_kill("killed while it is made anew", Before::Unusable, Run::OpenOrRecreate, here_or_aside);
}

#[test]
fn killed_while_it_is_made_anew_and_read() {
    every_kill("killed while it is read", Before::Read, Run::OpenOrRecreate, here_or_aside_or_begun);
}

#[test]
fn killed_while_it_is_made_of_a_snapshot() {
    let run = Run::CreateOfSnapshot;
    every_kill("killed while it is made of a snapshot", Before::Nothing, run, whole_or_not_there);
}
