use onward::{Row, query_as};

/// A default is for what is not there, and not for what is something else.
#[derive(Row)]
struct Job {
    id: i64,
    #[onward(default)]
    queue: i64,
}

fn main() {
    query_as!(Job, migrations = "ui/rows/jobs", "SELECT id, queue FROM jobs");
}
