//! Real servers of libSQL on this machine.
//!
//! `ONWARD_SQLD` names the program; `cargo xtask ci drivers` installs it. Without it, each test that needs it says so.

#[path = "../../../authority.rs"]
mod authority;
mod front;

use std::env;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use onward::rusqlite::backup::Backup;
use onward::rusqlite::types::Value;
use onward::rusqlite::{self, Connection};
use onward::{Migrations, Phase, Readiness, migrations};
use onward_batch::Engine;
use onward_libsql::{ErrorKind, Failure, Server};
use serde_json::{Value as Json, json};

use crate::authority::Authority;
use crate::front::front;

static JOBS: Migrations = migrations!("../../migrations");

/// A server that is killed when this is dropped.
struct Process {
    program: PathBuf,
    options: &'static [&'static str],
    folder: PathBuf,
    ports: (u16, u16),
    process: Option<Child>,
    _folder: tempfile::TempDir,
}

impl Process {
    /// `None` if libSQL's server is not installed.
    fn start() -> Option<Process> {
        Process::start_with(&["--enable-namespaces"])
    }

    fn start_with(options: &'static [&str]) -> Option<Process> {
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

    fn begin(&mut self) {
        let mut command = Command::new(&self.program);
        command.arg("--no-welcome").args(self.options).arg("-d").arg(&self.folder);
        command.args(["--http-listen-addr", &format!("127.0.0.1:{}", self.ports.0)]);
        command.args(["--admin-listen-addr", &format!("127.0.0.1:{}", self.ports.1)]);
        self.process = Some(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        until("the server is there", || agent().get(format!("{}/health", self.address())).call().is_ok());
    }

    fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.0)
    }

    fn server(&self) -> Server {
        Server::connect(&self.address()).unwrap().namespace("default")
    }

