use onward::rusqlite::{Connection, Transaction};
use onward::{Migrations, migrations, test_hook};

static MIGRATIONS: Migrations = migrations!("ui/rows/hooked", after = { 1 => nothing, 2 => nothing, 3 => nothing });

fn nothing(_: &Transaction<'_>) -> onward::rusqlite::Result<()> {
    Ok(())
}

fn open() -> Connection {
    Connection::open_in_memory().unwrap()
}

fn main() {
    test_hook!();
    test_hook!(MIGRATIONS);
    test_hook!(3, MIGRATIONS);
    test_hook!(MIGRATIONS, 7);
    test_hook!(MIGRATIONS, 3, to = 2);
    test_hook!(MIGRATIONS, 3, to = 4);
    test_hook!(MIGRATIONS, 3, until = 3);
    test_hook!(MIGRATIONS, 3, on);
    test_hook!(MIGRATIONS, 3, to = 3, to = 3);
    test_hook!(MIGRATIONS, 1, rows = |conn: &Connection| conn.execute("", []));
    test_hook!(MIGRATIONS, 3, migrations = "ui/rows");
    test_hook!(MIGRATIONS, 3, on = open);
    test_hook!(MIGRATIONS, 3, rows = nothing);
    test_hook!("ui/rows/jobs", 3);
}
