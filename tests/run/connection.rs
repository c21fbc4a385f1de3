//! A connection of the application's, with what it has for itself: settings, temporary objects, a journal or none.

use onward::rusqlite::functions::{Context, FunctionFlags};
use onward::rusqlite::{Connection, StatementStatus};
use onward::{Adopt, Error, ErrorKind, Migrations, migrations};
use onward_core::switch::all;
use onward_schema::switch;
use onward_tests::file::{File, number};

static FIRST: Migrations = migrations!("histories/orders_1");
static ORDERS: Migrations = migrations!("histories/orders");
static BROKEN: Migrations = migrations!("histories/broken_late");
static SEQUENCE: Migrations = migrations!("histories/sequence");
static SWITCHED: Migrations = migrations!("histories/switched");
static WRITTEN: Migrations = migrations!("histories/written");
static REGISTERED: Migrations = migrations!("histories/registered");
static HASHES: Migrations =
    migrations!("histories/hashes", after = { 2 => onward_tests::backfill::hash_messages });

/// All rows of all tables, but for when the ledger was written.
fn rows(conn: &Connection) -> Vec<String> {
    let sql = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name <> 'onward_migrations' ORDER BY name";
    let tables: Vec<String> =
        conn.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut rows = Vec::new();
    for table in tables {
        let mut query = conn.prepare(&format!("SELECT * FROM main.{table} ORDER BY rowid")).unwrap();
        let columns = query.column_count();
        let mut found = query.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let values: Vec<_> = (0..columns).map(|column| row.get_ref(column).unwrap()).collect();
            rows.push(format!("{table}: {values:?}"));
        }
    }
    rows
}

// Settings.

#[test]
fn no_switch_changes_what_a_migration_does() {
    for migrations in [&SWITCHED, &WRITTEN, &ORDERS] {
        let mut plain = Connection::open_in_memory().unwrap();
        migrations.apply(&mut plain).unwrap();
        for switch in all() {
            let mut conn = Connection::open_in_memory().unwrap();
            switch::set(&conn, switch, !switch.in_run()).unwrap();
            if switch::is_on(&conn, switch).unwrap() == switch.in_run() && switch.lasts() {
                println!("this SQLite, or this rusqlite, does not have {switch:?}");
                continue;
            }
            let applied = migrations.apply(&mut conn);
            assert_eq!(
                applied.map(|report| report.applied.len()).unwrap(),
                migrations.list().len(),
                "{switch:?}"
            );
            // That one ends with any transaction, of whoever it is.
            assert!(
                !switch.lasts() || switch::is_on(&conn, switch).unwrap() != switch.in_run(),
                "{switch:?}"
            );
            switch::set(&conn, switch, switch.in_run()).unwrap();
            assert_eq!(rows(&conn), rows(&plain), "{switch:?}");
            assert!(migrations.verify(&conn).unwrap().is_empty(), "{switch:?}");
        }
    }
    let conn = SWITCHED.migrator().open(File::new().path()).unwrap().0;
    let rows = rows(&conn);
    for row in [
        "boxes: [Integer(2), Integer(1)]",
        // Set off once, and found whatever the case.
        "items: [Integer(1), Text([65, 100, 97, 109, 33]), Integer(2)]",
        // By the trigger of the view, and that of the table behind it.
        "log: [Integer(4), Text([98, 121, 32, 116, 104, 101, 32, 118, 105, 101, 119])]",
    ] {
        assert!(rows.contains(&row.to_owned()), "{rows:#?}");
    }
}

#[test]
fn a_function_in_the_place_of_like_stays() {
    let mut conn = Connection::open_in_memory().unwrap();
    let like = |context: &Context<'_>| Ok(context.get::<String>(0)? == context.get::<String>(1)?);
    conn.create_scalar_function("like", 2, FunctionFlags::default(), like).unwrap();
    ORDERS.apply(&mut conn).unwrap();
    assert_eq!(number(&conn, "SELECT 'a%' LIKE 'a%' AND NOT 'ab' LIKE 'a%'"), 1);
}

#[test]
fn a_connection_that_may_only_ask_is_refused() {
    let file = File::with_orders(&FIRST);
    let before = file.bytes();
    let mut conn = file.conn();
    conn.execute_batch("PRAGMA query_only = ON").unwrap();
    let error = ORDERS.apply(&mut conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ReadOnlyConnection), "{error}");
    assert!(file.bytes() == before && number(&conn, "PRAGMA query_only") == 1);
    assert!(FIRST.apply(&mut conn).unwrap().is_up_to_date());
}

