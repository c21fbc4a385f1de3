//! Three nodes of rqlite on this machine, each a process with a folder of its own.

use std::error::Error;
use std::ffi::OsString;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) struct Nodes {
    pub(crate) list: Vec<Node>,
    _folder: TempDir,
}

/// A node, which is killed when this is dropped.
pub(crate) struct Node {
    name: String,
    folder: PathBuf,
    /// For requests, and for the other nodes.
    ports: (u16, u16),
    /// The port of the node that it joins.
    join: Option<u16>,
    process: Option<Child>,
}

impl Nodes {
    pub(crate) fn start() -> Result<Nodes, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let mut list: Vec<Node> = Vec::new();
        for name in ["a", "b", "c"] {
            let join = list.first().map(|first| first.ports.1);
            let ports = free().zip(free()).ok_or("no port is free")?;
            let mut node =
                Node { name: name.to_owned(), folder: folder.path().join(name), ports, join, process: None };
            node.begin()?;
            list.push(node);
        }
        Ok(Nodes { list, _folder: folder })
    }

    pub(crate) fn restart(&mut self, node: usize) -> Result<(), Box<dyn Error>> {
        self.list[node].begin()
    }

    /// Which node leads.
    pub(crate) fn leader(&self) -> Result<usize, Box<dyn Error>> {
        let mut leader = None;
        until("a node leads", || {
            leader = self.list.iter().position(|node| {
                let status = get(&format!("{}/status", node.address()));
                status.is_some_and(|status| status["store"]["raft"]["state"] == "Leader")
            });
            leader.is_some()
        })?;
        leader.ok_or_else(|| "no node leads".into())
    }

    /// The rows of a query, as most nodes have agreed on them.
    pub(crate) fn agreed(&self, sql: &str) -> Result<Value, Box<dyn Error>> {
        let mut rows = None;
        until("the cluster answers", || {
            rows = self.list.iter().find_map(|node| query(&node.address(), sql, "strong"));
            rows.is_some()
        })?;
        rows.ok_or_else(|| "the cluster does not answer".into())
    }
}

impl Node {
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.0)
    }

    /// The rows of a query, as this node has them by itself.
    pub(crate) fn rows(&self, sql: &str) -> Option<Value> {
        query(&self.address(), sql, "none")
    }

    fn begin(&mut self) -> Result<(), Box<dyn Error>> {
        let program = std::env::var_os("ONWARD_RQLITED").unwrap_or_else(|| OsString::from("rqlited"));
        let mut command = Command::new(program);
        let local = |port: u16| format!("127.0.0.1:{port}");
        command.args(["-node-id", &self.name]);
        command.args(["-http-addr", &local(self.ports.0), "-raft-addr", &local(self.ports.1)]);
        // An election takes a second by itself.
        for timeout in ["-raft-timeout", "-raft-election-timeout", "-raft-leader-lease-timeout"] {
            command.args([timeout, "300ms"]);
        }
        if let Some(join) = self.join {
            command.args(["-join", &local(join)]);
        }
        let started = command.arg(&self.folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let missing = |error| {
            format!(
                "cannot start rqlited: {error}; `cargo xtask cluster` installs it, or ONWARD_RQLITED names it"
            )
        };
        self.process = Some(started.map_err(missing)?);
        until("a node is ready", || get(&format!("{}/readyz", self.address())).is_some())
    }

    pub(crate) fn kill(&mut self) -> std::io::Result<()> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        process.kill()?;
        process.wait().map(drop)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

/// Asks again and again; a minute is too long.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    while !is_so() {
        if start.elapsed() > Duration::from_secs(60) {
            return Err(format!("for a minute it was not so that {what}").into());
        }
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Whether this node, or the leader that it hands on to, has run a statement.
pub(crate) fn execute(address: &str, sql: &str) -> bool {
    let answer = post(&format!("{address}/db/execute"), sql);
    answer.is_some_and(|answer| answer["results"][0].is_object() && answer["results"][0]["error"].is_null())
}

fn query(address: &str, sql: &str, level: &str) -> Option<Value> {
    let answer = post(&format!("{address}/db/query?level={level}"), sql)?;
    Some(answer["results"][0]["values"].clone()).filter(|rows| rows.is_array())
}

/// A port below those that systems take for connections to others, which would have it before the node does.
fn free() -> Option<u16> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id().wrapping_mul(101) % 10_000;
    let ports = (0..10_000).map(|_| 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000);
    let mut ports = ports.filter_map(|port| u16::try_from(port).ok());
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).build().into()
}

fn get(url: &str) -> Option<Value> {
    let text = agent().get(url).call().ok()?.body_mut().read_to_string().ok()?;
    // What says that a node is ready is no JSON.
    Some(serde_json::from_str(&text).unwrap_or_default())
}

fn post(url: &str, sql: &str) -> Option<Value> {
    let request = agent().post(url).header("Content-Type", "application/json");
    let text = request.send(json!([sql]).to_string()).ok()?.body_mut().read_to_string().ok()?;
    serde_json::from_str(&text).ok()
}
