//! SQL that is meant to do harm while an application compiles: the build ends soon, with a diagnostic, in little memory,
//! and leaves nothing on the disk.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use onward_tests::cargo_onward;
use tempfile::TempDir;

const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)";

/// What is checked, and the codes that are to be reported, if any.
struct Case {
    name: &'static str,
    sql: String,
    codes: &'static [&'static str],
}

fn case(name: &'static str, sql: impl Into<String>, codes: &'static [&'static str]) -> Case {
    Case { name, sql: sql.into(), codes }
}

const LIMIT: &[&str] = &["replay_limit_reached"];
const REFUSED: &[&str] = &["sqlite_error"];
const NO_FUNCTION: &[&str] = &["unknown_function"];
const WITHOUT_EFFECT: &[&str] = &["pragma_without_effect"];
const NOT_HERE: &[&str] = &["non_transactional_statement"];

fn cases() -> Vec<Case> {
    let repeated = |text: &str, count: usize| text.repeat(count);
    vec![
        // What does not end.
        case("a query", format!("{ENDLESS} SELECT sum(i) FROM n;"), LIMIT),
        case("an insert", format!("CREATE TABLE t(a); INSERT INTO t {ENDLESS} SELECT i FROM n;"), LIMIT),
        case("a view", format!("CREATE VIEW v AS {ENDLESS} SELECT i FROM n; SELECT count(*) FROM v;"), LIMIT),
        case(
            "a trigger",
            format!(
                "CREATE TABLE t(a); CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO t {ENDLESS} SELECT i FROM n; END;
                 INSERT INTO t VALUES (1);"
            ),
            LIMIT,
        ),
        case("a series", "CREATE TABLE t(a); INSERT INTO t SELECT sum(value) FROM generate_series(1, 1e18);", &["unknown_table"]),
        case(
            "a join",
            format!(
                "CREATE TABLE t(a); INSERT INTO t {ENDLESS} SELECT i FROM n LIMIT 1000;
                 SELECT count(*) FROM t a, t b, t c, t d, t e, t f;"
            ),
            LIMIT,
        ),
        case("a value that grows", format!("{ENDLESS} SELECT group_concat(hex(randomblob(1000))) FROM n;"), LIMIT),
        // What eats memory.
        case("zeroblob", "CREATE TABLE t(a); INSERT INTO t VALUES (zeroblob(1000000000));", LIMIT),
        case("randomblob", "SELECT length(randomblob(1000000000));", LIMIT),
        case("printf", "SELECT printf('%.1000000000c', 'x');", LIMIT),
        case("hex", "SELECT hex(hex(zeroblob(20000000)));", LIMIT),
        case("replace", "SELECT replace(hex(zeroblob(4000000)), '0', printf('%.1000c', 'x'));", LIMIT),
        case(
            "many blobs",
            format!("CREATE TABLE t AS {ENDLESS} SELECT randomblob(10000000) FROM n LIMIT 1000;"),
            LIMIT,
        ),
        case(
            "a temporary table",
            format!("CREATE TEMP TABLE t AS {ENDLESS} SELECT randomblob(10000000) FROM n LIMIT 1000;"),
            LIMIT,
        ),
        case(
            "a sort",
            format!("SELECT a FROM ({ENDLESS} SELECT randomblob(10000000) AS a FROM n LIMIT 1000) ORDER BY a;"),
            LIMIT,
        ),
        // What is deep, wide or long.
        case("parentheses", format!("SELECT {}1{};", repeated("(", 30_000), repeated(")", 30_000)), REFUSED),
        case("subqueries", format!("SELECT {}1{};", repeated("(SELECT ", 5_000), repeated(")", 5_000)), REFUSED),
        case("a sum", format!("SELECT 1{};", repeated(" + 1", 100_000)), REFUSED),
        case("a union", format!("SELECT 1{};", repeated(" UNION SELECT 1", 100_000)), REFUSED),
        case("columns", format!("CREATE TABLE t(a{});", (0..50_000).map(|n| format!(", a{n}")).collect::<String>()), REFUSED),
        case("views in a circle", "CREATE VIEW a AS SELECT * FROM b; CREATE VIEW b AS SELECT * FROM a; SELECT * FROM a;", REFUSED),
        case("10 MB in a statement", format!("CREATE TABLE t(a); INSERT INTO t VALUES {}(1);", repeated("(123456),", 1_100_000)), &[]),
        case("100,000 statements", format!("CREATE TABLE t(a);\n{}", repeated("INSERT INTO t VALUES (1);\n", 100_000)), &[]),
        case("10,000 wrong statements", repeated("INSERT INTO missing VALUES (1);\n", 10_000), &["unknown_table"]),
        // What reaches for files.
        case("ATTACH", "ATTACH DATABASE 'out.db' AS other; CREATE TABLE other.t(a);", NOT_HERE),
        case("ATTACH by a name", "ATTACH 'file:out.db?mode=rwc' AS other;", NOT_HERE),
        case("VACUUM", "VACUUM INTO 'out.db';", NOT_HERE),
        case("VACUUM by a value", "VACUUM main INTO 'out' || '.db';", NOT_HERE),
        case("load_extension", "SELECT load_extension('./evil');", REFUSED),
        case("writefile", "SELECT writefile('out.txt', 'x');", NO_FUNCTION),
        case("readfile", "SELECT readfile('/etc/passwd');", NO_FUNCTION),
        case("edit", "SELECT edit('x', 'touch out.txt');", NO_FUNCTION),
        case("fts3_tokenizer", "SELECT fts3_tokenizer('simple', x'4141414141414141');", REFUSED),
        case("a module for files", "CREATE VIRTUAL TABLE t USING csv(filename = '/etc/passwd');", REFUSED),
        case("a table of files", "SELECT * FROM fsdir('/');", &["unknown_table"]),
        case("dot commands", ".shell touch out.txt\n.output out.txt\nSELECT 1;", &["syntax_error"]),
        case("a page of the file", "UPDATE sqlite_dbpage SET data = zeroblob(4096) WHERE pgno = 1;", &["unknown_table"]),
        // What changes the ground.
        case("journal_mode", "PRAGMA journal_mode = WAL;", WITHOUT_EFFECT),
        case("temp_store_directory", "PRAGMA temp_store_directory = '.'; PRAGMA temp_store = FILE;", WITHOUT_EFFECT),
        case("data_store_directory", "PRAGMA data_store_directory = '.';", WITHOUT_EFFECT),
        case("mmap_size", "PRAGMA mmap_size = 1000000000000;", WITHOUT_EFFECT),
        case("limits", "PRAGMA hard_heap_limit = 0; PRAGMA soft_heap_limit = 0; PRAGMA max_page_count = 2000000000;", WITHOUT_EFFECT),
        case("page_size", "PRAGMA page_size = 65536; PRAGMA cache_size = -100000000;", WITHOUT_EFFECT),
        case("trusted_schema", "PRAGMA trusted_schema = ON; PRAGMA cell_size_check = OFF;", WITHOUT_EFFECT),
        case(
            "limits and then more",
            format!("PRAGMA hard_heap_limit = 0; PRAGMA max_page_count = 2000000000; CREATE TABLE t AS {ENDLESS} SELECT zeroblob(10000000) FROM n;"),
            LIMIT,
        ),
        case(
            "the schema's own table",
            "CREATE TABLE t(a); PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 1; INSERT INTO t VALUES (1);",
            REFUSED,
        ),
        case(
            "a schema that is none",
            "CREATE TABLE t(a); PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'nonsense'; SELECT 1;",
            REFUSED,
        ),
        case("the ledger", "DROP TABLE onward_migrations;", REFUSED),
        case("NUL", "CREATE TABLE t(a);\0 ATTACH 'out.db' AS other;", &["unreadable_file"]),
        case("full-text search", "CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f(f) VALUES ('rebuild'); SELECT * FROM f('a* OR (b AND NOT c)');", &[]),
        case("the statistics of pages", "CREATE VIRTUAL TABLE s USING dbstat(main); SELECT count(*) FROM s;", &[]),
    ]
}

/// All files below a folder with their bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let path = entry.path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push((path.display().to_string(), fs::read(&path).unwrap())),
        }
    }
    found.sort();
    found
}

