use onward::fleet::{Amount, is_kept_beside};
use onward::{Migrations, migrations};

static MIGRATIONS: Migrations = migrations!();

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tenants = std::fs::read_dir("tenants")?.map(|entry| Ok(entry?.path()));
    let mut tenants = tenants.collect::<std::io::Result<Vec<_>>>()?;
    // A WAL, a journal or a copy in the same folder is no tenant.
    tenants.retain(|path| path.is_file() && !is_kept_beside(path));
    let sweep = MIGRATIONS.fleet().canary(5).waves(Amount::Percent(10)).max_failures(3).apply(tenants)?;
    println!("{sweep}");
    if sweep.is_done() { Ok(()) } else { Err("not every tenant is up to date".into()) }
}
