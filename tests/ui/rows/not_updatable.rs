use onward::rusqlite::Connection;
use onward::{Row, Update};

#[derive(Row)]
#[onward(table = "jobs")]
struct Queue {
    queue: String,
}

#[derive(Row)]
#[onward(table = "jobs")]
struct Id {
    id: i64,
}

fn update(conn: &Connection, row: &impl Update) -> onward::rusqlite::Result<bool> {
    row.update(conn)
}

fn main() -> onward::rusqlite::Result<()> {
    let conn = Connection::open_in_memory()?;
    update(&conn, &Queue { queue: "mail".to_owned() })?;
    update(&conn, &Id { id: 1 })?;
    Ok(())
}
