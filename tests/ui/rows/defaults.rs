use onward::rusqlite::Connection;
use onward::{Insert, Row};

/// Its table has no such column, whatever statements may leave out.
#[derive(Row)]
#[onward(table = "jobs")]
struct Misspelled {
    id: i64,
    #[onward(default)]
    pay: String,
}

/// What is read as the default is not written.
#[derive(Row)]
#[onward(table = "jobs")]
struct Inserted {
    queue: String,
    #[onward(default)]
    payload: String,
}

fn main() {
    let conn = Connection::open_in_memory().unwrap();
    let job = Inserted { queue: String::new(), payload: String::new() };
    job.insert(&conn).unwrap();
}
