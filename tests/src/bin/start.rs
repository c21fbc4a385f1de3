//! A program that migrates a database and goes on: `start HISTORY FILE`. The tests start many of it at once.

use std::process::ExitCode;

use onward::{Migrations, migrations};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [history, file] = args.as_slice() else { return ExitCode::from(2) };
    let migrations: Migrations = match history.as_str() {
        "counter" => migrations!("histories/counter"),
        "slow" => migrations!("histories/slow"),
        "sample" => migrations!("../migrations"),
        _ => return ExitCode::from(2),
    };
    match migrations.migrator().open(file) {
        Ok((_, report)) => {
            println!("{}", report.applied.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
