// A warning of onward reaches rustc as the use of something deprecated.
#![deny(deprecated)]

use onward::rusqlite::Connection;
use onward::{query, query_scalar, sql};

fn main() -> onward::rusqlite::Result<()> {
    let conn = Connection::open("app.db")?;
    let owner = 7;
    query!(migrations = "ui/full_scan/full_scan", "SELECT id, due FROM jobs WHERE owner = :owner").all(&conn)?;
    conn.execute(sql!(migrations = "ui/full_scan/full_scan", "DELETE FROM jobs WHERE queue = ? AND due < ?"), ("mail", 3))?;
    // Nothing is said of these.
    query!(migrations = "ui/full_scan/full_scan", "SELECT id FROM jobs").all(&conn)?;
    query!(migrations = "ui/full_scan/full_scan", "SELECT value FROM settings WHERE name = 'theme'").optional(&conn)?;
    query_scalar!(
        migrations = "ui/full_scan/full_scan",
        "SELECT count(*) FROM jobs
         -- onward: allow(full_scan) a report of the night
         WHERE owner = :owner"
    )
    .one(&conn)?;
    Ok(())
}
