//! Structs that are inserted, or written over the row that is there.

use onward::prelude::*;
use onward::rusqlite::Connection;

static STOCK: Migrations = migrations!("histories/stock");

/// By its primary key.
#[derive(Debug, Clone, PartialEq, Row)]
#[onward(table = "shelves", migrations = "histories/stock")]
struct Shelf {
    name: String,
    room: String,
}

/// By its rowid.
#[derive(Debug, PartialEq, Row)]
#[onward(table = "items", migrations = "histories/stock")]
struct Item {
    id: i64,
    shelf: String,
    name: String,
    #[onward(read_only)]
    count: i64,
    loud: String,
}

/// By a UNIQUE index, in another order than the index has; it has no number yet.
#[derive(Debug, Row)]
#[onward(table = "items", migrations = "histories/stock", conflict = ["shelf", "NAME"])]
struct Delivery<'a> {
    shelf: &'a str,
    name: &'a str,
    count: i64,
}

/// By a column that SQLite computes, with a number that a row which is there does not get.
#[derive(Debug, Row)]
#[onward(table = "items", migrations = "histories/stock", conflict = ["loud", "shelf"])]
struct Loud {
    id: i64,
    #[onward(flatten)]
    place: Place,
    note: Option<String>,
}

#[derive(Debug, Row)]
struct Place {
    shelf: String,
    name: String,
}

/// Nothing to set.
#[derive(Debug, Row)]
#[onward(table = "tags", migrations = "histories/stock")]
struct Tag {
    item: i64,
    tag: String,
}

/// By a column that takes NULL.
#[derive(Debug, Row)]
#[onward(table = "counts", migrations = "histories/stock", conflict = ["day"])]
struct Count {
    day: Option<String>,
    items: i64,
}

/// By the rowid of a table that has no key.
#[derive(Debug, Row)]
#[onward(table = "counts", migrations = "histories/stock")]
struct Numbered {
    rowid: i64,
    items: i64,
}

fn stock() -> Connection {
    let mut conn = Connection::open_in_memory().unwrap();
    STOCK.apply(&mut conn).unwrap();
    conn.pragma_update(None, "foreign_keys", false).unwrap();
    conn
}

