use onward::prelude::*;

static MIGRATIONS: Migrations = migrations!();

/// A row of the table `jobs`: a misspelled field, a wrong type or a forgotten `Option` does not compile.
#[derive(Debug, Row)]
#[onward(table = "jobs")]
struct Job {
    id: i64,
    state: String,
    archived: bool,
}

/// For inserting, the columns that have no default are enough.
#[derive(Row)]
#[onward(table = "jobs")]
struct NewJob<'a> {
    state: &'a str,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = MIGRATIONS.open("app.db")?;
    let id = NewJob { state: "queued" }.insert(&conn)?;

    // Checked by preparing it on the replayed schema: no database, no server, no cached files.
    let job = query_as!(Job, "SELECT * FROM jobs WHERE id = ?", id).one(&conn)?;
    println!("{job:?}");

    // A struct made for this statement: a `String` and two `i64`; what may be NULL would be an `Option`.
    let state = "done";
    let counts = query!(
        "SELECT state, count(*) AS jobs, max(id) AS newest FROM jobs WHERE state <> :state GROUP BY state"
    );
    for row in counts.all(&conn)? {
        println!("{}: {} up to {}", row.state, row.jobs, row.newest);
    }

    // A list of any length, and parts that are chosen while this runs: each combination is proven while it compiles.
    let (states, newest_first) = (Some(["queued", "done"]), true);
    let jobs = query!(
        "SELECT id, state FROM jobs WHERE archived = 0"
            + if let Some(states) = states {
                " AND state IN (:states...)"
            }
            + if newest_first { " ORDER BY id DESC" } else { " ORDER BY id" }
    );
    println!("{:?}", jobs.all(&conn)?);
    Ok(())
}
