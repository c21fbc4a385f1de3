//! Many rows at once: all of them or none.

use std::cell::RefCell;
use std::error::Error as _;

use onward::RowError;
use onward::prelude::*;
use onward::rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use onward::rusqlite::{self, Connection, Error};
use onward_tests::file::{File, number};

static STOCK: Migrations = migrations!("histories/stock");

#[derive(Debug, Row)]
#[onward(table = "shelves", migrations = "histories/stock")]
struct Shelf<'a> {
    name: &'a str,
}

#[derive(Debug, Row)]
#[onward(table = "items", migrations = "histories/stock")]
struct NewItem {
    shelf: String,
    name: String,
    #[onward(try_from = i64)]
    count: u64,
}

#[derive(Debug, Row)]
#[onward(table = "picks", migrations = "histories/stock")]
struct Pick {
    item: i64,
}

#[derive(Debug, Row)]
#[onward(table = "checks", migrations = "histories/stock")]
struct Check {
    item: i64,
}

#[derive(Debug, Row)]
#[onward(table = "shelf_names", migrations = "histories/stock")]
struct ShelfName {
    name: String,
}

/// It can be upserted as well.
#[derive(Debug, Row)]
#[onward(table = "tags", migrations = "histories/stock")]
struct Tag {
    item: i64,
    tag: String,
}

fn stock() -> (File, Connection) {
    let file = File::new();
    let conn = STOCK.open(file.path()).unwrap();
    conn.pragma_update(None, "foreign_keys", true).unwrap();
    (file, conn)
}

fn item(name: &str, count: u64) -> NewItem {
    NewItem { shelf: "a".to_owned(), name: name.to_owned(), count }
}

const ITEMS: &str = "SELECT count(*) FROM items";

#[test]
fn all_rows_are_inserted() {
    let (file, conn) = stock();
    assert_eq!(Shelf::insert_all([Shelf { name: "a" }], &conn).unwrap(), 1);
    let items: Vec<NewItem> = (0..1000).map(|count| item(&format!("item {count}"), count)).collect();
    assert_eq!(NewItem::insert_all(&items, &conn).unwrap(), 1000);
    assert_eq!(
        NewItem::insert_all((0..10).map(|count| item(&format!("other {count}"), count)), &conn).unwrap(),
        10
    );
    assert!(conn.is_autocommit());
    assert_eq!(number(&file.conn(), ITEMS), 1010);
    assert_eq!(number(&conn, "SELECT sum(id = count + 1) FROM items WHERE name LIKE 'item %'"), 1000);
}

#[test]
fn nothing_takes_no_lock() {
    let (file, conn) = stock();
    let other = file.conn();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(NewItem::insert_all([] as [NewItem; 0], &conn).unwrap(), 0);
}

thread_local! {
    /// Who holds the lock, until somebody waits for it.
    static WRITER: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

fn the_writer_ends(_: i32) -> bool {
    let writer = WRITER.take();
    writer.is_some_and(|writer| writer.execute_batch("COMMIT").is_ok())
}

/// The transaction begins before the first row is asked for: SQLite waits for no lock once the connection reads.
#[test]
fn rows_that_are_read_from_the_same_connection_wait_for_a_writer() {
    for mode in ["delete", "wal"] {
        let (file, mut conn) = stock();
        conn.busy_handler(Some(the_writer_ends)).unwrap();
        conn.pragma_update(None, "journal_mode", mode).unwrap();
        Shelf { name: "a" }.insert(&conn).unwrap();
        let mut shelves = conn.prepare("SELECT name FROM shelves").unwrap();
        for item in 1..=2 {
            let writer = file.conn();
            writer.execute_batch("BEGIN IMMEDIATE").unwrap();
            Shelf { name: &format!("shelf {item}") }.insert(&writer).unwrap();
            WRITER.set(Some(writer));
            let tag = |row: &rusqlite::Row<'_>| row.get(0).map(|tag| Tag { item, tag });
            let tags = shelves.query_map([], tag).unwrap().map(Result::unwrap);
            let written = if item == 1 { Tag::insert_all(tags, &conn) } else { Tag::upsert_all(tags, &conn) };
            // The row of the other writer is among those that are read.
            assert_eq!(written.unwrap() as i64, item + 1, "{mode}");
        }
        assert_eq!(number(&file.conn(), "SELECT sum(item) FROM tags"), 8);
    }
}

/// How many there are is not known of these before they are asked for.
#[test]
fn nothing_is_written_of_no_rows() {
    let (file, conn) = stock();
    let mut shelves = conn.prepare("SELECT name FROM shelves").unwrap();
    let rows = shelves.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap);
    assert_eq!(ShelfName::insert_all(rows.map(|name| ShelfName { name }), &conn).unwrap(), 0);
    assert!(conn.is_autocommit());
    file.conn().execute_batch("BEGIN IMMEDIATE").unwrap();
}

