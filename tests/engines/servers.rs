//! Servers on loopback, each a process with a folder of its own.

use std::env;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use onward_batch::{Engine, Row, Statement};
use onward_libsql::Server;
use onward_rqlite::Cluster;
use onward_tests::cargo_onward_engines;
use onward_tests::command::{Place, Ran, run};
use tempfile::TempDir;

use crate::authority::Authority;

/// The user and the password of the node.
pub(crate) const USER: (&str, &str) = ("ada", "not in a message");

/// One that is killed when this is dropped.
pub(crate) struct Process<E> {
    process: Child,
    /// As the command line has it.
    pub(crate) address: String,
    /// What is said beside the address.
    options: &'static [&'static str],
    pub(crate) engine: E,
    _folder: TempDir,
}

impl<E> Drop for Process<E> {
    fn drop(&mut self) {
        self.process.kill().expect("it can be killed");
        self.process.wait().expect("it ends");
    }
}

fn program(variable: &str) -> Option<PathBuf> {
    let named = env::var_os(variable).map(PathBuf::from);
    if named.is_none() {
        println!("{variable} is not set (`cargo xtask ci drivers` does it): nothing was tried");
    }
    named
}

/// A port below those that systems take for connections to others, which would have it before the server does.
fn free() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id().wrapping_mul(101) % 10_000;
    let ports = (0..10_000).map(|_| 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000);
    let mut ports = ports.filter_map(|port| u16::try_from(port).ok());
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a port is free")
}

/// A node that asks for a password; `None` if rqlite is not installed.
pub(crate) fn rqlite() -> Option<Process<Cluster>> {
    let program = program("ONWARD_RQLITED")?;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let users = folder.path().join("users.json");
    let (user, password) = USER;
    let text = serde_json::json!([
        {"username": user, "password": password, "perms": ["all"]},
        {"username": "bea", "password": password, "perms": ["query", "execute"]},
    ])
    .to_string();
    std::fs::write(&users, text).expect("it can be written");
    let mut command = Command::new(program);
    command.arg("-auth").arg(&users);
    Some(node(command, folder, free(), Some(USER)))
}

/// A node that says of itself that it is on another machine; `None` if rqlite is not installed.
pub(crate) fn elsewhere(host: &str) -> Option<Process<Cluster>> {
    let mut command = Command::new(program("ONWARD_RQLITED")?);
    command.args(["-http-adv-addr", host]);
    Some(node(command, tempfile::tempdir().expect("a folder can be made"), free(), None))
}

/// A node with a certificate of this authority; `None` if rqlite is not installed.
pub(crate) fn secure(authority: &Authority) -> Option<Process<Cluster>> {
    let program = program("ONWARD_RQLITED")?;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (port, [certificate, key]) = (free(), authority.node());
    let mut command = Command::new(program);
    command.arg("-http-cert").arg(certificate).arg("-http-key").arg(key);
    command.args([
        "-http-addr",
        &format!("127.0.0.1:{port}"),
        "-raft-addr",
        &format!("127.0.0.1:{}", free()),
    ]);
    command.arg(folder.path().join("data"));
    let engine = Cluster::connect(&format!("https://127.0.0.1:{port}")).expect("an address");
    let engine = engine.root_certificate(&authority.pem()).expect("a certificate");
    Some(start(command, folder, format!("https+rqlite://127.0.0.1:{port}"), &[], engine))
}

/// Three nodes that know of each other, and ask for nothing.
pub(crate) fn three_nodes() -> Option<[Process<Cluster>; 3]> {
    let program = program("ONWARD_RQLITED")?;
    let first = free();
    Some([first, free(), free()].map(|raft| {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let mut command = Command::new(&program);
        command.args(["-node-id", &raft.to_string()]);
        if raft != first {
            command.args(["-join", &format!("127.0.0.1:{first}")]);
        }
        node(command, folder, raft, None)
    }))
}

fn node(mut command: Command, folder: TempDir, raft: u16, user: Option<(&str, &str)>) -> Process<Cluster> {
    let port = free();
    command.args(["-http-addr", &format!("127.0.0.1:{port}"), "-raft-addr", &format!("127.0.0.1:{raft}")]);
    command.arg(folder.path().join("data"));
    let engine = Cluster::connect(&format!("http://127.0.0.1:{port}")).expect("an address");
    let engine = user.into_iter().fold(engine, |engine, (user, password)| engine.credentials(user, password));
    let user = user.map(|(user, _)| format!("{user}@")).unwrap_or_default();
    start(command, folder, format!("http+rqlite://{user}127.0.0.1:{port}"), &[], engine)
}

/// A server with namespaces; `None` if libSQL's server is not installed.
pub(crate) fn libsql() -> Option<Process<Server>> {
    let program = program("ONWARD_SQLD")?;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let port = free();
    let mut command = Command::new(program);
    command.args(["--no-welcome", "--enable-namespaces", "-d"]).arg(folder.path().join("data"));
    command.args(["--http-listen-addr", &format!("127.0.0.1:{port}")]);
    command.args(["--admin-listen-addr", &format!("127.0.0.1:{}", free())]);
    let engine = Server::connect(&format!("http://127.0.0.1:{port}")).expect("an address");
    let address = format!("http+libsql://127.0.0.1:{port}");
    Some(start(command, folder, address, &["--namespace", "default"], engine.namespace("default")))
}

fn start<E: Engine>(
    mut command: Command,
    folder: TempDir,
    address: String,
    options: &'static [&'static str],
    engine: E,
) -> Process<E> {
    let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let process = Process { process, address, options, engine, _folder: folder };
    let begin = Instant::now();
    while process.engine.read(&[Statement::new("SELECT 1")]).is_err() {
        assert!(begin.elapsed() < Duration::from_secs(60), "it never answers");
        std::thread::sleep(Duration::from_millis(10));
    }
    process
}

impl<E: Engine> Process<E> {
    /// A command on it, with the password in the environment.
    pub(crate) fn onward(&self, place: &Place, command: &str, more: &[&str]) -> Ran {
        let mut onward = cargo_onward_engines();
        onward.args([command, &self.address]).args(self.options).args(more).current_dir(place.folder());
        let ran = run(onward.env("ONWARD_PASSWORD", USER.1));
        assert!(!ran.out.contains(USER.1) && !ran.err.contains(USER.1), "{}{}", ran.out, ran.err);
        ran
    }

    pub(crate) fn rows(&self, sql: &str) -> Vec<Row> {
        self.engine.read(&[Statement::new(sql)]).expect("it answers").remove(0)
    }

    pub(crate) fn execute(&self, sql: &str) {
        self.engine.write(&[Statement::new(sql)]).expect("it is done");
    }
}
