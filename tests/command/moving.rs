//! Databases that other tools have migrated, on the command line, with the ledgers as the tools wrote them. What the tools make
//! themselves is in `tests/processes/moving.rs`.

use std::fs;
use std::process::Stdio;
use std::time::Instant;

use onward::Tool;
use onward::rusqlite::Connection;
use onward_tests::cargo_onward;
use onward_tests::command::Place;
use onward_tests::moving::{contents, files, here, ledger, migrate, place};

/// Fails like this, and leaves the file byte for byte as it was.
#[track_caller]
fn refuses(place: &Place, args: &[&str], code: i32, said: &[&str]) {
    let before = fs::read(place.path("app.db")).unwrap();
    let ran = place.onward(&[&["adopt", "app.db", "migrations"], args].concat()).exits(code);
    for said in said {
        assert!(ran.err.contains(said), "no {said:?} in {}", ran.err);
    }
    assert!(fs::read(place.path("app.db")).unwrap() == before, "the file was changed");
}

/// As with `-table` of goose, `x-migrations-table` of golang-migrate, `table-name` of sqlx.
#[test]
fn a_ledger_under_another_name_is_named() {
    const NAME: &str = "our \"history\"";
    for tool in Tool::ALL {
        let place = place(tool);
        let Some(usual) = tool.ledger() else {
            refuses(
                &place,
                &["--from", tool.name(), "--table", "t"],
                2,
                &["keeps none", "leave `tool_table`"],
            );
            continue;
        };
        let conn = Connection::open(place.path("app.db")).unwrap();
        let before = ledger(&conn, tool);
        let renamed = onward_core::name::quoted(NAME);
        conn.execute_batch(&format!("ALTER TABLE {usual} RENAME TO {renamed}")).unwrap();
        let from = ["--from", tool.name()];
        let usual = format!("does not have the ledger of {tool}, `{usual}`");
        refuses(&place, &from, 1, &[&usual, NAME, "--table"]);
        refuses(&place, &[&from[..], &["--table", "none"]].concat(), 1, &["`none`", NAME]);
        refuses(&place, &[&from[..], &["--table", "jobs"]].concat(), 1, &["`jobs`, is a table", NAME]);
        let named = [&from[..], &["--table", NAME]].concat();
        if tool == Tool::Refinery {
            // As under its usual name.
            refuses(
                &place,
                &named,
                1,
                &[&format!("the ledger of refinery, `{NAME}`"), "may have run, or not"],
            );
            continue;
        }
        let rehearsed =
            place.onward(&[&["rehearse", "app.db", "migrations"], &named[..]].concat()).exits(0).out;
        assert_eq!(rehearsed.matches("recorded as run, not run").count(), 2, "{tool}: {rehearsed}");
        place.onward(&[&["adopt", "app.db", "migrations"], &named[..]].concat()).exits(0);
        conn.execute_batch(&format!("ALTER TABLE {renamed} RENAME TO {}", tool.ledger().unwrap())).unwrap();
        assert_eq!(ledger(&conn, tool), before, "{tool}");
    }
    // Found by its columns alone, where one tool has such.
    let place = place(Tool::Goose);
    let conn = Connection::open(place.path("app.db")).unwrap();
    conn.execute_batch("ALTER TABLE goose_db_version RENAME TO versions").unwrap();
    refuses(&place, &["--table", "versions"], 2, &["--from"]);
    refuses(&place, &["--from", "auto", "--table", "jobs"], 2, &["no table `jobs` that is the ledger"]);
    place.onward(&["adopt", "app.db", "migrations", "--from", "auto", "--table", "versions"]).exits(0);
}

