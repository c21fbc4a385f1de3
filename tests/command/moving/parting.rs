//! What a ledger and the files do not agree about.

use onward::Tool;
use onward::rusqlite::Connection;
use onward_tests::command::Place;
use onward_tests::moving::{files, place};

use super::refuses;

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