/// All rows of a table as text.
fn rows(conn: &Connection, sql: &str) -> Vec<String> {
    let mut statement = conn.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

const ITEMS: &str = "SELECT concat_ws(' ', id, shelf, name, count, note) FROM items ORDER BY id";

#[test]
fn the_statements() {
    assert_eq!(
        Shelf::UPSERT,
        r#"INSERT INTO "shelves"("name", "room") VALUES (?, ?) ON CONFLICT("name") DO UPDATE SET "room" = excluded."room""#
    );
    assert_eq!(
        Item::UPSERT,
        r#"INSERT INTO "items"("id", "shelf", "name") VALUES (?, ?, ?) ON CONFLICT("id") DO UPDATE SET "shelf" = excluded."shelf", "name" = excluded."name""#
    );
    assert_eq!(
        Delivery::UPSERT,
        r#"INSERT INTO "items"("shelf", "name", "count") VALUES (?, ?, ?) ON CONFLICT("shelf", "name") DO UPDATE SET "count" = excluded."count""#
    );
    assert_eq!(
        Loud::UPSERT,
        r#"INSERT INTO "items"("id", "shelf", "name", "note") VALUES (?, ?, ?, ?) ON CONFLICT("loud", "shelf") DO UPDATE SET "name" = excluded."name", "note" = excluded."note""#
    );
    assert_eq!(
        Tag::UPSERT,
        r#"INSERT INTO "tags"("item", "tag") VALUES (?, ?) ON CONFLICT("item", "tag") DO NOTHING"#
    );
    assert_eq!(
        Numbered::UPSERT,
        r#"INSERT INTO "counts"("rowid", "items") VALUES (?, ?) ON CONFLICT("rowid") DO UPDATE SET "items" = excluded."items""#
    );
}

#[test]
fn what_the_struct_does_not_have_stays() {
    let conn = stock();
    conn.execute("INSERT INTO shelves(name, note) VALUES ('a', 'by the door')", []).unwrap();
    let mut shelf = Shelf { name: "a".to_owned(), room: "cellar".to_owned() };
    assert!(shelf.upsert(&conn).unwrap());
    shelf.name = "b".to_owned();
    assert!(shelf.upsert(&conn).unwrap());
    let found = rows(&conn, "SELECT concat_ws(' ', name, room, note) FROM shelves ORDER BY name");
    assert_eq!(found, ["a cellar by the door", "b cellar"]);

    let item = |id, name: &str| Item {
        id,
        shelf: "a".to_owned(),
        name: name.to_owned(),
        count: 99,
        loud: String::new(),
    };
    item(7, "nail").upsert(&conn).unwrap();
    conn.execute("UPDATE items SET count = 5, note = 'long'", []).unwrap();
    item(7, "bolt").upsert(&conn).unwrap();
    assert_eq!(rows(&conn, ITEMS), ["7 a bolt 5 long"]);
    // Another UNIQUE index than that by which the row is found.
    let error = item(8, "BOLT").upsert(&conn).unwrap_err();
    assert!(error.to_string().contains("UNIQUE constraint failed: items."), "{error}");
    assert_eq!(rows(&conn, ITEMS), ["7 a bolt 5 long"]);
}

#[test]
fn by_a_unique_index() {
    let conn = stock();
    let nail = |count| Delivery { shelf: "a", name: "nail", count };
    nail(1).upsert(&conn).unwrap();
    conn.execute("UPDATE items SET id = 40, note = 'long'", []).unwrap();
    nail(2).upsert(&conn).unwrap();
    // As the index compares them.
    Delivery { name: "NAIL", ..nail(3) }.upsert(&conn).unwrap();
    assert_eq!(rows(&conn, ITEMS), ["40 a nail 3 long"]);

    let loud = |id, name: &str| Loud {
        id,
        place: Place { shelf: "a".to_owned(), name: name.to_owned() },
        note: None,
    };
    loud(1, "Nail").upsert(&conn).unwrap();
    loud(2, "screw").upsert(&conn).unwrap();
    // The row that is there keeps its number.
    assert_eq!(rows(&conn, ITEMS), ["2 a screw 1", "40 a Nail 3"]);
}

#[test]
fn nothing_to_set_and_no_key() {
    let conn = stock();
    let tag = Tag { item: 1, tag: "sharp".to_owned() };
    assert!(tag.upsert(&conn).unwrap());
    assert!(!tag.upsert(&conn).unwrap());
    assert_eq!(Tag::upsert_all([&tag, &Tag { item: 2, tag: "sharp".to_owned() }], &conn).unwrap(), 1);
    assert_eq!(rows(&conn, "SELECT item || tag FROM tags ORDER BY item"), ["1sharp", "2sharp"]);

    let count = |day: Option<&str>, items| Count { day: day.map(str::to_owned), items };
    for _ in 0..2 {
        count(Some("monday"), 1).upsert(&conn).unwrap();
        // NULL is equal to nothing.
        count(None, 1).upsert(&conn).unwrap();
    }
    assert!(Numbered { rowid: 1, items: 7 }.upsert(&conn).unwrap());
    let counts = rows(&conn, "SELECT concat_ws(' ', day, items) FROM counts ORDER BY rowid");
    assert_eq!(counts, ["monday 7", "1", "1"]);
}

#[test]
fn many_at_once() {
    let conn = stock();
    let shelf = |name: String, room: &str| Shelf { name, room: room.to_owned() };
    let first: Vec<Shelf> = (0..100).map(|number| shelf(format!("shelf {number}"), "hall")).collect();
    assert_eq!(Shelf::upsert_all(&first, &conn).unwrap(), 100);
    let second = (50..150).map(|number| shelf(format!("shelf {number}"), "cellar"));
    assert_eq!(Shelf::upsert_all(second, &conn).unwrap(), 100);
    let found = rows(&conn, "SELECT room || count(*) FROM shelves GROUP BY room ORDER BY room");
    assert_eq!(found, ["cellar100", "hall50"]);

    // All or none, and the same row may come twice.
    let twice = [1, 2].map(|count| Delivery { shelf: "a", name: "nail", count });
    assert_eq!(Delivery::upsert_all(&twice, &conn).unwrap(), 2);
    let refused = [3, -1].map(|count| Delivery { shelf: "a", name: "nail", count });
    assert_eq!(Delivery::upsert_all(&refused, &conn).unwrap_err().index(), Some(1));
    assert_eq!(rows(&conn, ITEMS), ["1 a nail 2"]);
}

#[test]
fn a_statement_gives_the_row_back() {
    let conn = stock();
    let (shelf, name) = ("a", "nail");
    let add = |count: i64| {
        query!(
            migrations = "histories/stock",
            "INSERT INTO items(shelf, name, count) VALUES (:shelf, :name, :count)
             ON CONFLICT(shelf, name) DO UPDATE SET count = count + excluded.count RETURNING id, count, loud, note"
        )
        .one(&conn)
        .unwrap()
    };
    let row = add(1);
    // Each with the type of its column.
    let found: (i64, i64, String, Option<String>) = (row.id, row.count, row.loud, row.note);
    assert_eq!(found, (1, 1, "NAIL".to_owned(), None));
    assert_eq!((add(5).id, add(5).count), (1, 11));
}
