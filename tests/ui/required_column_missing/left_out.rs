use onward::{query, query_scalar, sql};

fn main() {
    let _ = query!("INSERT INTO jobs(queue) VALUES (?)", "mail");
    let _ = query_scalar!("INSERT INTO jobs DEFAULT VALUES RETURNING id");
    let _ = sql!("INSERT OR IGNORE INTO queues(name) SELECT queue FROM jobs");
}
