//! The history has a fault of its own: that is said once, and nothing that follows from it.

use onward::{Row, query};

#[derive(Row)]
#[onward(table = "jobs", migrations = "ui/queries/broken")]
struct Job {
    id: i64,
}

#[derive(Row)]
#[onward(table = "jobs", migrations = "ui/queries/unordered")]
struct Other {
    id: i64,
}

fn main() {
    let query = query!(migrations = "ui/queries/broken", "SELECT id FROM jobs");
    let conn = onward::rusqlite::Connection::open_in_memory().unwrap();
    let _: i64 = query.one(&conn).unwrap().id;
    let _ = query!(migrations = "ui/queries/unordered", "SELECT id FROM jobs").one(&conn).unwrap().id;
}
