use onward::query;

fn main() {
    let _ = query!("INSERT INTO jobs(id, queue, payload) VALUES ('first', 'mail', '{}')");
    let _ = query!("UPDATE queues SET size = 'large'");
}
