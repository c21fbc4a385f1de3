//! Many files: what becomes of each, and when a sweep ends.

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use onward::fleet::{Amount, Class, Ended, Event, Stop, Sweep};
use onward::rusqlite::{Connection, Transaction};
use onward::{Adopt, ErrorKind, Migrations, migrations};
use onward_analysis::{Proof, analyze};
use onward_tests::file::{File, number};

static FIRST: Migrations = migrations!("histories/orders_1");
static ORDERS: Migrations = migrations!("histories/orders");
static EDITED: Migrations = migrations!("histories/orders_edited");

/// A folder with so many tenants at the first version, each with a customer and two orders.
struct Tenants {
    file: File,
    paths: Vec<PathBuf>,
}

impl Tenants {
    fn new(number: usize) -> Tenants {
        let file = File::with_orders(&FIRST);
        let path = |tenant| file.folder().join(format!("{tenant:03}.db"));
        let paths: Vec<PathBuf> = (0..number).map(path).collect();
        for path in &paths {
            fs::copy(file.path(), path).unwrap();
        }
        Tenants { file, paths }
    }

    fn conn(&self, tenant: usize) -> Connection {
        Connection::open(&self.paths[tenant]).unwrap()
    }

    fn bytes(&self, tenant: usize) -> Vec<u8> {
        fs::read(&self.paths[tenant]).unwrap()
    }

    /// Its rows are there, and each of the migrations has run once.
    #[track_caller]
    fn is_migrated(&self, tenant: usize) {
        let conn = self.conn(tenant);
        assert_eq!(number(&conn, "SELECT count(*) FROM orders"), 2, "{tenant}");
        assert_eq!(number(&conn, "SELECT count(*) FROM onward_migrations"), 3, "{tenant}");
        assert!(ORDERS.verify(&conn).unwrap().is_empty(), "{tenant}");
    }
}

/// A program with one migration more.
fn newer() -> Migrations {
    let dir = tempfile::tempdir().unwrap();
    for migration in ORDERS.list() {
        let name = migration.file().rsplit('/').next().unwrap();
        fs::write(dir.path().join(name), migration.sql()).unwrap();
    }
    fs::write(dir.path().join("0009_notes.sql"), "CREATE TABLE notes(body TEXT)").unwrap();
    let analysis = analyze(dir.path(), Proof::Whole);
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    analysis.history.packed(analysis.replay.as_ref(), "").into()
}

/// Every class with its count.
fn counts(sweep: &Sweep) -> Vec<(Class, usize)> {
    let counts = Class::ALL.into_iter().map(|class| (class, sweep.count(class)));
    counts.filter(|(_, count)| *count > 0).collect()
}

fn versions(sweep: &Sweep) -> Vec<(Option<&str>, usize, usize)> {
    sweep.versions().map(|count| (count.version.as_deref(), count.before, count.after)).collect()
}

