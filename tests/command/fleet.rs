//! `cargo onward fleet`, as a user runs it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use onward::rusqlite::Connection;
use onward_tests::cargo_onward;
use onward_tests::command::{Place, Ran, run};
use serde_json::Value;

const NOTES: &str = "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);\n";
/// Fails where two notes are alike.
const INDEX: &str = "CREATE UNIQUE INDEX notes_by_body ON notes(body);\n";

/// Tenants at the first version, and a second migration.
fn tenants(names: &[&str]) -> Place {
    let place = Place::with(&[("migrations/0001_notes.sql", NOTES)]);
    for name in names {
        let path = place.path(&format!("tenants/{name}"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match place.path("first.db").exists() {
            true => _ = fs::copy(place.path("first.db"), &path).unwrap(),
            false => {
                place.onward(&["apply", "first.db"]).exits(0);
                fs::copy(place.path("first.db"), &path).unwrap();
            }
        }
    }
    place.write("migrations/0002_index.sql", INDEX);
    place
}

fn conn(place: &Place, name: &str) -> Connection {
    Connection::open(place.path(&format!("tenants/{name}"))).unwrap()
}

/// How many migrations a tenant has run.
fn version(place: &Place, name: &str) -> u32 {
    conn(place, name).query_row("SELECT count(*) FROM onward_migrations", [], |row| row.get(0)).unwrap()
}

fn fleet(place: &Place, args: &[&str]) -> Ran {
    place.onward(&[&["fleet"][..], args].concat())
}

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
}

fn events<'o>(objects: &'o [Value], event: &str) -> Vec<&'o Value> {
    objects.iter().filter(|object| object["event"] == event).collect()
}

/// The class of each tenant by the end of its path; the end line has to have the same ones.
#[track_caller]
fn classes(objects: &[Value]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let name = |path: &Value| text(path).rsplit(['/', '\\']).next().unwrap().to_owned();
    let tenants = events(objects, "tenant").into_iter();
    let mut classes: Vec<_> = tenants.map(|tenant| (name(&tenant["path"]), text(&tenant["class"]))).collect();
    classes.sort();
    let end = objects.last().unwrap();
    assert_eq!((end["event"].as_str(), events(objects, "end").len()), (Some("end"), 1));
    assert_eq!(end["files"], classes.len());
    for (class, count) in end["classes"].as_object().unwrap() {
        assert_eq!(*count, classes.iter().filter(|(_, of)| of == class).count(), "{class}: {end}");
    }
    for side in ["before", "after"] {
        let counts = end["versions"].as_array().unwrap().iter().map(|count| count[side].as_u64().unwrap());
        assert_eq!(counts.sum::<u64>(), classes.len() as u64, "{end}");
    }
    classes
}

fn pairs(classes: &[(String, String)]) -> Vec<(&str, &str)> {
    classes.iter().map(|(name, class)| (name.as_str(), class.as_str())).collect()
}

#[test]
fn all_are_brought_up_to_date() {
    let place = tenants(&["1.db", "2.db", "deep/er/3.db"]);
    let ran = fleet(&place, &["status", "tenants/**/*.db"]).exits(0);
    assert!(ran.out.contains("3  pending"), "{}", ran.out);
    let ran = fleet(&place, &["apply", "tenants/**/*.db", "--canary", "1", "--jobs", "2"]).exits(0);
    assert!(ran.out.contains("      3  migrated\n") && ran.out.contains("3 files in "), "{}", ran.out);
    // Nothing is drawn where no terminal is.
    assert_eq!(ran.err, "wave 1: the migrations run in 1 file\n");
    let ran = fleet(&place, &["apply", "tenants/**/*.db"]).exits(0);
    assert!(ran.out.contains("      3  up to date\n") && ran.err.is_empty(), "{}{}", ran.out, ran.err);
    for name in ["1.db", "2.db", "deep/er/3.db"] {
        assert_eq!(version(&place, name), 2);
    }
    // As a shell puts them there; the folder of the history is another one's.
    let elsewhere = tempfile::tempdir().unwrap();
    let mut command = cargo_onward();
    command.args(["fleet", "status", "--migrations"]).arg(place.path("migrations"));
    command.args([place.path("tenants/1.db"), place.path("tenants/2.db")]).current_dir(elsewhere.path());
    assert!(run(&mut command).exits(0).out.contains("2  up to date"));
}

