//! One cause is explained once; the other places say no more than they must.

use onward::{Row, query, query_as, query_scalar, sql};

/// The derive tells of both fields, and `query_as!` need not say it again.
#[derive(Row)]
#[onward(table = "jobs")]
struct Job {
    id: i64,
    started: String,
    worker: Option<String>,
}

fn main() {
    let _ = query!("SELECT quue FROM jobs");
    let _ = query_scalar!("SELECT count(*) FROM jobs WHERE quue = 'mail'");
    let _ = sql!("UPDATE jobs SET quue = 'print'");
    let _ = query!("SELECT id FROM jobs ORDER BY quue");
    let _ = query!("SELECT id FROM job");
    let _ = query!("SELECT queue FROM job");
    let _ = query_as!(Job, "SELECT id, started FROM jobs");
}
