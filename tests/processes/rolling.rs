//! The example service in two releases on one database, asked over HTTP while the newer one takes over.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

use onward_tests::file::{File, number};
use onward_tests::scratch::{Scratch, failed, passed};
use onward_tests::{cargo_onward, service};

use crate::service::Service;

const STATE: &str = "ALTER TABLE jobs ADD COLUMN state TEXT NOT NULL DEFAULT 'new';\nCREATE INDEX jobs_by_state ON jobs(state);\n";
const RENAMED: &str = "ALTER TABLE jobs RENAME COLUMN payload TO body;\n";

/// The example, in a workspace of its own.
fn copy() -> Scratch {
    let dependencies = "axum = { version = \"0.8\", default-features = false, features = [\"http1\", \"tokio\"] }\n\
        tokio = { version = \"1\", default-features = false, features = [\"macros\", \"net\", \"rt-multi-thread\"] }\n";
    let scratch = Scratch::new("service", &[], dependencies);
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/service");
    let text = |path: &str| fs::read_to_string(example.join(path)).unwrap();
    for path in ["build.rs", "src/main.rs", "src/pool.rs"] {
        scratch.write(&format!("service/{path}"), &text(path));
    }
    for entry in fs::read_dir(example.join("migrations")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = format!("migrations/{name}");
        scratch.write(&format!("service/{path}"), &text(&path));
    }
    scratch
}

/// The next release: it has one migration more, and reads and writes what that has made.
fn next(scratch: &Scratch) -> Command {
    scratch.write("service/migrations/0003_state.sql", STATE);
    let main = scratch.path("service/src/main.rs");
    let mut text = fs::read_to_string(&main).unwrap();
    for (old, new) in [
        (
            "jobs(payload, digest) VALUES (:payload, hex(:payload))",
            "jobs(payload, digest, state) VALUES (:payload, hex(:payload), 'queued')",
        ),
        ("SELECT count(*) FROM jobs", "SELECT count(*) FROM jobs WHERE state IN ('new', 'queued')"),
    ] {
        assert_eq!(text.matches(old).count(), 1, "{old}");
        text = text.replace(old, new);
    }
    fs::write(&main, text).unwrap();
    passed(&mut scratch.cargo("build"));
    Command::new(scratch.target().join("debug").join(format!("service{}", std::env::consts::EXE_SUFFIX)))
}

/// A service, and a thread that adds jobs and counts them until it is told to stop.
struct Asked {
    served: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Service>,
}

impl Asked {
    fn start(command: Command, path: &Path) -> Asked {
        let service = Service::start(command, path).ready();
        let (served, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (counter, stopping) = (Arc::clone(&served), Arc::clone(&stop));
        let thread = thread::spawn(move || {
            while !stopping.load(Ordering::Acquire) {
                let answer = service.ask("POST", "/jobs", "payload");
                assert_eq!(answer.0, 201, "{answer:?}");
                counter.fetch_add(1, Ordering::AcqRel);
                let (status, count) = service.ask("GET", "/jobs", "");
                assert!(status == 200 && count.parse::<usize>().is_ok(), "{status} {count}");
            }
            service
        });
        Asked { served, stop, thread }
    }

    /// Waits until it has served so many more.
    fn serves(&self, more: usize) {
        let until = self.served.load(Ordering::Acquire) + more;
        while self.served.load(Ordering::Acquire) < until {
            assert!(!self.thread.is_finished(), "a request failed");
            thread::yield_now();
        }
    }

    /// Takes it out and stops it. How many jobs it has added; every request was answered.
    fn end(self) -> usize {
        self.stop.store(true, Ordering::Release);
        drop(self.thread.join().unwrap());
        self.served.load(Ordering::Acquire)
    }
}

#[test]
fn two_releases_run_beside_each_other() {
    let scratch = copy();
    let onward = |arguments: &[&str]| {
        let mut onward = cargo_onward();
        onward.arg("onward").args(arguments).current_dir(scratch.path(""));
        onward.env("CARGO_TARGET_DIR", scratch.target()).env("CARGO_NET_OFFLINE", "true");
        onward
    };
    // What the example runs is what is recorded of it.
    passed(&mut onward(&["release", "--check", "-p", "service"]));

    // What would break it does not compile.
    scratch.write("service/migrations/0003_renamed.sql", RENAMED);
    let said = failed(&mut scratch.cargo("check"));
    assert!(said.contains("this breaks release `1.0`") && said.contains("release_broken"), "{said}");
    scratch.remove("service/migrations/0003_renamed.sql");

    let (next, file) = (next(&scratch), File::new());
    let path = file.path();
    let (stays, leaves) = (Asked::start(service(), &path), Asked::start(service(), &path));
    stays.serves(20);
    leaves.serves(20);
    let newer = Asked::start(next, &path);
    assert_eq!(number(&file.conn(), "SELECT max(version) FROM onward_migrations"), 3);
    newer.serves(20);
    // One of the old ones is stopped, as its host is, and starts again.
    let mut added = leaves.end();
    let again = Asked::start(service(), &path);
    for service in [&stays, &newer, &again] {
        service.serves(20);
    }
    let by_newer = newer.end();
    added += [stays, again].map(Asked::end).iter().sum::<usize>();
    let conn = file.conn();
    let count = |state: &str| {
        let sql = format!("SELECT count(*) FROM jobs WHERE state = '{state}' AND digest = hex(payload)");
        usize::try_from(number(&conn, &sql)).unwrap()
    };
    assert_eq!((count("new"), count("queued")), (added, by_newer));
}
