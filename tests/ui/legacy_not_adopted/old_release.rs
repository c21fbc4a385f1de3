use onward::{Adopt, Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/legacy_not_adopted/old_release");

fn main() -> onward::Result<()> {
    MIGRATIONS.migrator().adopt(Adopt::Reconcile).open("app.db").map(drop)
}
