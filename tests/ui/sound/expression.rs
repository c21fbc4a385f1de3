//! The macro is an expression: in a `static`, a `const`, a function, and with a comma behind the folder.

use onward::{Migrations, migrations};

static STATIC: Migrations = migrations!("ui/sound/plain");
const CONST: Migrations = migrations!("ui/sound/plain",);

mod inner {
    pub static MIGRATIONS: onward::Migrations = onward::migrations!(r"ui/sound/prefixed");
}

fn local() -> Migrations {
    migrations!("ui/sound/prefixed")
}

fn main() {
    // Borrowed from the constant itself, and so for longer than a statement.
    let (migrator, first) = (CONST.migrator(), CONST.list().get(0).unwrap());
    let mut conn = onward::rusqlite::Connection::open_in_memory().unwrap();
    assert_eq!(migrator.apply(&mut conn).unwrap().applied[0].name, first.name());
    assert_eq!(STATIC.list().get(0).unwrap().checksum(), CONST.list().get(0).unwrap().checksum());
    assert_eq!((inner::MIGRATIONS.list().len(), local().list().len()), (2, 2));
}