#[test]
fn a_database_of_every_tool_is_taken_over() {
    for tool in Tool::ALL {
        let place = place(tool);
        let conn = Connection::open(place.path("app.db")).unwrap();
        let before = ledger(&conn, tool);
        // What the tool itself would have made of it.
        let own = Connection::open_in_memory().unwrap();
        migrate(&own, tool, 0, 4);
        let refused = place.onward(&["apply", "app.db", "migrations"]).exits(1).err;
        let expected = if tool == Tool::RusqliteMigration { "adopt" } else { "adopt --from auto" };
        assert!(refused.contains(expected), "{refused}");
        let args = if tool == Tool::Refinery {
            // Its row comes behind its SQL, and the third migration leaves no trace in the schema.
            refuses(
                &place,
                &["--from", "auto"],
                1,
                &["V3__cents.sql may have run, or not", "UPDATE jobs", "2 if it has not run"],
            );
            ["--at", "2"]
        } else {
            ["--from", "auto"]
        };
        let rehearsed =
            place.onward(&[&["rehearse", "app.db", "migrations"], &args[..]].concat()).exits(0).out;
        assert_eq!(rehearsed.matches("recorded as run, not run").count(), 2, "{tool}: {rehearsed}");
        let out = place.onward(&[&["adopt", "app.db", "migrations"], &args[..]].concat()).exits(0).out;
        assert!(out.starts_with("adopted with "), "{tool}: {out}");
        assert_eq!(contents(&conn), contents(&own), "{tool}");
        assert_eq!(ledger(&conn, tool), before, "{tool}");
        assert!(place.onward(&["verify", "app.db", "migrations"]).exits(0).err.is_empty());
        let again = place.onward(&["adopt", "app.db", "migrations", "--from", tool.name()]).exits(0).out;
        assert!(again.contains("up to date"), "{again}");
    }
}

#[test]
fn checksums_are_those_of_the_very_bytes() {
    for tool in
        [Tool::Sqlx, Tool::Refinery, Tool::Drizzle, Tool::Flyway, Tool::Atlas, Tool::Hiqlite, Tool::Prisma]
    {
        let place = place(tool);
        let files = files(tool);
        let (path, text) = files.iter().find(|(path, _)| path.contains("price")).unwrap();
        // No other meaning: a comment, which onward's own checksum passes over.
        place.write(&format!("migrations/{path}"), &format!("{text}-- a note\n"));
        let name = path.as_str();
        refuses(
            &place,
            &["--from", tool.name()],
            1,
            &[name, "is not the file that has run", "ran with checksum", "nothing was changed"],
        );
        // Other line ends are other bytes, unless the tool passes over them.
        place.write(&format!("migrations/{path}"), &text.replace('\n', "\r\n"));
        let outcome = place.onward(&["rehearse", "app.db", "migrations", "--from", tool.name()]);
        match tool {
            Tool::Prisma | Tool::Flyway => drop(outcome.exits(0)),
            _ => assert!(outcome.exits(1).err.contains("is not the file that has run"), "{tool}"),
        }
    }
}

#[test]
fn files_and_rows_that_part_are_named() {
    let broken = |sql: &str, said: &[&str]| {
        let place = place(Tool::Sqlx);
        Connection::open(place.path("app.db")).unwrap().execute_batch(sql).unwrap();
        refuses(&place, &["--from", "sqlx"], 1, said);
    };
    // The file of a row was deleted.
    broken(
        "INSERT INTO _sqlx_migrations VALUES (20260115000000, 'gone', 0, 1, x'00', 1)",
        &["`20260115000000` has run, and there is no file for it"],
    );
    // A later one has run.
    broken(
        "DELETE FROM _sqlx_migrations WHERE version = 20260101120000",
        &["20260101120000_jobs.sql has not run, though", "20260201120000_price.sql has"],
    );
    // Nothing has run, and everything is there.
    broken(
        "DELETE FROM _sqlx_migrations",
        &["none has run", "it is the one after migrations/20260201120000_price.sql"],
    );
    // The schema is not what it was.
    broken(
        "DROP INDEX jobs_by_price",
        &[
            "the newest that has run is migrations/20260201120000_price.sql",
            "index `jobs_by_price` is missing",
        ],
    );
    // What has the name is no table.
    broken(
        "ALTER TABLE _sqlx_migrations RENAME TO kept; CREATE VIEW _sqlx_migrations AS SELECT * FROM kept",
        &["`_sqlx_migrations`, is a view, and not that ledger"],
    );
    broken("ALTER TABLE _sqlx_migrations DROP COLUMN checksum", &["is a table without a column `checksum`"]);
    broken("DROP TABLE _sqlx_migrations", &["does not have the ledger of sqlx"]);
    let empty = place(Tool::Sqlx);
    let conn = Connection::open(empty.path("app.db")).unwrap();
    conn.execute_batch("DROP TABLE jobs; DELETE FROM _sqlx_migrations").unwrap();
    drop(conn);
    // A tool that has only made its table.
    let out = empty.onward(&["adopt", "app.db", "migrations", "--from", "auto"]).exits(0).out;
    assert!(out.contains("4 migrations"), "{out}");
}

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

