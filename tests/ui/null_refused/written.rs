use onward::query;

fn main() {
    let _ = query!("INSERT INTO jobs(queue, payload, archived) VALUES (?, '{}', NULL)", "mail");
    let _ = query!("UPDATE jobs SET queue = NULL WHERE id = ?", 1);
}
