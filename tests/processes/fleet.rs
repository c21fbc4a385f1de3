//! The example fleet: processes that serve customers while others sweep over all their databases, sweeps that are killed, and a
//! disk that is full in the middle.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use onward::rusqlite::Connection;
use onward::{Migrations, migrations};
use onward_core::checksum::Checksum;
use onward_core::ledger::{Ledger, Row};
use onward_tests::file::{File, number};
use onward_tests::fleet;
#[cfg(target_os = "linux")]
use onward_tests::small::Small;

static MIGRATIONS: Migrations = migrations!("../examples/fleet/migrations");

/// How many notes each customer has at the old release.
const NOTES: i64 = 40;

/// Databases of customers, at the release before.
fn customers(folder: &Path, count: usize) -> Vec<PathBuf> {
    let template = folder.join("template");
    let (conn, _) = MIGRATIONS.migrator().target(1).open(&template).unwrap();
    conn.execute_batch(&format!(
        "INSERT INTO notes(body) WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up LIMIT {NOTES})
         SELECT 'the note ' || n FROM up"
    ))
    .unwrap();
    drop(conn);
    let paths: Vec<_> = (0..count).map(|customer| folder.join(format!("{customer}.db"))).collect();
    for path in &paths {
        fs::copy(&template, path).unwrap();
    }
    fs::remove_file(template).unwrap();
    paths
}

/// A database at which a newer program has been, which had one migration more.
fn has_run_one_more(path: &Path) {
    let conn = MIGRATIONS.open(path).unwrap();
    let sql = "ALTER TABLE notes ADD COLUMN author TEXT";
    conn.execute_batch(sql).unwrap();
    let chain: String = conn
        .query_row("SELECT chain FROM onward_migrations WHERE version = 2", [], |row| row.get(0))
        .unwrap();
    let row = Row::of(chain.parse().unwrap(), 3, "author", Checksum::of(sql));
    let row = (row.version, row.name, row.checksum, row.chain, 0);
    conn.execute(&Ledger::default().insert(), row).unwrap();
}

/// Whether it has been migrated; it is whole, and has so many notes.
#[track_caller]
fn is_new(path: &Path, notes: i64) -> bool {
    let conn = Connection::open(path).unwrap();
    let check: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok", "{}", path.display());
    assert_eq!(number(&conn, "SELECT count(*) FROM notes"), notes, "{}", path.display());
    let ran = number(&conn, "SELECT count(*) FROM onward_migrations");
    let columns = number(&conn, "SELECT count(*) FROM pragma_table_info('notes') WHERE name = 'words'");
    let indexes = number(&conn, "SELECT count(*) FROM sqlite_schema WHERE name = 'notes_by_words'");
    match ran {
        1 => assert_eq!((columns, indexes), (0, 0), "{}", path.display()),
        _ => {
            assert_eq!((ran, columns, indexes), (2, 1, 1), "{}", path.display());
            assert!(MIGRATIONS.verify(&conn).unwrap().is_empty());
            let wrong =
                "SELECT count(*) FROM notes WHERE words <> length(body) - length(replace(body, ' ', '')) + 1";
            assert_eq!(number(&conn, wrong), 0, "{}", path.display());
        }
    }
    ran == 2
}

fn sweep(folder: &Path) -> Command {
    let mut command = fleet();
    command.arg("sweep").arg(folder).stdout(Stdio::piped());
    command
}

/// What a sweep says of each file, by its name, and whether all are done.
fn swept(folder: &Path) -> (BTreeMap<String, String>, bool) {
    let output = sweep(folder).output().unwrap();
    (classes(&String::from_utf8(output.stdout).unwrap()), output.status.success())
}

fn classes(said: &str) -> BTreeMap<String, String> {
    let line = |line: &str| {
        let (path, class) = line.split_once(".db: ")?;
        Some((Path::new(path).file_name()?.to_str()?.to_owned(), class.to_owned()))
    };
    // What is said last of a file is what became of it.
    said.lines().filter_map(line).collect()
}