/// A limit is the application's, and what goes beyond it fails loudly.
#[test]
fn a_limit_that_is_too_low_changes_nothing() {
    let file = File::with_orders(&FIRST);
    file.conn().execute_batch("INSERT INTO customers(name) VALUES (printf('%9000d', 1))").unwrap();
    let before = file.bytes();
    let mut conn = file.conn();
    // Only from rusqlite 0.33 on is it a result.
    let _ = conn.set_limit(rusqlite::limits::Limit::SQLITE_LIMIT_LENGTH, 8000);
    let error = ORDERS.apply(&mut conn).unwrap_err();
    assert!(error.to_string().contains("nothing was changed") && file.bytes() == before, "{error}");
}

// The journal.

fn journal_mode(conn: &Connection) -> String {
    conn.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap()
}

#[test]
fn without_a_journal_an_error_leaves_everything_as_it_was() {
    let file = File::with_orders(&FIRST);
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000)
                INSERT INTO customers(name) SELECT printf('%200d', i / 2) FROM n";
    file.conn().execute_batch(many).unwrap();
    let before = (file.bytes(), file.names());
    let mut conn = file.conn();
    // With little memory, pages are written before the commit.
    conn.execute_batch("PRAGMA journal_mode = OFF; PRAGMA cache_size = 5").unwrap();
    let error = BROKEN.apply(&mut conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Statement { line: 4, .. }), "{error}");
    assert_eq!(journal_mode(&conn), "off");
    assert!(conn.is_autocommit() && (file.bytes(), file.names()) == before);
    assert_eq!(number(&conn, "SELECT count(*) FROM customers"), 3002);
    // And what works is applied.
    assert_eq!(ORDERS.apply(&mut conn).unwrap().applied.len(), 2);
    assert_eq!(journal_mode(&conn), "off");
    let whole: String = file.conn().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(whole, "ok");
    assert!(ORDERS.apply(&mut conn).unwrap().is_up_to_date());
}

#[test]
fn every_way_to_run_has_a_journal() {
    let mut conn = Connection::open_in_memory().unwrap();
    let off =
        |conn: &Connection| conn.query_row("PRAGMA journal_mode = OFF", [], |row| row.get::<_, String>(0));
    off(&conn).unwrap();
    FIRST.apply(&mut conn).unwrap();
    assert_eq!(journal_mode(&conn), "off");
    conn.execute_batch("INSERT INTO customers(name) VALUES ('Ada'), ('Ada')").unwrap();
    BROKEN.apply(&mut conn).unwrap_err();
    assert_eq!(journal_mode(&conn), "off");
    assert_eq!(number(&conn, "SELECT count(*) FROM sqlite_schema WHERE name = 'audit'"), 0);

    // A defensive connection takes OFF no more; what it had stays.
    let file = File::with_orders(&FIRST);
    let mut conn = file.conn();
    off(&conn).unwrap();
    let defensive = rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE;
    conn.set_db_config(defensive, true).unwrap();
    let before = file.bytes();
    BROKEN.apply(&mut conn).unwrap_err();
    assert!(file.bytes() == before && journal_mode(&conn) == "off" && conn.db_config(defensive).unwrap());

    // With a copy, and back again.
    let copy = file.folder().join("copy.db");
    ORDERS.migrator().backup(&copy).apply(&mut conn).unwrap();
    assert_eq!(journal_mode(&conn), "off");
    assert!(matches!(
        ORDERS.migrator().revert(&mut conn, 1).map_err(Error::into_kind),
        Err(ErrorKind::NoDownFile { .. })
    ));
    assert_eq!(
        (journal_mode(&conn).as_str(), number(&conn, "SELECT count(*) FROM onward_migrations")),
        ("off", 3)
    );

    // WAL is for good, whoever turned it on.
    let file = File::with_orders(&FIRST);
    let mut conn = file.conn();
    off(&conn).unwrap();
    file.conn().execute_batch("PRAGMA journal_mode = WAL").unwrap();
    ORDERS.apply(&mut conn).unwrap();
    assert_eq!((journal_mode(&conn), journal_mode(&file.conn())), ("wal".into(), "wal".into()));
}

// Temporary objects.

