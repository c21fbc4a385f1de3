//! What a tool has run after its database was taken over.

use std::fs;

use onward::Tool;
use onward::rusqlite::Connection;
use onward_tests::command::Place;
use onward_tests::moving::{contents, files, migrate, place};

use super::refuses;

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

/// The row of the third migration.
const IN_SQLX: &str = "INSERT INTO _sqlx_migrations SELECT 20260301120000, 'cents', installed_on, 1, x'00', 1
                       FROM _sqlx_migrations WHERE version = 20260201120000";

/// Who goes back to the old program for a while, and comes again.
#[test]
fn what_the_tool_has_run_since_does_not_run_twice() {
    for (tool, writes, named, has_file) in [
        (Tool::Sqlx, IN_SQLX, "20260301120000_cents.sql", false),
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

#[test]
fn of_two_histories_in_the_file_the_ledger_of_this_one_is_named() {
    let place = place(Tool::Sqlx);
    let later = take_away(&place, Tool::Sqlx);
    place.write("migrations/onward.toml", "[ledger]\nname = 'shop'");
    place.onward(&["adopt", "app.db", "migrations", "--from", "sqlx"]).exits(0);
    later.iter().for_each(|(path, text)| place.write(&format!("migrations/{path}"), text));
    let conn = Connection::open(place.path("app.db")).unwrap();
    migrate(&conn, Tool::Sqlx, 2, 3);
    conn.execute_batch(IN_SQLX).unwrap();
    refuses(
        &place,
        &["--from", "sqlx"],
        1,
        &["`onward_migrations_shop` does not", "`DROP TABLE onward_migrations_shop`"],
    );
}