    /// Makes namespaces.
    fn make<'n>(&self, names: impl IntoIterator<Item = &'n str>) {
        for name in names {
            let url = format!("http://127.0.0.1:{}/v1/namespaces/{name}/create", self.ports.1);
            agent().post(url).header("Content-Type", "application/json").send("{}").unwrap();
        }
    }

    /// The rows of a statement, each value as text.
    fn rows(&self, sql: &str) -> Json {
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

/// A program with these migrations.
fn program(texts: &[&str]) -> Migrations {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &Path, text: &str| std::fs::write(path, text).unwrap();
    for (number, text) in (1..).zip(texts) {
        write(&folder.path().join(format!("{number:04}_m.sql")), text);
    }
    let analysis = onward_analysis::analyze(folder.path(), onward_analysis::Proof::Whole);
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    analysis.history.packed(analysis.replay.as_ref(), "").into()
}

#[test]
fn a_server_has_what_a_file_has() {
    let Some(process) = Process::start() else { return };
    let server = process.server();
    assert_eq!(server.status(&JOBS).unwrap().pending(), 10);
    static READINESS: Readiness = Readiness::new();
    let server = server.readiness(&READINESS);
    let report = server.apply(&JOBS).unwrap();
    assert_eq!((report.applied.len(), report.total), (10, 10), "{report}");
    assert!(READINESS.is_ready() && server.status(&JOBS).unwrap().is_up_to_date());
    assert!(server.verify(&JOBS).unwrap().is_empty());
    assert!(server.apply(&JOBS).unwrap().is_up_to_date());

    let folder = tempfile::tempdir().unwrap();
    let conn = JOBS.open(folder.path().join("jobs.db")).unwrap();
    let schema = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'onward_migrations' ORDER BY name";
    let mut query = conn.prepare(schema).unwrap();
    let file =
        query.query_map([], |row| Ok(json!([row.get::<_, String>(0)?, row.get::<_, String>(1)?]))).unwrap();
    let file: Json = file.map(Result::unwrap).collect();
    assert_eq!(process.rows(schema), file);
}

#[test]
fn a_rebuild_keeps_the_children() {
    let Some(process) = Process::start() else { return };
    let tables = "CREATE TABLE parents(id INTEGER PRIMARY KEY);
        CREATE TABLE children(parent REFERENCES parents(id) ON DELETE CASCADE);
        INSERT INTO parents VALUES (1); INSERT INTO children VALUES (1);";
    let rebuilt = "CREATE TABLE parents_new(id INTEGER PRIMARY KEY, name TEXT);
        INSERT INTO parents_new(id) SELECT id FROM parents;
        DROP TABLE parents;
        ALTER TABLE parents_new RENAME TO parents;";
    process.server().apply(&program(&[tables])).unwrap();
    // Foreign keys are on by default there, and the naive form of this empties the children.
    process.server().apply(&program(&[tables, rebuilt])).unwrap();
    assert_eq!(process.rows("SELECT count(*) FROM children"), json!([["1"]]));
}

#[test]
fn of_many_that_start_at_once_one_wins() {
    let Some(process) = Process::start() else { return };
    let start = Barrier::new(10);
    let reports: Vec<_> = thread::scope(|scope| {
        let run = || {
            start.wait();
            process.server().apply(&JOBS)
        };
        let runs: Vec<_> = (0..10).map(|_| scope.spawn(run)).collect();
        runs.into_iter().map(|run| run.join().unwrap().unwrap()).collect()
    });
    assert_eq!(reports.iter().filter(|report| !report.is_up_to_date()).count(), 1);
    assert_eq!(
        process.rows("SELECT count(*), count(DISTINCT run) FROM onward_migrations"),
        json!([["10", "1"]])
    );
}

#[test]
fn a_server_that_is_killed_leaves_all_or_nothing() {
    let rounds: u64 =
        env::var("ONWARD_KILLS").map_or(3, |rounds| rounds.parse().expect("ONWARD_KILLS is a number"));
    for round in 0..rounds {
        let Some(mut process) = Process::start() else { return };
        let report = thread::scope(|scope| {
            let server = process.server().timeout(Duration::from_secs(60));
            let run = scope.spawn(move || server.apply(&JOBS));
            // Anywhere in the course of it, another place in each round.
            thread::sleep(Duration::from_micros(round * 7919 % 60_000));
            process.kill();
            process.begin();
            run.join().unwrap()
        });
        let report = report.unwrap_or_else(|error| panic!("round {round}: {error}"));
        assert_eq!((report.applied.len(), report.total), (10, 10), "round {round}");
        assert_eq!(
            process.rows("SELECT count(*), count(DISTINCT run) FROM onward_migrations"),
            json!([["10", "1"]])
        );
    }
}

#[test]
fn what_fails_on_its_rows_changes_nothing() {
    let Some(process) = Process::start() else { return };
    let server = process.server();
    let names = "CREATE TABLE names(name TEXT NOT NULL); INSERT INTO names VALUES ('Ada');";
    server.apply(&program(&[names])).unwrap();
    process.rows("INSERT INTO names VALUES ('Ada')");
    let unique = "CREATE TABLE more(a);\n-- onward: allow(failure_with_some_rows) the names are unique\n\
                  CREATE UNIQUE INDEX by_name ON names(name);";
    let error = server.apply(&program(&[names, unique])).unwrap_err();
    let ErrorKind::Statement { file, line: 3, message, .. } = error.kind() else { panic!("{error}") };
    assert!(file.ends_with("0002_m.sql") && message.contains("UNIQUE"), "{error}");
    assert_eq!(process.rows("SELECT count(*) FROM onward_migrations"), json!([["1"]]));
    assert_eq!(
        process.rows("SELECT count(*) FROM sqlite_schema WHERE name IN ('more', 'onward_guard')"),
        json!([["0"]])
    );
}

#[test]
fn foreign_keys_that_would_dangle_are_refused() {
    let Some(process) = Process::start() else { return };
    let tables =
        "CREATE TABLE parents(id INTEGER PRIMARY KEY); CREATE TABLE children(parent REFERENCES parents(id));
        INSERT INTO parents VALUES (1);";
    process.server().apply(&program(&[tables])).unwrap();
    process.rows("INSERT INTO children VALUES (1)");
    let removed = "-- onward: allow(dangling_foreign_key) there are none\nDELETE FROM parents;";
    let error = process.server().apply(&program(&[tables, removed])).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ForeignKeys), "{error}");
    assert_eq!(process.rows("SELECT count(*) FROM parents"), json!([["1"]]));
}

