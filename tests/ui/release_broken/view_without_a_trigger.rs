use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!("ui/release_broken/view_without_a_trigger");

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}
