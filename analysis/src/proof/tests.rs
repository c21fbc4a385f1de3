use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::checks::testing::write;
use crate::folder::{lock, locked};

/// A history with something of everything that is kept.
const FILES: &[(&str, &str)] = &[
    (
        "0001_jobs.up.sql",
        "CREATE TABLE kinds(name TEXT PRIMARY KEY);
         CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT COLLATE by_number NOT NULL DEFAULT 'new',
            n REAL AS (id * 2) STORED, CHECK (state <> ''));
         CREATE INDEX by_state ON jobs(state DESC) WHERE state <> 'done';
         CREATE VIRTUAL TABLE words USING fts5(word);",
    ),
    ("0001_jobs.down.sql", "DROP TABLE words; DROP TABLE jobs;"),
    (
        "0002_parts.up.sql",
        "-- onward: foreign_keys(on)
         CREATE TABLE parts(job INT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
            owner TEXT REFERENCES users(email), UNIQUE (job)) STRICT;
         CREATE VIEW open AS SELECT id, state FROM jobs WHERE slug(state) IS NOT NULL;
         CREATE TRIGGER gone AFTER DELETE ON jobs BEGIN DELETE FROM parts WHERE job = old.id; END;
         INSERT INTO jobs(id) VALUES (1);",
    ),
    ("0003_more.up.sql", "BEGIN; ALTER TABLE jobs ADD COLUMN archived BOOLEAN NOT NULL DEFAULT 0; COMMIT;\r\n-- ü"),
    ("0004_last.up.sql", "ALTER TABLE jobs RENAME COLUMN archived TO old; DROP TABLE words; PRAGMA user_version = 3;"),
    (
        "onward.toml",
        "functions = ['slug', { name = 'uid', arguments = 1, deterministic = false }]\ncollations = ['by_number']
         [external]\nusers = 'email TEXT UNIQUE'\ntemp.batch = ['job']\n'generate_series()' = []\n'split()' = 'a TEXT'
         [schema]\nprimary_keys = 'not null'
         [levels]\ndata_dropped = 'warn'\n[engine]\nsqlite = '3.40'\n[plans]\nlevel = 'allow'\nsmall = ['jobs']\n",
    ),
    ("legacy/v1.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY);"),
];

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(dir.path(), path, text);
    }
    dir
}

/// Locks the first so many.
fn lock(dir: &Path, count: usize) {
    let mut history = crate::analyze(dir, Proof::Whole).history;
    history.migrations.truncate(count);
    write(dir, lock::FILE_NAME, &locked::text(&history));
}

fn kept(dir: &Path, earlier: Option<&[u8]>) -> Option<Vec<u8>> {
    make(dir, Key::of(dir)?, earlier, false)
}

/// What is found of a folder where this is the file that was kept.
fn found(dir: &Path, bytes: &[u8]) -> Option<Analysis> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.proof"), bytes).unwrap();
    find(folder.path(), dir)
}

/// All that a macro may ask for.
fn told(analysis: &Analysis) -> String {
    let queries = [
        "SELECT *, n FROM jobs JOIN parts ON job = id",
        "SELECT * FROM open",
        "SELECT job FROM batch",
        "SELECT value FROM generate_series(1, 2)",
        "SELECT a FROM split(1, 2)",
        "SELECT name FROM kinds",
        "SELECT slug(1), uid(2)",
        "SELECT archived FROM jobs",
        "SELECT * FROM words",
        "SELECT nothing",
        "DELETE FROM jobs WHERE state = :state",
    ];
    let queries = queries.map(|sql| format!("{:?}", analysis.query(sql.into())));
    let relations = ["jobs", "open", "parts", "users", "nowhere"].map(|name| {
        let relation = analysis.relation(name);
        let column = relation.as_ref().map(|relation| {
            let column = &relation.columns[0];
            let place = analysis.definition(name, &column.name);
            (
                place,
                analysis.wrong_null(relation, column, "field", true),
                analysis.no_column(relation, "archived"),
            )
        });
        format!("{relation:?} {column:?} {:?}", analysis.no_relation(name))
    });
    let replay = analysis.replay.as_ref().unwrap();
    format!(
        "{:?}\n{:?}\n{:?}\n{:?}\n{}\n{}\n{:?}",
        analysis.history,
        analysis.diagnostics,
        (&replay.schema, &replay.known, &replay.objects, replay.fingerprint),
        (replay.from, &replay.unpopulated, replay.stopped()),
        queries.join("\n"),
        relations.join("\n"),
        analysis.snapshot(),
    )
}

