//! The power is cut at every I/O call of a migration run, and what was not synced is lost: all, nothing, some.
//!
//! More ways to lose some: `ONWARD_CUTS=200 cargo test -p onward-faults --test power`
#![cfg(unix)]

use onward_faults::{Before, Case, Loss, Place, Plan, Run, State, on};

/// A journal mode with a level of `synchronous`, and whether a commit outlasts a power cut with it
/// (<https://www.sqlite.org/pragma.html#pragma_synchronous>).
///
/// In the journal mode DELETE the commit is the end of the journal, and only EXTRA waits until the folder has it on the
/// disk. In WAL mode, NORMAL does not wait for the WAL.
struct Level {
    journal: &'static str,
    settings: &'static str,
    lasts: bool,
}

const fn level(journal: &'static str, settings: &'static str, lasts: bool) -> Level {
    Level { journal, settings, lasts }
}

const LARGE: [Level; 4] = [
    level("DELETE", "PRAGMA synchronous = FULL", false),
    level("DELETE", "PRAGMA synchronous = EXTRA", true),
    level("WAL", "PRAGMA synchronous = NORMAL", false),
    level("WAL", "PRAGMA synchronous = FULL", true),
];

/// With a cache so small that pages go to the disk before the commit.
const SMALL: [Level; 4] = [
    level("DELETE", "PRAGMA synchronous = FULL; PRAGMA cache_size = 4", false),
    level("DELETE", "PRAGMA synchronous = EXTRA; PRAGMA cache_size = 4", true),
    level("WAL", "PRAGMA synchronous = NORMAL; PRAGMA cache_size = 4", false),
    level("WAL", "PRAGMA synchronous = FULL; PRAGMA cache_size = 4", true),
];

fn every_call(name: &str, before: Before, levels: &[Level]) {
    let seeds: u64 = std::env::var("ONWARD_CUTS").map_or(2, |seeds| seeds.parse().unwrap());
    for Level { journal, settings, lasts } in levels {
        let case = Case::new(before, Run::Apply(settings), journal);
        let place = case.place();
        let (outcome, ran) = on(Plan::Works, || case.run(place.path()));
        outcome.unwrap();
        let (mut cuts, mut old, mut new, mut undone) = (0, 0, 0, 0);
        // The last cut comes when the connection is closed already.
        for at in 1..=ran.calls.len() + 1 {
            let place = case.place();
            let (outcome, ran) = on(Plan::Cut(at), || case.run(place.path()));
            let some = (0..seeds).map(|seed| Loss::Some(at as u64 * seeds + seed));
            for loss in [Loss::All, Loss::Nothing].into_iter().chain(some) {
                // Seen only if something below fails.
                println!("{journal}, {settings}: cut at {at}, {loss:?} is lost: {outcome:?}");
                let place = case.place();
                ran.wreck.write(place.path(), loss);
                let state = State::of(place.path());
                assert!(state == case.old || state == case.new, "neither the old nor the new database");
                cuts += 1;
                match state == case.new {
                    true => new += 1,
                    false => old += 1,
                }
                if outcome.is_ok() && state == case.old {
                    assert!(!lasts, "a run that succeeded is undone");
                    undone += 1;
                }
                case.complete(place.path());
            }
        }
        println!(
            "{name}, {journal}, {settings}: {cuts} cuts: {old} old, {new} new, {undone} undone after success"
        );
        assert!(old > 0 && new > 0);
    }
}

#[test]
fn a_fresh_file() {
    every_call("a fresh file", Before::Nothing, &LARGE);
}

#[test]
fn an_upgrade_with_rows() {
    every_call("an upgrade with rows", Before::Released, &LARGE);
}

#[test]
fn an_upgrade_that_spills_its_cache() {
    every_call("an upgrade that spills its cache", Before::Released, &SMALL);
}

/// The same for what moves files, or puts them in place: what it leaves, and what is there when the next start is over.
fn every_name(name: &str, before: Before, run: Run, journal: &'static str, look: fn(&Case, &Place, bool)) {
    let seeds: u64 = std::env::var("ONWARD_CUTS").map_or(2, |seeds| seeds.parse().unwrap());
    let case = Case::new(before, run, journal);
    let place = case.place();
    let (outcome, ran) = on(Plan::Works, || case.run(place.path()));
    outcome.unwrap();
    let mut cuts = 0;
    for at in 1..=ran.calls.len() + 1 {
        let place = case.place();
        let (outcome, cut) = on(Plan::Cut(at), || case.run(place.path()));
        drop(place);
        let some = (0..seeds).map(|seed| Loss::Some(at as u64 * seeds + seed));
        for loss in [Loss::All, Loss::Nothing].into_iter().chain(some) {
            // Seen only if something below fails.
            println!("{journal}: cut at {at}, {:?}, {loss:?} is lost: {outcome:?}", ran.calls.get(at - 1));
            let place = case.left();
            cut.wreck.write(place.path(), loss);
            look(&case, &place, false);
            case.complete(place.path());
            look(&case, &place, true);
            cuts += 1;
        }
    }
    println!("{name}, {journal}: {cuts} cuts");
}

#[test]
fn an_upgrade_with_a_backup() {
    for journal in ["DELETE", "WAL"] {
        let name = "an upgrade with a backup";
        every_name(name, Before::Released, Run::OpenWithBackup, journal, |case, place, _| {
            let (state, copies) = (State::of(place.path()), place.copies());
            assert!(state == case.old || state == case.new);
            assert!(state == case.old || !copies.is_empty(), "migrated without the copy");
            assert!(copies.iter().all(|copy| State::of(copy) == case.old));
        });
    }
}

#[test]
fn a_database_that_is_made_anew() {
    for (before, journal) in [(Before::Unusable, "DELETE"), (Before::Unusable, "WAL"), (Before::Read, "WAL")]
    {
        every_name("made anew", before, Run::OpenOrRecreate, journal, |case, place, completed| {
            if completed {
                let aside = place.aside();
                assert!(aside.len() == 1 && State::of(&aside[0]) == case.old, "{aside:?}");
            }
        });
    }
}

#[test]
fn a_file_that_is_made_of_a_snapshot() {
    every_name(
        "of a snapshot",
        Before::Nothing,
        Run::CreateOfSnapshot,
        "DELETE",
        |case, place, completed| {
            assert!(!completed || place.path().exists());
            assert!(!place.path().exists() || State::of(place.path()) == case.new);
        },
    );
}