#[test]
fn each_file_has_a_class() {
    let place = tenants(&["corrupt.db", "failed.db", "newer.db", "sound.db", "locked.db", "gone.db"]);
    place.write("tenants/corrupt.db", &"anything but a database".repeat(100));
    conn(&place, "failed.db").execute_batch("INSERT INTO notes(body) VALUES ('a'), ('a')").unwrap();
    place.write("migrations/0003_more.sql", "CREATE TABLE more (id INTEGER PRIMARY KEY);\n");
    place.onward(&["apply", "tenants/newer.db"]).exits(0);
    place.remove("migrations/0003_more.sql");
    let locked = conn(&place, "locked.db");
    locked.execute_batch("BEGIN IMMEDIATE").unwrap();
    place.write("list", "tenants/gone.db\n");
    place.remove("tenants/gone.db");
    let args = ["apply", "tenants/*.db", "--paths-from", "list", "--lock-timeout", "0", "--format", "json"];
    let before = fs::read(place.path("tenants/failed.db")).unwrap();
    let ran = fleet(&place, &args).exits(1);
    let objects = objects(&ran.out);
    let found = classes(&objects);
    let expected = [
        ("corrupt.db", "corrupt"),
        ("failed.db", "failed"),
        ("gone.db", "unreadable"),
        ("locked.db", "busy"),
        ("newer.db", "newer"),
        ("sound.db", "migrated"),
    ];
    assert_eq!(pairs(&found), expected);
    assert_eq!(events(&objects, "put_off").len(), 1);
    let end = objects.last().unwrap();
    assert_eq!((&end["done"], &end["ended"]), (&Value::Bool(false), &Value::from("whole")));
    // The statement, and what to do about it in commands.
    let failed = objects.iter().find(|object| object["class"] == "failed").unwrap();
    let text = |key: &str| failed["error"][key].as_str().unwrap();
    assert!(
        text("message").contains("0002_index.sql:1:1")
            && text("message").contains(INDEX.trim_end_matches(";\n"))
    );
    assert!(text("help").contains("SELECT body, count(*)"), "{failed}");
    let newer = objects.iter().find(|object| object["class"] == "newer").unwrap();
    assert!(newer["error"]["help"].as_str().unwrap().contains("`cargo onward revert`"), "{newer}");
    assert_eq!(fs::read(place.path("tenants/failed.db")).unwrap(), before);

    // For people: as they happen, and at the end with what to do.
    locked.execute_batch("ROLLBACK").unwrap();
    let ran = fleet(&place, &["apply", "tenants/*.db"]).exits(1);
    for class in ["corrupt: ", "failed: ", "newer: "] {
        assert!(ran.err.contains(class) && ran.out.contains(class), "{}{}", ran.out, ran.err);
    }
    assert!(!ran.err.contains("help: ") && ran.out.matches("help: ").count() == 3, "{}{}", ran.out, ran.err);
    assert_eq!((version(&place, "locked.db"), version(&place, "failed.db")), (2, 1));
}