#[test]
fn every_file_ends_in_one_class() {
    let tenants = Tenants::new(10);
    drop(ORDERS.open(&tenants.paths[1]).unwrap());
    // Newer, edited, drifted, without a ledger, damaged, gone.
    drop(newer().open(&tenants.paths[2]).unwrap());
    fs::remove_file(&tenants.paths[3]).unwrap();
    drop(EDITED.open(&tenants.paths[3]).unwrap());
    tenants.conn(4).execute_batch("ALTER TABLE orders ADD COLUMN note TEXT").unwrap();
    tenants.conn(5).execute_batch("DROP TABLE onward_migrations").unwrap();
    fs::write(&tenants.paths[6], "anything but a database".repeat(1000)).unwrap();
    fs::remove_file(&tenants.paths[7]).unwrap();
    // Somebody's lock file, or a customer whose data is gone.
    fs::write(&tenants.paths[8], "").unwrap();
    let held = [2, 3, 4, 5, 6, 8].map(|tenant| (tenant, tenants.bytes(tenant)));

    let mut told = Vec::new();
    let sweep = ORDERS
        .fleet()
        .observer(|event| {
            if let Event::Ended { tenant } = event {
                told.push((tenant.path.clone(), tenant.class));
            }
        })
        .apply(&tenants.paths)
        .unwrap();

    let expected = [
        (Class::UpToDate, 1),
        (Class::Migrated, 2),
        (Class::Newer, 1),
        (Class::Diverged, 1),
        (Class::Drifted, 1),
        (Class::NoLedger, 1),
        (Class::Corrupt, 1),
        (Class::Unreadable, 2),
    ];
    assert_eq!(counts(&sweep), expected, "{sweep}");
    assert_eq!((sweep.files(), sweep.failures(), sweep.ended), (10, 7, Ended::Whole));
    assert!(!sweep.is_done());
    told.sort();
    let class = |tenant: usize| told[tenant].1;
    assert_eq!(told.len(), 10);
    assert_eq!([class(2), class(3), class(4)], [Class::Newer, Class::Diverged, Class::Drifted]);
    assert_eq!([class(5), class(6), class(7)], [Class::NoLedger, Class::Corrupt, Class::Unreadable]);
    for (tenant, bytes) in held {
        assert!(tenants.bytes(tenant) == bytes, "{tenant} was changed");
    }
    assert!(!tenants.paths[7].exists(), "a file was made");
    [0, 9].into_iter().for_each(|tenant| tenants.is_migrated(tenant));
    // The worst first, and every one with a reason that names it.
    let worst: Vec<Class> = sweep.worst().iter().map(|tenant| tenant.class).collect();
    assert!(worst.is_sorted_by(|one, other| one >= other) && worst.len() == 7, "{worst:?}");
    for tenant in sweep.worst() {
        let error = tenant.error.as_ref().unwrap();
        assert_eq!(error.path(), Some(&*tenant.path), "{error}");
    }
    let text = sweep.to_string();
    assert!(text.contains("  1  corrupt\n") && text.contains("10 files in "), "{text}");
    // Of what could not be read nobody knows the version.
    assert_eq!(versions(&sweep).first(), Some(&(None, 4, 4)), "{text}");
    assert_eq!(versions(&sweep).last(), Some(&(Some("other"), 1, 1)), "{text}");

    // Once more, and nothing is left but what was.
    let again = ORDERS.fleet().apply(&tenants.paths).unwrap();
    assert_eq!((again.count(Class::UpToDate), again.failures()), (3, 7));
}

#[test]
fn a_migration_that_fails_in_some_files_runs_in_all_others() {
    static UNIQUE: Migrations = migrations!("histories/broken_late");
    let file = File::new();
    let paths: Vec<_> = (0..30).map(|tenant| file.folder().join(format!("{tenant}.db"))).collect();
    for (number, path) in paths.iter().enumerate() {
        let (conn, _) = UNIQUE.migrator().target(1).open(path).unwrap();
        let twice = if number % 10 == 0 { "(1, 'Ada'), (2, 'Ada')" } else { "(1, 'Ada'), (2, 'Bea')" };
        conn.execute_batch(&format!("INSERT INTO customers(id, name) VALUES {twice}")).unwrap();
    }
    let sweep = UNIQUE.fleet().apply(&paths).unwrap();
    assert_eq!(counts(&sweep), [(Class::Migrated, 27), (Class::Failed, 3)], "{sweep}");
    assert_eq!(versions(&sweep), [(Some("0001"), 30, 3), (Some("0002"), 0, 27)]);
    let error = sweep.worst()[0].error.as_ref().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Statement { line: 1.., .. }), "{error}");
    assert!(error.help().is_some_and(|help| help.contains("SELECT")), "{error}");
}