#[test]
fn temporary_objects_in_the_way_are_refused_by_name() {
    for (temporary, named) in [
        ("CREATE TEMP TABLE Orders(customer, paid)", "table `Orders`"),
        ("CREATE TEMP VIEW customers AS SELECT 1 AS id, 'x' AS name", "view `customers`"),
        // Made and renamed within a migration.
        ("CREATE TEMP TABLE customers_new(id, name)", "table `customers_new`"),
        ("CREATE TEMP TABLE mine(a); CREATE INDEX temp.orders_unpaid ON mine(a)", "index `orders_unpaid` on `mine`"),
        (
            "CREATE TEMP TRIGGER audit AFTER UPDATE ON orders BEGIN SELECT 1; END",
            "trigger `audit` on `orders`",
        ),
        (
            "CREATE TEMP TABLE audited(a);
             CREATE TEMP TRIGGER audit AFTER DELETE ON main.customers BEGIN INSERT INTO audited VALUES (old.id); END",
            "trigger `audit` on `customers`",
        ),
    ] {
        let file = File::with_orders(&FIRST);
        let mut conn = file.conn();
        conn.execute_batch(temporary).unwrap();
        let (before, objects) = (file.bytes(), number(&conn, "SELECT count(*) FROM sqlite_temp_schema"));
        let error = ORDERS.apply(&mut conn).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Shadowed { objects, .. } if objects == &[named]), "{temporary}: {error}");
        assert!(error.to_string().contains(named) && error.path() == Some(&*file.path()), "{error}");
        assert!(matches!(ORDERS.rehearse(&conn).map_err(Error::into_kind), Err(ErrorKind::Shadowed { .. })), "{temporary}");
        assert!(file.bytes() == before && conn.is_autocommit());
        assert_eq!(number(&conn, "SELECT count(*) FROM sqlite_temp_schema"), objects);
        // Where nothing is pending, nothing is in the way.
        assert!(FIRST.apply(&mut conn).unwrap().is_up_to_date());
    }
}

/// A temporary table with AUTOINCREMENT has SQLite's own table with it, in front of the database's.
#[test]
fn a_temporary_table_of_sqlites_own_is_in_the_way() {
    let file = File::new();
    SEQUENCE.migrator().target(1).open(file.path()).unwrap();
    let mut conn = file.conn();
    conn.execute_batch("CREATE TEMP TABLE mine(id INTEGER PRIMARY KEY AUTOINCREMENT)").unwrap();
    let error = SEQUENCE.apply(&mut conn).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Shadowed { objects, .. } if objects == &["table `sqlite_sequence`"]),
        "{error}"
    );
    SEQUENCE.apply(&mut file.conn()).unwrap();
    assert_eq!(number(&conn, "SELECT seq FROM main.sqlite_sequence WHERE name = 'tickets'"), 1000);
}

/// Nobody knows what code names.
#[test]
fn code_meets_no_temporary_table_of_the_historys_name() {
    let file = File::new();
    HASHES.migrator().target(1).open(file.path()).unwrap();
    for name in ["messages", "unhashed"] {
        let mut conn = file.conn();
        conn.execute_batch(&format!("CREATE TEMP TABLE {name}(id)")).unwrap();
        let error = HASHES.apply(&mut conn).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Shadowed { .. }), "{name}: {error}");
    }
    HASHES.apply(&mut file.conn()).unwrap();
}

#[test]
fn temporary_objects_elsewhere_do_no_harm_and_stay() {
    let file = File::with_orders(&FIRST);
    let mut conn = file.conn();
    // Names of columns and keywords, a name that nothing pending has, and a trigger on a table of its own.
    conn.execute_batch(
        "CREATE TEMP TABLE total(a); CREATE TEMP TABLE email(a); CREATE TEMP TABLE \"where\"(a);
         CREATE TEMP VIEW seen AS SELECT count(*) AS n FROM total; CREATE INDEX temp.by_a ON total(a);
         CREATE TEMP TRIGGER total_insert AFTER INSERT ON total BEGIN INSERT INTO email VALUES (new.a); END;
         CREATE TEMP TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO total VALUES (1)",
    )
    .unwrap();
    assert_eq!(ORDERS.apply(&mut conn).unwrap().applied.len(), 2);
    assert_eq!(number(&conn, "SELECT (SELECT n FROM seen) + (SELECT count(*) FROM email)"), 2);
    assert_eq!(number(&conn, "SELECT count(*) FROM sqlite_temp_schema WHERE name NOT LIKE 'sqlite_%'"), 7);
    // What a connection does not have yet is not made for the question.
    let mut conn = file.conn();
    SWITCHED.verify(&conn).unwrap_err();
    assert!(ORDERS.apply(&mut conn).unwrap().is_up_to_date());
    let mut fresh = Connection::open_in_memory().unwrap();
    FIRST.apply(&mut fresh).unwrap();
    assert_eq!(number(&fresh, "SELECT count(*) FROM pragma_database_list"), 1);
}