#[test]
fn care_keeps_a_mistake_small() {
    let names: Vec<String> = (0..20).map(|tenant| format!("{tenant:02}.db")).collect();
    let place = tenants(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for name in &names {
        conn(&place, name).execute_batch("INSERT INTO notes(body) VALUES ('a'), ('a')").unwrap();
    }
    let ended = |args: &[&str]| {
        let args = [&["apply", "tenants/*.db", "--format", "json", "--jobs", "1"], args].concat();
        let objects = objects(&fleet(&place, &args).exits(1).out);
        let end = objects.last().unwrap().clone();
        (end["ended"].as_str().unwrap().to_owned(), end["files"].as_u64().unwrap())
    };
    assert_eq!(ended(&["--rehearse", "2"]), ("rehearsal".to_owned(), 1));
    assert_eq!(ended(&["--canary", "1"]), ("canary".to_owned(), 1));
    assert_eq!(ended(&["--max-failures", "3"]), ("max_failures".to_owned(), 3));
    assert_eq!(ended(&["--max-failures", "25%"]), ("max_failures".to_owned(), 5));
    assert!(names.iter().all(|name| version(&place, name) == 1));
    assert_eq!(fleet(&place, &["plan", "tenants/*.db"]).exits(1).err, "");

    for name in &names {
        conn(&place, name).execute_batch("DELETE FROM notes").unwrap();
    }
    fs::create_dir(place.path("copies")).unwrap();
    let args =
        ["apply", "tenants/*.db", "--format", "json", "--rehearse", "1", "--canary", "1", "--then", "50%"];
    let ran = fleet(&place, &[&args[..], &["--backup", "copies", "--keep", "1"]].concat()).exits(0);
    let objects = objects(&ran.out);
    let waves: Vec<_> = events(&objects, "wave").iter().map(|wave| wave["size"].as_u64().unwrap()).collect();
    assert_eq!(waves, [1, 10, 10]);
    assert_eq!(events(&objects, "rehearsed").len(), 1);
    assert!(classes(&objects).iter().all(|(_, class)| class == "migrated"));
    assert_eq!(place.files("copies").len(), 20);
    let copy = events(&objects, "tenant")[0]["backup"].as_str().unwrap();
    assert!(Path::new(copy).is_file(), "{copy}");
}

#[test]
fn a_plan_tries_and_changes_nothing() {
    let place = tenants(&["1.db", "2.db", "3.db"]);
    let ran = fleet(&place, &["plan", "tenants/*.db", "--rehearse", "2"]).exits(0);
    assert_eq!(ran.err, "");
    assert!(
        ran.out.matches("rehearsed `").count() == 2 && ran.out.contains("3 files pending: at least "),
        "{}",
        ran.out
    );
    let ran = fleet(&place, &["plan", "tenants/*.db", "--format", "json"]).exits(0);
    let found = objects(&ran.out);
    assert_eq!(
        classes(&found),
        [("1.db", "pending"), ("2.db", "pending"), ("3.db", "pending")]
            .map(|(name, class)| (name.to_owned(), class.to_owned()))
    );
    let rehearsed = events(&found, "rehearsed");
    assert_eq!(rehearsed.len(), 3);
    assert_eq!(rehearsed[0]["rehearsal"]["applied"].as_array().unwrap().len(), 1);
    assert!(found.last().unwrap()["estimated_duration"].as_f64().unwrap() > 0.0, "{}", ran.out);
    // One that fails says why.
    for name in ["1.db", "2.db", "3.db"] {
        conn(&place, name).execute_batch("INSERT INTO notes(body) VALUES ('a'), ('a')").unwrap();
    }
    let ran = fleet(&place, &["plan", "tenants/*.db", "--format", "json"]).exits(1);
    let found = objects(&ran.out);
    let why = events(&found, "rehearsed")[0]["error"]["message"].as_str().unwrap().to_owned();
    assert!(why.contains("UNIQUE constraint failed"), "{why}");
    assert!(["1.db", "2.db", "3.db"].iter().all(|name| version(&place, name) == 1));
}

#[test]
fn what_could_not_run_says_why() {
    let place = tenants(&["1.db"]);
    place.write("empty", "\n");
    for (args, said) in [
        (&["apply", "tenant/*.db"][..], "no file matches tenant/*.db"),
        (&["apply", "tenants/*.db", "tenants/*.sqlite"], "no file matches tenants/*.sqlite"),
        (&["status", "tenants/2.db"], "cannot find tenants/2.db"),
        (&["plan", "tenants"], "tenants is a folder"),
        (&["apply", "tenants/*/../1.db"], "without `..`"),
        (&["apply", "tenants/[.db"], "is no pattern"),
        (&["apply"], "required"),
        (&["apply", "--paths-from", "empty"], "no path is in empty"),
        (&["apply", "--paths-from", "none"], "cannot read the paths from none"),
        (&["apply", "tenants/*.db", "--then", "0%"], "1% to 100%"),
        (&["apply", "tenants/*.db", "--max-failures", "101%"], "1% to 100%"),
        (&["apply", "tenants/*.db", "--canary", "0"], "1 at least"),
        (&["apply", "tenants/*.db", "--jobs", "many"], "auto, or 1 to 256"),
        (&["apply", "tenants/*.db", "--backup", "none"], "none is no folder"),
        (&["apply", "tenants/*.db", "--migrations", "none"], "history with errors"),
        (&["status", "tenants/*.db", "--migrations", "none"], "none"),
    ] {
        let ran = fleet(&place, args).exits(2);
        assert!(ran.err.contains(said), "{args:?}: {}", ran.err);
    }
    // A history that would not build, and nothing but JSON where JSON is asked for.
    place.write("migrations/0003_bad.sql", "SELEC;\n");
    let ran = fleet(&place, &["apply", "tenants/*.db", "--format", "json"]).exits(2);
    assert!(
        ran.out.is_empty() && ran.err.contains("a history with errors is not run"),
        "{}{}",
        ran.out,
        ran.err
    );
    assert!(fleet(&place, &["apply", "tenants/*.db"]).exits(2).out.contains("0003_bad.sql:1:1"));
    assert_eq!(version(&place, "1.db"), 1);
}

#[test]
fn a_pattern_passes_over_what_is_no_tenant() {
    let place = tenants(&["1.db", "a/2.db", "a/daily-journal", ".hidden/3.db"]);
    for name in ["1.db-wal", "1.db.onward-lock", "a/2.db-20261121T163000.123Z-0123abcd-89abcdef", ".keep"] {
        place.write(&format!("tenants/{name}"), "");
    }
    let names = |args: &[&str]| {
        let args = [&["status", "--format", "json"], args].concat();
        let ran = fleet(&place, &args).exits(0);
        let names = classes(&objects(&ran.out)).into_iter().map(|(name, _)| name);
        (names.collect::<Vec<_>>().join(" "), ran.err)
    };
    let note = "note: 3 files left out that SQLite or onward keeps beside databases\n";
    assert_eq!(names(&["tenants/**"]), ("1.db 2.db daily-journal".to_owned(), note.to_owned()));
    assert_eq!(names(&["tenants/*.db"]), ("1.db".to_owned(), String::new()));
    assert_eq!(names(&["tenants/{1,?/2}.db"]).0, "1.db 2.db");
    assert_eq!(names(&["tenants/.*/*"]).0, "3.db");
    // Whoever names it, a shell for one.
    let one = "note: 1 file left out that SQLite or onward keeps beside databases\n";
    assert_eq!(names(&["tenants/1.db-wal", "tenants/a/[2].db"]), ("2.db".to_owned(), one.to_owned()));
    let ran = fleet(&place, &["apply", "tenants/1.db-wal"]).exits(2);
    assert!(ran.err.contains("nothing that was named is a database"), "{}", ran.err);
    let ran = fleet(&place, &["status", "tenants/*-wal"]).exits(2);
    assert!(ran.err.contains("but for 1 file that SQLite or onward keeps"), "{}", ran.err);
}

/// Paths that a query of somebody's gives.
#[test]
fn paths_come_from_a_list() {
    let place = tenants(&["1.db", "2.db", "3.db"]);
    place.write("list", "tenants/1.db\r\n\ntenants/2.db\n");
    let ran = fleet(&place, &["apply", "--paths-from", "list"]).exits(0);
    assert!(ran.out.contains("2  migrated"), "{}", ran.out);
    fs::write(place.path("list"), "tenants/1.db\0tenants/3.db\0").unwrap();
    for command in ["status", "apply"] {
        let mut from = cargo_onward();
        from.args(["fleet", command, "--paths-from", "-", "-0"]).current_dir(place.folder());
        let output = from.stdin(fs::File::open(place.path("list")).unwrap()).output().unwrap();
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && out.contains("2 files in "), "{out}");
    }
    assert_eq!(version(&place, "3.db"), 2);
}

