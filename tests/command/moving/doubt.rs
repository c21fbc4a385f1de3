//! What may have run in part.

use onward::Tool;
use onward::rusqlite::Connection;
use onward_tests::command::Place;
use onward_tests::moving::{files, migrate, place};

use super::refuses;

#[test]
fn what_has_begun_and_not_ended_is_decided_by_the_schema_or_nobody() {
    // The row of the second is not marked as done: the schema tells, since nothing in it writes rows.
    for (undo, adopted) in [("", 2), ("DROP INDEX jobs_by_price; ALTER TABLE jobs DROP COLUMN price;", 1)] {
        let place = place(Tool::Sqlx);
        let dirty = "UPDATE _sqlx_migrations SET success = 0 WHERE version = 20260201120000";
        Connection::open(place.path("app.db")).unwrap().execute_batch(&format!("{undo}{dirty}")).unwrap();
        let out = place.onward(&["rehearse", "app.db", "migrations", "--from", "sqlx"]).exits(0).out;
        assert_eq!(out.matches("recorded as run, not run").count(), adopted, "{out}");
        place.onward(&["adopt", "app.db", "migrations", "--from", "sqlx"]).exits(0);
    }
    // Half of it.
    let place = place(Tool::GolangMigrate);
    let half = "DROP INDEX jobs_by_price; UPDATE schema_migrations SET dirty = 1";
    Connection::open(place.path("app.db")).unwrap().execute_batch(half).unwrap();
    refuses(
        &place,
        &["--from", "golang-migrate"],
        1,
        &[
            "000002_price.up.sql may have run, or not",
            "the schema is that of a part of it",
            "--at VERSION",
            "2 if it has run, 1 if",
        ],
    );
    // The third writes rows and nothing else.
    let third = "CREATE INDEX jobs_by_price ON jobs(price); UPDATE schema_migrations SET version = 3";
    Connection::open(place.path("app.db")).unwrap().execute_batch(third).unwrap();
    refuses(
        &place,
        &["--from", "golang-migrate"],
        1,
        &[
            "000003_cents.up.sql:1",
            "UPDATE jobs SET price = price * 100",
            "3 if it has run, 2 if it has not run",
        ],
    );
    place.onward(&["adopt", "app.db", "migrations", "--at", "3"]).exits(0);
    // Or the third was taken back, with its rows or without.
    let place = self::place(Tool::GolangMigrate);
    place.write("migrations/000003_cents.down.sql", "-- In euros.\nUPDATE jobs SET price = price / 100;\n");
    let dirty = "UPDATE schema_migrations SET dirty = 1";
    Connection::open(place.path("app.db")).unwrap().execute_batch(dirty).unwrap();
    refuses(
        &place,
        &["--from", "golang-migrate"],
        1,
        &[
            "000003_cents.down.sql may have run, or not",
            "000003_cents.down.sql:2",
            "UPDATE jobs SET price = price / 100",
            "2 if it has run, 3 if it has not run",
        ],
    );
    // What leaves the rows as they are is certain.
    place
        .write("migrations/000003_cents.down.sql", "CREATE INDEX again ON jobs(state);\nDROP INDEX again;\n");
    place.onward(&["adopt", "app.db", "migrations", "--from", "golang-migrate"]).exits(0);
    // The fourth makes a table before it writes: without the table, it has written nothing.
    let place = self::place(Tool::Prisma);
    let conn = Connection::open(place.path("app.db")).unwrap();
    migrate(&conn, Tool::Prisma, 2, 3);
    let row = |migration: &str, finished: &str, checksum: &str| {
        conn.execute_batch(&format!(
            "INSERT INTO _prisma_migrations(id, checksum, finished_at, migration_name)
             VALUES ('{migration}', '{checksum}', {finished}, '{migration}')"
        ))
        .unwrap();
    };
    let sum = |name: &str| {
        let files = files(Tool::Prisma);
        let (_, text) = files.iter().find(|(path, _)| path.contains(name)).unwrap().clone();
        let history = Place::with(&[("1_a/migration.sql", &text)]);
        let (history, _) = onward_analysis::read(history.folder());
        onward_analysis::moving::of(&history, Tool::Prisma).unwrap().files[0].sums[0].clone()
    };
    row("20260301120000_cents", "1", &sum("cents"));
    row("20260401120000_archive", "NULL", &sum("archive"));
    drop(conn);
    let out = place.onward(&["adopt", "app.db", "migrations", "--from", "prisma"]).exits(0).out;
    assert!(out.contains("20260401120000"), "{out}");
}

#[test]
fn a_migration_outside_a_transaction_may_have_run_in_part() {
    // sqlx writes its row behind the statements then.
    let rebuild = "-- no-transaction\nCREATE TABLE j (id INTEGER PRIMARY KEY, state TEXT NOT NULL);\n\
                   INSERT INTO j SELECT id, state FROM jobs;\nDROP TABLE jobs;\nALTER TABLE j RENAME TO jobs;\n";
    let steps: Vec<&str> = rebuild.lines().skip(1).collect();
    for ran in 0..=steps.len() {
        let place = place(Tool::Sqlx);
        for name in ["20260301120000_cents.sql", "20260401120000_archive.sql"] {
            place.remove(&format!("migrations/{name}"));
        }
        place.write("migrations/20260301120000_rebuild.sql", rebuild);
        Connection::open(place.path("app.db")).unwrap().execute_batch(&steps[..ran].concat()).unwrap();
        match ran {
            // Not begun, or done: in both the schema is enough.
            0 | 4 => drop(place.onward(&["adopt", "app.db", "migrations", "--from", "sqlx"]).exits(0)),
            // The rows may be there, or not.
            1 | 2 => refuses(&place, &["--from", "sqlx"], 1, &["INSERT INTO j", "rebuild.sql:3"]),
            _ => refuses(&place, &["--from", "sqlx"], 1, &["the schema is that of a part of it"]),
        }
    }
}