#[test]
fn a_canary_that_fails_keeps_the_others_as_they_are() {
    let tenants = Tenants::new(50);
    // The first ones tell nothing of the migrations: they are up to date, or wrong by themselves.
    drop(ORDERS.open(&tenants.paths[0]).unwrap());
    fs::write(&tenants.paths[1], "anything but a database".repeat(1000)).unwrap();
    tenants.conn(2).execute_batch("ALTER TABLE orders ADD COLUMN note TEXT").unwrap();
    let before: Vec<_> = (3..50).map(|tenant| tenants.bytes(tenant)).collect();

    let sweep = ORDERS.fleet().jobs(8).canary(1).apply(&tenants.paths).unwrap();
    assert_eq!(sweep.ended, Ended::Canary, "{sweep}");
    assert_eq!(counts(&sweep), [(Class::UpToDate, 1), (Class::Drifted, 1), (Class::Corrupt, 1)]);
    assert_eq!(sweep.not_begun(), Some(47));
    assert!(sweep.to_string().contains("47 files were not begun"), "{sweep}");
    for (tenant, bytes) in (3..50).zip(before) {
        assert!(tenants.bytes(tenant) == bytes, "{tenant}");
    }
    // Without it, the others are migrated.
    let sweep = ORDERS.fleet().canary(1).apply(&tenants.paths[3..]).unwrap();
    assert_eq!((sweep.ended, sweep.count(Class::Migrated), sweep.waves), (Ended::Whole, 47, 2));
}

#[test]
fn between_two_waves_nothing_runs() {
    let tenants = Tenants::new(20);
    let (mut ended, mut waves) = (0, Vec::new());
    let sweep = ORDERS
        .fleet()
        .canary(2)
        .waves(Amount::Percent(40))
        .observer(|event| match event {
            Event::Ended { .. } => ended += 1,
            Event::Wave { number, size } => waves.push((number, size, ended)),
            _ => {}
        })
        .apply(&tenants.paths)
        .unwrap();
    assert_eq!(waves, [(1, Some(2), 0), (2, Some(8), 2), (3, Some(8), 10), (4, Some(8), 18)]);
    assert_eq!((sweep.waves, sweep.count(Class::Migrated)), (4, 20));
}

#[test]
fn so_many_failures_end_it() {
    let tenants = Tenants::new(100);
    for path in &tenants.paths {
        fs::write(path, "anything but a database".repeat(100)).unwrap();
    }
    for (jobs, most) in [(1, 1), (1, 5), (8, 5)] {
        let sweep = ORDERS.fleet().jobs(jobs).max_failures(most).apply(&tenants.paths).unwrap();
        assert_eq!(sweep.ended, Ended::MaxFailures);
        // Those in hand are finished.
        assert!((most..most + jobs).contains(&sweep.failures()), "{sweep}");
    }
    let sweep = ORDERS.fleet().jobs(1).max_failures(Amount::Percent(3)).apply(&tenants.paths).unwrap();
    assert_eq!((sweep.ended, sweep.failures()), (Ended::MaxFailures, 3));
    let sweep = ORDERS.fleet().apply(&tenants.paths).unwrap();
    assert_eq!((sweep.ended, sweep.failures(), sweep.worst().len()), (Ended::Whole, 100, 100));
    assert!(sweep.to_string().contains("and 90 more"), "{sweep}");
}

#[test]
fn a_share_of_nobody_knows_how_many_is_refused() {
    let unknown = || (0..3).filter(|_| true).map(|tenant| format!("{tenant}.db"));
    for fleet in [ORDERS.fleet().waves(Amount::Percent(10)), ORDERS.fleet().max_failures(Amount::Percent(10))]
    {
        let mut fleet = fleet;
        let error = fleet.apply(unknown()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::UnknownLength), "{error}");
        assert!(error.help().unwrap().contains("collect the paths"), "{error}");
    }
    assert_eq!(ORDERS.fleet().waves(10).apply(unknown()).unwrap().files(), 3);
    let error = ORDERS.migrator().target(77).fleet().apply(unknown()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnknownTarget { .. }), "{error}");
}

