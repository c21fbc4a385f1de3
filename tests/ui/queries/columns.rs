use onward::query;
use onward::rusqlite::{Connection, Result};

fn main() -> Result<()> {
    let conn = Connection::open_in_memory()?;
    let _ = query!("SELECT count(*) FROM jobs");
    let _ = query!("SELECT jobs.id, other.id FROM jobs JOIN jobs AS other");
    let _ = query!("SELECT id AS \"id: not a type\" FROM jobs");
    let _ = query!("SELECT id AS \"id: _\" FROM jobs").all(&conn)?;
    let job = query!("SELECT id AS \"id: _\", started AS \"started: _\" FROM jobs").one(&conn)?;
    let _: (u32, String) = (job.id, job.started);

    let job = query!("SELECT id, started FROM jobs").one(&conn)?;
    let _: String = job.id;
    let _: String = job.started;
    let _ = job.queue;
    query!("SELECT id FROM jobs").execute(&conn)?;
    query!("DELETE FROM jobs").all(&conn)?;
    Ok(())
}