#[test]
fn one_that_is_refused_leaves_none() {
    let (file, conn) = stock();
    Shelf { name: "a" }.insert(&conn).unwrap();
    let items = [item("nail", 1), item("screw", 1), item("NAIL", 1), item("bolt", 1)];
    let error = NewItem::insert_all(&items, &conn).unwrap_err();
    assert_eq!(error.index(), Some(2));
    let text = error.to_string();
    assert!(
        text.starts_with("rows[2]: UNIQUE constraint failed: ")
            && text.ends_with("; none of the rows is written"),
        "{text}"
    );
    assert!(conn.is_autocommit());
    assert_eq!(number(&file.conn(), ITEMS), 0);
    // As rusqlite's error and as onward's it still says which.
    let as_rusqlite = Error::from(NewItem::insert_all(&items, &conn).unwrap_err());
    assert_eq!(as_rusqlite.sqlite_error_code(), Some(rusqlite::ErrorCode::ConstraintViolation));
    assert!(as_rusqlite.to_string().starts_with("rows[2]: "), "{as_rusqlite}");
    let as_onward = onward::Error::from(NewItem::insert_all(&items, &conn).unwrap_err()).to_string();
    assert!(as_onward.contains("rows[2]: UNIQUE constraint failed"), "{as_onward}");

    // A value that cannot be stored is found when its row comes.
    let error = NewItem::insert_all([item("nail", 1), item("screw", u64::MAX)], &conn).unwrap_err();
    assert_eq!(error.index(), Some(1));
    assert!(matches!(error.error(), Error::ToSqlConversionFailure(_)), "{error}");
    assert!(Error::from(error).to_string().contains("rows[1]: "));
    assert_eq!(number(&conn, ITEMS), 0);

    // A deferred foreign key is no row's: it is looked at when all are there.
    let nowhere = NewItem { shelf: "nowhere".to_owned(), ..item("nail", 1) };
    let error = NewItem::insert_all([nowhere], &conn).unwrap_err();
    assert_eq!((error.index(), error.to_string().as_str()), (None, "FOREIGN KEY constraint failed"));
    assert!(conn.is_autocommit());
    assert_eq!(number(&conn, ITEMS), 0);
}

/// A number that is neither stored nor read.
#[derive(Debug)]
struct Never;

impl onward::Stored for Never {
    type As = i64;
}

impl ToSql for Never {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Err(Error::IntegralValueOutOfRange(7, 1))
    }
}

impl FromSql for Never {
    fn column_result(_: ValueRef<'_>) -> FromSqlResult<Never> {
        Err(FromSqlError::InvalidType)
    }
}

/// So an error of a conversion does not say that nothing was written.
#[test]
fn rows_of_returning_are_written_before_one_is_read() {
    let (file, conn) = stock();
    let add = || {
        query_scalar!(
            migrations = "histories/stock",
            "INSERT INTO tags(item, tag) SELECT value, hex(randomblob(16)) FROM json_each('[1, 2]') "
                + "RETURNING item AS \"item: Never\""
        )
    };
    add().all(&conn).unwrap_err();
    add().one(&conn).unwrap_err();
    add().optional(&conn).unwrap_err();
    assert_eq!(number(&file.conn(), "SELECT count(*) FROM tags"), 6);
}