/// The objects of docs/fleet.md have the keys that are printed.
#[test]
fn the_page_shows_what_is_printed() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/fleet.md")).unwrap();
    let shown = objects(page.split("```json\n").nth(1).unwrap().split("```").next().unwrap());
    let place = tenants(&["1.db", "2.db", "3.db"]);
    conn(&place, "3.db").execute_batch("INSERT INTO notes(body) VALUES ('a'), ('a')").unwrap();
    let locked = conn(&place, "2.db");
    locked.execute_batch("BEGIN IMMEDIATE").unwrap();
    let args = ["apply", "tenants/*.db", "--rehearse", "1", "--lock-timeout", "0", "--format", "json"];
    let mut printed = objects(&fleet(&place, &args).exits(1).out);
    // No folder is shut to root.
    printed.push(serde_json::json!({ "event": "unread", "path": "", "message": "" }));
    let keys = |object: &Value| -> Vec<String> { object.as_object().unwrap().keys().cloned().collect() };
    for object in &shown {
        let same = events(&printed, object["event"].as_str().unwrap());
        assert!(!same.is_empty() && same.iter().all(|other| keys(other) == keys(object)), "{object}");
        let nested = |key: &str| object[key].is_object().then(|| keys(&object[key]));
        for key in ["error", "rehearsal", "classes"] {
            let others =
                same.iter().filter(|other| other[key].is_object()).map(|other| Some(keys(&other[key])));
            assert!(
                nested(key).is_none() || others.clone().all(|other| other == nested(key)),
                "{key}: {object}"
            );
        }
    }
    for object in &printed {
        assert!(shown.iter().any(|other| other["event"] == object["event"]), "{object}");
    }
    let plan = objects(&fleet(&place, &["plan", "tenants/*.db", "--format", "json"]).out);
    for key in ["pending_bytes", "estimated_duration", "estimated_bytes"] {
        assert!(plan.last().unwrap().get(key).is_some() && page.contains(&format!("`{key}`")), "{key}");
    }
}

