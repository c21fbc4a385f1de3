//! How much disk a run needs, as a rehearsal tells it and as the files of the run show it.

use std::sync::atomic::{AtomicU64, Ordering};

use onward::rusqlite::{Connection, Transaction};
use onward::{Event, Migrations, migrations};
use onward_tests::file::{File, number};

static FIRST: Migrations = migrations!("histories/orders_1");
static ORDERS: Migrations = migrations!("histories/orders");

/// Everything that a database takes on its disk.
fn taken(file: &File) -> u64 {
    file.names().iter().map(|name| file.size(name)).sum()
}

/// What a run takes more than before: seen behind each migration, and after the commit.
fn taken_by(file: &File, migrations: &Migrations) -> u64 {
    let (before, most) = (taken(file), AtomicU64::new(0));
    let look = || most.fetch_max(taken(file).saturating_sub(before), Ordering::Relaxed);
    let observer = |event: Event<'_>| {
        if matches!(event, Event::Finished { .. }) {
            look();
        }
    };
    let mut conn = file.conn();
    migrations.migrator().observer(observer).apply(&mut conn).unwrap();
    look();
    conn.execute_batch("PRAGMA wal_checkpoint(FULL)").unwrap();
    look();
    most.into_inner()
}

#[test]
fn a_rehearsal_tells_how_much_disk_a_run_needs() {
    fn all(transaction: &Transaction<'_>) -> onward::rusqlite::Result<()> {
        transaction.execute("UPDATE customers SET name = replace(name, '0', '1')", []).map(drop)
    }
    let every_page = migrations!("histories/orders_hooked", after = { 3 => all });
    for mode in ["DELETE", "TRUNCATE", "PERSIST", "WAL"] {
        for (migrations, vacuum) in [(&ORDERS, 0), (&every_page, 0), (&ORDERS, 1)] {
            let file = File::new();
            let conn = file.conn();
            conn.execute_batch(&format!("PRAGMA auto_vacuum = {vacuum}")).unwrap();
            conn.query_row(&format!("PRAGMA journal_mode = {mode}"), [], |_| Ok(())).unwrap();
            FIRST.apply(&mut file.conn()).unwrap();
            conn.execute_batch(
                "INSERT INTO customers(id, name)
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
                 SELECT i, printf('%0100d', i) FROM n",
            )
            .unwrap();
            let table = 30_000 * 100;
            let names = file.names();
            let told = migrations.rehearse(&conn).unwrap();
            assert_eq!(file.names(), names, "{mode}");
            assert_eq!(told.bytes_before, bytes(&conn), "{mode}");
            // The rebuild has the table twice, and gives back what it had first only where a commit does that.
            assert!(told.bytes_needed > table, "{mode}: {told}");
            assert_eq!(told.bytes_after < told.bytes_before + table / 2, vacuum == 1, "{mode}: {told}");
            let copied = migrations.migrator().backup("copy").rehearse(&conn).unwrap();
            assert_eq!(copied.bytes_needed, told.bytes_needed + told.bytes_before, "{mode}");
            drop(conn);
            let taken = taken_by(&file, migrations);
            assert_eq!(told.bytes_after, bytes(&file.conn()), "{mode}");
            assert!(
                taken > 0 && taken <= told.bytes_needed,
                "{mode} {vacuum}: {taken} of {}",
                told.bytes_needed
            );
            // Where each page is changed there is little in it that is not needed.
            let is_close = !std::ptr::eq(migrations, &every_page) || taken * 10 > told.bytes_needed * 7;
            assert!(is_close, "{mode} {vacuum}: {taken} of {}", told.bytes_needed);
        }
    }
}

/// The size of a database, with what is in its WAL.
fn bytes(conn: &Connection) -> u64 {
    let size = number(conn, "PRAGMA page_count") * number(conn, "PRAGMA page_size");
    u64::try_from(size).unwrap()
}

#[test]
fn what_is_in_the_wal_needs_room_in_the_file() {
    let file = File::new();
    let mut conn = file.conn();
    conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    conn.execute_batch("PRAGMA wal_autocheckpoint = 0").unwrap();
    FIRST.apply(&mut conn).unwrap();
    conn.execute_batch(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
         INSERT INTO customers(id, name) SELECT i, printf('%0100d', i) FROM n",
    )
    .unwrap();
    assert!(file.size("app.db") < 900_000);
    let told = ORDERS.rehearse(&conn).unwrap();
    assert_eq!(told.bytes_before, bytes(&conn));
    // The table that is there, the new one, and both once more in the WAL at most.
    assert!(told.bytes_needed > 4 * 900_000, "{told}");
    let taken = taken_by(&file, &ORDERS);
    assert!(taken > 2 * 900_000 && taken <= told.bytes_needed, "{taken} of {told}");
}

#[test]
fn a_rehearsal_says_what_it_has_measured() {
    let file = File::with_orders(&FIRST);
    let told = ORDERS.rehearse(&file.conn()).unwrap();
    let text = told.to_string();
    let sizes =
        (told.bytes_before.div_ceil(1000), told.bytes_after.div_ceil(1000), told.bytes_needed.div_ceil(1000));
    let disk = format!(
        "\n  disk: the file grows from {} kB to {} kB; {} kB of free disk are enough\n",
        sizes.0, sizes.1, sizes.2
    );
    assert!(text.contains(&disk) && text.contains("\n  lock: held for about "), "{text}");
    // Nothing is pending, and nothing is needed.
    let told = FIRST.rehearse(&file.conn()).unwrap();
    assert_eq!(
        (told.bytes_before, told.bytes_after, told.bytes_needed),
        (bytes(&file.conn()), bytes(&file.conn()), 0)
    );
}
