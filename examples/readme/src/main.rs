use onward::{Migrations, migrations};

/// Every file in ./migrations, replayed and checked while this compiles.
static MIGRATIONS: Migrations = migrations!();

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Creates or opens the file, applies what is pending in one exclusive transaction, and hands over a connection.
    let conn = MIGRATIONS.open("app.db")?;
    conn.execute("INSERT INTO jobs(state) VALUES ('queued')", [])?;

    // Or on a connection of your own, with a report of what ran.
    let mut conn = onward::rusqlite::Connection::open("app.db")?;
    let report = MIGRATIONS.apply(&mut conn)?;
    println!("{report}");
    Ok(())
}