#[test]
fn a_busy_file_is_taken_when_all_others_have_ended() {
    let tenants = Tenants::new(30);
    let holder = tenants.conn(0);
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (mut order, mut put_off) = (Vec::new(), Vec::new());
    let sweep = ORDERS
        .fleet()
        .observer(|event| match event {
            Event::Ended { tenant } => {
                order.push(tenant.path.clone());
                if order.len() == 29 {
                    holder.execute_batch("COMMIT").unwrap();
                }
            }
            Event::PutOff { path } => put_off.push(path.to_owned()),
            _ => {}
        })
        .apply(&tenants.paths)
        .unwrap();
    assert_eq!((put_off.as_slice(), sweep.put_off), (&tenants.paths[..1], 1));
    assert_eq!(order.last(), Some(&tenants.paths[0]));
    assert_eq!(counts(&sweep), [(Class::Migrated, 30)], "{sweep}");

    // To the end.
    let tenants = Tenants::new(3);
    let holder = tenants.conn(1);
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let brief = ORDERS.migrator().lock_timeout(Duration::from_millis(20));
    let sweep = brief.fleet().max_failures(1).apply(&tenants.paths).unwrap();
    // Which is no failure.
    assert_eq!(counts(&sweep), [(Class::Migrated, 2), (Class::Busy, 1)], "{sweep}");
    assert_eq!((sweep.ended, sweep.is_done(), sweep.worst()[0].pending), (Ended::Whole, false, 2));
    assert_eq!(versions(&sweep), [(Some("0001"), 3, 1), (Some("0005"), 0, 2)]);
}

#[test]
fn a_stop_finishes_what_is_in_hand() {
    static STOP: Stop = Stop::new();
    let tenants = Tenants::new(40);
    let sweep = ORDERS
        .fleet()
        .jobs(3)
        .stop_on(&STOP)
        .observer(|event| {
            if let Event::Ended { .. } = event {
                STOP.stop();
            }
        })
        .apply(&tenants.paths)
        .unwrap();
    let migrated = sweep.count(Class::Migrated);
    assert_eq!(sweep.ended, Ended::Stopped);
    assert!((1..40).contains(&migrated) && sweep.files() == migrated, "{sweep}");
    // Each is old or new, and the next sweep has the rest.
    let sweep = ORDERS.fleet().apply(&tenants.paths).unwrap();
    assert_eq!(counts(&sweep), [(Class::UpToDate, migrated), (Class::Migrated, 40 - migrated)]);
    (0..40).for_each(|tenant| tenants.is_migrated(tenant));
}

#[test]
fn a_stop_waits_for_no_lock() {
    static STOP: Stop = Stop::new();
    let tenants = Tenants::new(1);
    let holder = tenants.conn(0);
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (waits, waiting) = mpsc::channel();
    let path = tenants.paths[0].clone();
    let sweep = thread::spawn(move || {
        let migrator = ORDERS.migrator().lock_timeout(Duration::from_secs(3600)).observer(move |_| {
            let _ = waits.send(());
        });
        migrator.fleet().stop_on(&STOP).apply([path]).unwrap()
    });
    // In the first round nobody waits for long, in the second it would be an hour.
    (0..10).for_each(|_| waiting.recv().unwrap());
    STOP.stop();
    let sweep = sweep.join().unwrap();
    assert_eq!((sweep.ended, counts(&sweep)), (Ended::Stopped, vec![(Class::Busy, 1)]));
}

#[test]
fn a_rehearsal_that_fails_keeps_every_file_as_it_is() {
    let tenants = Tenants::new(10);
    drop(ORDERS.open(&tenants.paths[0]).unwrap());
    tenants.conn(1).execute_batch("ALTER TABLE orders ADD COLUMN note TEXT").unwrap();
    let before: Vec<_> = (0..10).map(|tenant| tenants.bytes(tenant)).collect();
    let sweep = ORDERS.fleet().rehearse(2).apply(&tenants.paths).unwrap();
    assert_eq!((sweep.ended, sweep.files(), sweep.failures()), (Ended::Rehearsal, 1, 1), "{sweep}");
    for (tenant, bytes) in before.into_iter().enumerate() {
        assert!(tenants.bytes(tenant) == bytes, "{tenant}");
    }
    // Of the others, those that were looked at are migrated as well.
    let mut rehearsed = 0;
    let observer = |event: Event<'_>| rehearsed += usize::from(matches!(event, Event::Rehearsed { .. }));
    let sweep = ORDERS.fleet().rehearse(2).observer(observer).apply(&tenants.paths[2..]).unwrap();
    assert_eq!((rehearsed, sweep.count(Class::Migrated), sweep.files()), (2, 8, 8));
}

