use onward::{Row, query, query_as, query_scalar, sql};

/// `price` comes with the third migration, and `worker` goes with the second.
#[derive(Row)]
#[onward(table = "jobs", at = 1)]
struct Job {
    id: i64,
    started: Option<String>,
    worker: Option<String>,
    price: Option<f64>,
}

#[derive(Row)]
#[onward(table = "queue_stats", at = 2)]
struct Stats {
    queue: String,
}

#[derive(Row)]
#[onward(table = "jobs", at = 4)]
struct Later {
    id: i64,
}

#[derive(Row)]
#[onward(at = 1)]
struct OfNoTable {
    id: i64,
}

fn main() {
    let _ = query!(at = 7, "SELECT id FROM jobs");
    let _ = query!(at = 2, "SELECT id, price FROM jobs");
    let _ = query!(at = "0002", "SELECT worker FROM jobs");
    let _ = query_scalar!(at = 1, "SELECT jobs FROM queue_stats");
    let _ = query_as!(Job, at = 2, "SELECT id, started, title AS worker, started AS price FROM jobs");
    let _ = sql!(at = 1, "INSERT INTO jobs(id) VALUES (1, 2)");
    let _ = sql!(at = 1, at = 2, "SELECT 1");
    let _ = sql!(at = 1u8, "SELECT 1");
    let _ = sql!(at = end, "SELECT 1");
}
