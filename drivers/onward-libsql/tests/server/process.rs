//! A real server on this machine, and programs for it.

use std::env;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use onward::{Migrations, migrations};
use onward_libsql::Server;
use serde_json::{Value as Json, json};

pub(crate) static JOBS: Migrations = migrations!("../../migrations");

/// A server that is killed when this is dropped.
pub(crate) struct Process {
    program: PathBuf,
    options: &'static [&'static str],
    folder: PathBuf,
    pub(crate) ports: (u16, u16),
    process: Option<Child>,
    _folder: tempfile::TempDir,
}

impl Process {
    /// `None` if libSQL's server is not installed.
    pub(crate) fn start() -> Option<Process> {
        Process::start_with(&["--enable-namespaces"])
    }

    pub(crate) fn start_with(options: &'static [&str]) -> Option<Process> {
        let Some(program) = env::var_os("ONWARD_SQLD").map(PathBuf::from) else {
            println!("sqld is not installed (`cargo xtask ci drivers` does it): nothing was tried");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let ports = (free(), free());
        let mut process = Process {
            program,
            options,
            folder: folder.path().join("data"),
            ports,
            process: None,
            _folder: folder,
        };
        process.begin();
        Some(process)
    }

    pub(crate) fn begin(&mut self) {
        let mut command = Command::new(&self.program);
        command.arg("--no-welcome").args(self.options).arg("-d").arg(&self.folder);
        command.args(["--http-listen-addr", &format!("127.0.0.1:{}", self.ports.0)]);
        command.args(["--admin-listen-addr", &format!("127.0.0.1:{}", self.ports.1)]);
        self.process = Some(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        until("the server is there", || agent().get(format!("{}/health", self.address())).call().is_ok());
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.0)
    }

    pub(crate) fn server(&self) -> Server {
        Server::connect(&self.address()).unwrap().namespace("default")
    }

    /// Makes namespaces.
    pub(crate) fn make<'n>(&self, names: impl IntoIterator<Item = &'n str>) {
        for name in names {
            let url = format!("http://127.0.0.1:{}/v1/namespaces/{name}/create", self.ports.1);
            agent().post(url).header("Content-Type", "application/json").send("{}").unwrap();
        }
    }

    /// The rows of a statement, each value as text.
    pub(crate) fn rows(&self, sql: &str) -> Json {
        let body =
            json!({"requests": [{"type": "execute", "stmt": {"sql": sql}}, {"type": "close"}]}).to_string();
        let request =
            agent().post(format!("{}/v3/pipeline", self.address())).header("Host", "default.localhost");
        let text = request.send(body).unwrap().body_mut().read_to_string().unwrap();
        let answer: Json = serde_json::from_str(&text).unwrap();
        let rows = answer.pointer("/results/0/response/result/rows").unwrap_or_else(|| panic!("{answer}"));
        let row =
            |row: &Json| row.as_array().unwrap().iter().map(|value| value["value"].clone()).collect::<Json>();
        rows.as_array().unwrap().iter().map(row).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).unwrap().port()
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(10))).build().into()
}

/// Waits until something is so; a minute is never.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "never: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}