#[test]
fn each_file_has_a_copy_of_its_own() {
    let tenants = Tenants::new(12);
    let copies = File::new();
    let mut places = Vec::new();
    for target in [3, 5] {
        let migrator = ORDERS.migrator().target(target).backup(copies.folder()).keep(1);
        let sweep = migrator
            .fleet()
            .observer(|event| {
                if let Event::Ended { tenant } = event {
                    places.push(tenant.backup.clone().unwrap());
                }
            })
            .apply(&tenants.paths)
            .unwrap();
        assert_eq!(sweep.count(Class::Migrated), 12);
    }
    // The newer one of each is left.
    assert_eq!(copies.names().len(), 12);
    for copy in &places[12..] {
        assert_eq!(number(&Connection::open(copy).unwrap(), "SELECT max(version) FROM onward_migrations"), 3);
    }
}

#[test]
fn a_look_changes_nothing() {
    let tenants = Tenants::new(5);
    drop(ORDERS.open(&tenants.paths[0]).unwrap());
    fs::write(&tenants.paths[1], "").unwrap();
    tenants.conn(2).execute_batch("DROP TABLE onward_migrations").unwrap();
    tenants.conn(3).execute_batch("PRAGMA journal_mode = WAL").unwrap();
    let before: Vec<_> = (0..5).map(|tenant| tenants.bytes(tenant)).collect();
    let names = tenants.file.names();
    let sweep = ORDERS.fleet().status(&tenants.paths).unwrap();
    assert_eq!(
        counts(&sweep),
        [(Class::UpToDate, 1), (Class::Pending, 2), (Class::NoLedger, 1), (Class::Unreadable, 1)],
        "{sweep}"
    );
    assert_eq!(versions(&sweep), [(None, 2, 2), (Some("0001"), 2, 2), (Some("0005"), 1, 1)]);
    assert_eq!((sweep.waves, sweep.total, sweep.not_begun()), (0, Some(5), Some(0)));
    // What can be adopted is pending.
    let adopting = ORDERS.migrator().adopt(Adopt::Exact).fleet().status(&tenants.paths).unwrap();
    assert_eq!(
        counts(&adopting),
        [(Class::UpToDate, 1), (Class::Pending, 3), (Class::Unreadable, 1)],
        "{adopting}"
    );
    for (tenant, bytes) in before.into_iter().enumerate() {
        assert!(tenants.bytes(tenant) == bytes, "{tenant}");
    }
    assert_eq!(tenants.file.names(), names);
    let adopted = ORDERS.migrator().adopt(Adopt::Exact).fleet().apply(&tenants.paths).unwrap();
    assert_eq!(
        counts(&adopted),
        [(Class::UpToDate, 1), (Class::Migrated, 3), (Class::Unreadable, 1)],
        "{adopted}"
    );
}

/// What one file at a time needs.
fn plan_of_one(tenants: &Tenants) -> Option<u64> {
    ORDERS.fleet().jobs(1).plan(&tenants.paths).unwrap().bytes_needed()
}

