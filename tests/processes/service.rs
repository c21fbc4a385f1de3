//! The example service: four processes on one database, asked over HTTP while they start.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use onward::{Migrations, migrations};
use onward_tests::file::{File, number};
use onward_tests::service;

static MIGRATIONS: Migrations = migrations!("../examples/service/migrations");

/// As long as anything here may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A service that runs, and is stopped when this goes.
pub(crate) struct Service {
    process: Child,
    address: String,
}

impl Service {
    /// Starts one on a free port.
    pub(crate) fn start(mut command: Command, file: &Path) -> Service {
        let mut process = command.arg(file).arg("127.0.0.1:0").stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").expect("it says where it listens").to_owned();
        Service { process, address }
    }

    /// The status and the body of an answer.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.0\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    pub(crate) fn health(&self) -> (u16, String) {
        self.ask("GET", "/health", "")
    }

    /// Waits until it takes jobs.
    pub(crate) fn ready(self) -> Service {
        let start = Instant::now();
        while self.health().0 != 200 {
            assert!(start.elapsed() < PATIENCE, "it is never ready: {:?}", self.health());
        }
        self
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn four_services_start_on_one_database() {
    let file = File::new();
    let (conn, _) = MIGRATIONS.migrator().target(1).open(file.path()).unwrap();
    // Enough that the migration can be seen while it runs.
    let fill = "INSERT INTO jobs(payload) WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up LIMIT 300000)
                SELECT 'payload ' || n FROM up";
    conn.execute_batch(fill).unwrap();
    conn.execute_batch("BEGIN IMMEDIATE").unwrap();

    let services = [(); 4].map(|()| Service::start(service(), &file.path()));
    for service in &services {
        assert_eq!(service.health(), (503, "waiting".to_owned()));
        assert_eq!(service.ask("POST", "/jobs", "too early").0, 503);
    }
    conn.execute_batch("ROLLBACK").unwrap();
    drop(conn);

    let (mut phases, start) = (BTreeSet::new(), Instant::now());
    while !services.iter().all(|service| service.health().0 == 200) {
        phases.extend(services.iter().map(Service::health));
        assert!(start.elapsed() < PATIENCE, "they are never ready: {phases:?}");
    }
    assert!(phases.contains(&(503, "migrating".to_owned())), "{phases:?}");
    assert!(phases.iter().all(|(status, phase)| (*status == 200) == (phase == "ready")), "{phases:?}");

    for service in &services {
        assert_eq!(service.health(), (200, "ready".to_owned()));
        assert_eq!(service.ask("POST", "/jobs", "a job").0, 201);
    }
    assert_eq!(services[0].ask("GET", "/jobs", ""), (200, "300004".to_owned()));
    assert_eq!(number(&file.conn(), "SELECT count(*) FROM jobs WHERE digest = hex(payload)"), 300_004);
}
