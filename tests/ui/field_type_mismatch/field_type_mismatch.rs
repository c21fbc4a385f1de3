#[derive(onward::Row)]
#[onward(table = "jobs")]
struct Job {
    id: String,
    queue: Vec<u8>,
    archived: f64,
    price: Option<String>,
    digest: Option<String>,
}

fn main() {}
