use onward::rusqlite::Connection;
use onward::{Row, Upsert};

/// Without its key.
#[derive(Row)]
#[onward(table = "jobs")]
struct NewJob {
    queue: String,
    payload: String,
}

/// It cannot be inserted.
#[derive(Row)]
#[onward(table = "jobs")]
struct Title {
    id: i64,
    title: Option<String>,
}

/// The database gives the key.
#[derive(Row)]
#[onward(table = "jobs")]
struct Given {
    #[onward(read_only)]
    id: i64,
    queue: String,
    payload: String,
}

fn main() -> onward::rusqlite::Result<()> {
    let conn = Connection::open_in_memory()?;
    NewJob { queue: "mail".to_owned(), payload: "{}".to_owned() }.upsert(&conn)?;
    Title { id: 1, title: None }.upsert(&conn)?;
    Given { id: 1, queue: "mail".to_owned(), payload: "{}".to_owned() }.upsert(&conn)?;
    Ok(())
}
