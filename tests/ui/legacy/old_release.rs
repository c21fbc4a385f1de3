use onward::{Adopt, Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/legacy/old_release");

fn main() -> onward::Result<()> {
    MIGRATIONS.migrator().adopt(Adopt::Reconcile).open("app.db").map(drop)
}
