//! The history has a fault of its own: `migrations!` explains it, and the other places point there or are silent.

use onward::prelude::*;
use onward::{query, sql};

#[derive(Row)]
#[onward(table = "jobs", migrations = "ui/queries/broken")]
struct Job {
    id: i64,
}

/// SQLite has refused what makes this table.
#[derive(Row)]
#[onward(table = "tags", migrations = "ui/queries/broken")]
struct Tag {
    name: String,
}

#[derive(Row)]
#[onward(table = "jobs", migrations = "ui/queries/unordered")]
struct Other {
    id: i64,
}

#[derive(Row)]
#[onward(table = "jobs", migrations = "ui/queries/unordered")]
struct Another {
    id: i64,
}

static BROKEN: Migrations = onward::migrations!("ui/queries/broken");

fn main() {
    let conn = BROKEN.open("jobs.db").unwrap();
    let query = query!(migrations = "ui/queries/broken", "SELECT id FROM jobs");
    let _: i64 = query.one(&conn).unwrap().id;
    Tag { name: "a".to_owned() }.insert(&conn).unwrap();
    let _ = query!(migrations = "ui/queries/broken", "SELECT name FROM tags").one(&conn).unwrap().name;
    let _ = sql!(migrations = "ui/queries/broken", "DELETE FROM tags");
    let _ = query!(migrations = "ui/queries/broken", "SELECT FROM tags");
    Another { id: 1 }.insert(&conn).unwrap();
    let _ = query!(migrations = "ui/queries/unordered", "SELECT id FROM jobs").one(&conn).unwrap().id;
    let _ = sql!(migrations = "ui/queries/unordered", "DELETE FROM jobs");
}
