// A warning of onward reaches rustc as the use of something deprecated.
#![deny(deprecated)]

use onward::query;
use onward::rusqlite::Connection;

fn main() -> onward::rusqlite::Result<()> {
    let conn = Connection::open("app.db")?;
    let (owner, is_newest, due) = (7, true, Some(3));
    // Once for all, and where an index would do for one alone.
    query!(
        migrations = "ui/full_scan/full_scan",
        "SELECT id, due FROM jobs WHERE owner = :owner"
            + if is_newest { " AND queue = 'mail'" }
            + if let Some(due) = due { " AND due < :due" }
    )
    .all(&conn)?;
    // One combination needs the directive.
    query!(
        migrations = "ui/full_scan/full_scan",
        "SELECT id FROM jobs
         -- onward: allow(full_scan) a report of the night
         WHERE " + if is_newest { "owner = :owner" } else { "id = :owner" }
    )
    .all(&conn)?;
    // Nothing needs this one.
    query!(
        migrations = "ui/full_scan/full_scan",
        "SELECT id FROM jobs"
            + if is_newest {
                "
                -- onward: allow(full_scan) nothing is looked for
                ORDER BY id DESC"
            }
            + if due.is_some() { " LIMIT 1" }
    )
    .all(&conn)?;
    // One of those that have it does.
    query!(
        migrations = "ui/full_scan/full_scan",
        "SELECT id FROM jobs"
            + if is_newest {
                "
                -- onward: allow(full_scan) a report of the night
                WHERE " + if due.is_some() { "owner = :owner" } else { "id = :owner" }
            }
    )
    .all(&conn)?;
    Ok(())
}