#[test]
fn of_a_way_back_that_failed_the_migration_that_is_in_doubt_is_named() {
    let rows = [
        ("1_a.up.sql", "CREATE TABLE t(id INTEGER PRIMARY KEY, n INT);"),
        ("1_a.down.sql", "DROP TABLE t;"),
        ("2_b.up.sql", "INSERT INTO t(n) VALUES(7);"),
        ("2_b.down.sql", "DELETE FROM t WHERE n = 7;"),
        ("3_c.up.sql", "UPDATE t SET n = n + 1;"),
        ("3_c.down.sql", "UPDATE t SET n = n - 1;"),
    ];
    for (dirty, said) in [
        (1, &["2_b.down.sql:1", "1 if it has run, 2 if it has not run"][..]),
        (
            2,
            &[
                "2_b.up.sql may have run, or not, and so may",
                "3_c.down.sql, and the schema does not tell",
                "2 if both have run, 3 if ",
                "3_c.down.sql has not run, 1 if ",
            ],
        ),
        (3, &["3_c.up.sql:1", "3 if it has run, 2 if it has not run"]),
    ] {
        let place = Place::empty();
        rows.iter().for_each(|(path, text)| place.write(&format!("migrations/{path}"), text));
        let conn = Connection::open(place.path("app.db")).unwrap();
        conn.execute_batch(&format!(
            "CREATE TABLE schema_migrations(version uint64, dirty bool); CREATE TABLE t(id INTEGER PRIMARY KEY, n INT);
             INSERT INTO t(n) VALUES(7); INSERT INTO schema_migrations VALUES({dirty}, 1)"
        ))
        .unwrap();
        drop(conn);
        refuses(&place, &["--from", "golang-migrate"], 1, said);
    }
}

/// Three migrations of drizzle's, two of them of one time, and a database in which these have run: each file and its hash.
fn of_one_time(third: &str, ran: &[(&str, i64)]) -> Place {
    let texts = ["CREATE TABLE t(n);", "INSERT INTO t VALUES(7);", third];
    let names = ["0000_a.sql", "0001_b.sql", "0002_c.sql"];
    let place = Place::empty();
    for (name, text) in names.iter().zip(texts) {
        place.write(&format!("migrations/{name}"), text);
    }
    place.write(
        "migrations/meta/_journal.json",
        r#"{"version":"7","dialect":"sqlite","entries":[{"idx":0,"when":100,"tag":"0000_a"},
           {"idx":1,"when":200,"tag":"0001_b"},{"idx":2,"when":200,"tag":"0002_c"}]}"#,
    );
    let (history, _) = onward_analysis::read(&place.path("migrations"));
    let known = onward_analysis::moving::of(&history, Tool::Drizzle).unwrap().files;
    let conn = Connection::open(place.path("app.db")).unwrap();
    let ledger =
        "CREATE TABLE __drizzle_migrations(id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)";
    conn.execute_batch(ledger).unwrap();
    for (name, time) in ran {
        let at = names.iter().position(|known| known == name);
        at.into_iter().for_each(|at| conn.execute_batch(texts[at]).unwrap());
        let hash = at.map_or("", |at| &known[at].sums[0]);
        let row = "INSERT INTO __drizzle_migrations(hash, created_at) VALUES(?1, ?2)";
        conn.execute(row, (hash, time)).unwrap();
    }
    place
}

#[test]
fn two_of_drizzles_that_have_one_time_run_once_each() {
    let all = [("0000_a.sql", 100), ("0001_b.sql", 200), ("0002_c.sql", 200)];
    let adopt = ["adopt", "app.db", "migrations", "--from", "drizzle"];
    for (third, ran, expected) in [
        ("INSERT INTO t VALUES(7);", &all[..], vec![7, 7]),
        ("INSERT INTO t VALUES(7);", &all[..2], vec![7, 7]),
        ("UPDATE t SET n = n + 1;", &all[..], vec![8]),
        ("UPDATE t SET n = n + 1;", &all[..2], vec![8]),
        ("UPDATE t SET n = n + 1;", &all[..1], vec![8]),
    ] {
        let place = of_one_time(third, ran);
        place.onward(&adopt).exits(0);
        let conn = Connection::open(place.path("app.db")).unwrap();
        let mut query = conn.prepare("SELECT n FROM t").unwrap();
        let found: Vec<i64> = query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(found, expected, "{third} {ran:?}");
        assert!(place.onward(&adopt).exits(0).out.contains("up to date"));
    }
    let other = "UPDATE t SET n = n + 1;";
    let late = of_one_time(other, &[all[0], all[2]]);
    refuses(&late, &adopt[3..], 1, &["0001_b.sql has not run, though", "0002_c.sql has"]);
    // A row that somebody wrote by hand, without a hash.
    let by_hand = of_one_time(other, &[all[0], ("by hand", 200)]);
    let said = "`200` has run, which may be migrations/0001_b.sql or migrations/0002_c.sql";
    refuses(&by_hand, &adopt[3..], 1, &[said]);
}
