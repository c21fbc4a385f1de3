use onward::{Row, query_as};

#[derive(Row)]
struct Job {
    id: i64,
    started: String,
    title: i64,
}

fn main() {
    let (is_late, is_first) = (true, false);
    let _ = query_as!(
        Job,
        "SELECT id, started, 1 AS title FROM jobs"
            + if is_late { " WHERE started IS NOT NULL" }
            + if is_first { " ORDER BY id" }
    );
    let _ = query_as!(Job, "SELECT id, '' AS started, " + if is_late { "title" } else { "'' AS title" } + " FROM jobs");
}
