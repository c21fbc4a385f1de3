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
    assert_eq!(STATIC.list()[0].checksum(), CONST.list()[0].checksum());
    assert_eq!((inner::MIGRATIONS.list().len(), local().list().len()), (2, 2));
}
