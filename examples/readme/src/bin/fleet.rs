use onward::fleet::Amount;
use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!();

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tenants = std::fs::read_dir("tenants")?.map(|entry| Ok(entry?.path()));
    let tenants = tenants.collect::<std::io::Result<Vec<_>>>()?;
    let sweep = MIGRATIONS.fleet().canary(5).waves(Amount::Percent(10)).max_failures(3).apply(tenants)?;
    println!("{sweep}");
    if sweep.is_done() { Ok(()) } else { Err("not every tenant is up to date".into()) }
}
