//! Two histories in one file: a library's, which names its ledger, and that of the application around it.

use onward::rusqlite::Connection;
use onward::{Adopt, ErrorKind, Fault, Migrations, Snapshot, migrations, snapshot};
use onward_core::ledger::table;
use onward_core::packed::{Source, pack};
use onward_tests::cargo_onward;
use onward_tests::command::run;
use onward_tests::file::{File, number};

static AUTH: Migrations = migrations!("histories/auth");
static SITE: Migrations = migrations!("histories/site");
static NO_USERS: Snapshot = snapshot!("histories/auth");

/// The library's history with its ledger under another name; under the usual one, if there is none.
fn renamed(name: Option<&str>) -> Migrations {
    let analysis = onward_analysis::analyze("histories/auth".as_ref(), onward_analysis::Proof::Whole);
    let packed = analysis.history.packed(analysis.replay.as_ref(), "histories/auth/");
    let ledger = name.map(|name| table(name).unwrap()).unwrap_or_default();
    let source = packed.view().source().unwrap();
    pack(&Source { ledger: &ledger, ..source }).into()
}

/// What there is, but for what SQLite makes.
fn objects(conn: &Connection) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name";
    let mut query = conn.prepare(sql).unwrap();
    query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn they_go_together_in_either_order() {
    let mut made = Vec::new();
    for order in [[&AUTH, &SITE], [&SITE, &AUTH]] {
        let file = File::new();
        let mut conn = file.conn();
        for migrations in order {
            assert!(migrations.status(&conn).unwrap().strangers.is_empty());
            assert_eq!(migrations.verify(&conn).unwrap(), []);
            assert_eq!(migrations.apply(&mut conn).unwrap().applied.len(), migrations.list().len());
        }
        for migrations in order {
            assert!(migrations.apply(&mut conn).unwrap().is_up_to_date());
            assert!(migrations.status(&conn).unwrap().is_up_to_date());
            assert_eq!(migrations.verify(&conn).unwrap(), []);
        }
        assert_eq!(number(&conn, "SELECT count(*) FROM onward_migrations_auth"), 3);
        assert_eq!(number(&conn, "SELECT count(*) FROM onward_migrations"), 2);
        made.push(objects(&conn));
    }
    assert_eq!(made[0], made[1]);
}

#[test]
fn the_application_refers_to_what_the_library_rebuilds() {
    let file = File::new();
    let mut conn = file.conn();
    AUTH.migrator().target(2).apply(&mut conn).unwrap();
    SITE.apply(&mut conn).unwrap();
    let rows =
        "INSERT INTO auth_users VALUES (7, 'ada@example.org'); INSERT INTO posts VALUES (1, 7, 'hello')";
    conn.execute_batch(rows).unwrap();
    let rehearsal = AUTH.rehearse(&conn).unwrap();
    assert!(rehearsal.rows.iter().all(|table| table.lost() == 0) && rehearsal.violations.is_empty());
    assert!(rehearsal.rows.iter().all(|table| table.table != "onward_migrations_auth"));
    AUTH.apply(&mut conn).unwrap();
    let author = "SELECT auth_users.id FROM posts JOIN auth_users ON auth_users.id = posts.author";
    assert_eq!(number(&conn, author), 7);
    conn.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    assert!(conn.execute_batch("DELETE FROM auth_users").is_err());
    assert!(conn.execute_batch("INSERT INTO posts VALUES (2, 8, 'nobody')").is_err());
    assert_eq!((SITE.verify(&conn).unwrap(), AUTH.verify(&conn).unwrap()), (vec![], vec![]));
    // Without its table, the application's rows would refer to nothing.
    let error = AUTH.migrator().revert(&mut conn, 0).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ForeignKeys { .. }), "{error}");
    conn.execute_batch("DELETE FROM posts").unwrap();
    AUTH.migrator().revert(&mut conn, 0).unwrap();
    assert_eq!(objects(&conn), ["onward_migrations", "onward_migrations_auth", "posts", "visits"]);
    assert!(SITE.apply(&mut conn).unwrap().is_up_to_date());
    AUTH.apply(&mut conn).unwrap();
}

