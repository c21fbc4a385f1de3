//! The order of versions, and the numbers under which databases have them.

use onward::rusqlite::{self, Connection, Transaction};
use onward::{Migrations, migrations};
use onward_tests::command::Place;
use onward_tests::file::{File, number};

static DIESEL: Migrations = migrations!("histories/order_diesel");

/// What the release before this order wrote for the first three migrations of `order_diesel`, which it ran by number, and
/// the lock file that it wrote.
const LEDGER: &str = "
    CREATE TABLE onward_migrations (
      version INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      checksum TEXT NOT NULL,
      chain TEXT NOT NULL,
      applied_at TEXT NOT NULL,
      duration_us INTEGER NOT NULL
    ) STRICT;
    INSERT INTO onward_migrations VALUES
      (20250901080000, 'jobs', '2f0aede07ecd38571e58eb2cedd87561278a52b87cf293b1834d28a2bd33019d',
       'eeb1acb67b54385ee928dc9bfe5eabffbb231f4d143b35bce2777f73c263fdff', '2026-11-21T16:09:51Z', 98),
      (20251115232503, 'paid', '03485c2f3de24186100880938af20519f103bea2304fb8e342809ead44a344fb',
       '75d4cbde4f483859a02764bd93e014215201f496df8ed9951a43dd93cf14f2cf', '2026-11-21T16:09:51Z', 68),
      (202510281759200000, 'due', '49c7f53fbea9bbb2ead1e9f0fcfc189141e81f0cb446bb67735a8bd8921026a8',
       'ae47267f2213f958544002e799b6109efa86f5de3b6f87f46a78b0ff5b4d0189', '2026-11-21T16:09:51Z', 204);
    CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
    CREATE INDEX jobs_paid ON jobs(state);
    ALTER TABLE jobs ADD COLUMN due TEXT;";
const LOCK: &str =
    "# The released migrations and their checksums, written by `cargo onward lock`. Commit this file.
# Take out an entry only if its migration was never released.
format = 1

[[migration]]
version = 20250901080000
file = \"2025-09-01-080000_jobs/up.sql\"
checksum = \"2f0aede07ecd38571e58eb2cedd87561278a52b87cf293b1834d28a2bd33019d\"

[[migration]]
version = 20251115232503
file = \"2025-11-15-232503_paid/up.sql\"
checksum = \"03485c2f3de24186100880938af20519f103bea2304fb8e342809ead44a344fb\"

[[migration]]
version = 202510281759200000
file = \"2025-10-28-175920-0000_due/up.sql\"
checksum = \"49c7f53fbea9bbb2ead1e9f0fcfc189141e81f0cb446bb67735a8bd8921026a8\"
";

const KEYS: [i64; 4] = [20250901080000, 202510281759200000, 202511152325030000, 202512010800001234];

/// The folder as it was before its last migration, and a database of that release.
fn released() -> Place {
    let place = Place::with(&[
        (
            "migrations/2025-09-01-080000_jobs/up.sql",
            "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);\n",
        ),
        ("migrations/2025-10-28-175920-0000_due/up.sql", "ALTER TABLE jobs ADD COLUMN due TEXT;\n"),
        ("migrations/2025-11-15-232503_paid/up.sql", "CREATE INDEX jobs_paid ON jobs(state);\n"),
    ]);
    Connection::open(place.path("app.db")).unwrap().execute_batch(LEDGER).unwrap();
    place
}

#[test]
fn a_folder_runs_in_the_order_of_its_tool_and_the_ledger_rises_with_it() {
    let labels: Vec<_> = DIESEL.list().iter().map(onward::Migration::label).collect();
    assert_eq!(
        labels,
        ["2025-09-01-080000", "2025-10-28-175920-0000", "2025-11-15-232503", "2025-12-01-080000-123456"]
    );
    assert_eq!(DIESEL.list().iter().map(onward::Migration::version).collect::<Vec<_>>(), KEYS);
    let file = File::new();
    assert_eq!(DIESEL.apply(&mut file.conn()).unwrap().applied.len(), 4);
    assert!(DIESEL.apply(&mut file.conn()).unwrap().is_up_to_date());
    assert!(DIESEL.status(&file.conn()).unwrap().is_up_to_date());
    assert_eq!(DIESEL.verify(&file.conn()).unwrap(), []);
}