#[test]
fn what_was_kept_says_what_the_replay_says() {
    let dir = folder(FILES);
    for count in [0, 1, 2, 4] {
        if count > 0 {
            lock(dir.path(), count);
        }
        let proven = crate::analyze(dir.path(), Proof::Unlocked);
        assert!(proven.diagnostics.len() >= if count < 3 { 2 } else { 1 }, "{:?}", proven.diagnostics);
        let bytes = kept(dir.path(), None).unwrap();
        assert_eq!(told(&found(dir.path(), &bytes).unwrap()), told(&proven), "{count}");
    }
}

/// What was kept has the end alone.
#[test]
fn the_schema_in_mid_history_is_that_of_the_replay() {
    let dir = folder(FILES);
    lock(dir.path(), 2);
    let proven = Arc::new(crate::analyze(dir.path(), Proof::Unlocked));
    let kept = Arc::new(found(dir.path(), &kept(dir.path(), None).unwrap()).unwrap());
    for migration in 0..proven.history.migrations.len() {
        let seen = |analysis: &Arc<Analysis>| {
            let analysis = analysis.up_to(migration).unwrap();
            let replay = analysis.replay.as_ref().unwrap();
            let query = |sql: &str| format!("{:?}", analysis.query(sql.into()));
            let queries = [
                "SELECT * FROM jobs",
                "SELECT job FROM parts, batch",
                "SELECT name, archived FROM kinds, jobs",
            ];
            (replay.schema.clone(), replay.known.clone(), replay.fingerprint, queries.map(query))
        };
        assert_eq!(seen(&kept), seen(&proven), "{migration}");
        assert_eq!(kept.samples(migration), proven.samples(migration), "{migration}");
    }
}

#[test]
fn what_is_wrong_with_a_history_is_kept_as_well() {
    for text in [
        "CREATE TABLE t(a); SELECT b FROM t;",
        "CREATE TABLE t(a",
        "ROLLBACK;",
        "CREATE TABLE t(a); DROP TABLE u;",
    ] {
        let dir = folder(&[("1_a.sql", text)]);
        let proven = crate::analyze(dir.path(), Proof::Unlocked);
        assert!(proven.has_errors(), "{text}");
        let analysis = found(dir.path(), &kept(dir.path(), None).unwrap()).unwrap();
        assert_eq!(analysis.diagnostics, proven.diagnostics, "{text}");
        // What else is said of the application's statements follows from this.
        assert_eq!(analysis.lacks_schema(), proven.lacks_schema(), "{text}");
    }
    // What cannot be put in order is read again each time.
    let dir = folder(&[("1_a.sql", "SELECT 1;"), ("x.sql", "DROP TABLE t;")]);
    assert!(kept(dir.path(), None).is_none());
    fs::write(dir.path().join("2_b.sql"), b"\xff").unwrap();
    assert!(kept(dir.path(), None).is_none());
    assert!(kept(&dir.path().join("nowhere"), None).is_none());
    // What was stopped may come to its end another time.
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n;";
    assert!(kept(folder(&[("1_a.sql", endless)]).path(), None).is_none());
}

#[test]
fn a_snapshot_is_kept_where_it_is_asked_for() {
    let dir = folder(&[("1_a.sql", "CREATE TABLE t(a); INSERT INTO t VALUES (7);")]);
    let key = Key::of(dir.path()).unwrap();
    let with = make(dir.path(), key, None, true).unwrap();
    assert!(with.len() > make(dir.path(), key, None, false).unwrap().len() + 200);
    let analysis = found(dir.path(), &with).unwrap();
    assert_eq!(analysis.snapshot(), crate::analyze(dir.path(), Proof::Unlocked).snapshot());
    assert!(analysis.replay.unwrap().snapshot.is_some());
}