/// What `/dump` of the server gets wrong, or breaks off at.
const UNUSUAL: [&str; 22] = [
    "CREATE TABLE numbers(id INTEGER PRIMARY KEY, n)",
    "INSERT INTO numbers(n) VALUES (1.0), (0.1), (1e300), (1.7976931348623157e308), (5.3e-300), (0.30000000000000004), (9223372036854775807), (NULL), (x'00ff'), (x'')",
    r#"CREATE TABLE "a ""quoted"" one"("c ol" TEXT, "order")"#,
    r#"INSERT INTO "a ""quoted"" one" VALUES ('é' || char(0, 10, 13) || '''\n', 1)"#,
    "CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT)",
    "INSERT INTO counted DEFAULT VALUES",
    "DELETE FROM counted",
    "CREATE TABLE named(rowid TEXT, v)",
    "INSERT INTO named(oid, rowid, v) VALUES (77, 'z', 1)",
    "CREATE TABLE worked_out(a, b INT GENERATED ALWAYS AS (a + 1) STORED, c INT GENERATED ALWAYS AS (a + 2) VIRTUAL)",
    "INSERT INTO worked_out(a) VALUES (3)",
    "CREATE TABLE keyed(a TEXT PRIMARY KEY, b) WITHOUT ROWID",
    "INSERT INTO keyed VALUES ('x', 1)",
    "CREATE VIRTUAL TABLE words USING fts5(word)",
    "INSERT INTO words VALUES ('one two'), ('three')",
    "CREATE VIRTUAL TABLE boxes USING rtree(id, low, high)",
    "INSERT INTO boxes VALUES (1, 2, 3)",
    "CREATE TABLE children(parent REFERENCES numbers(id) ON DELETE CASCADE, other)",
    "INSERT INTO children(parent) VALUES (1), (2)",
    "CREATE VIEW all_of_them AS SELECT * FROM counted, numbers",
    "CREATE TRIGGER empties AFTER INSERT ON keyed BEGIN DELETE FROM numbers; END",
    "PRAGMA user_version = 7",
];

#[test]
fn a_copy_has_every_row_as_it_is() {
    let Some(process) = Process::start() else { return };
    for statement in UNUSUAL {
        process.rows(statement);
    }
    let mut copy = Connection::open("").unwrap();
    process.server().copy(&mut copy, Duration::from_secs(60)).unwrap();
    for query in [
        "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name",
        "SELECT id, typeof(n), iif(typeof(n) = 'blob', hex(n), n) FROM numbers",
        r#"SELECT hex("c ol"), "order" FROM "a ""quoted"" one""#,
        "SELECT name, seq FROM sqlite_sequence",
        "SELECT oid, rowid, v FROM named",
        "SELECT a, b, c FROM worked_out",
        "SELECT a, b FROM keyed",
        "SELECT parent, other FROM children",
        "PRAGMA user_version",
    ] {
        let rows = local(&copy, query);
        assert_eq!(process.rows(query), rows, "{query}");
        assert_ne!(rows, json!([]), "{query}");
    }
    // Whoever reads the copy is another connection: what a virtual table remembers is of before it was filled.
    let mut again = Connection::open_in_memory().unwrap();
    Backup::new(&copy, &mut again).unwrap().run_to_completion(100, Duration::ZERO, None).unwrap();
    assert_eq!(
        local(&again, "SELECT rowid, word FROM words WHERE words MATCH 'two'"),
        json!([["1", "one two"]])
    );
    assert_eq!(local(&again, "SELECT id, low, high FROM boxes WHERE low > 1"), json!([["1", 2.0, 3.0]]));
    assert_eq!(local(&again, "SELECT * FROM pragma_integrity_check"), json!([["ok"]]));
}

/// As [`Process::rows`] has them.
fn local(conn: &Connection, sql: &str) -> Json {
    let mut query = conn.prepare(sql).unwrap();
    let columns = query.column_count();
    let value = |row: &rusqlite::Row<'_>, column| {
        Ok(match row.get(column)? {
            Value::Null => Json::Null,
            Value::Integer(number) => json!(number.to_string()),
            Value::Real(number) => json!(number),
            Value::Text(text) => json!(text),
            Value::Blob(blob) => json!(blob),
        })
    };
    let rows = query.query_map([], |row| (0..columns).map(|column| value(row, column)).collect());
    rows.unwrap().collect::<rusqlite::Result<Vec<Json>>>().unwrap().into()
}

#[test]
fn what_cannot_be_copied_is_said() {
    let Some(process) = Process::start() else { return };
    process.rows("CREATE TABLE numbers(n)");
    process.rows("INSERT INTO numbers VALUES (9e999)");
    let copy = |process: &Process| {
        process.server().copy(&mut Connection::open("").unwrap(), Duration::from_secs(60)).unwrap_err()
    };
    let failure = copy(&process);
    assert!(matches!(&failure, Failure::Denied { message } if message.contains("infinite")), "{failure:?}");
    // Its server does not end the answer.
    process.rows("UPDATE numbers SET n = CAST(x'ff' AS TEXT)");
    let failure = copy(&process);
    assert!(
        matches!(&failure, Failure::Unreachable { message } if message.contains("break off")),
        "{failure:?}"
    );
}