#[test]
fn a_library_needs_no_onward_around_it() {
    let file = File::new();
    file.conn()
        .execute_batch("CREATE TABLE notes(body); PRAGMA user_version = 4; PRAGMA application_id = 9")
        .unwrap();
    let conn = AUTH.open(file.path()).unwrap();
    assert_eq!(number(&conn, "SELECT count(*) FROM auth_users"), 0);
    // Neither of these is onward's.
    assert_eq!((number(&conn, "PRAGMA user_version"), number(&conn, "PRAGMA application_id")), (4, 9));
}

#[test]
fn what_has_a_name_of_theirs_is_in_the_way() {
    let refused = |sql: &str, migrations: &Migrations, names: &[&str]| {
        let file = File::new();
        file.conn().execute_batch(sql).unwrap();
        let error = file.refused(migrations);
        assert!(matches!(error.kind(), ErrorKind::NoLedger { tables } if tables == names), "{error}");
        error.to_string()
    };
    let said = refused("CREATE TABLE notes(a); CREATE TABLE Auth_Users(b)", &AUTH, &["Auth_Users"]);
    assert!(said.contains("no ledger of migrations `onward_migrations_auth`"), "{said}");
    // An index on it goes with it, and so does what only stands between two migrations.
    let index = "CREATE TABLE auth_users(b); CREATE INDEX i ON auth_users(b)";
    refused(index, &AUTH, &["auth_users", "i"]);
    refused("CREATE TABLE auth_users_new(b)", &AUTH, &["auth_users_new"]);
    // Beside another ledger the application looks at its own names alone; without one, at everything.
    let file = File::new();
    AUTH.open(file.path()).unwrap().execute_batch("CREATE TABLE posts(a); CREATE TABLE notes(a)").unwrap();
    let error = file.refused(&SITE);
    assert!(matches!(error.kind(), ErrorKind::NoLedger { tables } if *tables == ["posts"]), "{error}");
    refused("CREATE TABLE notes(a)", &SITE, &["notes"]);
}

#[test]
fn a_table_that_is_only_named_like_a_ledger_is_none() {
    let file = File::new();
    file.conn().execute_batch("CREATE TABLE onward_migrations_auth_copy(version, checksum, chain)").unwrap();
    let error = file.refused(&SITE);
    assert!(matches!(error.kind(), ErrorKind::NoLedger { .. }), "{error}");
    file.conn().execute_batch("CREATE TABLE onward_migrations_auth(version INTEGER PRIMARY KEY)").unwrap();
    let error = file.refused(&AUTH);
    let said = error.to_string();
    assert!(
        matches!(error.kind(), ErrorKind::NotALedger { .. }) && said.contains("`onward_migrations_auth` is"),
        "{said}"
    );
}

/// Under another name nobody would find the rows, and every migration would run once more.
#[test]
fn a_ledger_under_another_name_is_named() {
    for (before, now, help) in [
        (Some("auth"), Some("accounts"), "write `name = \"auth\"` below `[ledger]` in onward.toml again"),
        (Some("auth"), None, "write `name = \"auth\"` below `[ledger]` in onward.toml again"),
        (None, Some("auth"), "take `[ledger]` out of onward.toml again"),
    ] {
        let (before, now) = (renamed(before), renamed(now));
        for target in 1..=3 {
            let file = File::new();
            before.migrator().target(target).open(file.path()).unwrap();
            let error = file.refused(&now);
            let ErrorKind::LedgerRenamed { ledger, found } = error.kind() else { panic!("{error}") };
            assert_ne!(ledger, found);
            let said = error.to_string();
            assert!(said.contains(&format!("`{ledger}`")) && said.contains(help), "{said}");
            assert!(said.contains(&format!("ALTER TABLE {found} RENAME TO {ledger}")), "{said}");
            assert_eq!((error.fault(), error.is_verdict()), (Fault::Caller, true));
            // However it is asked for.
            let is_renamed = |error: onward::Error| matches!(error.kind(), ErrorKind::LedgerRenamed { .. });
            assert!(is_renamed(now.status(&file.conn()).unwrap_err()));
            assert!(is_renamed(now.verify(&file.conn()).unwrap_err()));
            assert!(is_renamed(now.rehearse(&file.conn()).unwrap_err()));
            assert!(is_renamed(now.migrator().revert(&mut file.conn(), 0).unwrap_err()));
            for how in [Adopt::Exact, Adopt::Reconcile, Adopt::At(1)] {
                assert!(is_renamed(now.migrator().adopt(how).apply(&mut file.conn()).unwrap_err()));
            }
            let recreated = now.migrator().or_recreate().open(file.path()).map(drop);
            assert!(is_renamed(recreated.unwrap_err()));
            // As the help says.
            let rename = said.rsplit('`').nth(1).unwrap();
            file.conn().execute_batch(rename).unwrap();
            assert_eq!(
                now.apply(&mut file.conn()).unwrap().applied.len(),
                3 - usize::try_from(target).unwrap()
            );
        }
    }
}