#[test]
fn another_folder_is_another_key() {
    let dir = folder(FILES);
    let bytes = kept(dir.path(), None).unwrap();
    assert!(found(dir.path(), &bytes).is_some());
    // Wherever it lies, it is the same.
    assert!(found(folder(FILES).path(), &bytes).is_some());
    for (at, (path, text)) in FILES.iter().enumerate() {
        let mut others = FILES.to_vec();
        let changed = format!("{text} ");
        others[at].1 = &changed;
        assert!(found(folder(&others).path(), &bytes).is_none(), "{path} changed");
        others.remove(at);
        assert!(found(folder(&others).path(), &bytes).is_none(), "{path} removed");
    }
    for name in ["0005_new.up.sql", "onward.lock", "legacy/v2.sql"] {
        let others = [FILES, &[(name, "")]].concat();
        assert!(found(folder(&others).path(), &bytes).is_none(), "{name} added");
    }
    // Neither bytes that went from one file into the next, nor what is not looked at, is the same by chance.
    let one = Key::of(folder(&[("1_a.sql", "ab"), ("2_b.sql", "c")]).path());
    assert_ne!(one, Key::of(folder(&[("1_a.sql", "a"), ("2_b.sql", "bc")]).path()));
    assert_eq!(one, Key::of(folder(&[("1_a.sql", "ab"), ("2_b.sql", "c"), ("README.md", "")]).path()));
}

#[test]
fn what_lies_around_a_folder_is_part_of_its_key() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("app/db/history");
    write(&dir, "1_a.sql", "CREATE TABLE t(a);");
    let mut keys = Vec::new();
    for (path, text) in [
        ("app/.git/HEAD", ""),
        ("app/Cargo.toml", "[package]\nname = \"app\"\n"),
        ("app/Cargo.toml", "[package]\nname = \"app\"\n[dependencies]\nhiqlite = \"0.15\"\n"),
        ("app/onward.toml", "functions = [\"uuid7\"]\n"),
        ("app/onward.toml", "functions = [\"uuid4\"]\n"),
        ("app/db/wrangler.toml", ""),
    ] {
        write(place.path(), path, text);
        keys.push(Key::of(&dir).unwrap());
    }
    // A package that depends on no tool is as none.
    assert_eq!(keys.remove(0), keys[0]);
    for (at, key) in keys.iter().enumerate() {
        assert!(!keys[..at].contains(key), "{at}");
    }
    // What is said of a config file that nobody reads names the folder.
    let other = place.path().join("app/db/other");
    write(&other, "1_a.sql", "CREATE TABLE t(a);");
    assert_ne!(Key::of(&other), Key::of(&dir));
    fs::remove_file(place.path().join("app/onward.toml")).unwrap();
    assert_eq!(Key::of(&other), Key::of(&dir));
}

#[test]
fn no_damaged_file_is_believed() {
    let dir = folder(&[("1_a.sql", "CREATE TABLE t(a);"), ("2_b.sql", "CREATE TABLE u(a);")]);
    lock(dir.path(), 1);
    let key = Key::of(dir.path()).unwrap();
    let bytes = kept(dir.path(), None).unwrap();
    assert!(is_whole(&bytes, key));
    let (whole, locked) = (container::whole(&bytes).unwrap(), container::locked(&bytes).unwrap().bytes);
    for end in (0..bytes.len()).step_by(7) {
        assert!(!is_whole(&bytes[..end], key) && container::whole(&bytes[..end]).is_none(), "{end}");
    }
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(!is_whole(&damaged, key), "{at}");
        // What is damaged is not read; the other part may be.
        let parts = (container::whole(&damaged), container::locked(&damaged).map(|found| found.bytes));
        assert!(
            parts.0.is_none_or(|part| part == whole) && parts.1.is_none_or(|part| part == locked),
            "{at}"
        );
        assert!(parts.0.is_none() || parts.1.is_none(), "{at}");
    }
    for damaged in [&bytes[..bytes.len() - 1], &bytes[1..], &[], &[0; 300], &[&bytes[..], &[0]].concat()] {
        assert!(found(dir.path(), damaged).is_none());
        // Nothing is gone on from, either.
        assert_eq!(make(dir.path(), key, Some(damaged), false).as_ref(), Some(&bytes));
    }
    // A file that says all of itself and means nothing.
    let of_locked = container::locked(&bytes).unwrap();
    for part in [&whole[1..], locked, &[]] {
        for of_locked in [None, Some(of_locked)] {
            let empty = container::pack(key, of_locked, part);
            assert!(is_whole(&empty, key) && found(dir.path(), &empty).is_none());
        }
    }
    // One that belongs to other migrations, by the key that stands in front of it.
    let mut other = record::bytes(&key);
    other[0] ^= 1;
    let other = record::whole(&other).unwrap();
    let mut moved = container::pack(key, Some(container::OfLocked::of(other, locked)), whole);
    let at = moved.windows(sum::SIZE).position(|found| *found == record::bytes(&other)[..]).unwrap();
    moved[at..at + sum::SIZE].copy_from_slice(&record::bytes(&of_locked.key));
    assert!(container::locked(&moved).is_none() && !is_whole(&moved, key));
}

