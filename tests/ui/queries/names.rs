use onward::{query, sql};

fn main() {
    let _ = query!("SELECT id, quue FROM jobs");
    let _ = query!("SELECT worker FROM jobs");
    let _ = query!(
        "SELECT jobs.id
         FROM jobs
         JOIN queue ON queue.name = jobs.queue"
    );
    let _ = sql!("SELECT slug(payload) FROM jobs");
    let _ = sql!(r#"SELECT id FROM jobs WHERE queue = "mail""#);
}
