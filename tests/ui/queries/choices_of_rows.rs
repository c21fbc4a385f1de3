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
    // The column of each combination, and not of the first alone.
    let _ = query_as!(
        (String,),
        "SELECT CASE WHEN id > 1 THEN 1 ELSE " + if is_late { "'t'" } else { "x'00'" } + " END AS v FROM jobs"
    );
    let _ = query_as!((i64, String), "SELECT id, " + if is_late { "queue AS started" } else { "started" } + " FROM jobs");
}
