//! `test_hook!`: hooks on sample rows, in a unit test.

use std::panic::{UnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;

use onward::rusqlite::functions::FunctionFlags;
use onward::rusqlite::{self, Connection, Transaction};
use onward::{Migrations, migrations, test_hook};
use onward_tests::backfill;
use onward_tests::file::File;

fn nothing(_: &Transaction<'_>) -> rusqlite::Result<()> {
    Ok(())
}

/// A history with this hook behind its second migration.
macro_rules! tried {
    ($hook:ident) => {
        migrations!("histories/tried", after = { 2 => $hook })
    };
}

/// A test of it.
macro_rules! try_hook {
    ($hook:ident) => {
        test_hook!(tried!($hook), 2, migrations = "histories/tried")
    };
}

/// What a test panics with.
fn told(test: impl FnOnce() + UnwindSafe) -> String {
    let panic = catch_unwind(test).expect_err("the test should have failed");
    panic.downcast_ref::<String>().cloned().expect("it panics with a text")
}

fn domains(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    let people =
        onward::query!(migrations = "histories/tried", at = 2, "SELECT id, email FROM people").all(tx)?;
    for person in people {
        let domain =
            person.email.as_deref().and_then(|email| email.split_once('@')).map(|(_, domain)| domain);
        onward::query!(
            migrations = "histories/tried",
            at = 2,
            "UPDATE people SET domain = ? WHERE id = ?",
            domain,
            person.id
        )
        .execute(tx)?;
    }
    Ok(())
}

fn takes_no_null(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut emails = tx.prepare("SELECT email FROM people")?;
    emails.query_map([], |row| row.get::<_, String>(0))?.try_for_each(|email| email.map(drop))
}

#[test]
fn one_that_is_right_passes() {
    try_hook!(domains);
    // A reference, and the version as the file has it.
    static MIGRATIONS: Migrations = tried!(domains);
    test_hook!(&MIGRATIONS, "0002", migrations = "histories/tried", to = 2,);
}

#[test]
fn a_failure_names_migration_hook_error_and_rows() {
    let told = told(|| try_hook!(takes_no_null));
    let expected = "\
the test of `takes_no_null`, the hook of tests/histories/tried/0002_domains.sql: it fails on unusual sample rows, which the \
schema behind tests/histories/tried/0001_people.sql allows
  tests/histories/tried/0002_domains.sql, then `takes_no_null`: Invalid column type Null at index: 0, name: email
  these rows were there:
    people(id, name, email, domain)
      1, '01234', '01234', NULL
      4, '01237', NULL, NULL
";
    assert!(told.starts_with(expected), "{told}");
    assert!(told.contains("\nhelp: handle such rows in the hook"), "{told}");
    // Tables that it does not name are not shown.
    assert!(!told.contains("notes"), "{told}");
}

#[test]
fn rows_can_be_changed_first() {
    fn filled(conn: &Connection) -> rusqlite::Result<usize> {
        conn.execute("UPDATE people SET email = 'a@b' WHERE email IS NULL", [])
    }
    test_hook!(tried!(takes_no_null), 2, migrations = "histories/tried", rows = filled);
    let told = told(|| {
        let rows = |_: &Connection| Err::<(), _>("no more rows");
        test_hook!(tried!(takes_no_null), 2, rows = rows, migrations = "histories/tried");
    });
    assert!(told.ends_with("0002_domains.sql: the function of `rows` fails: no more rows"), "{told}");
}

#[test]
fn ordinary_rows_and_a_new_database_are_tried_as_well() {
    fn takes_numbers(tx: &Transaction<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let mut names = tx.prepare("SELECT name FROM people")?;
        for name in names.query_map([], |row| row.get::<_, String>(0))? {
            name?.parse::<u32>()?;
        }
        Ok(())
    }
    let told_of_mild = told(|| try_hook!(takes_numbers));
    assert!(
        told_of_mild.contains("it fails on ordinary sample rows, which programs may have written behind"),
        "{told_of_mild}"
    );
    assert!(told_of_mild.contains("`takes_numbers`: invalid digit found in string\n"), "{told_of_mild}");
    assert!(!told_of_mild.contains("help:"), "{told_of_mild}");

    fn takes_the_first(tx: &Transaction<'_>) -> rusqlite::Result<()> {
        tx.query_row("SELECT name FROM people", [], |_| Ok(()))
    }
    let told_of_new = told(|| try_hook!(takes_the_first));
    assert!(told_of_new.contains("it fails on a new database\n"), "{told_of_new}");
    assert!(told_of_new.ends_with("Query returned no rows\n  there were no rows"), "{told_of_new}");
}

#[test]
fn a_panic_has_its_rows() {
    fn panics(tx: &Transaction<'_>) -> rusqlite::Result<()> {
        let texts = onward::query_scalar!(migrations = "histories/tried", at = 2, "SELECT text FROM notes")
            .all(tx)?;
        assert!(!texts.contains(&None), "a note without text");
        Ok(())
    }
    let told = told(|| try_hook!(panics));
    assert!(told.contains("it panics on unusual sample rows"), "{told}");
    assert!(
        told.contains(
            "0002_domains.sql, then `panics`: a note without text\n  these rows were there:\n    notes(id,"
        ),
        "{told}"
    );
}

#[test]
fn what_it_leaves_is_looked_at() {
    fn alters(tx: &Transaction<'_>) -> rusqlite::Result<()> {
        tx.execute_batch("ALTER TABLE people ADD COLUMN more TEXT")
    }
    let drift = told(|| try_hook!(alters));
    assert!(
        drift.contains("it leaves a schema that is not the proven one: table `people`: column `more` should"),
        "{drift}"
    );

    fn deletes(tx: &Transaction<'_>) -> rusqlite::Result<()> {
        tx.execute_batch("DELETE FROM people")
    }
    let dangling = told(|| try_hook!(deletes));
    assert!(dangling.contains("it leaves dangling foreign keys: "), "{dangling}");
    assert!(dangling.contains("on ordinary sample rows"), "{dangling}");

    fn commits(tx: &Transaction<'_>) -> rusqlite::Result<()> {
        tx.execute_batch("COMMIT")
    }
    let ended = told(|| try_hook!(commits));
    assert!(ended.contains("`commits`: it ends the transaction that it is called in"), "{ended}");
}

#[test]
fn a_table_without_rows_is_told() {
    fn reads_the_archive(tx: &Transaction<'_>) -> rusqlite::Result<()> {
        onward::query!(migrations = "histories/tried", at = 2, "UPDATE archive SET text = trim(text)")
            .execute(tx)
            .map(drop)
    }
    let told = told(|| try_hook!(reads_the_archive));
    assert!(
        told.contains("it names tables without any sample row, so that nothing was seen of it there\n  `archive`: the archive is closed\n"),
        "{told}"
    );
    assert!(told.contains("\n  rows were in `notes` ("), "{told}");
    // A trigger that names it does not count: `domains` fires one.
    try_hook!(domains);
    fn opened(conn: &Connection) -> rusqlite::Result<()> {
        let trigger: String =
            conn.query_row("SELECT sql FROM sqlite_schema WHERE name = 'archive_is_closed'", [], |row| {
                row.get(0)
            })?;
        conn.execute_batch(&format!(
            "DROP TRIGGER archive_is_closed; INSERT INTO archive(text) VALUES (' x'); {trigger}"
        ))
    }
    test_hook!(tried!(reads_the_archive), 2, migrations = "histories/tried", rows = opened);
}

#[test]
fn a_migration_behind_it_has_to_work_with_what_it_leaves() {
    // Two messages with the same words get the same identity, and the next migration allows it once.
    const HASHES: Migrations = migrations!("histories/hashes", after = { 2 => backfill::hash_messages });
    // It says so of a message without words.
    let empty = told(|| test_hook!(HASHES, 2, migrations = "histories/hashes"));
    assert!(
        empty.contains("it fails on unusual sample rows") && empty.contains("the message of  is empty"),
        "{empty}"
    );
    fn said(conn: &Connection) -> rusqlite::Result<usize> {
        conn.execute("UPDATE messages SET body = 'a word' WHERE body = ''", [])
    }
    let told = told(|| test_hook!(HASHES, 2, migrations = "histories/hashes", rows = said));
    assert!(told.contains("a migration behind it fails on unusual sample rows"), "{told}");
    assert!(
        told.contains(
            "0003_unique_identities.sql: line 2, column 1: UNIQUE constraint failed: messages.identity"
        ),
        "{told}"
    );
    assert!(told.contains("    messages(id, sender, body, identity)\n"), "{told}");
    test_hook!(HASHES, 2, migrations = "histories/hashes", to = 2, rows = said);
    let apart = |conn: &Connection| conn.execute("UPDATE messages SET body = body || id", []);
    test_hook!(HASHES, 2, migrations = "histories/hashes", rows = apart);
}

#[test]
fn another_hook_that_fails_is_named() {
    fn fails(_: &Transaction<'_>) -> Result<(), &'static str> {
        Err("not on a Sunday")
    }
    const BEHIND: Migrations =
        migrations!("histories/tried_hooked", after = { 1 => nothing, 2 => domains, 3 => fails });
    let behind = told(|| test_hook!(BEHIND, 2, migrations = "histories/tried"));
    assert!(behind.contains("a hook behind it fails on a new database\n"), "{behind}");
    assert!(behind.contains("0003_by_domain.sql, then `fails`: not on a Sunday"), "{behind}");
    test_hook!(BEHIND, 2, migrations = "histories/tried", to = 2);

    fn takes_no_rows(tx: &Transaction<'_>) -> Result<(), String> {
        let words: i64 = onward::query_scalar!(
            migrations = "histories/tried_behind",
            at = 2,
            "SELECT count(*) FROM words"
        )
        .one(tx)
        .map_err(|error| error.to_string())?;
        if words == 0 { Ok(()) } else { Err(format!("there are {words} words")) }
    }
    const BEFORE: Migrations =
        migrations!("histories/tried_behind", after = { 2 => takes_no_rows, 3 => nothing, 4 => nothing });
    let before = told(|| test_hook!(BEFORE, 3, migrations = "histories/tried_behind", to = 3));
    assert!(before.contains("a hook before it fails on ordinary sample rows"), "{before}");
    assert!(before.contains("0002_unique.sql, then `takes_no_rows`: there are 1 words\n  these rows were there:\n    words(id,"), "{before}");
}

#[test]
fn a_database_is_another_one_each_time() {
    let file = File::new();
    let path = file.path();
    let told = told(move || {
        test_hook!(tried!(domains), 2, migrations = "histories/tried", on = || Connection::open(&path));
    });
    assert!(
        told.ends_with("has a database that was migrated already: give it another, empty one each time"),
        "{told}"
    );
}

#[test]
fn rows_are_those_of_the_release_before() {
    static MET: Mutex<Vec<(i64, i64)>> = Mutex::new(Vec::new());
    fn measures(tx: &Transaction<'_>) -> rusqlite::Result<()> {
        let counts =
            tx.query_row("SELECT count(*), count(note) FROM words JOIN unmeasured USING (id)", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        MET.lock().unwrap().push(counts);
        tx.execute_batch("UPDATE words SET length = coalesce(length(word), 0)")
    }
    const LENGTHS: Migrations =
        migrations!("histories/tried_behind", after = { 2 => nothing, 3 => measures, 4 => nothing });
    test_hook!(LENGTHS, 3, migrations = "histories/tried_behind");
    let met = std::mem::take(&mut *MET.lock().unwrap());
    // A new database, an ordinary row, and unusual ones without those that the second migration refuses.
    assert!(met.contains(&(0, 0)) && met.contains(&(1, 1)), "{met:?}");
    assert!(met.iter().any(|&(all, notes)| all >= 3 && notes < all), "{met:?}");

    // Another hook meets what the first has made of them, and without it no row comes so far.
    fn measured(tx: &Transaction<'_>) -> rusqlite::Result<()> {
        let count = "SELECT (SELECT count(*) FROM words), (SELECT count(*) FROM measured)";
        let counts = tx.query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        MET.lock().unwrap().push(counts);
        Ok(())
    }
    const MEASURED: Migrations =
        migrations!("histories/tried_behind", after = { 2 => nothing, 3 => measures, 4 => measured });
    test_hook!(MEASURED, 4, migrations = "histories/tried_behind");
    let met = std::mem::take(&mut *MET.lock().unwrap());
    assert!(met.iter().any(|&(words, measured)| words >= 3 && measured == words), "{met:?}");
    const UNMEASURED: Migrations =
        migrations!("histories/tried_behind", after = { 2 => nothing, 3 => nothing, 4 => measured });
    let unmeasured = told(|| test_hook!(UNMEASURED, 4, migrations = "histories/tried_behind"));
    assert!(
        unmeasured.contains(
            "  `words`: tests/histories/tried_behind/0004_measured.sql fails on its rows: NOT NULL"
        ),
        "{unmeasured}"
    );

    // The migration behind it finds the row that was forgotten.
    fn forgets(tx: &Transaction<'_>) -> rusqlite::Result<()> {
        tx.execute_batch(
            "UPDATE words SET length = length(word) FROM unmeasured WHERE unmeasured.id = words.id",
        )
    }
    const FORGETFUL: Migrations =
        migrations!("histories/tried_behind", after = { 2 => nothing, 3 => forgets, 4 => nothing });
    let told = told(|| test_hook!(FORGETFUL, 3, migrations = "histories/tried_behind"));
    assert!(
        told.contains("0004_measured.sql: line 8, column 1: NOT NULL constraint failed: measured.length"),
        "{told}"
    );
}

#[test]
fn functions_of_the_application_are_registered_on_a_connection_of_its_own() {
    fn open(slugs: bool) -> rusqlite::Result<Connection> {
        let conn = Connection::open_in_memory()?;
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        conn.create_scalar_function("slug", 1, flags, move |context| match slugs {
            true => context.get::<Option<String>>(0),
            false => Err(rusqlite::Error::UserFunctionError("no title is good enough".into())),
        })?;
        conn.create_scalar_function("is_slug", 1, flags, |_| Ok(true))?;
        conn.create_collation("by_number", |a: &str, b: &str| a.cmp(b))?;
        Ok(conn)
    }
    fn authors(tx: &Transaction<'_>) -> rusqlite::Result<()> {
        tx.execute_batch("UPDATE pages SET author = slug WHERE author IS NULL")
    }
    const PAGES: Migrations = migrations!("histories/registered_hooked", after = { 3 => authors });
    test_hook!(PAGES, 3, migrations = "histories/registered", on = || open(true));
    let refused = told(|| test_hook!(PAGES, 3, migrations = "histories/registered", on = || open(false)));
    assert!(
        refused.contains(
            "without any sample row, so that nothing was seen of it there\n  `pages`: no title is good enough"
        ),
        "{refused}"
    );
    let missing = told(|| test_hook!(PAGES, 3, migrations = "histories/registered"));
    assert!(missing.contains("no such collation sequence: by_number"), "{missing}");
    let closed = told(|| {
        test_hook!(PAGES, 3, migrations = "histories/registered", on = || Err::<Connection, _>("not today"));
    });
    assert!(closed.ends_with("the connection of `on` cannot be opened: not today"), "{closed}");
}

#[test]
fn a_migration_may_be_there_for_its_hook_alone() {
    fn old_notes(tx: &Transaction<'_>) -> rusqlite::Result<()> {
        onward::query!(migrations = "histories/code_only", "INSERT INTO notes(text) VALUES ('old')")
            .execute(tx)
            .map(drop)
    }
    const CODE: Migrations = migrations!("histories/code_only", after = { 2 => old_notes });
    test_hook!(CODE, 2, migrations = "histories/code_only");
}

#[test]
fn before_the_first_release_there_is_a_new_database_alone() {
    fn first(tx: &Transaction<'_>) -> rusqlite::Result<()> {
        let people: i64 = tx.query_row("SELECT count(*) FROM people", [], |row| row.get(0))?;
        assert_eq!(people, 0);
        Ok(())
    }
    test_hook!(
        migrations!("histories/tried_hooked", after = { 1 => first, 2 => nothing, 3 => nothing }),
        1,
        migrations = "histories/tried"
    );
}

#[test]
fn what_others_make_is_there() {
    fn mails(tx: &Transaction<'_>) -> rusqlite::Result<()> {
        let mut owners = tx.prepare("SELECT email FROM owners")?;
        owners.query_map([], |row| row.get::<_, String>(0))?.try_for_each(|email| email.map(drop))
    }
    const JOBS: Migrations = migrations!("histories/external_hooked", after = { 2 => mails });
    test_hook!(JOBS, 2, migrations = "histories/external");
}

#[test]
fn a_program_that_does_not_call_it_has_nothing_of_it() {
    let has = |path: &Path| {
        let words = b"unusual sample rows";
        std::fs::read(path).unwrap().windows(words.len()).any(|window| window == words)
    };
    assert!(has(&std::env::current_exe().unwrap()));
    assert!(!has(Path::new(env!("CARGO_BIN_EXE_start"))));
}

#[test]
fn what_was_not_meant_is_told() {
    let other = told(|| test_hook!(tried!(domains), 2, migrations = "histories/hashes"));
    assert!(other.starts_with("the migrations of this test are not those of its sample rows"), "{other}");
    let none = told(|| test_hook!(tried!(domains), 3, migrations = "histories/tried"));
    assert!(
        none.contains(
            "0003_by_domain.sql has no hook in these migrations: `migrations!(after = { 3 => a_function })`"
        ),
        "{none}"
    );
}
