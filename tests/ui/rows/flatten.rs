use onward::Row;

#[derive(Row)]
struct Times {
    started: String,
    finished: Option<String>,
}

#[derive(Row)]
#[onward(table = "jobs")]
struct Job {
    id: i64,
    #[onward(flatten)]
    times: Times,
}

#[derive(Row)]
#[onward(table = "jobs")]
struct Other {
    id: i64,
    #[onward(flatten)]
    started: String,
}

#[derive(Row)]
struct Name {
    queue: String,
}

#[derive(Row)]
#[onward(table = "jobs")]
struct Twice {
    queue: String,
    #[onward(flatten)]
    name: Name,
}

fn main() {}
