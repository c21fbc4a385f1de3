use onward::query;
use onward::rusqlite::Connection;

fn main() -> onward::rusqlite::Result<()> {
    let conn = Connection::open("app.db")?;
    let queue = "mail";
    query!(
        migrations = "ui/temp_sort/temp_sort",
        "SELECT id, due FROM jobs WHERE queue = :queue ORDER BY due LIMIT 10"
    )
    .all(&conn)?;
    Ok(())
}