#[test]
fn a_plan_says_what_a_sweep_would_do() {
    let tenants = Tenants::new(6);
    let larger = "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
                  INSERT INTO orders(customer, total) SELECT 1, i FROM n";
    tenants.conn(4).execute_batch(larger).unwrap();
    let before: Vec<_> = (0..6).map(|tenant| tenants.bytes(tenant)).collect();
    let plan = ORDERS.fleet().plan(&tenants.paths).unwrap();
    assert_eq!((plan.status.count(Class::Pending), plan.samples.len()), (6, 3), "{plan}");
    assert_eq!(plan.samples[0].path, tenants.paths[4], "the largest is one of them");
    assert_eq!(plan.bytes, before.iter().map(|bytes| bytes.len() as u64).sum::<u64>());
    // What grows is there in the end, what is copied stays, and a journal is as long as its file at most.
    let copies = File::new();
    let copying = ORDERS.migrator().backup(copies.folder()).fleet().jobs(1).plan(&tenants.paths).unwrap();
    assert_eq!(copying.bytes_needed(), plan_of_one(&tenants).map(|needed| needed + plan.bytes), "{copying}");
    assert!(plan.is_sound() && plan.duration().is_some_and(|duration| !duration.is_zero()));
    for (tenant, bytes) in before.into_iter().enumerate() {
        assert!(tenants.bytes(tenant) == bytes, "{tenant}");
    }
    tenants.conn(4).execute_batch("ALTER TABLE orders ADD COLUMN note TEXT").unwrap();
    let plan = ORDERS.fleet().plan(&tenants.paths).unwrap();
    assert!(!plan.is_sound() && plan.to_string().contains("the rehearsal failed: "), "{plan}");
    let done = ORDERS.fleet().plan(Vec::<PathBuf>::new()).unwrap();
    assert!(done.duration().is_none() && done.to_string().ends_with("nothing is pending"), "{done}");
}

#[test]
fn what_is_no_file_is_told() {
    let file = File::new();
    let folder = file.folder().join("folder");
    fs::create_dir(&folder).unwrap();
    let mut paths = vec![folder, file.folder().join("missing/1.db"), PathBuf::new(), ":memory:".into()];
    paths.push("file:x?mode=memory".into());
    #[cfg(unix)]
    {
        // Whoever opens it to read waits for somebody who writes.
        let pipe = file.folder().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        paths.push(pipe);
    }
    for sweep in [ORDERS.fleet().apply(&paths).unwrap(), ORDERS.fleet().status(&paths).unwrap()] {
        assert_eq!(counts(&sweep), [(Class::Unreadable, paths.len())], "{sweep}");
    }
    assert_eq!(fs::read_dir(file.folder()).unwrap().count(), paths.len() - 4);
}

#[test]
fn what_lies_beside_a_database_is_left_alone() {
    let tenants = Tenants::new(1);
    let conn = tenants.conn(0);
    conn.execute_batch("PRAGMA journal_mode = WAL").unwrap();
    conn.query_row("SELECT count(*) FROM orders", [], |_| Ok(())).unwrap();
    let beside = |name: &str| tenants.file.folder().join(name);
    // A WAL that nobody has written to yet is an empty file.
    let wal = beside("000.db-wal");
    assert_eq!(fs::metadata(&wal).unwrap().len(), 0);
    let copy = beside("copy");
    fs::create_dir(&copy).unwrap();
    let (_, report) = ORDERS.migrator().target(3).backup(&copy).open(&tenants.paths[0]).unwrap();
    let copy = report.backup.unwrap();
    fs::write(beside("done.flag"), "y").unwrap();
    fs::write(beside("LOCK"), "").unwrap();
    let paths = [wal, beside("000.db-shm"), copy, beside("done.flag"), beside("LOCK")];
    let before = paths.each_ref().map(|path| fs::read(path).unwrap());
    for sweep in [ORDERS.fleet().apply(&paths).unwrap(), ORDERS.fleet().status(&paths).unwrap()] {
        assert_eq!(counts(&sweep), [(Class::Corrupt, 1), (Class::Unreadable, 4)], "{sweep}");
    }
    assert!(before == paths.each_ref().map(|path| fs::read(path).unwrap()));
    conn.execute_batch("INSERT INTO orders(customer, total) VALUES (1, 30)").unwrap();
    assert_eq!(number(&conn, "SELECT count(*) FROM orders"), 3);
}

#[cfg(unix)]
#[test]
fn a_name_has_no_other_meaning() {
    let tenants = Tenants::new(1);
    let odd = tenants.file.folder().join("file:1.db?mode=memory");
    fs::copy(&tenants.paths[0], &odd).unwrap();
    let sweep = ORDERS.fleet().apply([&odd]).unwrap();
    assert_eq!(counts(&sweep), [(Class::Migrated, 1)], "{sweep}");
    assert_eq!(number(&Connection::open(&odd).unwrap(), "SELECT count(*) FROM onward_migrations"), 3);
}

