use onward::rusqlite::Connection;
use onward::{Insert, Row};

#[derive(Row)]
#[onward(table = "jobs")]
struct NewJob<'a> {
    queue: &'a str,
}

#[derive(Row)]
#[onward(table = "queue_stats")]
struct Stats {
    queue: String,
}

#[derive(Row)]
#[onward(table = "jobs")]
struct Title {
    title: Option<String>,
}

fn insert(conn: &Connection, row: &impl Insert) -> onward::rusqlite::Result<i64> {
    row.insert(conn)
}

fn main() -> onward::rusqlite::Result<()> {
    let conn = Connection::open_in_memory()?;
    NewJob { queue: "mail" }.insert(&conn)?;
    insert(&conn, &NewJob { queue: "mail" })?;
    insert(&conn, &Stats { queue: "mail".to_owned() })?;
    conn.execute(Title::INSERT, [])?;
    Ok(())
}