#[test]
fn an_image_that_is_none_is_made_again() {
    let dir = folder(&[("1_a.sql", "CREATE TABLE t(a);")]);
    let proven = crate::analyze(dir.path(), Proof::Unlocked);
    let query = |analysis: &Analysis| format!("{:?}", analysis.query("SELECT a, b FROM t".into()));
    for image in [vec![], vec![1_u8; 5], vec![0; 9]] {
        let mut told = Told::of(&proven, None).unwrap();
        told.kept.end = record::whole(&record::bytes(&image)).unwrap();
        assert_eq!(query(&told.analysis(dir.path()).unwrap()), query(&proven));
    }
}

#[test]
fn what_is_locked_is_taken_from_the_file_before() {
    let dir = folder(&FILES[..2]);
    lock(dir.path(), 1);
    let mut earlier = kept(dir.path(), None).unwrap();
    for (path, text) in &FILES[2..] {
        write(dir.path(), path, text);
        let alone = kept(dir.path(), None).unwrap();
        let behind = kept(dir.path(), Some(&earlier)).unwrap();
        assert_eq!(
            told(&found(dir.path(), &behind).unwrap()),
            told(&found(dir.path(), &alone).unwrap()),
            "{path}"
        );
        earlier = behind;
    }
    // An edit makes another key.
    let file = dir.path().join("0001_jobs.up.sql");
    let key = || Key::of_first(&crate::read(dir.path()).0, 1);
    assert_eq!(key(), Head::read(&earlier).unwrap().locked());
    write(dir.path(), "0001_jobs.up.sql", &(fs::read_to_string(&file).unwrap() + " -- changed"));
    assert_ne!(key(), Head::read(&earlier).unwrap().locked());
}

#[test]
fn what_is_locked_is_not_run_again() {
    let [dir, other] = ["t", "other"].map(|table| {
        let dir =
            folder(&[("1_a.sql", &format!("CREATE TABLE {table}(a);")), ("2_b.sql", "CREATE TABLE u(a);")]);
        lock(dir.path(), 1);
        dir
    });
    // Only with the image of another database under the right key does it show.
    let (bytes, others) = (kept(dir.path(), None).unwrap(), kept(other.path(), None).unwrap());
    let head = Head::read(&bytes).unwrap();
    let wrong = container::locked(&others).unwrap().bytes;
    let wrong = container::OfLocked::of(head.locked().unwrap(), wrong);
    let tables = |earlier: &[u8]| {
        let analysis = found(dir.path(), &kept(dir.path(), Some(earlier)).unwrap()).unwrap();
        analysis.replay.unwrap().schema.tables.into_keys().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(tables(&container::pack(head.key, Some(wrong), container::whole(&bytes).unwrap())), "other u");
    assert_eq!(tables(&others), "t u");
    assert_eq!(tables(&bytes), "t u");
}

/// So that the first new migration behind them need not run them.
#[test]
fn what_is_locked_is_kept_where_nothing_comes_behind() {
    let sql = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT); INSERT INTO jobs VALUES (7, 'new');";
    let dir = folder(&[("1_a.sql", sql), ("2_b.sql", "CREATE VIEW v AS SELECT state FROM jobs;")]);
    lock(dir.path(), 2);
    let (all, new) = (kept(dir.path(), None).unwrap(), "CREATE TABLE parts(job INT REFERENCES jobs(id));");
    write(dir.path(), "3_c.sql", new);
    let (alone, behind) = (kept(dir.path(), None).unwrap(), kept(dir.path(), Some(&all)).unwrap());
    let of_locked = |bytes: &[u8]| {
        let locked: Locked = record::whole(container::locked(bytes).unwrap().bytes).unwrap();
        let sandbox =
            crate::sqlite::sandbox::Sandbox::restore(&crate::config::Config::default(), &locked.image)
                .unwrap();
        let rows = sandbox
            .read("SELECT rowid, * FROM sqlite_schema UNION ALL SELECT id, state, 0, 0, 0, 0 FROM jobs");
        (locked.count, format!("{rows:?}"))
    };
    assert_eq!((of_locked(&all), of_locked(&behind)), (of_locked(&alone), of_locked(&alone)));
    assert_eq!(told(&found(dir.path(), &behind).unwrap()), told(&found(dir.path(), &alone).unwrap()));
}