#[test]
fn a_rehearsal_shows_what_a_file_shows() {
    let Some(process) = Process::start() else { return };
    let tables = "CREATE TABLE parents(id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE children(parent REFERENCES parents(id) ON DELETE CASCADE);";
    let removed = "-- onward: allow(dangling_foreign_key) there are none\nDELETE FROM parents WHERE id > 1;";
    let (first, both) = (program(&[tables]), program(&[tables, removed]));
    process.server().apply(&first).unwrap();
    let mut file = Connection::open_in_memory().unwrap();
    first.apply(&mut file).unwrap();
    for row in ["INSERT INTO parents VALUES (1, 'Ada'), (2, 'Bea')", "INSERT INTO children VALUES (1), (2)"] {
        process.rows(row);
        file.execute(row, []).unwrap();
    }
    let (shown, rehearsal) = (both.rehearse(&file).unwrap(), process.server().rehearse(&both).unwrap());
    assert_eq!((&rehearsal.rows, &rehearsal.violations), (&shown.rows, &shown.violations), "{rehearsal}");
    assert_eq!((rehearsal.applied.len(), rehearsal.violation_count), (1, 1));
    assert_eq!(process.rows("SELECT count(*) FROM parents"), json!([["2"]]));
    assert_eq!(process.server().status(&both).unwrap().pending(), 1);
}

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
fn a_server_without_namespaces_is_no_fleet() {
    let Some(process) = Process::start_with(&[]) else { return };
    let server = Server::connect(&process.address()).unwrap();
    let error = server.fleet(["ada", "bea"]).apply(&JOBS).unwrap_err();
    assert!(error.to_string().contains("--enable-namespaces"), "{error}");
    assert_eq!(server.status(&JOBS).unwrap().pending(), 10);
}

#[test]
fn an_authority_of_ones_own_is_trusted() {
    let Some(authority) = Authority::new() else { return };
    let Some(process) = Process::start() else { return };
    let address = front(&authority, process.ports.0);
    let connect = || Server::connect(&address).unwrap().namespace("default");
    let server = connect().root_certificate(&authority.pem()).unwrap();
    assert_eq!(server.rehearse(&JOBS).unwrap().applied.len(), 10);
    assert_eq!(server.apply(&JOBS).unwrap().applied.len(), 10);
    for error in [connect().status(&JOBS).unwrap_err(), connect().rehearse(&JOBS).unwrap_err()] {
        let untrusted = matches!(error.kind(), ErrorKind::Engine { failure: Failure::Untrusted { .. }, .. });
        assert!(untrusted && error.to_string().contains(&address), "{error}");
    }
    let error = Server::connect(&address).unwrap().root_certificate(b"nonsense").err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Certificate { .. }), "{error}");
}

#[test]
fn what_is_no_server_is_named_and_ends() {
    use std::io::{Read, Write};
    for (answer, says) in [
        (
            &b"HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n<html>welcome</html>\n"[..],
            "is this a libSQL server?",
        ),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found", "404: not found"),
        (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "asks for credentials"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "no steps"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"results\"", ""),
        (b"", ""),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut stream = stream;
                let _ = stream.read(&mut [0; 65536]);
                let _ = stream.write_all(answer);
            }
        });
        let server = Server::connect(&address).unwrap().timeout(Duration::from_millis(200));
        let error = server.apply(&JOBS).unwrap_err().to_string();
        assert!(error.contains(says) && error.contains("nothing was changed"), "{says}: {error}");
        let error = server.rehearse(&JOBS).unwrap_err().to_string();
        let says = says.replace("no steps", "the rows break off");
        assert!(
            error.starts_with("could not copy the database: ") && error.contains(&says),
            "{says}: {error}"
        );
    }
    static READINESS: Readiness = Readiness::new();
    let error = Server::connect("http://192.0.2.1:8080")
        .unwrap()
        .readiness(&READINESS)
        .token("secret")
        .apply(&JOBS)
        .unwrap_err()
        .to_string();
    assert!(error.contains("can be read on the way") && !error.contains("secret"), "{error}");
    assert_eq!(READINESS.phase(), Phase::Failed);
}
