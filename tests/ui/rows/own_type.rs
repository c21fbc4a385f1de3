use onward::Row;
use onward::rusqlite::types::{FromSql, FromSqlResult, ValueRef};

struct Queue(String);

impl FromSql for Queue {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Queue> {
        value.as_str().map(|name| Queue(name.to_owned()))
    }
}

#[derive(Row)]
#[onward(table = "jobs")]
struct Job {
    id: i64,
    queue: Queue,
}

fn main() {}