#[cfg(unix)]
mod on_unix {
    use std::ffi::OsStr;
    use std::io::{Write, pipe};
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::process::CommandExt;

    use super::*;

    #[test]
    fn links_are_followed_and_a_circle_ends() {
        let place = tenants(&["1.db"]);
        fs::create_dir(place.path("tenants/here")).unwrap();
        symlink("..", place.path("tenants/here/again")).unwrap();
        symlink("nowhere.db", place.path("tenants/lost.db")).unwrap();
        symlink("nowhere", place.path("tenants/lost")).unwrap();
        let other = tenants(&["2.db"]);
        symlink(other.path("tenants"), place.path("tenants/other")).unwrap();
        let ran = fleet(&place, &["status", "tenants/**/*.db", "--format", "json"]).exits(1);
        let found = classes(&objects(&ran.out));
        assert_eq!(pairs(&found), [("1.db", "pending"), ("2.db", "pending"), ("lost.db", "unreadable")]);
        assert_eq!(ran.err, "");
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_told() {
        let place = tenants(&["1.db", "shut/2.db"]);
        let shut = place.path("tenants/shut");
        fs::set_permissions(&shut, fs::Permissions::from_mode(0o0)).unwrap();
        if shut.read_dir().is_ok() {
            return println!("root reads every folder, so that none could be shut");
        }
        let ran = fleet(&place, &["apply", "tenants/**/*.db", "--format", "json"]);
        let all_shut = fleet(&place, &["apply", "tenants/shut/*.db"]);
        // None that the pattern does not lead into.
        let beside = fleet(&place, &["apply", "tenants/*.db"]);
        fs::set_permissions(&shut, fs::Permissions::from_mode(0o755)).unwrap();
        let ran = ran.exits(1);
        let found = objects(&ran.out);
        assert_eq!(pairs(&classes(&found)), [("1.db", "migrated")]);
        assert_eq!(events(&found, "unread")[0]["path"], "tenants/shut");
        assert!(ran.err.contains("cannot read the folder tenants/shut: "), "{}", ran.err);
        assert!(all_shut.exits(2).err.contains("tenants/shut cannot be read"));
        assert_eq!(beside.exits(0).err, "");
    }

    #[test]
    fn names_may_be_anything() {
        let place = tenants(&["x"]);
        let names: [&[u8]; 5] = [b"caf\xe9.db", b"file:1.db", b"two\nlines.db", b"[a].db", b"x\x1b[2J.db"];
        for name in names {
            fs::copy(place.path("tenants/x"), place.path("tenants").join(OsStr::from_bytes(name))).unwrap();
        }
        let ran = fleet(&place, &["status", "tenants/*.db", "--format", "json"]).exits(0);
        let found = objects(&ran.out);
        assert_eq!(found.last().unwrap()["classes"]["pending"], 5);
        let lossy = found.iter().find(|object| object["path"] == "tenants/caf\u{fffd}.db").unwrap();
        let bytes: String = b"tenants/caf\xe9.db".iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(lossy["path_hex"], bytes);
        assert_eq!(found.iter().filter(|object| object.get("path_hex").is_some()).count(), 1);
        // As a shell puts them there.
        let mut command = cargo_onward();
        command
            .args(["fleet", "apply"])
            .args(names.map(|name| Path::new("tenants").join(OsStr::from_bytes(name))));
        assert!(run(command.current_dir(place.folder())).exits(0).out.contains("5  migrated"));
        // And on a terminal.
        for name in names {
            fs::write(place.path("tenants").join(OsStr::from_bytes(name)), "x".repeat(1000)).unwrap();
        }
        let ran = fleet(&place, &["apply", "tenants/*.db"]).exits(1);
        let both = format!("{}{}", ran.out, ran.err);
        assert!(
            !both.contains('\x1b') && both.contains(r"x\u{1b}[2J.db") && !both.contains("\nlines"),
            "{both}"
        );
    }

    /// A sweep under way.
    struct Sweep {
        process: Child,
        out: BufReader<ChildStdout>,
        err: BufReader<ChildStderr>,
    }

    impl Sweep {
        /// In a process group of its own, as a terminal has it.
        fn begin(place: &Place, args: &[&str]) -> Sweep {
            let mut command = cargo_onward();
            command.args(["fleet", "apply", "--format", "json", "--jobs", "1"]).args(args);
            command.current_dir(place.folder()).process_group(0);
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut process = command.spawn().unwrap();
            let out = BufReader::new(process.stdout.take().unwrap());
            let err = BufReader::new(process.stderr.take().unwrap());
            Sweep { process, out, err }
        }

        /// One that cannot come to its end as long as nobody reads: what it tells of many names does not fit into a pipe.
        fn held(place: &Place) -> Sweep {
            let long = [&*"n".repeat(250); 12].join("/");
            let missing: String = (0..200).map(|tenant| format!("{long}/{tenant}.db\n")).collect();
            place.write("list", &format!("tenants/first.db\n{missing}tenants/last.db\n"));
            let mut sweep = Sweep::begin(place, &["--paths-from", "list"]);
            assert_eq!(sweep.line()["event"], "wave");
            let first = sweep.line();
            assert_eq!(
                (&first["path"], &first["class"]),
                (&Value::from("tenants/first.db"), &Value::from("migrated"))
            );
            sweep
        }

        fn line(&mut self) -> Value {
            let mut line = String::new();
            self.out.read_line(&mut line).unwrap();
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?}"))
        }

        fn signal(&self, signal: &str, to: &str) {
            let to = format!("{to}{}", self.process.id());
            assert!(Command::new("kill").args([signal, "--", &to]).status().unwrap().success());
        }

        /// Waits until it has heard of it.
        fn is_told(&mut self) {
            let mut line = String::new();
            self.err.read_line(&mut line).unwrap();
            assert_eq!(line, "note: ending after the files in hand; ctrl-C again ends at once\n");
        }

        /// What else it prints to its end.
        fn rest(&mut self) -> Vec<Value> {
            let mut text = String::new();
            self.out.read_to_string(&mut text).unwrap();
            objects(&text)
        }

        fn code(mut self) -> Option<i32> {
            let code = self.process.wait().unwrap().code();
            let mut text = String::new();
            self.err.read_to_string(&mut text).unwrap();
            assert!(!text.contains("panicked"), "{text}");
            code
        }
    }