#[test]
fn a_hook_that_panics_stops_no_other_file() {
    fn pays(tx: &Transaction<'_>) -> onward::rusqlite::Result<()> {
        assert!(number(tx, "SELECT count(*) FROM orders") < 3, "too many orders");
        Ok(())
    }
    static HOOKED: Migrations = migrations!("histories/orders_hooked", after = { 3 => pays });
    let tenants = Tenants::new(3);
    tenants.conn(1).execute_batch("INSERT INTO orders(customer, total) VALUES (1, 30)").unwrap();
    let before = tenants.bytes(1);
    let sweep = HOOKED.fleet().jobs(1).apply(&tenants.paths).unwrap();
    assert_eq!(counts(&sweep), [(Class::Migrated, 2), (Class::Failed, 1)], "{sweep}");
    let error = sweep.worst()[0].error.as_ref().unwrap().to_string();
    assert!(error.contains("too many orders") && error.contains("nothing was changed"), "{error}");
    assert!(tenants.bytes(1) == before);
}

#[test]
fn two_sweeps_and_a_program_at_once_do_it_once() {
    let tenants = Tenants::new(60);
    let start = std::sync::Barrier::new(3);
    let (one, other) = thread::scope(|scope| {
        let sweep = |rev: bool| {
            let (tenants, start) = (&tenants, &start);
            scope.spawn(move || {
                let mut paths = tenants.paths.clone();
                if rev {
                    paths.reverse();
                }
                start.wait();
                ORDERS.fleet().apply(paths).unwrap()
            })
        };
        let (one, other) = (sweep(false), sweep(true));
        // Lazy: whoever is asked for is migrated then.
        start.wait();
        for tenant in (0..60).step_by(7) {
            drop(ORDERS.open(&tenants.paths[tenant]).unwrap());
        }
        (one.join().unwrap(), other.join().unwrap())
    });
    for sweep in [&one, &other] {
        assert!(sweep.is_done() && sweep.files() == 60, "{sweep}");
    }
    assert!(one.count(Class::Migrated) + other.count(Class::Migrated) <= 60);
    (0..60).for_each(|tenant| tenants.is_migrated(tenant));
}

#[test]
fn an_observer_that_panics_leaves_each_file_old_or_new() {
    let tenants = Tenants::new(10);
    let swept = std::panic::catch_unwind(|| {
        let fleet = ORDERS.fleet().observer(|event| {
            if let Event::Ended { .. } = event {
                panic!("enough");
            }
        });
        let mut fleet = fleet;
        fleet.apply(&tenants.paths)
    });
    assert!(swept.is_err());
    let sweep = ORDERS.fleet().apply(&tenants.paths).unwrap();
    assert!(sweep.is_done(), "{sweep}");
    (0..10).for_each(|tenant| tenants.is_migrated(tenant));
}

/// A name that is not UTF-8 must not keep a tenant out of the log.
#[cfg(unix)]
#[test]
fn any_name_can_be_serialized() {
    use std::os::unix::ffi::OsStrExt;

    let mut tenants = Tenants::new(1);
    let name = tenants.file.folder().join(std::ffi::OsStr::from_bytes(b"caf\xe9.db"));
    fs::rename(&tenants.paths[0], &name).unwrap();
    tenants.paths[0] = name;
    let (mut told, folder) = (Vec::new(), tempfile::tempdir().unwrap());
    let migrator = ORDERS.migrator().backup(folder.path());
    let mut fleet = migrator.fleet().observer(|event| {
        if let Event::Ended { tenant } = event {
            told.push(serde_json::to_value(tenant).unwrap());
        }
    });
    assert!(fleet.apply(&tenants.paths).unwrap().is_done());
    drop(fleet);
    tenants.is_migrated(0);
    let text = |key: &str| told[0][key].as_str().unwrap().to_owned();
    assert!(text("path").ends_with("/caf\u{fffd}.db"), "{told:?}");
    assert!(text("backup").contains("/caf\u{fffd}.db-"), "{told:?}");
}
