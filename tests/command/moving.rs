//! Databases that other tools have migrated, on the command line, with the ledgers as the tools wrote them. What the tools make
//! themselves is in `tests/processes/moving.rs`.

mod doubt;
mod pages;
mod parting;
mod since;

use std::fs;
use std::process::Stdio;
use std::time::Instant;

use onward::Tool;
use onward::rusqlite::Connection;
use onward_tests::cargo_onward;
use onward_tests::command::Place;
use onward_tests::moving::{contents, ledger, migrate, place};

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
    // The application's own runner may call its table as a tool does.
    Connection::open(none.path("app.db"))
        .unwrap()
        .execute_batch("CREATE TABLE _migrations(name TEXT)")
        .unwrap();
    refuses(&none, &["--from", "auto"], 2, &["the ledger of no tool that is known"]);
    let refused = none.onward(&["apply", "app.db", "migrations"]).exits(1).err;
    assert!(refused.contains("if that tool has migrated it"), "{refused}");
    assert!(
        refused.contains("else, if its schema is the one after a migration, with `cargo onward adopt`;"),
        "{refused}"
    );
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