/// Leaves the first two migrations, and gives the others.
fn take_away(place: &Place, tool: Tool) -> Vec<(String, String)> {
    let later = files(tool).split_off(2);
    for (path, _) in &later {
        place.remove(&format!("migrations/{path}"));
        if let Some((folder, _)) = path.split_once('/') {
            fs::remove_dir(place.path(&format!("migrations/{folder}"))).unwrap();
        }
    }
    later
}

/// Who goes back to the old program for a while, and comes again.
#[test]
fn what_the_tool_has_run_since_does_not_run_twice() {
    for (tool, writes, named, has_file) in [
        (
            Tool::Sqlx,
            "INSERT INTO _sqlx_migrations SELECT 20260301120000, 'cents', installed_on, 1, x'00', 1
             FROM _sqlx_migrations WHERE version = 20260201120000",
            "20260301120000_cents.sql",
            false,
        ),
        (Tool::GolangMigrate, "UPDATE schema_migrations SET version = 3", "000003_cents.up.sql", true),
        (Tool::GolangMigrate, "UPDATE schema_migrations SET version = 9", "9", false),
        (Tool::RusqliteMigration, "PRAGMA user_version = 3", "03-cents/up.sql", true),
    ] {
        let place = place(tool);
        let later = take_away(&place, tool);
        let from = ["adopt", "app.db", "migrations", "--from", tool.name()];
        assert!(place.onward(&from).exits(0).out.starts_with("adopted with "), "{tool}");
        later.iter().for_each(|(path, text)| place.write(&format!("migrations/{path}"), text));
        let conn = Connection::open(place.path("app.db")).unwrap();
        migrate(&conn, tool, 2, 3);
        conn.execute_batch(writes).unwrap();
        let said = format!("{named} since the database was adopted");
        refuses(&place, &from[3..], 1, &[&said, "would run a second time", "DROP TABLE onward_migrations"]);
        let rehearsed = [&["rehearse"], &from[1..]].concat();
        assert!(place.onward(&rehearsed).exits(1).err.contains(&said), "{tool}");
        // As the help says, where the row is as the tool writes it: three have run by then.
        if has_file {
            conn.execute_batch("DROP TABLE onward_migrations").unwrap();
            assert!(place.onward(&from).exits(0).out.contains("adopted with "), "{tool}");
            let own = Connection::open_in_memory().unwrap();
            migrate(&own, tool, 0, 4);
            assert_eq!(contents(&conn), contents(&own), "{tool}");
        }
    }
    // A database that onward has made: the tool has no ledger in it, and the application a count of its own.
    let place = place(Tool::RusqliteMigration);
    let later = take_away(&place, Tool::RusqliteMigration);
    place.onward(&["apply", "new.db", "migrations"]).exits(0);
    Connection::open(place.path("new.db")).unwrap().execute_batch("PRAGMA user_version = 3").unwrap();
    later.iter().for_each(|(path, text)| place.write(&format!("migrations/{path}"), text));
    place.onward(&["adopt", "new.db", "migrations", "--from", "rusqlite_migration"]).exits(0);
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

#[test]
fn what_a_ledger_holds_is_read_and_told_up_to_an_end() {
    let place = place(Tool::Sqlx);
    let conn = Connection::open(place.path("app.db")).unwrap();
    conn.execute_batch(
        "UPDATE _sqlx_migrations SET checksum = zeroblob(4000000) WHERE version = 20260101120000;
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
         INSERT INTO _sqlx_migrations SELECT i, '', 0, 1, x'00', 1 FROM n",
    )
    .unwrap();
    drop(conn);
    let adopt = ["adopt", "app.db", "migrations", "--from", "sqlx"];
    let err = place.onward(&adopt).exits(1).err;
    assert!(err.contains("`1` has run, and there is no file") && err.contains("… and 9991 more"), "{err}");
    assert!(err.len() < 4_000, "{}", err.len());
    let conn = Connection::open(place.path("app.db")).unwrap();
    conn.execute_batch("DELETE FROM _sqlx_migrations WHERE version <= 10000").unwrap();
    drop(conn);
    let err = place.onward(&adopt).exits(1).err;
    assert!(err.contains("ran with checksum 0000") && err.contains("…\n") && err.len() < 4_000, "{err}");
}

#[test]
fn line_ends_in_what_a_file_quotes_are_no_drift() {
    let place = Place::empty();
    let text = "CREATE TABLE t(a TEXT DEFAULT 'p\r\nq');\r\nINSERT INTO t VALUES('x\r\ny');\r\n";
    place.write("migrations/1_a.sql", text);
    let (history, _) = onward_analysis::read(&place.path("migrations"));
    let sum =
        onward_analysis::moving::of(&history, Tool::Sqlx).unwrap().files.swap_remove(0).sums.swap_remove(0);
    let conn = Connection::open(place.path("app.db")).unwrap();
    conn.execute_batch(text).unwrap();
    conn.execute_batch(&format!(
        "CREATE TABLE _sqlx_migrations(version BIGINT PRIMARY KEY, description TEXT, installed_on TIMESTAMP, success BOOLEAN,
         checksum BLOB, execution_time BIGINT); INSERT INTO _sqlx_migrations VALUES(1, 'a', 0, 1, x'{sum}', 1)"
    ))
    .unwrap();
    place.onward(&["adopt", "app.db", "migrations", "--from", "sqlx"]).exits(0);
    place.onward(&["verify", "app.db", "migrations"]).exits(0);
    // The rows stay as they were.
    let kept: String = conn.query_row("SELECT a FROM t", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, "x\r\ny");
    place.write("migrations/2_b.sql", "ALTER TABLE t ADD COLUMN b INTEGER;");
    place.onward(&["apply", "app.db", "migrations"]).exits(0);
    place.onward(&["verify", "app.db", "migrations"]).exits(0);
}

