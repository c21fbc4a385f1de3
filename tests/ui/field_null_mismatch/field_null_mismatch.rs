#[derive(onward::Row)]
#[onward(table = "jobs")]
struct Job {
    id: Option<i64>,
    queue: std::option::Option<String>,
    started: String,
    title: String,
}

#[derive(onward::Row)]
#[onward(table = "queue_stats")]
struct Stats {
    queue: String,
    jobs: Option<i64>,
    latest: String,
}

fn main() {}