    /// The next sweep does what was left.
    #[track_caller]
    fn is_resumed(place: &Place) {
        assert_eq!((version(place, "first.db"), version(place, "last.db")), (2, 1));
        let found = objects(&fleet(place, &["apply", "tenants/*.db", "--format", "json"]).exits(0).out);
        assert_eq!(pairs(&classes(&found)), [("first.db", "up_to_date"), ("last.db", "migrated")]);
    }

    #[test]
    fn ctrl_c_ends_between_two_files() {
        // As a terminal sends it, to both processes, and as somebody sends it who knows of one.
        for to in ["-", ""] {
            let place = tenants(&["first.db", "last.db"]);
            let mut sweep = Sweep::held(&place);
            sweep.signal("-INT", to);
            sweep.is_told();
            let rest = sweep.rest();
            let end = rest.last().unwrap();
            assert_eq!((&end["event"], &end["ended"]), (&Value::from("end"), &Value::from("stopped")));
            assert_eq!(end["files"].as_u64().unwrap() as usize, 1 + events(&rest, "tenant").len());
            assert_eq!(sweep.code(), Some(1));
            is_resumed(&place);
        }
    }

    #[test]
    fn a_sweep_ends_with_who_has_started_it() {
        let place = tenants(&["first.db", "last.db"]);
        let mut sweep = Sweep::held(&place);
        sweep.signal("-KILL", "");
        sweep.is_told();
        assert_eq!(sweep.rest().last().unwrap()["ended"], "stopped");
        assert_eq!(sweep.code(), None);
        is_resumed(&place);
    }