#[test]
fn auto_takes_the_one_that_is_there() {
    let place = place(Tool::Sqlx);
    let conn = Connection::open(place.path("app.db")).unwrap();
    conn.execute_batch("CREATE TABLE __diesel_schema_migrations(version, run_on)").unwrap();
    refuses(
        &place,
        &["--from", "auto"],
        2,
        &[
            "the ledgers of sqlx (`_sqlx_migrations`) and diesel (`__diesel_schema_migrations`)",
            "say with `--from`",
        ],
    );
    // The folder is not diesel's.
    refuses(
        &place,
        &["--from", "diesel"],
        2,
        &["is not named as a migration of diesel is", "nothing was changed"],
    );
    place.onward(&["adopt", "app.db", "migrations", "--from", "sqlx"]).exits(0);
    let none = self::place(Tool::Sqlx);
    Connection::open(none.path("app.db")).unwrap().execute_batch("DROP TABLE _sqlx_migrations").unwrap();
    refuses(&none, &["--from", "auto"], 2, &["the ledger of no tool that is known"]);
    // The two that share a name are told apart.
    let go = self::place(Tool::GolangMigrate);
    refuses(&go, &["--from", "dbmate"], 1, &["is a table with a column `dirty`"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_read_only_is_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = place(Tool::Sqlx);
    let path = place.path("app.db");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    if fs::OpenOptions::new().write(true).open(&path).is_ok() {
        eprintln!("whoever runs this may write every file, so a read-only one is not tried");
        return;
    }
    refuses(&place, &["--from", "sqlx"], 2, &["app.db"]);
}

#[test]
fn what_fails_behind_it_takes_it_back() {
    let place = place(Tool::Sqlx);
    Connection::open(place.path("app.db")).unwrap().execute_batch("CREATE TABLE archive(other)").unwrap();
    refuses(&place, &["--from", "sqlx"], 1, &["archive"]);
}

#[test]
fn two_at_once_take_it_over_once() {
    let place = place(Tool::Sqlx);
    let adopt = || {
        let mut command = cargo_onward();
        command.args(["adopt", "app.db", "migrations", "--from", "sqlx"]).current_dir(place.folder());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let outputs = [adopt(), adopt(), adopt()].map(|child| child.wait_with_output().unwrap());
    let texts = outputs.map(|output| {
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    });
    assert_eq!(texts.iter().filter(|text| text.starts_with("adopted")).count(), 1, "{texts:?}");
    let own = Connection::open_in_memory().unwrap();
    migrate(&own, Tool::Sqlx, 0, 4);
    assert_eq!(contents(&Connection::open(place.path("app.db")).unwrap()), contents(&own));
}

#[test]
fn killed_in_the_midst_it_is_all_or_nothing() {
    let own = Connection::open_in_memory().unwrap();
    migrate(&own, Tool::Sqlx, 0, 4);
    let (expected, mut random) = (contents(&own), fastrand::Rng::with_seed(4));
    let whole = place(Tool::Sqlx);
    let adopt = |place: &Place| {
        let mut command = cargo_onward();
        command.args(["adopt", "app.db", "migrations", "--from", "sqlx"]).current_dir(place.folder());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let time = Instant::now();
    assert!(adopt(&whole).status().unwrap().success());
    let longest = time.elapsed().mul_f64(1.1);
    let (mut old, mut new) = (0, 0);
    for _ in 0..12 {
        let place = place(Tool::Sqlx);
        let mut child = adopt(&place).spawn().unwrap();
        std::thread::sleep(longest.mul_f64(random.f64()));
        child.kill().unwrap();
        child.wait().unwrap();
        let out = place.onward(&["adopt", "app.db", "migrations", "--from", "sqlx"]).exits(0).out;
        if out.starts_with("adopted") {
            old += 1
        } else {
            new += 1
        }
        assert_eq!(contents(&Connection::open(place.path("app.db")).unwrap()), expected);
    }
    eprintln!("{old} old, {new} new");
}

/// The blocks of a page of docs in this language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let text = fs::read_to_string(here("../../docs/moving").join(page)).unwrap();
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|part| part.split("```").next().unwrap().to_owned()).collect()
}

/// Each command of the pages is run, and what they print is what is printed. Their programs are compiled and run by the package
/// `moving`.
#[test]
fn the_pages_on_moving_do_what_they_say() {
    for tool in [Tool::Sqlx, Tool::Refinery, Tool::Diesel, Tool::RusqliteMigration, Tool::Goose] {
        let own = tool != Tool::Goose;
        let page = if own { format!("{tool}.md") } else { "others.md".to_owned() };
        let place = place(tool);
        if tool == Tool::Refinery {
            // What comes next is to be seen in the schema.
            place.remove("migrations/V3__cents.sql");
        }
        let printed = blocks(&page, "text");
        for line in blocks(&page, "sh").iter().flat_map(|block| block.lines()) {
            if !own && line.contains("--at") {
                // The other way, on a database that was not taken over yet.
                let place = self::place(tool);
                let args: Vec<&str> = line.split(' ').skip(2).collect();
                place.onward(&args).exits(0);
                continue;
            }
            let args: Vec<&str> = line.strip_prefix("cargo onward ").expect(line).split(' ').collect();
            let ran = place.onward(&args).exits(0);
            if let Some(expected) = printed.last().filter(|_| args[0] == "rehearse") {
                assert!(ran.out.starts_with(expected), "{page}: {}", ran.out);
            }
        }
        if own {
            let code = fs::read_to_string(here(&format!("pages/{tool}.rs"))).unwrap();
            let code = code.replace(&format!("history/{tool}"), "migrations");
            assert!(blocks(&page, "rust").contains(&code), "{page} has not what is compiled:\n{code}");
        }
    }
}