#[derive(Debug, Row)]
#[onward(table = "picks", migrations = "histories/stock")]
struct NeverPicked<'a> {
    item: &'a Never,
}

/// Whichever of rusqlite's it is.
#[test]
fn an_error_names_its_row_and_its_cause() {
    let (_file, conn) = stock();
    let never = || NeverPicked::insert_all([NeverPicked { item: &Never }], &conn).unwrap_err();
    assert!(matches!(never().error(), Error::IntegralValueOutOfRange(7, 1)));
    let text = never().to_string();
    let as_rusqlite = Error::from(never());
    assert_eq!(as_rusqlite.to_string(), text);
    let inner = as_rusqlite.source().and_then(|cause| cause.downcast_ref::<RowError>());
    assert!(inner.is_some_and(|error| matches!(error.error(), Error::IntegralValueOutOfRange(7, 1))));
    assert!(onward::Error::from(never()).to_string().contains(&text));

    let too_many = NewItem::insert_all([item("nail", u64::MAX)], &conn).unwrap_err();
    let cause = too_many.source().unwrap().to_string();
    assert!(cause.contains("out of range") && too_many.to_string().contains(&cause), "{cause}");

    conn.flush_prepared_statement_cache();
    conn.execute_batch("DROP TABLE picks").unwrap();
    let error = NeverPicked::insert_all([NeverPicked { item: &Never }], &conn).unwrap_err();
    assert_eq!(error.index(), None);
    assert!(Error::from(error).to_string().starts_with("no such table: picks"));
}

#[test]
fn a_transaction_that_is_open_stays_as_it_was() {
    let (file, mut conn) = stock();
    let inserted = onward::transaction(&mut conn, |tx| {
        Shelf { name: "a" }.insert(tx)?;
        let refused = NewItem::insert_all([item("nail", 1), item("nail", 1)], tx).unwrap_err();
        assert_eq!((refused.index(), number(tx, ITEMS)), (Some(1), 0));
        NewItem::insert_all([item("nail", 1), item("screw", 1)], tx).map_err(Error::from)
    });
    assert_eq!(inserted.unwrap(), 2);
    assert_eq!(number(&file.conn(), ITEMS), 2);

    // A panic between the rows.
    conn.execute_batch("BEGIN").unwrap();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let rows =
            (0..3).map(|count| if count < 2 { item(&format!("{count}"), 1) } else { panic!("no row") });
        NewItem::insert_all(rows, &conn)
    }));
    assert!(panicked.is_err() && !conn.is_autocommit());
    assert_eq!(number(&conn, ITEMS), 2);
    conn.execute_batch("COMMIT").unwrap();
}

#[test]
fn what_the_table_says_of_conflicts_counts() {
    let (_file, conn) = stock();
    let picks = [1, 2, 1, 3].map(|item| Pick { item });
    assert_eq!(Pick::insert_all(&picks, &conn).unwrap(), 3);
    // SQLite rolls back everything itself, and no transaction is left to go on with.
    let checks = [1, 2, 1].map(|item| Check { item });
    assert_eq!(Check::insert_all(&checks, &conn).unwrap_err().index(), Some(2));
    assert_eq!(number(&conn, "SELECT count(*) FROM checks"), 0);
    conn.execute_batch("BEGIN").unwrap();
    assert_eq!(Check::insert_all(&checks, &conn).unwrap_err().index(), Some(2));
    assert!(conn.is_autocommit());
    // The triggers of a view write, and SQLite does not count it.
    let names = ["x", "y"].map(|name| ShelfName { name: name.to_owned() });
    assert_eq!(ShelfName::insert_all(&names, &conn).unwrap(), 0);
    assert_eq!(number(&conn, "SELECT count(*) FROM shelves"), 2);
}