#[test]
fn a_version_is_named_as_its_file_has_it() {
    fn backfill(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute("INSERT INTO jobs(state) VALUES ('here')", []).map(drop)
    }
    fn nothing(_: &Transaction<'_>) -> rusqlite::Result<()> {
        Ok(())
    }
    macro_rules! hooked {
        ($version:literal, $other:literal) => {
            migrations!("histories/order_diesel_hooked", after = { $version => backfill, $other => nothing })
        };
    }
    for (hooked, at) in [
        (hooked!("2025-12-01-080000-123456", 20251115232503), 3),
        (hooked!(20251201080000123456, 20251115232503), 3),
        (hooked!(20251115232503, 20251201080000123456), 2),
        (hooked!(202511152325030000, 20251201080000123456), 2),
        (hooked!("2025-11-15-232503_paid", 20251201080000123456), 2),
    ] {
        let hooks: Vec<Option<&str>> = hooked.list().iter().map(onward::Migration::hook).collect();
        assert_eq!(hooks.iter().position(|hook| *hook == Some("backfill")), Some(at));
        let mut conn = Connection::open_in_memory().unwrap();
        hooked.apply(&mut conn).unwrap();
        assert_eq!(number(&conn, "SELECT count(*) FROM jobs"), 1);
    }
    for target in [20251115232503, KEYS[2]] {
        let mut conn = Connection::open_in_memory().unwrap();
        assert_eq!(DIESEL.migrator().target(target).apply(&mut conn).unwrap().applied.len(), 3);
    }
    assert_eq!(DIESEL.find("2025-12-01-080000-123456").map(onward::Migration::version), Some(KEYS[3]));
    assert!(DIESEL.find("2025-12-01").is_none());
}

#[test]
fn what_is_locked_by_number_stays_so_and_its_databases_with_it() {
    let place = released();
    place.write("migrations/onward.lock", LOCK);
    let out = place.onward(&["check"]).exits(0).out;
    assert!(out.contains("with diesel it would run before it"), "{out}");
    assert!(out.contains("= note: ambiguous_version_order"), "{out}");
    let out = place.onward(&["apply", "app.db"]).exits(0).out;
    assert!(out.starts_with("up to date at 2025-10-28-175920-0000 due"), "{out}");
    place.onward(&["status", "app.db"]).exits(0);
    place.onward(&["verify", "app.db"]).exits(0);
    place.onward(&["lock", "--check"]).exits(0);
    assert_eq!(place.read("migrations/onward.lock"), LOCK);
    // What comes later comes after it, and is locked in the same order.
    let made = place.new_beside("log").remove(0);
    place.write(&made, "CREATE TABLE log(job INTEGER);\n");
    place.onward(&["apply", "app.db"]).exits(0);
    place.onward(&["lock"]).exits(0);
    assert!(place.read("migrations/onward.lock").starts_with(LOCK));
}

#[test]
fn what_is_not_locked_is_asked_about() {
    let place = released();
    let out = place.onward(&["check"]).exits(0).out;
    assert!(out.contains("as with diesel; by their numbers it would run before it"), "{out}");
    // Databases that have run it by number are refused, and stay as they are.
    let before = std::fs::read(place.path("app.db")).unwrap();
    place.onward(&["apply", "app.db"]).exits(1);
    assert!(std::fs::read(place.path("app.db")).unwrap() == before);
    place.write("migrations/onward.toml", "order = \"number\"\n");
    assert_eq!(place.onward(&["check"]).exits(0).out, "diesel folder, 3 migrations: 0 errors, 0 warnings\n");
    place.onward(&["apply", "app.db"]).exits(0);
    place.onward(&["lock"]).exits(0);
    assert_eq!(place.read("migrations/onward.lock"), LOCK);
}

#[test]
fn what_is_locked_in_the_order_of_the_tool_is_settled() {
    let place = released();
    place.onward(&["lock"]).exits(0);
    assert_eq!(place.onward(&["check"]).exits(0).out, "diesel folder, 3 migrations: 0 errors, 0 warnings\n");
    place.write("migrations/onward.toml", "order = \"number\"\n");
    let out = place.onward(&["check"]).exits(1).out;
    assert!(out.contains("has the migrations in the order of diesel, not of numbers"), "{out}");
}

#[test]
fn the_command_line_takes_a_version_as_the_file_has_it() {
    let files = [
        ("migrations/2025-10-28-175920-0000_due/up.sql", "CREATE TABLE due(a);\n"),
        ("migrations/2025-10-28-175920-0000_due/down.sql", "DROP TABLE due;\n"),
        ("migrations/2025-11-15-232503_paid/up.sql", "CREATE TABLE paid(a);\n"),
        ("migrations/2025-11-15-232503_paid/down.sql", "DROP TABLE paid;\n"),
        ("migrations/2025-12-01-080000-123456_log/up.sql", "CREATE TABLE log(a);\n"),
        ("migrations/2025-12-01-080000-123456_log/down.sql", "DROP TABLE log;\n"),
    ];
    for (version, left) in [
        ("2025-12-01-080000-123456", 3),
        ("20251201080000123456", 3),
        ("2025-11-15-232503", 2),
        ("20251115232503", 2),
        ("2025-10-28-175920-0000_due", 1),
        ("0", 0),
    ] {
        let place = Place::with(&files);
        place.onward(&["apply", "app.db"]).exits(0);
        place.onward(&["revert", "app.db", version]).exits(0);
        let conn = Connection::open(place.path("app.db")).unwrap();
        assert_eq!(number(&conn, "SELECT count(*) FROM onward_migrations"), left, "{version}");
        let err = place.onward(&["revert", "app.db", "2025-12-31"]).exits(2).err;
        assert!(err.contains("has the version `2025-12-31`"), "{err}");
    }
}
