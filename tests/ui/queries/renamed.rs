//! What has another name now says so.

use onward::{Row, query};

#[derive(Row)]
#[onward(table = "jobs", migrations = "ui/queries/renamed")]
struct Job {
    stat: String,
}

#[derive(Row)]
#[onward(table = "lines", migrations = "ui/queries/renamed")]
struct Line {
    id: i64,
}

fn main() {
    let _ = query!(migrations = "ui/queries/renamed", "SELECT id FROM jobs WHERE stat = 'done'");
    let _ = query!(migrations = "ui/queries/renamed", "SELECT id FROM lines");
}
