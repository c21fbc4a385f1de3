//! Three nodes on loopback, each a process with a folder of its own.

use std::env;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use onward_rqlite::Cluster;

/// The program, if it is installed.
pub(crate) fn rqlited() -> Option<PathBuf> {
    let named = env::var_os("ONWARD_RQLITED").map(PathBuf::from);
    if named.is_none() {
        println!("rqlited is not installed (`cargo xtask ci drivers` does it): nothing was tried");
    }
    named
}

/// A node that is killed when this is dropped.
pub(crate) struct Node {
    name: String,
    folder: PathBuf,
    ports: (u16, u16),
    join: Option<u16>,
    /// Whether it enforces foreign keys.
    enforces: bool,
    process: Option<Child>,
}

impl Node {
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.0)
    }

    pub(crate) fn secure_address(&self) -> String {
        format!("https://127.0.0.1:{}", self.ports.0)
    }

    /// One that is not started, in a folder of its own in this one.
    pub(crate) fn new(name: &str, folder: &Path, join: Option<u16>) -> Node {
        Node {
            folder: folder.join(name),
            name: name.to_owned(),
            ports: (free(), free()),
            join,
            enforces: false,
            process: None,
        }
    }

    pub(crate) fn start(&mut self, program: &Path) {
        self.spawn(program, &[]);
        until("a node is ready", || get(&format!("{}/readyz", self.address())).is_some());
    }

    /// Starts it with further files, and does not wait for it.
    pub(crate) fn spawn(&mut self, program: &Path, files: &[(&str, &Path)]) {
        let mut command = Command::new(program);
        command.args(["-node-id", &self.name]);
        command.args(["-http-addr", &format!("127.0.0.1:{}", self.ports.0)]);
        command.args(["-raft-addr", &format!("127.0.0.1:{}", self.ports.1)]);
        // An election takes a second by itself.
        command.args([
            "-raft-timeout",
            "300ms",
            "-raft-election-timeout",
            "300ms",
            "-raft-leader-lease-timeout",
            "300ms",
        ]);
        if let Some(join) = self.join {
            command.args(["-join", &format!("127.0.0.1:{join}")]);
        }
        if self.enforces {
            command.arg("-fk");
        }
        for (option, file) in files {
            command.arg(option).arg(file);
        }
        command.arg(&self.folder).stdout(Stdio::null()).stderr(Stdio::null());
        self.process = Some(command.spawn().expect("rqlited starts"));
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("it can be killed");
            process.wait().expect("it ends");
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Nodes that know of each other.
pub(crate) struct Nodes {
    pub(crate) list: Vec<Node>,
    pub(crate) program: PathBuf,
    folder: tempfile::TempDir,
}

impl Nodes {
    /// `None` if rqlite is not installed.
    pub(crate) fn start(number: usize) -> Option<Nodes> {
        let program = rqlited()?;
        let folder = tempfile::tempdir().expect("a folder can be made");
        let mut list: Vec<Node> = Vec::new();
        for number in 0..number {
            let join = list.first().map(|first| first.ports.1);
            let mut node = Node::new(&format!("n{number}"), folder.path(), join);
            node.start(&program);
            list.push(node);
        }
        Some(Nodes { list, program, folder })
    }

    /// One more, which enforces foreign keys.
    pub(crate) fn add_enforcing(&mut self) {
        let join = self.list.first().map(|first| first.ports.1);
        let mut node = Node::new("enforcing", self.folder.path(), join);
        node.enforces = true;
        node.start(&self.program);
        self.list.push(node);
    }

    /// Asked at this node first, and at the others when it does not answer.
    pub(crate) fn cluster(&self, first: usize) -> Cluster {
        let mut addresses: Vec<String> = self.list.iter().map(Node::address).collect();
        addresses.rotate_left(first);
        let cluster = Cluster::connect(&addresses[0]).expect("an address");
        addresses[1..].iter().fold(cluster, |cluster, address| cluster.or(address).expect("an address"))
    }

    /// The rows of a query, as JSON, as this node has them.
    pub(crate) fn rows(&self, node: usize, sql: &str, level: &str) -> serde_json::Value {
        let path = format!("{}/db/query?level={level}", self.list[node].address());
        let answer = post(&path, sql).expect("it answers");
        answer["results"][0]["values"].clone()
    }

    pub(crate) fn execute(&self, sql: &str) {
        let answer = post(&format!("{}/db/execute", self.list[0].address()), sql).expect("it answers");
        assert!(answer["results"][0].get("error").is_none(), "{answer}");
    }

    /// Which node leads.
    pub(crate) fn leader(&self) -> Option<usize> {
        let nodes = self.list.iter().find_map(|node| get(&format!("{}/nodes?ver=2", node.address())))?;
        let leader =
            nodes["nodes"].as_array()?.iter().find(|node| node["leader"] == true)?["api_addr"].clone();
        self.list.iter().position(|node| leader == node.address().as_str())
    }
}

fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).expect("a port is free").port()
}

/// Waits until something is so; a minute is never.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn agent() -> ureq::Agent {
    let timeout = Some(Duration::from_secs(10));
    ureq::Agent::config_builder().timeout_global(timeout).build().into()
}

fn get(url: &str) -> Option<serde_json::Value> {
    let text = agent().get(url).call().ok()?.body_mut().read_to_string().ok()?;
    Some(serde_json::from_str(&text).unwrap_or(serde_json::Value::Null))
}

fn post(url: &str, sql: &str) -> Option<serde_json::Value> {
    let body = serde_json::json!([sql]).to_string();
    let request = agent().post(url).header("Content-Type", "application/json");
    let text = request.send(body).ok()?.body_mut().read_to_string().ok()?;
    serde_json::from_str(&text).ok()
}
