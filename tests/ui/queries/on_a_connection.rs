use onward::query;
use onward::rusqlite::Connection;

async fn jobs(conn: &Connection) {
    let _ = query!(migrations = "ui/rows/jobs", "SELECT id FROM jobs").on(conn).all().await;
}

fn main() {}