// What the application registers.

fn registered(file: &File) -> Connection {
    let conn = file.conn();
    let slug = |context: &Context<'_>| Ok(context.get::<String>(0)?.to_lowercase());
    let is_slug = |context: &Context<'_>| {
        let text = context.get::<String>(0)?;
        Ok(text.to_lowercase() == text)
    };
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    conn.create_scalar_function("slug", 1, flags, slug).unwrap();
    conn.create_scalar_function("is_slug", 1, flags, is_slug).unwrap();
    conn.create_collation("by_number", |a: &str, b: &str| a.len().cmp(&b.len()).then(a.cmp(b))).unwrap();
    conn
}

#[test]
fn a_schema_that_calls_the_application_is_compared_taken_back_and_taken_over() {
    let file = File::new();
    let mut conn = registered(&file);
    for target in 1..=3 {
        assert_eq!(REGISTERED.migrator().target(target).apply(&mut conn).unwrap().applied.len(), 1);
        assert!(REGISTERED.verify(&conn).unwrap().is_empty());
        // From a connection that has none of it as well.
        assert!(REGISTERED.verify(&file.conn()).unwrap().is_empty());
    }
    conn.execute_batch("INSERT INTO pages(title) VALUES ('One'), ('Two')").unwrap();
    assert_eq!(REGISTERED.migrator().revert(&mut conn, 1).unwrap().reverted.len(), 2);
    assert!(REGISTERED.verify(&conn).unwrap().is_empty());
    conn.execute_batch("CREATE INDEX pages_by_slug ON pages(slug)").unwrap();
    assert_eq!(REGISTERED.verify(&conn).unwrap().len(), 1, "a pending migration makes it");
    conn.execute_batch("DROP INDEX pages_by_slug; ALTER TABLE pages ADD COLUMN note").unwrap();
    assert_eq!(REGISTERED.verify(&conn).unwrap().len(), 1);
    conn.execute_batch("ALTER TABLE pages DROP COLUMN note; DROP TABLE onward_migrations").unwrap();
    let report = REGISTERED.migrator().adopt(Adopt::Exact).apply(&mut conn).unwrap();
    assert_eq!((report.adopted, report.applied.len()), (1, 2));
    assert_eq!(REGISTERED.migrator().revert(&mut conn, 0).unwrap().reverted.len(), 3);
    // By hand, and a part of it only.
    let grown = REGISTERED.list().get(0).unwrap().sql();
    conn.execute_batch(&format!(
        "DROP TABLE onward_migrations; {grown}; ALTER TABLE pages ADD COLUMN author TEXT"
    ))
    .unwrap();
    let report = REGISTERED.migrator().adopt(Adopt::Reconcile).apply(&mut conn).unwrap();
    assert_eq!((report.adopted, report.applied.len()), (3, 0));
}

/// The hook stays where it is, and it is what the error speaks of.
#[test]
fn a_commit_hook_that_refuses_is_named() {
    let file = File::with_orders(&FIRST);
    let mut conn = file.conn();
    let _ = conn.commit_hook(Some(|| true));
    let error = ORDERS.apply(&mut conn).unwrap_err().to_string();
    assert!(error.contains("the application's commit hook refuses it"), "{error}");
    assert!(!error.contains("rows of this database"), "{error}");
    let _ = conn.commit_hook(None::<fn() -> bool>);
    assert_eq!(ORDERS.apply(&mut conn).unwrap().applied.len(), 2);
}

/// How often a statement has run without being prepared anew, while the connection runs so many others.
fn runs(conn: &Connection, others: usize) -> i32 {
    let run = |sql: &str| {
        let mut statement = conn.prepare_cached(sql).unwrap();
        let before = statement.get_status(StatementStatus::Run);
        statement.query_row([], |_| Ok(())).unwrap();
        before
    };
    run("SELECT 'it'");
    for number in 0..others {
        run(&format!("SELECT {number}"));
    }
    run("SELECT 'it'")
}

/// A program has more statements in `query!` than the 16 that rusqlite keeps.
#[test]
fn an_opened_connection_keeps_the_statements_of_a_program() {
    let file = File::new();
    let opened = ORDERS.open(file.path()).unwrap();
    assert_eq!((runs(&opened, 200), runs(&file.conn(), 200)), (1, 0));
}
