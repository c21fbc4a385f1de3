#[derive(onward::Row)]
#[onward(table = "jobs")]
struct Job {
    id: i64,
    quue: String,
    worker: Option<String>,
    colour: String,
}

fn main() {}