#[test]
fn errors_name_the_ledger() {
    let file = File::new();
    AUTH.open(file.path())
        .unwrap()
        .execute_batch("UPDATE onward_migrations_auth SET chain = 'none'")
        .unwrap();
    let said = file.refused(&AUTH).to_string();
    assert!(said.contains("restore the rows of `onward_migrations_auth`"), "{said}");
    assert_eq!(SITE.apply(&mut file.conn()).unwrap().applied.len(), 2);
}

#[test]
fn a_library_does_not_move_the_file_of_others() {
    let file = File::new();
    SITE.open(file.path()).unwrap().execute_batch("CREATE TABLE auth_users(a)").unwrap();
    let before = file.bytes();
    let error = AUTH.migrator().or_recreate().open(file.path()).map(drop).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoLedger { .. }), "{error}");
    assert_eq!((file.bytes(), file.names()), (before, vec!["app.db".to_owned()]));
}

#[test]
fn one_is_adopted_beside_the_other() {
    let file = File::new();
    let mut conn = SITE.open(file.path()).unwrap();
    let first = AUTH.list().first().unwrap();
    conn.execute_batch(first.sql()).unwrap();
    let report = AUTH.migrator().adopt(Adopt::Exact).apply(&mut conn).unwrap();
    assert_eq!((report.adopted, report.applied.len()), (1, 2));
    assert_eq!(number(&conn, "SELECT sum(adopted) FROM onward_migrations_auth"), 1);
    assert_eq!(AUTH.status(&conn).unwrap().pending(), 0);
    let file = File::new();
    let mut conn = AUTH.open(file.path()).unwrap();
    conn.execute_batch(SITE.list().first().unwrap().sql()).unwrap();
    let report = SITE.migrator().adopt(Adopt::Exact).apply(&mut conn).unwrap();
    assert_eq!((report.adopted, report.applied.len()), (1, 1));
}

#[test]
fn a_copy_is_of_both() {
    let file = File::new();
    SITE.open(file.path()).unwrap();
    let (_, report) = AUTH.migrator().backup(file.folder().join("before")).open(file.path()).unwrap();
    let copy = Connection::open(report.backup.unwrap()).unwrap();
    assert_eq!((SITE.status(&copy).unwrap().pending(), AUTH.status(&copy).unwrap().pending()), (0, 3));
}

#[test]
fn a_snapshot_has_the_ledger_of_its_history() {
    let mut conn = NO_USERS.open_in_memory().unwrap();
    assert!(AUTH.apply(&mut conn).unwrap().is_up_to_date());
    assert_eq!(SITE.apply(&mut conn).unwrap().applied.len(), 2);
    assert_eq!((SITE.verify(&conn).unwrap(), AUTH.verify(&conn).unwrap()), (vec![], vec![]));
}

#[test]
fn the_command_line_reads_the_name() {
    let file = File::new();
    SITE.open(file.path()).unwrap();
    let folder = |name: &str| format!("{}/histories/{name}", env!("CARGO_MANIFEST_DIR"));
    let database = file.path();
    let onward = |command: &str, history: &str| {
        let mut onward = cargo_onward();
        onward.arg(command).arg(&database).arg(folder(history));
        run(&mut onward)
    };
    let status = onward("status", "auth").exits(0);
    assert!(status.out.contains("0003"), "{}", status.out);
    onward("apply", "auth").exits(0);
    onward("verify", "auth").exits(0);
    onward("verify", "site").exits(0);
    assert_eq!(number(&file.conn(), "SELECT count(*) FROM onward_migrations_auth"), 3);
    assert!(AUTH.apply(&mut file.conn()).unwrap().is_up_to_date());
}
