use onward::{Row, query, query_as};

#[derive(Row)]
struct Part {
    value: i64,
    place: i64,
}

fn main() {
    let _ = query!(migrations = "ui/queries/functions", "SELECT word FROM jobs, split(tags, ',')");
    let _ = query!(migrations = "ui/queries/functions", "SELECT value FROM split('a', 'b', 'c', 'd')");
    let _ = query!(migrations = "ui/queries/functions", "SELECT value FROM generate_series(1, 3)");
    let _ = query_as!(Part, migrations = "ui/queries/functions", "SELECT 1 AS value, place FROM split('a')");
    let _ = query_as!(Part, migrations = "ui/queries/functions", "SELECT value, 1 AS place FROM split('a')");
}
