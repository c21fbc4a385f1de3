use onward::{Row, query_as};

#[derive(Row)]
struct Job {
    id: i64,
    #[onward(rename = "started")]
    time: String,
}

struct Plain {
    id: i64,
}

#[derive(Row)]
struct Borrowed<'a> {
    queue: &'a str,
}

fn main() {
    let _ = query_as!(Job, "SELECT id FROM jobs");
    let _ = query_as!(Job, "SELECT id, started FROM jobs");
    let _ = query_as!(Job, "SELECT queue AS id, 'now' AS started FROM jobs");
    let _ = query_as!(Job, "SELECT jobs.id, other.id, 'now' AS started FROM jobs JOIN jobs AS other");
    let _ = query_as!(Plain, "SELECT id FROM jobs");
    let _ = query_as!(Borrowed, "SELECT queue FROM jobs");
}