/// The most memory that a process has had, in KiB, where the system tells.
fn peak(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())
}

/// How a process ends, and the most memory that it has had.
fn ended(mut child: Child) -> Result<(ExitStatus, u64), String> {
    let start = Instant::now();
    let mut most = 0;
    loop {
        most = most.max(peak(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            return Ok((status, most));
        }
        // Nobody waits longer for a build that hangs; it is no measure of speed.
        if start.elapsed() > Duration::from_secs(300) {
            child.kill().unwrap();
            child.wait().unwrap();
            return Err("it does not end".to_owned());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn check(case: &Case) -> Result<String, String> {
    let folder = TempDir::new().unwrap();
    for name in ["migrations", "temporary", "home"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    fs::write(folder.path().join("migrations/0001_hostile.sql"), &case.sql).unwrap();
    let before = files(folder.path());
    let outputs = TempDir::new().unwrap();
    let output = |name: &str| Stdio::from(fs::File::create(outputs.path().join(name)).unwrap());
    let mut command: Command = cargo_onward();
    command.args(["onward", "check", "migrations", "--format", "json"]).current_dir(folder.path());
    for name in ["TMPDIR", "TMP", "TEMP", "SQLITE_TMPDIR"] {
        command.env(name, folder.path().join("temporary"));
    }
    command.env("HOME", folder.path().join("home"));
    let start = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(output("out")).stderr(output("err")).spawn().unwrap();
    let (status, most) = ended(child)?;
    let (out, err) = (
        fs::read_to_string(outputs.path().join("out")).unwrap(),
        fs::read_to_string(outputs.path().join("err")).unwrap(),
    );
    let mut codes: Vec<String> = Vec::new();
    for line in out.lines() {
        let diagnostic: serde_json::Value =
            serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
        codes.push(diagnostic["code"].as_str().unwrap_or_default().to_owned());
    }
    codes.dedup();
    let what = format!(
        "{:28} {:5.1} s {:4} MiB  {}",
        case.name,
        start.elapsed().as_secs_f64(),
        most >> 10,
        codes.join(" ")
    );
    if !matches!(status.code(), Some(0 | 1)) || files(folder.path()) != before {
        return Err(format!("{what}: {status}: {err}"));
    }
    if case.codes.iter().any(|code| !codes.iter().any(|found| found == code)) {
        return Err(format!("{what}: should be {:?}: {err}", case.codes));
    }
    // What the sandbox allows itself, and the program around it.
    if most > 1_200 << 10 {
        return Err(format!("{what}: too much memory"));
    }
    Ok(what)
}

#[test]
fn hostile_sql_ends_with_a_diagnostic() {
    let queue = Mutex::new(cases());
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some(case) = queue.lock().unwrap().pop() else { return };
                    match check(&case) {
                        Ok(what) => println!("{what}"),
                        Err(what) => failed.lock().unwrap().push(what),
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Whatever lies where a file should be, every command ends, soon and with a word about it.
#[cfg(unix)]
#[test]
fn what_is_no_file_ends_with_a_diagnostic() {
    use std::os::unix::fs::symlink;
    let pipe = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let endless = |path: &Path| symlink("/dev/zero", path).unwrap();
    let huge = |path: &Path| fs::File::create(path).unwrap().set_len(1 << 40).unwrap();
    let circle = |path: &Path| symlink(path, path).unwrap();
    let names =
        ["0002_b.sql", "0001_a.down.sql", "legacy/v1.sql", "onward.toml", "onward.lock", "../Cargo.toml"];
    for name in names {
        for make in [&pipe as &dyn Fn(&Path), &endless, &huge, &circle] {
            let folder = TempDir::new().unwrap();
            let path = folder.path().join("migrations").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let forward = if name.contains(".down.") { "0001_a.up.sql" } else { "0001_a.sql" };
            fs::write(folder.path().join("migrations").join(forward), "CREATE TABLE a(b);").unwrap();
            make(&path);
            for args in
                [&["check"][..], &["lock"], &["lock", "--check"], &["apply", "app.db"], &["new", "more"]]
            {
                let mut command = cargo_onward();
                command.args(args).current_dir(folder.path()).stdin(Stdio::null());
                let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
                let (status, most) = ended(child).unwrap_or_else(|why| panic!("{name} {args:?}: {why}"));
                assert!(most < 400 << 10, "{name} {args:?}: {most} KiB");
                // The package's own file is cargo's to complain of.
                let is_read = !name.contains("Cargo");
                assert!(!is_read || matches!(status.code(), Some(1 | 2)), "{name} {args:?}: {status}");
            }
        }
    }
}

/// The same for the database that is named.
#[cfg(unix)]
#[test]
fn what_is_no_database_file_ends_with_a_word() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("migrations")).unwrap();
    fs::write(folder.path().join("migrations/0001_a.sql"), "CREATE TABLE a(b);").unwrap();
    assert!(Command::new("mkfifo").arg(folder.path().join("pipe.db")).status().unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("device.db")).unwrap();
    for (db, what) in [("pipe.db", "a pipe"), ("device.db", "a device"), ("migrations", "a folder")] {
        for command in ["status", "verify", "rehearse", "apply", "adopt"] {
            let mut command_line = cargo_onward();
            command_line.args([command, db]).current_dir(folder.path()).stdin(Stdio::null());
            let error = fs::File::create(folder.path().join("err")).unwrap();
            let child = command_line.stdout(Stdio::null()).stderr(error).spawn().unwrap();
            let (status, _) = ended(child).unwrap_or_else(|why| panic!("{command} {db}: {why}"));
            let error = fs::read_to_string(folder.path().join("err")).unwrap();
            assert_eq!(status.code(), Some(2), "{command} {db}: {error}");
            assert!(
                error.contains(&format!("{db} is {what}, not a database file")),
                "{command} {db}: {error}"
            );
        }
    }
}
