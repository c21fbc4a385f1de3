//! Many databases of one server.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

use onward_libsql::{ErrorKind, Server};

use crate::histories::program;
use crate::process::{JOBS, Process};

#[test]
fn namespaces_are_databases_of_their_own() {
    let Some(process) = Process::start() else { return };
    process.make(["ada", "bea"]);
    let of = |name: &str| Server::connect(&process.address()).unwrap().namespace(name);
    assert_eq!(of("ada").apply(&JOBS).unwrap().applied.len(), 10);
    assert_eq!(of("bea").status(&JOBS).unwrap().pending(), 10);
    assert!(of("ada").apply(&JOBS).unwrap().is_up_to_date());
    let error = of("nobody").timeout(Duration::from_millis(100)).apply(&JOBS).unwrap_err();
    assert!(
        error.to_string().contains("404: Namespace `nobody` doesn't exist; nothing was changed"),
        "{error}"
    );
    // The server would take `bea`.
    for name in ["bea.more", "", "bea\r\nX: y", "bea:1"] {
        let error = of(name).apply(&JOBS).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Address { address, .. } if address == name), "{error}");
    }
    assert_eq!(of("bea").status(&JOBS).unwrap().pending(), 10);
}

#[test]
fn what_becomes_of_a_namespace_stops_no_other() {
    let Some(process) = Process::start() else { return };
    let names: Vec<String> = (0..20).map(|number| format!("Tenant_{number}-x")).collect();
    process.make(names.iter().map(String::as_str));
    let server = Server::connect(&process.address()).unwrap();
    let of = |number: usize| server.clone().namespace(&names[number]);
    // One is another program's, one is up to date, one is not there, and one is no name.
    of(3).apply(&program(&["CREATE TABLE notes(body TEXT);"])).unwrap();
    of(4).apply(&JOBS).unwrap();
    let given = || names.iter().map(String::as_str).chain(["nobody", "no.name"]);
    let sweep = server.fleet(given()).jobs(4).apply(&JOBS).unwrap();
    assert!(sweep.tenants.iter().map(|tenant| tenant.name.as_str()).eq(given()), "{sweep}");
    let failed: Vec<&str> = sweep.failures().map(|(name, _)| name).collect();
    assert_eq!(failed, [&*names[3], "nobody", "no.name"], "{sweep}");
    let applied =
        |tenant: &onward_libsql::Tenant| tenant.outcome.as_ref().map_or(0, |report| report.applied.len());
    let applied: Vec<usize> = sweep.tenants.iter().map(applied).collect();
    let expected = |number| if matches!(number, 3 | 4 | 20 | 21) { 0 } else { 10 };
    assert_eq!(applied, (0..22).map(expected).collect::<Vec<_>>(), "{sweep}");
    assert_eq!((sweep.jobs, sweep.is_done()), (4, false));
    assert!(sweep.to_string().contains("18 of 22 namespaces migrated, 3 failed"), "{sweep}");
    // Each is a database of its own, and the second time finds all done.
    assert!(
        (0..20).filter(|number| *number != 3).all(|number| of(number).status(&JOBS).unwrap().is_up_to_date())
    );
    assert_eq!(of(3).status(&JOBS).unwrap().pending(), 9);
    let sweep = server.fleet(names.iter().filter(|name| **name != names[3]).cloned()).apply(&JOBS).unwrap();
    assert!(
        sweep.is_done() && sweep.to_string().starts_with("0 of 19 namespaces migrated, 0 failed"),
        "{sweep}"
    );
    assert!(server.fleet(Vec::<String>::new()).apply(&JOBS).unwrap().is_done());
}

#[test]
fn a_namespace_that_is_put_aside_is_found() {
    let options = &["--enable-namespaces", "--max-active-namespaces", "2"];
    let Some(process) = Process::start_with(options) else { return };
    let names: Vec<String> = (0..30).map(|number| format!("tenant{number}")).collect();
    process.make(names.iter().map(String::as_str));
    let server = Server::connect(&process.address()).unwrap();
    let sweep = server.fleet(&names).jobs(4).apply(&JOBS).unwrap();
    assert!(sweep.is_done(), "{sweep}");
    assert!(server.clone().namespace(&names[0]).rehearse(&JOBS).unwrap().applied.is_empty());
}

#[test]
fn a_server_without_namespaces_is_no_fleet() {
    let Some(process) = Process::start_with(&[]) else { return };
    let server = Server::connect(&process.address()).unwrap();
    let error = server.fleet(["ada", "bea"]).apply(&JOBS).unwrap_err();
    assert!(error.to_string().contains("--enable-namespaces"), "{error}");
    // Nor is one of its namespaces, which would be the one database that it has.
    let ada = || server.clone().namespace("ada");
    for error in [ada().apply(&JOBS).unwrap_err(), ada().status(&JOBS).unwrap_err()] {
        assert!(error.to_string().contains("--enable-namespaces"), "{error}");
    }
    assert_eq!(server.status(&JOBS).unwrap().pending(), 10);
}

#[test]
fn no_more_are_worked_on_than_there_are_jobs() {
    const JOBS_AT_ONCE: usize = 3;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (in_hand, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (together, hosts) = (Arc::new(Barrier::new(JOBS_AT_ONCE)), Arc::new(Mutex::new(BTreeSet::new())));
    let (counted, asked) = (Arc::clone(&most), Arc::clone(&hosts));
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (in_hand, most, together, hosts) =
                (Arc::clone(&in_hand), Arc::clone(&counted), Arc::clone(&together), Arc::clone(&asked));
            thread::spawn(move || {
                let mut request = [0; 65536];
                let read = stream.read(&mut request).unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..read]).to_lowercase();
                let host = request.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
                // Each answer waits for as many as there are jobs: all of them are asked at once.
                if let Some((name, _)) = host.split_once('.').filter(|(name, _)| name.starts_with("tenant")) {
                    most.fetch_max(in_hand.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    hosts.lock().unwrap().insert(name.to_owned());
                    together.wait();
                    in_hand.fetch_sub(1, Ordering::SeqCst);
                }
                let _ = stream
                    .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            });
        }
    });
    let names = (0..4 * JOBS_AT_ONCE).map(|number| format!("tenant{number}"));
    let server = Server::connect(&address).unwrap();
    let sweep = server.fleet(names).jobs(JOBS_AT_ONCE).apply(&JOBS).unwrap();
    assert_eq!((sweep.failures().count(), hosts.lock().unwrap().len()), (12, 12), "{sweep}");
    assert_eq!(most.load(Ordering::SeqCst), JOBS_AT_ONCE);
    assert!(sweep.to_string().contains("… and 2 more"), "{sweep}");
}