/// A fault in what is new does not cost the next proof what was kept, nor do other new migrations.
#[test]
fn what_is_locked_is_kept_whatever_comes_behind() {
    let dir = folder(&[("0001_jobs.up.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);")]);
    lock(dir.path(), 1);
    let of_locked = |bytes: &[u8]| container::locked(bytes).map(|found| (found.key, found.bytes.to_vec()));
    let mut earlier = kept(dir.path(), None).unwrap();
    let first = of_locked(&earlier);
    assert!(first.is_some());
    for text in [
        "CREATE TABLE jobs(id);",
        "CREATE TABLE parts(",
        "ROLLBACK;",
        "INSERT INTO jobs(id) SELECT nothing FROM jobs;",
        "CREATE TABLE parts(job INT NOT NULL REFERENCES jobs(id));",
        "CREATE TABLE parts(job INT NOT NULL REFERENCES jobs(id), note TEXT);",
    ] {
        write(dir.path(), "0002_parts.up.sql", text);
        let alone = kept(dir.path(), None).unwrap();
        earlier = kept(dir.path(), Some(&earlier)).unwrap();
        assert_eq!(of_locked(&earlier), first, "{text}");
        let told = |bytes| told(&found(dir.path(), bytes).unwrap());
        assert_eq!(told(&earlier), told(&alone), "{text}");
    }
    // An edit of what is locked is another history.
    write(
        dir.path(),
        "0001_jobs.up.sql",
        "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT, more TEXT);",
    );
    assert_ne!(of_locked(&kept(dir.path(), Some(&earlier)).unwrap()), first);
}

/// What stands in for a table of others follows from the whole history.
#[test]
fn a_new_foreign_key_into_a_table_of_others_finds_its_key() {
    let dir = folder(&[
        ("1_a.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY, user INT REFERENCES users(id));"),
        ("2_b.sql", "CREATE TABLE tags(id INTEGER PRIMARY KEY);"),
        ("onward.toml", "[external]\nusers = ['id']\n"),
    ]);
    lock(dir.path(), 1);
    let earlier = kept(dir.path(), None).unwrap();
    assert!(Head::read(&earlier).unwrap().locked().is_some());
    write(
        dir.path(),
        "3_c.sql",
        "CREATE TABLE notes(id INTEGER PRIMARY KEY, user TEXT REFERENCES users(email));",
    );
    let proven = crate::analyze(dir.path(), Proof::Unlocked);
    assert_eq!(proven.diagnostics, []);
    let behind = kept(dir.path(), Some(&earlier)).unwrap();
    assert_eq!(found(dir.path(), &behind).unwrap().diagnostics, []);
}

#[test]
fn a_rebuild_that_goes_on_behind_the_locked_ones_is_seen_whole() {
    let dir = folder(&[
        ("1_a.sql", "CREATE TABLE t(a TEXT, b TEXT); CREATE INDEX i ON t(a);"),
        ("2_b.sql", "CREATE TABLE new(a TEXT, b TEXT); INSERT INTO new SELECT a, b FROM t;"),
    ]);
    lock(dir.path(), 2);
    let earlier = kept(dir.path(), None).unwrap();
    write(dir.path(), "3_c.sql", "DROP TABLE t; ALTER TABLE new RENAME TO t;");
    let proven = crate::analyze(dir.path(), Proof::Unlocked);
    assert_eq!(proven.diagnostics[0].rule.code, "index_lost");
    let behind = kept(dir.path(), Some(&earlier)).unwrap();
    assert_eq!(told(&found(dir.path(), &behind).unwrap()), told(&proven));
}
