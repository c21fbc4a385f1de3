use onward::{query, sql};

fn main() {
    let _ = query!("SELECT id FORM jobs");
    let _ = query!("SELECT id FROM jobs WHERE");
    let _ = query!("INSERT INTO queues VALUES ('mail')");
    let _ = query!("SELECT 1; SELECT 2");
    let _ = query!(" -- nothing");
    let _ = sql!("");
    let _ = sql!("ATTACH 'other.db' AS other");
}