/// A process that serves, and is stopped when this goes.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Server {
        let mut command = fleet();
        let mut process =
            command.arg("serve").arg(folder).arg("127.0.0.1:0").stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").expect("it says where it listens").to_owned();
        Server { process, address }
    }

    fn talk(&self) -> Talk {
        Talk(BufReader::new(TcpStream::connect(&self.address).unwrap()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Talk(BufReader<TcpStream>);

impl Talk {
    fn ask(&mut self, request: &str) -> String {
        writeln!(self.0.get_mut(), "{request}").unwrap();
        let mut answer = String::new();
        self.0.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }
}

#[test]
fn two_processes_serve_while_two_sweep() {
    const CUSTOMERS: usize = 60;
    let file = File::new();
    let paths = customers(file.folder(), CUSTOMERS);
    fs::write(file.folder().join("corrupt.db"), "anything but a database".repeat(500)).unwrap();
    has_run_one_more(&file.folder().join("newer.db"));
    let as_they_were = ["corrupt.db", "newer.db"].map(|name| fs::read(file.folder().join(name)).unwrap());
    let held = file.folder().join("held.db");
    fs::copy(&paths[0], &held).unwrap();
    let holder = Connection::open(&held).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE; INSERT INTO notes(body) VALUES ('another note')").unwrap();

    let servers = [(); 2].map(|()| Server::start(file.folder()));
    let over = AtomicBool::new(false);
    let (added, said) = thread::scope(|scope| {
        // Four talks with each, every one over all customers again and again, in an order of its own.
        let talks = (0..8).map(|number| {
            let (mut talk, over) = (servers[number % 2].talk(), &over);
            scope.spawn(move || {
                let mut added = vec![0; CUSTOMERS];
                let mut random = fastrand::Rng::with_seed(number as u64);
                while !over.load(Ordering::Acquire) {
                    let customer = random.usize(..CUSTOMERS);
                    assert_eq!(talk.ask(&format!("add {customer} one more note")), "3");
                    added[customer] += 1;
                    let count: i64 = talk.ask(&format!("count {customer}")).parse().expect("a number");
                    assert!(count >= NOTES + added[customer]);
                }
                added
            })
        });
        let talks: Vec<_> = talks.collect();

        let mut sweeps = [(); 2].map(|()| sweep(file.folder()).spawn().unwrap());
        let mut lines = sweeps.each_mut().map(|sweep| BufReader::new(sweep.stdout.take().unwrap()).lines());
        // The first round of both goes past it, and the second one has it.
        let mut said = lines.each_mut().map(|lines| {
            let lines = lines.map(Result::unwrap);
            let mut said = Vec::new();
            for line in lines {
                let is_held = line.ends_with("held.db: put off");
                said.push(line);
                if is_held {
                    break;
                }
            }
            said
        });
        holder.execute_batch("COMMIT").unwrap();
        for (said, lines) in said.iter_mut().zip(lines) {
            said.extend(lines.map(Result::unwrap));
        }
        let ended = sweeps.map(|mut sweep| sweep.wait().unwrap().code());
        over.store(true, Ordering::Release);
        assert_eq!(ended, [Some(1); 2], "{said:?}");
        let added: Vec<Vec<i64>> = talks.into_iter().map(|talk| talk.join().unwrap()).collect();
        (added, said.map(|said| said.join("\n")))
    });

    for said in &said {
        let classes = classes(said);
        assert_eq!((&*classes["corrupt"], &*classes["newer"]), ("corrupt", "newer"), "{said}");
        assert!(said.contains("held.db: put off"), "{said}");
        let others = classes.iter().filter(|(name, _)| !matches!(name.as_str(), "corrupt" | "newer"));
        for (name, class) in others {
            assert!(["migrated", "up to date"].contains(&class.as_str()), "{name} is {class}: {said}");
        }
        assert_eq!(classes.len(), CUSTOMERS + 3);
    }
    let by = said.iter().filter(|said| classes(said)["held"] == "migrated").count();
    assert_eq!(by, 1, "{said:?}");
    for (customer, path) in paths.iter().enumerate() {
        assert!(is_new(path, NOTES + added.iter().map(|added| added[customer]).sum::<i64>()));
    }
    assert!(is_new(&held, NOTES + 1));
    let found = ["corrupt.db", "newer.db"].map(|name| fs::read(file.folder().join(name)).unwrap());
    assert!(found == as_they_were, "the two that cannot be migrated were changed");
    let mut talk = servers[0].talk();
    assert!(talk.ask("count corrupt").starts_with("error: ") && talk.ask("count newer").contains("newer"));
}

/// What is found after a kill is the old database or the new one, in each file, and the next sweep completes.
///
/// More rounds: `ONWARD_ROUNDS=500 cargo test -p onward-tests --test processes sweep_that_is_killed -- --nocapture`
#[test]
fn a_sweep_that_is_killed_leaves_each_file_old_or_new() {
    const CUSTOMERS: usize = 50;
    let rounds: u32 = std::env::var("ONWARD_ROUNDS").map_or(12, |rounds| rounds.parse().unwrap());
    let mut random = fastrand::Rng::with_seed(19);
    let (mut old, mut new, mut torn) = (0, 0, 0);
    for round in 0..rounds {
        let file = File::new();
        let paths = customers(file.folder(), CUSTOMERS);
        let mut child = sweep(file.folder()).spawn().unwrap();
        // Killed while it has many in hand, as soon as it has told of so many.
        let told = random.usize(..CUSTOMERS);
        BufReader::new(child.stdout.take().unwrap()).lines().take(told).for_each(|line| drop(line.unwrap()));
        child.kill().unwrap();
        child.wait().unwrap();
        torn += file.names().iter().filter(|name| name.ends_with("-journal")).count();
        let migrated = paths.iter().filter(|path| is_new(path, NOTES)).count();
        assert!(migrated >= told, "round {round}: it told of {told}, and {migrated} are migrated");
        (old, new) = (old + CUSTOMERS - migrated, new + migrated);
        let (classes, done) = swept(file.folder());
        let count = |class: &str| classes.values().filter(|found| *found == class).count();
        assert!(done, "round {round}: {classes:?}");
        assert_eq!(
            (count("up to date"), count("migrated")),
            (migrated, CUSTOMERS - migrated),
            "round {round}"
        );
        assert!(paths.iter().all(|path| is_new(path, NOTES)));
        assert_eq!(file.names().len(), CUSTOMERS, "nothing is left beside them: {:?}", file.names());
    }
    println!("{old} old, {new} new, {torn} with a journal");
    assert!(old > 0 && new > 0);
}

/// Each file for which there is no room is as it was, and the sweep goes on; with room, the next one ends it.
#[cfg(target_os = "linux")]
#[test]
fn the_disk_is_full_in_the_middle_of_a_sweep() {
    const CUSTOMERS: usize = 20;
    let Some(small) = Small::mount("2m") else {
        eprintln!(
            "no file system can be mounted here; `the_disk_is_full` has shown for one file that it stays as it was"
        );
        return;
    };
    let folder = small.path();
    let paths = customers(folder, CUSTOMERS);
    let before: Vec<_> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    // Room for some of the indexes, and not for all.
    let filler = folder.join("filler");
    let mut file = fs::File::create(&filler).unwrap();
    while file.write_all(&[1; 4096]).is_ok() {}
    file.set_len(file.metadata().unwrap().len() - 16 * 4096).unwrap();
    drop(file);

    let output = sweep(folder).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let found = classes(&said);
    let (mut failed, mut migrated) = (0, 0);
    for (customer, path) in paths.iter().enumerate() {
        match &*found[&customer.to_string()] {
            "failed" => {
                assert!(fs::read(path).unwrap() == before[customer], "{} was changed", path.display());
                failed += 1;
            }
            "migrated" => migrated += usize::from(is_new(path, NOTES)),
            other => panic!("{} is {other}: {said}", path.display()),
        }
    }
    assert!(failed > 0 && migrated > 0 && failed + migrated == CUSTOMERS, "{said}");
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("disk is full") && said.contains("help: make room"), "{said}");

    fs::remove_file(filler).unwrap();
    let (found, done) = swept(folder);
    assert!(done, "{found:?}");
    assert!(paths.iter().all(|path| is_new(path, NOTES)));
}