    #[test]
    fn a_sweep_ends_when_nobody_reads_on() {
        let place = tenants(&["first.db", "last.db"]);
        let Sweep { mut process, out, mut err } = Sweep::held(&place);
        drop(out);
        assert_eq!(process.wait().unwrap().code(), Some(1));
        let mut text = String::new();
        err.read_to_string(&mut text).unwrap();
        assert_eq!(text, "");
        is_resumed(&place);
        // With nothing but the table left to be told, too, and where failures are told.
        place.write("tenants/bad.db", &"anything but a database".repeat(100));
        let closed = || {
            let (reader, writer) = pipe().unwrap();
            drop(reader);
            writer
        };
        let mut command = cargo_onward();
        command.args(["fleet", "apply", "tenants/first.db"]).current_dir(place.folder()).stdout(closed());
        let output = command.output().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
        let mut command = cargo_onward();
        command.args(["fleet", "apply", "tenants/bad.db"]).current_dir(place.folder()).stderr(closed());
        assert_eq!(command.output().unwrap().status.code(), Some(1));
    }

    #[test]
    fn a_second_ctrl_c_ends_at_once() {
        let place = tenants(&["held.db"]);
        conn(&place, "held.db").execute_batch("INSERT INTO notes(body) VALUES ('no end')").unwrap();
        let endless = "CREATE TABLE counts (n INTEGER);\n\
                       INSERT INTO counts WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up\n\
                       WHERE EXISTS (SELECT 1 FROM notes WHERE body = 'no end')) SELECT count(*) FROM up;\n";
        place.write("migrations/0002_index.sql", endless);
        let mut sweep = Sweep::begin(&place, &["tenants/held.db", "--lock-timeout", "600"]);
        let watch = conn(&place, "held.db");
        watch.busy_timeout(std::time::Duration::ZERO).unwrap();
        // Until the migration has the lock.
        while watch.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_ok() {
            std::thread::yield_now();
        }
        sweep.signal("-INT", "-");
        sweep.is_told();
        sweep.signal("-INT", "-");
        assert_eq!(sweep.rest().last().map(|object| object["event"].clone()), Some("wave".into()));
        assert_eq!(sweep.code(), Some(130));
        assert_eq!(version(&place, "held.db"), 1);
        conn(&place, "held.db").execute_batch("DELETE FROM notes").unwrap();
        fleet(&place, &["apply", "tenants/held.db"]).exits(0);
        assert_eq!(version(&place, "held.db"), 2);
    }

    /// On a terminal there is a bar, and it goes away.
    #[test]
    fn a_terminal_sees_how_far_it_is() {
        let place = tenants(&["1.db", "2.db"]);
        let binary = cargo_onward().get_program().to_owned();
        let line = format!("'{}' fleet apply 'tenants/*.db'", PathBuf::from(binary).display());
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).current_dir(place.folder()).env("TERM", "xterm");
        let mut process = match command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() {
            Ok(process) => process,
            Err(error) => return println!("no script here, so that there was no terminal: {error}"),
        };
        process.stdin.take().unwrap().flush().unwrap();
        let output = process.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains(" of 2 files"), "{said:?}");
        assert!(said.contains("2  migrated"), "{said:?}");
    }
}
