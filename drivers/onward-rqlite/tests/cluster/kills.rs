//! A leader that is killed while migrations run.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use onward::{Migrations, migrations};
use serde_json::json;

use crate::nodes::{Nodes, until};

static JOBS: Migrations = migrations!("../../migrations");

#[test]
fn a_leader_that_is_killed_leaves_all_or_nothing() {
    let Some(rounds) = std::env::var("ONWARD_KILLS").map_or(Some(3), |rounds| rounds.parse::<u64>().ok())
    else {
        panic!("ONWARD_KILLS is a number")
    };
    let mut doubts = 0;
    for round in 0..rounds {
        let Some(mut nodes) = Nodes::start(3) else { return };
        until("there is a leader", || nodes.leader().is_some());
        let leader = nodes.leader().unwrap();
        let begun = AtomicBool::new(false);
        let report = thread::scope(|scope| {
            let cluster = nodes.cluster((leader + 1) % 3).timeout(Duration::from_secs(60));
            let begun = &begun;
            let run = scope.spawn(move || {
                begun.store(true, Ordering::Release);
                cluster.apply(&JOBS)
            });
            until("it has begun", || begun.load(Ordering::Acquire));
            // Anywhere in the course of it, another place in each round.
            thread::sleep(Duration::from_micros(round * 7919 % 60_000));
            nodes.list[leader].kill();
            run.join().unwrap()
        });
        let report = report.unwrap_or_else(|error| panic!("round {round}: {error}"));
        assert_eq!((report.run.applied.len(), report.run.total), (10, 10), "round {round}");
        doubts += report.run.in_doubt;
        let program = nodes.program.clone();
        nodes.list[leader].start(&program);
        for node in 0..3 {
            let ledger = "SELECT count(*), count(DISTINCT run) FROM onward_migrations";
            until("the node has heard of it", || nodes.rows(node, ledger, "none") == json!([[10, 1]]));
        }
        assert!(nodes.cluster(leader).apply(&JOBS).unwrap().is_up_to_date(), "round {round}");
    }
    println!("{rounds} leaders were killed; in {doubts} tries no answer came back, and it was found out");
}
